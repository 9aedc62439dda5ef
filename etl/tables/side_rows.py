"""The rows of a side file: checked one by one, a bad one quarantined with row, column, found and expected."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from etl.errors import Problem
from etl.tables.cells import Cells, Layout
from etl.tables.column_map import ColumnMap, Section, Source
from etl.tables.contract import Checked, check
from etl.tables.side_files import SideFile


def read(side_file: SideFile, header: list[str], batches: Iterable[Cells]) -> tuple[pl.DataFrame, list[Problem]]:
    """The good rows of a side file, typed, and a Problem for each bad cell of the others."""
    names = {name.strip().lower() for name in header}
    sources = {column.name: Source((column.name,)) for column in side_file.columns if column.name in names}
    own = ColumnMap(side_file.table, (Section(side_file.table, sources),), Layout(), (), ".")
    checked = check(own, batches)
    return rows(checked), checked.problems


def rows(checked: Checked) -> pl.DataFrame:
    """The good rows with the table's own column names."""
    good = checked.good.all()
    names = [name for name in good.columns if "." in name]
    return good.select(names).rename({name: name.rsplit(".", 1)[1] for name in names})
