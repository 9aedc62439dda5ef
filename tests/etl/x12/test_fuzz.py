"""Damaged files: whatever is broken, the reader reports instead of raising, and accounts for every claim it saw."""

from __future__ import annotations

import random
import re
from io import BytesIO
from pathlib import Path

import pytest

from etl.x12 import pieces
from tests.etl.x12.damage import SEEDS, begun, check, damaged
from tests.x12_text import parsed


def is_readable(data: bytes) -> bool:
    try:
        return bool(list(pieces.read(BytesIO(data))))
    except pieces.UnreadableError:
        return False


@pytest.mark.parametrize("seed", range(5))
def test_damaged_files_are_reported_and_every_claim_accounted_for(seed: int) -> None:
    """A hundred a seed, five at a time as a load reads them; what one breaks must not touch the others."""
    rng = random.Random(seed)
    for _ in range(20):
        files = [data for data in (damaged(rng) for _ in range(5)) if is_readable(data)]
        found = parsed(*files)
        for name, (seen, accounted) in found.accounts().items():
            assert seen == accounted, (name, files)
        assert all(problem.segment is None or problem.segment >= 1 for problem in found.problems)


@pytest.mark.parametrize("seed", SEEDS[:4], ids=["837", "835", "mixed", "837D and answers"])
def test_a_file_cut_anywhere_loses_no_claim_that_it_began(seed: bytes) -> None:
    """What was seen is counted here by a plain split; the separators of the ISA are given."""
    terminator, element = (rb"\n", rb"\|") if seed[3:4] == b"|" else (rb"~\s*", rb"\*")
    for cut in range(120, len(seed), 23):
        data = seed[:cut]
        found = parsed(data)
        for index, (name, kind) in enumerate((("claims", b"CLM"), ("claim_payments", b"CLP"))):
            begun = len(re.findall(terminator + kind + rb"(?=" + element + rb"|$)", data))
            assert found.seen[index] == begun
            seen, accounted = found.accounts()[name]
            assert seen == accounted == begun, (cut, name)


@pytest.mark.parametrize("seed", [99, 100])
def test_folders_of_damaged_files_load_what_is_sound(tmp_path: Path, seed: int) -> None:
    """250 a seed through the whole load; `python -m tests.etl.x12.damage 20000` does more."""
    rng = random.Random(seed)
    check(tmp_path, [damaged(rng) for _ in range(250)])


def test_the_count_beside_the_reader_counts() -> None:
    assert [begun(seed) for seed in SEEDS] == [(3, 0), (0, 2), (6, 2), (1, 0), (2, 0), (0, 0)]


@pytest.mark.parametrize("before", [b"", b"~", b"SE*9*1~GE*1*1~IEA*1*1~\n"])
def test_claims_that_stand_before_the_first_isa_are_said(before: bytes) -> None:
    found = parsed(b"CLM*A8*1~LX*1~" + before + SEEDS[0])
    assert (found.frames["claim"].height, found.seen) == (3, (4, 0))
    assert [(p.rule, p.claims) for p in found.problems if p.severity == "quarantined"] == [("outside-set", 1)]
