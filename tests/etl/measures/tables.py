"""A small practice drawn as tables of text, written straight into a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from etl.warehouse import refresh, roots, store

# columns that every row needs and that no case cares about
_FIXED = {
    "claim": {"transaction_set_id": 0, "segment": 1, "claim_type": "professional", "facility_name": "NORTH"},
    "service_line": {"segment": 1},
    "remittance": {"segment": 1},
    "claim_payment": {"segment": 1},
    "service_payment": {"segment": 1},
    "adjustment": {"segment": 1},
    "provider_adjustment": {"segment": 1},
    "acknowledgement": {"transaction_set_id": 0, "segment": 1},
    "claim_sent_again": {"transaction_set_id": 0, "segment": 1},
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
                own_set = {"transaction_set_id": row["remittance_id"]} if table == "remittance" else {}
                full = own_set | _FIXED.get(table, {}) | ({"sequence": i} if table == "adjustment" else {}) | row
                names = ", ".join(full)
                marks = ", ".join("?" * len(full))
                connection.execute(f"insert into {table} ({names}) values ({marks})", list(full.values()))
        connection.execute("insert into source_file values (1, 'drawn', '', 0, 'x12', timestamp '2026-01-01')")
        connection.execute("""insert into transaction_set (transaction_set_id, file_id, segment, kind, content_hash)
            select 0, 1, 1, '837', '' union all select remittance_id, 1, 1, '835', '' from remittance""")
        roots.refresh(connection)
        refresh.refresh_views(connection)
    return store.open_reader(db)
