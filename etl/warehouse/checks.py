"""Integrity checks: each is one select that returns the bad rows, with the rule that they break."""

from __future__ import annotations

from typing import Any

import duckdb

from etl.warehouse.views import SQL

NAMES = ("remittance_balance", "claim_payment_balance", "service_payment_balance", "claim_charge")


def unbalanced(connection: duckdb.DuckDBPyConnection, first_set: int = 0) -> list[dict[str, Any]]:
    """What does not add up, from transaction set `first_set` on: file, segment, rule, found, expected, difference."""
    found: list[dict[str, Any]] = []
    for name in NAMES:
        sql = (SQL / "checks" / f"{name}.sql").read_text(encoding="utf-8")
        rows = connection.execute(
            f"""select f.name, b.segment, b.found, b.expected from ({sql}) as b
            join transaction_set as t on t.transaction_set_id = b.transaction_set_id
            join source_file as f on f.file_id = t.file_id
            where b.transaction_set_id >= ? order by f.file_id, b.segment""",
            [first_set],
        ).fetchall()
        found += [
            {
                "file": r[0],
                "segment": r[1],
                "rule": name,
                "found": str(r[2]),
                "expected": str(r[3]),
                "difference": str(r[2] - r[3]),
            }
            for r in rows
        ]
    return found
