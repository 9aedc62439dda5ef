"""Every notebook runs from top to bottom on a small practice. No Jupyter is needed for that: its cells are Python."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from etl.load import load
from etl.sample import write_sample

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks")
    write_sample(folder / "sample", claims=300, seed=5)
    load([folder / "sample"], folder / "practice.duckdb")
    return folder / "practice.duckdb"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(notebook: Path, practice: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CLEANCLAIM_DB", str(practice))
    cells = [cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"]
    assert cells
    names: dict[str, object] = {}
    for cell in cells:
        exec(compile(ast.parse("".join(cell["source"])), notebook.name, "exec"), names)  # noqa: S102


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_output(notebook: Path):
    cells = json.loads(notebook.read_text())["cells"]
    assert not any(cell.get("outputs") for cell in cells), "outputs may hold PHI: clear them before a commit"
