"""A small practice drawn as tables of text, written straight into a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from etl.warehouse import refresh, roots, store

# columns that every row needs and that no case cares about
_FIXED = {
    "claim": {"transaction_set_id": 1, "segment": 1, "claim_type": "professional", "facility_name": "NORTH"},
    "service_line": {"segment": 1},
    "remittance": {"transaction_set_id": 1, "segment": 1},
    "claim_payment": {"segment": 1},
    "service_payment": {"segment": 1},
    "adjustment": {"segment": 1},
    "provider_adjustment": {"segment": 1},
    "acknowledgement": {"transaction_set_id": 1, "segment": 1},
}


def rows(text: str) -> list[dict[str, str | None]]:
    """A table drawn with | between columns; an empty cell is null."""
    lines = [[cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]  # type: ignore[arg-type]


def warehouse(db: Path, tables: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """Write the drawn tables into a new warehouse and open it."""
    with store.open_writer(db) as connection:
        for table, text in tables.items():
            for i, row in enumerate(rows(text)):
                full = _FIXED.get(table, {}) | ({"sequence": i} if table == "adjustment" else {}) | row
                names = ", ".join(full)
                marks = ", ".join("?" * len(full))
                connection.execute(f"insert into {table} ({names}) values ({marks})", list(full.values()))
        roots.refresh(connection)
        refresh.refresh_views(connection)
    return store.open_reader(db)
