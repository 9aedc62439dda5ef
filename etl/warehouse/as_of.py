"""A past day, computed once: the balances as they stood then, ready for every measure that a page asks.

Computing a balance of a past day goes back to the claim payments and takes long; a page asks for six of them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from etl.warehouse import views
from etl.warehouse.store import open_reader


def open_as_of(path: Path, day: date) -> duckdb.DuckDBPyConnection:
    """A reader in whose memory `receivable` stands as of `day`, and which takes that day for the last known one.

    For balances only: the other views still know what came later. Raises UserError as `open_reader` does.
    """
    connection = open_reader(path)
    connection.execute(
        f"create table past as {views.as_of_query('receivable')} select * from receivable", {"as_of": day}
    )
    connection.execute("drop view receivable")
    connection.execute("alter table past rename to receivable")
    # the rollups of balances stand on the last day
    connection.execute("create or replace view rollup_state as from warehouse.rollup_state where view <> 'receivable'")
    connection.execute(
        f"create or replace view warehouse_state as select date '{day:%Y-%m-%d}' as data_through, 1 as schema_version"
    )
    return connection
