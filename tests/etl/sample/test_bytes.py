"""The same seed writes the same bytes, on any hash seed; nothing in them could be a real person's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl.sample import write_sample

SCRIPT = (
    "import sys; from pathlib import Path; from etl.sample import write_sample; write_sample(Path(sys.argv[1]), 80, 3)"
)


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("first")
    write_sample(out, claims=80, seed=3)
    return digest(out)


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_same_seed_same_bytes_whatever_the_hash_seed(first: dict[str, str], tmp_path: Path, hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], check=True, env=environment)
    assert digest(tmp_path) == first


def test_another_seed_writes_other_files(first: dict[str, str], tmp_path: Path) -> None:
    write_sample(tmp_path, claims=80, seed=4)
    other = digest(tmp_path)
    assert other["work_log.csv"] != first["work_log.csv"]
    assert other["truth.json"] != first["truth.json"]


@pytest.mark.parametrize("claims", [49, 200_001])
def test_a_size_out_of_range_is_refused(tmp_path: Path, claims: int) -> None:
    with pytest.raises(ValueError, match=r"between 50 and 200,000"):
        write_sample(tmp_path, claims=claims)


def test_a_sample_is_never_written_over_another(sample: Path) -> None:
    with pytest.raises(FileExistsError, match="is not empty"):
        write_sample(sample, claims=50)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    write_sample(tmp_path, claims=50, progress=lambda *step: seen.append(step))
    assert seen[-1] == ("truth", 1, 1)
    assert ("claims", 50, 50) in seen
