"""Warehouses for the tests below: made from tiny files in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from etl.warehouse.store import open_reader
from tests.x12_text import loaded

Warehouse = Callable[..., duckdb.DuckDBPyConnection]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """`warehouse(a=bytes, b=bytes)` loads the files in that order and opens a reader."""

    def make(**files: bytes) -> duckdb.DuckDBPyConnection:
        db = tmp_path / "warehouse.duckdb"
        loaded(tmp_path / "in", db, **files)
        return open_reader(db)

    return make
