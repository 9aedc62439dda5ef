"""A view computed once, as it stands or as it stood on a past day, ready for every measure that a page asks of it.

Computing a past day goes back to the claim payments and takes long; a page asks for a dozen figures.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from etl.warehouse import views
from etl.warehouse.store import open_reader


def open_as_of(path: Path, day: date, view: str = "receivable") -> duckdb.DuckDBPyConnection:
    """A reader in whose memory `view` stands as of `day`, and which takes that day for the last known one.

    For that view only: the others still know what came later. Raises UserError as `open_reader` does.
    """
    connection = open_reader(path)
    connection.execute(f"create table computed as {views.as_of_query(view)} select * from {view}", {"as_of": day})
    _put(connection, view)
    connection.execute(
        "create or replace view rollup_state as from warehouse.rollup_state limit 0"
    )  # they stand on the last day
    connection.execute(
        f"create or replace view warehouse_state as select date '{day:%Y-%m-%d}' as data_through, 1 as schema_version"
    )
    return connection


def open_computed(path: Path, view: str) -> duckdb.DuckDBPyConnection:
    """A reader in whose memory `view` stands as of the last known day: for a view that joins much for few rows.

    Raises UserError as `open_reader` does.
    """
    connection = open_reader(path)
    connection.execute(f"create table computed as from {view}")
    _put(connection, view)
    return connection


def _put(connection: duckdb.DuckDBPyConnection, view: str) -> None:
    """Let the table `computed` take the place of the view."""
    connection.execute(f"drop view {view}")
    connection.execute(f"alter table computed rename to {view}")
