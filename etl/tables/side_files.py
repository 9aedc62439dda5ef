"""The side files, recognised by their header: work_log, staff, coding_audit, patient_transactions.

Each row is checked by itself; a bad one is quarantined with row, column, found and expected, the others are loaded.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import BinaryIO

import polars as pl

from etl.errors import Problem


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a side file: its type, whether a row needs it, and the values it may have (empty: any)."""

    name: str
    dtype: pl.DataType | type[pl.DataType] = pl.String
    required: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SideFile:
    """A side file. Rows with the same `key` replace each other; without a key, equal rows count as often as in one
    file."""

    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


_MONEY = pl.Decimal(18, 2)
_FINE = pl.Decimal(30, 10)

SIDE_FILES = (
    SideFile(
        "work_log",
        (
            Column("claim_id", required=True),
            Column("coder_id"),
            Column("biller_id"),
            Column("coded_at", pl.Date),
            Column("charge_entered_at", pl.Date),
            Column("submitted_at", pl.Date),
        ),
        key=("claim_id",),
    ),
    SideFile(
        "staff",
        (
            Column("staff_id", required=True),
            Column("role", required=True, allowed=("coder", "biller", "both")),
            Column("team"),
            Column("employment", allowed=("in_house", "outsourced")),
            Column("credential"),
            Column("hired_on", pl.Date),
        ),
        key=("staff_id",),
        optional=("hired_on",),
    ),
    SideFile(
        "coding_audit",
        (
            Column("claim_id", required=True),
            Column("line_number", pl.Int32, required=True),
            Column("auditor_id"),
            Column("audited_on", pl.Date, required=True),
            Column("field", required=True, allowed=("diagnosis", "procedure", "modifier", "em_level", "drg")),
            Column("coded_value"),
            Column("audited_value"),
        ),
    ),
    SideFile(
        "patient_transaction",
        (
            Column("claim_id", required=True),
            Column("date", pl.Date, required=True),
            Column("kind", required=True, allowed=("copay", "patient_payment", "refund", "write_off", "collections")),
            Column("amount", _MONEY, required=True),
        ),
    ),
)


def recognise(header: bytes) -> SideFile | None:
    """The side file that this first line belongs to, or None. Order, case and further columns do not matter."""
    names = set(_header(header))
    for side_file in SIDE_FILES:
        if all(column.name in names or column.name in side_file.optional for column in side_file.columns):
            return side_file
    return None


def strange_table(header: bytes) -> Problem | None:
    """What to say of a text file whose first line names columns that no side file has; None when it names none."""
    names = _header(header)
    if len(names) < 2 or not all(name.replace(" ", "_").isidentifier() for name in names):
        return None
    known = "; ".join(
        f"{one.table}: {', '.join(column.name for column in one.columns if column.name not in one.optional)}"
        for one in SIDE_FILES
    )
    fix = "Rename the columns to those of the side file that it is, then load it again."
    found = f"a table with the columns {', '.join(names)[:200]}"
    return Problem("rejected", "unknown-table", found, f"X12, or the columns of a side file ({known})", fix)


def read(side_file: SideFile, stream: BinaryIO) -> tuple[pl.DataFrame, list[Problem]]:
    """The good rows of a side file, typed, and a Problem for each bad one."""
    data = stream.read()
    text = _cells(data, _separator(data.split(b"\n", 1)[0]))
    text = text.rename({name: name.strip().lower().lstrip("\ufeff") for name in text.columns})
    text = text.with_columns(pl.all().str.strip_chars().replace("", None))
    typed = pl.DataFrame({column.name: _typed(text, column) for column in side_file.columns})
    problems: list[Problem] = []
    bad = pl.Series([False]).new_from_index(0, text.height)
    for column in side_file.columns:
        source = text[column.name] if column.name in text.columns else pl.Series([None] * text.height, dtype=pl.String)
        wrong = source.is_not_null() & typed[column.name].is_null()
        if column.allowed:
            wrong = wrong | (source.is_not_null() & ~source.is_in(list(column.allowed)))
        if column.required:
            wrong = wrong | source.is_null()
        for row in wrong.arg_true().to_list():
            problems.append(_problem(side_file, column, source[row], row + 2))
        bad = bad | wrong
    return typed.filter(~bad), problems


def _cells(data: bytes, separator: str) -> pl.DataFrame:
    """All cells as text."""
    try:
        return pl.read_csv(
            io.BytesIO(data),
            separator=separator,
            infer_schema=False,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
        )
    except pl.exceptions.ComputeError:  # a quote that is never closed: read slowly, what stands before it is good
        csv.field_size_limit(max(len(data), 131_072))
        lines = io.StringIO(data.decode("utf-8-sig", errors="replace"), newline="")
        header, *rows = csv.reader(lines, delimiter=separator)
        cells = {name: [row[i] if i < len(row) else None for row in rows] for i, name in enumerate(header)}
        return pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String))


def _money(source: pl.Series) -> pl.Series:
    """Amounts with an optional $ and commas between thousands. 12,50 and 12.345 are no amounts: they become null."""
    text = source.str.replace(r"^(-?)\$", "$1")
    grouped = text.str.contains(r"^-?\d{1,3}(,\d{3})+(\.\d*)?$")
    text = text.str.replace_all(",", "", literal=True).zip_with(grouped.fill_null(False), text)
    value = text.cast(_MONEY, strict=False)
    return value.set(value.cast(_FINE) != text.cast(_FINE, strict=False), None)


def _typed(text: pl.DataFrame, column: Column) -> pl.Series:
    if column.name not in text.columns:
        return pl.Series([None] * text.height, dtype=column.dtype)
    source = text[column.name]
    if column.dtype == pl.Date:
        return source.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if column.dtype == _MONEY:
        return _money(source)
    return source.cast(column.dtype, strict=False)


def _problem(side_file: SideFile, column: Column, found: str | None, row: int) -> Problem:
    expected = "a value"
    if column.allowed:
        expected = "one of " + ", ".join(column.allowed)
    elif column.dtype == pl.Date:
        expected = "a date like 2026-04-30"
    elif column.dtype in (_MONEY, pl.Int32):
        expected = "a number"
    return Problem(
        "quarantined",
        f"{side_file.table}.{column.name}",
        "nothing" if found is None else f"“{found[:40]}”",
        expected,
        "The row was quarantined; correct it and load the file again.",
        row,
    )


def _separator(header: bytes) -> str:
    return max((",", ";", "\t", "|"), key=lambda candidate: header.count(candidate.encode()))


def _header(line: bytes) -> list[str]:
    text = line.decode("utf-8-sig", errors="replace").strip()
    return [name.strip().strip('"').lower() for name in text.split(_separator(line))]
