"""One claim's story: what was sent, how it was answered, line by line, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from etl.warehouse import views


@dataclass(frozen=True, slots=True)
class Timeline:
    """`head`: the claim as it stands (its names and member id are PHI: mask them). `events`: one row a thing that
    happened, day, kind, code, detail, amount, claim_payment_id. `lines`: one row a line and adjustment of each claim
    payment.
    """

    head: dict[str, Any]
    events: pl.DataFrame
    lines: pl.DataFrame


def timeline(connection: duckdb.DuckDBPyConnection, root_id: int) -> Timeline | None:
    """The story of a claim root as of the last known day; None when there is no such claim."""
    events = _read(connection, "events", root_id)
    if events.is_empty():
        return None
    head = _read(connection, "head", root_id).to_dicts()
    return Timeline(head[0] if head else {"root_id": root_id}, events, _read(connection, "lines", root_id))


def _read(connection: duckdb.DuckDBPyConnection, name: str, root_id: int) -> pl.DataFrame:
    sql = (views.SQL / "timeline" / f"{name}.sql").read_text(encoding="utf-8")
    frame: pl.DataFrame = connection.cursor().sql(sql, params={"root_id": root_id}).pl()
    return frame
