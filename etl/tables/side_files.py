"""The side files, recognised by their header: work_log, staff, coding_audit, patient_transactions and the like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from etl.errors import Problem
from etl.tables.values import MONEY

# longer than any column's name; an amount, a number or a date, as no column is named
_LONGEST_NAME = 60
_VALUE = re.compile(r"[$(-]?\d[\d.,/: $()-]*")


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
            Column("charge_amount", MONEY),
        ),
        key=("claim_id",),
        optional=("charge_amount",),
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
            Column("amount", MONEY, required=True),
        ),
    ),
    SideFile(
        "appeal",
        (
            Column("claim_id", required=True),
            Column("line_number", pl.Int32, required=True),
            Column("sent_on", pl.Date, required=True),
            Column("kind", required=True, allowed=("appeal", "corrected_claim", "reconsideration")),
            Column("outcome", allowed=("overturned", "partly_overturned", "upheld", "withdrawn")),
            Column("outcome_on", pl.Date),
        ),
        key=("claim_id", "line_number", "sent_on", "kind"),
    ),
    SideFile(
        "attribution",
        (
            Column("claim_id", required=True),
            Column("line_number", pl.Int32, required=True),
            Column("from_role"),
            Column("to_role", required=True),
            Column("reason"),
            Column("decided_by"),
            Column("decided_on", pl.Date, required=True),
        ),
        key=("claim_id", "line_number", "decided_on"),
    ),
    SideFile(
        "allowed_schedule",
        (
            Column("payer", required=True),
            Column("procedure_code", required=True),
            Column("modifier"),
            Column("effective_from", pl.Date, required=True),
            Column("effective_to", pl.Date),
            Column("allowed_amount", MONEY, required=True),
        ),
        key=("payer", "procedure_code", "modifier", "effective_from"),
        optional=("modifier", "effective_to"),
    ),
)


def recognise(header: Iterable[str]) -> SideFile | None:
    """The side file that these column names belong to, or None. Order, case and further columns do not matter."""
    names = {name.strip().lower() for name in header}
    for side_file in SIDE_FILES:
        if all(column.name in names or column.name in side_file.optional for column in side_file.columns):
            return side_file
    return None


def is_data(header: list[str]) -> bool:
    """Whether what stands where names of columns should is a row, or no table: somebody's name may be in it."""
    return len(header) < 2 or any(_VALUE.fullmatch(cell) or len(cell) > _LONGEST_NAME for cell in header)


def strange_table(header: list[str]) -> Problem | None:
    """What to say of a table whose columns no side file has; None when they are no names of columns."""
    if len(header) < 2 or not any(name.replace(" ", "_").isidentifier() for name in header):
        return None
    known = "; ".join(
        f"{one.table}: {', '.join(column.name for column in one.columns if column.name not in one.optional)}"
        for one in SIDE_FILES
    )
    fix = (
        "Write a column map: `cleanclaim map FILE` prints one to start from; then load the file with --as csv:MAP "
        "(docs/column-maps.md)."
    )
    found = "a table without a header" if is_data(header) else f"a table with the columns {', '.join(header)[:200]}"
    return Problem("rejected", "unknown-table", found, f"X12, or the columns of a side file ({known})", fix)
