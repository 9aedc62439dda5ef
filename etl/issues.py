"""The books of what a load could not take as it was: entered once, closed when it comes mended."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import polars as pl

from etl.errors import Mark, Problem
from etl.warehouse.checks import UNIT
from etl.warehouse.views import SQL

One = TypeVar("One")

_SCHEMA = {
    "file_name": pl.String, "path": pl.String, "sha256": pl.String, "segment": pl.Int64, "severity": pl.String,
    "rule": pl.String, "found": pl.String, "expected": pl.String, "fix": pl.String, "claims": pl.Int64,
    "claim_payments": pl.Int64, "control_hash": pl.String, "first_claim_hash": pl.String, "claims_hash": pl.String,
    "repeats_file_id": pl.Int64,
}  # fmt: skip


_UNIT = f"coalesce((select {UNIT} from source_file as f where f.sha256 = i.sha256 limit 1), 'segment')"


@dataclass(frozen=True, slots=True)
class Entry:
    """A problem and the file that it was found in."""

    file_name: str
    path: Path | None
    sha256: str | None
    problem: Problem


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read in this load, with the claims and claim payments of it that were kept out."""

    file_id: int
    name: str
    path: Path | None
    sha256: str
    claims: int
    claim_payments: int


def enter(connection: duckdb.DuckDBPyConnection, entries: list[Entry], now: datetime) -> None:
    """Enter problems, each once: loading the same file again does not repeat them."""
    if not entries:
        return
    incoming = pl.DataFrame(map(_row, entries), schema=_SCHEMA, orient="row").with_row_index("place")
    connection.register("incoming", incoming)
    names = ", ".join(_SCHEMA)
    connection.execute(
        f"""insert into issue by name
        with first as (
            select * from incoming
            qualify 1 = row_number() over (
                partition by coalesce(sha256, file_name), rule, found, segment order by place
            )
        )
        select
            (select coalesce(max(issue_id), 0) from issue) + row_number() over (order by n.place) as issue_id, {names},
            cast(? as timestamp) as reported_at
        from first as n
        where not exists (
            select 1 from issue as old
            where old.sha256 is not distinct from n.sha256 and old.rule = n.rule
                and old.found is not distinct from n.found and (n.sha256 is not null or old.file_name = n.file_name)
                and old.segment is not distinct from n.segment
        )""",
        [now],
    )
    connection.unregister("incoming")


def close_mended(
    connection: duckdb.DuckDBPyConnection, first_set: int, read: list[ReadFile], said: list[Entry], now: datetime
) -> list[dict[str, Any]]:
    """Close what is quarantined in the books and sound in the warehouse by now.

    `first_set` is this load's first transaction set, `read` its files, `said` its problems. Returns what was closed:
    issue, file, segment, unit, rule, mended_in.
    """
    if not connection.execute(f"select 1 from issue where {OPEN} limit 1").fetchall():
        return []
    files = [(f.file_id, f.name, _text(f.path), f.sha256, f.claims, f.claim_payments) for f in read]
    columns = ["file_id", "name", "path", "sha256", "claims", "claim_payments"]
    types = [pl.Int64, pl.String, pl.String, pl.String, pl.Int64, pl.Int64]
    connection.register("read_file", pl.DataFrame(files, schema=dict(zip(columns, types, strict=True)), orient="row"))
    connection.register("said", pl.DataFrame(map(_row, said), schema=_SCHEMA, orient="row"))
    found = dict(connection.execute(sql("mended_files")).fetchall())
    found |= dict(connection.execute(sql("mended_sets"), {"first_set": first_set}).fetchall())
    connection.unregister("read_file")
    connection.unregister("said")
    for issue_id, file_id in found.items():
        closing = "update issue set closed_at = ?, closed_by_file_id = ? where issue_id = ?"
        connection.execute(closing, [now, file_id, issue_id])
    return _rows(
        connection,
        f"""select i.issue_id as issue, i.file_name as file, i.segment, {_UNIT} as unit, i.rule, f.name as mended_in
        from issue as i join source_file as f on f.file_id = i.closed_by_file_id
        where list_contains(?, i.issue_id) order by i.issue_id""",
        [list(found)],
    )


OPEN = "severity in ('rejected', 'quarantined') and closed_at is null"


def listed(connection: duckdb.DuckDBPyConnection, condition: str = OPEN) -> list[dict[str, Any]]:
    """Issues as rows: issue, file, segment, unit, rule, found, expected, fix, claims, claim_payments."""
    return _rows(
        connection,
        f"""select
            issue_id as issue, file_name as file, segment, {_UNIT} as unit, rule, found, expected, fix, claims,
            claim_payments
        from issue as i where {condition} order by issue_id""",
    )


def place(row: dict[str, Any]) -> str:
    """Where a listed problem stands: its file, and the segment, row or line in it."""
    return f"{row['file']}, {row.get('unit', 'segment')} {row['segment']:,}" if row["segment"] else str(row["file"])


def alike(found: Iterable[One], kind: Callable[[One], Hashable], words: Callable[[One], str], most: int) -> list[str]:
    """What was found in words, each kind of it once, and no more than so many kinds: a file that is wrong in one way
    is wrong so a thousand times."""
    kinds: dict[Hashable, list[One]] = {}
    for one in found:
        kinds.setdefault(kind(one), []).append(one)
    shown = [
        f"{words(first)} {len(rest):,} more of this file are alike." if rest else words(first)
        for first, *rest in list(kinds.values())[:most]
    ]
    left = sum(len(ones) for ones in list(kinds.values())[most:])
    return [*shown, f"... and {left:,} more (cleanclaim status --format json lists each)"] if left else shown


def sql(name: str) -> str:
    """A statement of warehouse/sql/load."""
    return (SQL / "load" / f"{name}.sql").read_text(encoding="utf-8")


def _row(entry: Entry) -> tuple[object, ...]:
    p, mark = entry.problem, entry.problem.mark or Mark("")
    what = (p.segment, p.severity, p.rule, p.found, p.expected, p.fix, p.claims, p.claim_payments)
    marks = (mark.control or None, mark.first_claim, mark.claims)
    return (entry.file_name, _text(entry.path), entry.sha256, *what, *marks, p.repeats)


def _text(path: Path | None) -> str | None:
    return str(path) if path else None


def _rows(
    connection: duckdb.DuckDBPyConnection, question: str, parameters: Iterable[object] = ()
) -> list[dict[str, Any]]:
    answer = connection.execute(question, list(parameters))
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
