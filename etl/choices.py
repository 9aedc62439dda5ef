"""What a user can choose from in this warehouse: payers, sites, teams, and the days it covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb


@dataclass(frozen=True, slots=True)
class Choices:
    """Values of the shared filters, sorted, and the first and last known day (None when nothing is loaded)."""

    payers: tuple[str, ...]
    sites: tuple[str, ...]
    teams: tuple[str, ...]
    first_day: date | None
    last_day: date | None


def choices(connection: duckdb.DuckDBPyConnection) -> Choices:
    """The choices of this warehouse. Teams come from staff.csv, sites and payers from the claims and their answers."""
    first_day, last_day = _row(
        connection,
        "select least((select min(submission_date) from claim), (select min(payment_date) from remittance)),"
        " (select data_through from warehouse_state)",
    )
    return Choices(
        payers=_values(
            connection, "select distinct payer_name from claim_outcome where payer_name is not null order by 1"
        ),
        sites=_values(connection, "select distinct facility from claim_outcome where facility is not null order by 1"),
        teams=_values(connection, "select distinct team from staff where team is not null order by 1"),
        first_day=first_day,
        last_day=last_day,
    )


def reasons(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What each claim adjustment reason code says, in our own words: `197` -> authorization missing."""
    return dict(connection.execute("select carc, label from reference_carc").fetchall())


def payer_names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The name of each payer by its id; with the id where two bear the same name."""
    sql = """select payer_id, payer_name || case when count(*) over (partition by payer_name) > 1
        then ' (' || payer_id || ')' else '' end from payer where payer_name is not null"""
    return dict(connection.execute(sql).fetchall())


def _values(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    return tuple(row[0] for row in connection.execute(sql).fetchall())


def _row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[date | None, date | None]:
    rows = connection.execute(sql).fetchall()
    return (rows[0][0], rows[0][1]) if rows else (None, None)
