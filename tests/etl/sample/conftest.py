"""One small sample for all tests here, and a plain reader of its X12 files that knows nothing of etl."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from etl.sample import write_sample

Segments = list[list[str]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 claims, seed 7."""
    out = tmp_path_factory.mktemp("sample")
    write_sample(out, claims=1_500, seed=7)
    return out


@pytest.fixture(scope="session")
def truth(sample: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((sample / "truth.json").read_text())
    return facts


@pytest.fixture(scope="session")
def read() -> Callable[[Path], Segments]:
    """Reads a file into its segments' elements; the separators are those of its ISA."""

    def segments(path: Path) -> Segments:
        text = path.read_bytes().decode("ascii")
        element, terminator = text[3], text[105]
        return [part.strip("\r\n").split(element) for part in text.split(terminator) if part.strip("\r\n")]

    return segments


@pytest.fixture(scope="session")
def originals(sample: Path) -> Callable[[str], list[Path]]:
    """The files of one folder without the planted copies."""

    def paths(folder: str) -> list[Path]:
        return [p for p in sorted((sample / folder).iterdir()) if not p.stem.endswith(("_copy", "_again"))]

    return paths
