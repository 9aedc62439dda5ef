"""One claim's story: what was sent, how it was answered, line by line, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from etl.warehouse import views
from etl.warehouse.store import reveals


@dataclass(frozen=True, slots=True)
class Timeline:
    """`head`: the claim as it stands. `events`: one row a thing that happened, day, kind, code, detail, amount,
    claim_payment_id. `lines`: one row a line and adjustment of each claim payment. `person`: who the patient is, when
    the reader may reveal it.
    """

    head: dict[str, Any]
    events: pl.DataFrame
    lines: pl.DataFrame
    person: dict[str, Any] | None = None


def timeline(connection: duckdb.DuckDBPyConnection, root_id: int) -> Timeline | None:
    """The story of a claim root as of the last known day; None when there is no such claim."""
    events = _read(connection, "events", root_id)
    if events.is_empty():
        return None
    head = _read(connection, "head", root_id).to_dicts()
    person = _person(connection, head[0]["identity_key"]) if head else None
    return Timeline(head[0] if head else {"root_id": root_id}, events, _read(connection, "lines", root_id), person)


def _person(connection: duckdb.DuckDBPyConnection, identity_key: int | None) -> dict[str, Any] | None:
    if not reveals(connection):
        return None
    sql = "select * from person where identity_key = $key"
    found: list[dict[str, Any]] = connection.cursor().sql(sql, params={"key": identity_key}).pl().to_dicts()
    return found[0] if found else None


def _read(connection: duckdb.DuckDBPyConnection, name: str, root_id: int) -> pl.DataFrame:
    sql = (views.SQL / "timeline" / f"{name}.sql").read_text(encoding="utf-8")
    frame: pl.DataFrame = connection.cursor().sql(sql, params={"root_id": root_id}).pl()
    return frame
