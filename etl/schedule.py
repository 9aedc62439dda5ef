"""What is wrong with the allowed schedule as a whole: payers that nothing names, days that two rows claim."""

from __future__ import annotations

from datetime import datetime

import duckdb

from etl import issues
from etl.errors import Problem
from etl.issues import Entry

_TOLD = 50
_UNKNOWN, _OVERLAP = "schedule-payer", "schedule-overlap"


def check(connection: duckdb.DuckDBPyConnection, now: datetime) -> list[tuple[str, Problem]]:
    """Enter the schedule's present problems in the books in place of the former ones; (file, problem) of each."""
    connection.execute("delete from issue where rule in (?, ?)", [_UNKNOWN, _OVERLAP])
    source = connection.execute(
        "select name, sha256 from source_file where kind = 'allowed_schedule' order by file_id desc limit 1"
    ).fetchall()
    name, sha256 = source[0] if source else ("allowed_schedule.csv", None)
    found = [(name, problem) for problem in (*_unknown(connection), *_overlaps(connection))]
    issues.enter(connection, [Entry(name, None, sha256, problem) for _, problem in found], now)
    return found


def _unknown(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    fix = (
        "Write the payer as `cleanclaim payers list` shows it (id or name) and load the file again; until then these "
        "rows price nothing."
    )
    rows = connection.execute(issues.sql("schedule_payer")).fetchall()
    return [
        Problem(
            "flagged", _UNKNOWN, f"{count:,} rows for the payer “{payer[:40]}”", "a payer of a claim or remittance", fix
        )
        for payer, count in rows[:_TOLD]
    ]


def _overlaps(connection: duckdb.DuckDBPyConnection) -> list[Problem]:
    fix = "End the older row the day before the newer one begins. Until then the newer row counts from its first day."
    rows = connection.execute(issues.sql("schedule_overlap")).fetchall()
    return [
        Problem(
            "flagged", _OVERLAP,
            f"{_name(code, modifier)} of payer {payer[:40]} from {since} until {until}, and from {again}",
            "days that one row prices", fix,
        )
        for payer, code, modifier, since, until, again in rows[:_TOLD]
    ]  # fmt: skip


def _name(code: str, modifier: str | None) -> str:
    return f"{code}-{modifier}" if modifier else code
