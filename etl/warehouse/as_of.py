"""A past day, computed once: a view as it stood then, ready for every measure that a page asks of it.

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
    connection.execute(f"create table past as {views.as_of_query(view)} select * from {view}", {"as_of": day})
    connection.execute(f"drop view {view}")
    connection.execute(f"alter table past rename to {view}")
    connection.execute(
        "create or replace view rollup_state as from warehouse.rollup_state limit 0"
    )  # they stand on the last day
    connection.execute(
        f"create or replace view warehouse_state as select date '{day:%Y-%m-%d}' as data_through, 1 as schema_version"
    )
    return connection
