"""A small practice, loaded once, and the app pointed at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.question import Scope
from etl.choices import choices
from etl.load import load
from etl.sample import write_sample
from etl.warehouse.store import open_reader

APP = Path(__file__).resolve().parents[2] / "dashboard" / "entry" / "start.py"


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a simulated practice."""
    folder = tmp_path_factory.mktemp("practice") / "sample"
    write_sample(folder, 300, 1)
    return folder


@pytest.fixture(scope="session")
def full_warehouse(practice: Path) -> Path:
    db = practice.parent / "full.duckdb"
    load([practice], db)
    return db


@pytest.fixture(scope="session")
def x12_only_warehouse(practice: Path) -> Path:
    """A practice that has only X12 to give: no work log, no staff, no audits, no patient transactions."""
    folder = practice.parent / "x12_only"
    for kind in ("837", "835", "277CA"):
        shutil.copytree(practice / kind, folder / kind)
    db = practice.parent / "x12_only.duckdb"
    load([folder], db)
    return db


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Point the app at a warehouse; caches of another test do not reach into this one."""

    def point(db: Path) -> None:
        monkeypatch.setenv("CLEANCLAIM_DB", str(db))

    st.cache_data.clear()
    yield point
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def warehouse(full_warehouse: Path, use: Callable[[Path], None]) -> Path:
    """The full practice, in use."""
    use(full_warehouse)
    return full_warehouse


@pytest.fixture
def everything(warehouse: Path) -> Scope:
    """All days that the warehouse covers, unfiltered."""
    found = choices(open_reader(warehouse))
    assert found.first_day and found.last_day
    return Scope(found.first_day, found.last_day)


Run = Callable[..., AppTest]


@pytest.fixture
def run_page() -> Run:
    """Run one page by itself, with filters as keywords; it must not fail."""

    def run(name: str, **state: object) -> AppTest:
        at = AppTest.from_function(_page, args=(name,), default_timeout=60)
        for key, value in state.items():
            at.session_state[key] = value
        return passed(at.run())

    return run


@pytest.fixture
def run_app() -> Run:
    """Run the whole app at a URL, with its query parameters as keywords. `fails` allows an error to be shown."""

    def run(fails: bool = False, **query: str | list[str]) -> AppTest:
        at = AppTest.from_file(APP, default_timeout=60)
        for key, value in query.items():
            at.query_params[key] = value
        return at.run() if fails else passed(at.run())

    return run


def passed(at: AppTest) -> AppTest:
    """The app, having shown no exception and no error."""
    assert not at.exception, [(one.message, one.stack_trace) for one in at.exception]
    assert not at.error, [one.value for one in at.error]
    return at


def _page(name: str) -> None:
    """AppTest runs this function's source by itself, so it imports what it needs."""
    import importlib

    importlib.import_module(f"dashboard.pages.{name}").page()
