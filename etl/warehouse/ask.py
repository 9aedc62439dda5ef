"""Small questions to a connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb


def scalar(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] | None = None) -> Any:
    """The first column of the first row, None when there is none.

    All rows are fetched: DuckDB 2 refuses other work on a connection whose last result was not read to its end.
    """
    rows = connection.execute(sql, parameters).fetchall()
    return rows[0][0] if rows else None
