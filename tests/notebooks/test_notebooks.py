"""Every notebook runs from top to bottom on a small practice. No Jupyter is needed for that: its cells are Python."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import etl
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
def test_a_notebook_finds_the_demo_wherever_it_runs(
    notebook: Path, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Jupyter starts in the notebook's folder, not in the checkout's."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demo.duckdb").symlink_to(practice)
    monkeypatch.setattr(etl, "__file__", str(tmp_path / "etl" / "__init__.py"))
    monkeypatch.delenv("CLEANCLAIM_DB", raising=False)
    monkeypatch.chdir(notebook.parent)
    first = next(cell for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code")
    names: dict[str, object] = {}
    exec(compile("".join(first["source"]), notebook.name, "exec"), names)  # noqa: S102
    assert names["warehouse"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_output(notebook: Path):
    cells = json.loads(notebook.read_text())["cells"]
    assert not any(cell.get("outputs") for cell in cells), "outputs may hold PHI: clear them before a commit"
