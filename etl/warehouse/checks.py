"""Integrity checks: each is one select that returns the bad rows, with the rule that they break."""

from __future__ import annotations

from typing import Any

import duckdb

from etl.warehouse.ask import scalar
from etl.warehouse.views import SQL

NAMES = (
    "remittance_balance",
    "claim_payment_balance",
    "claim_payment_lines",
    "service_payment_balance",
    "claim_charge",
)

# in what positions in a file are counted, by its kind (tables: in rows); the same as SQL of a source_file f
UNITS = {"x12": "segment", "": "segment", "fhir": "line"}
_WHEN = " ".join(f"when '{kind}' then '{unit}'" for kind, unit in UNITS.items())
UNIT = f"case f.kind {_WHEN} else 'row' end"

# where a bad row stands, and the rule that it breaks
_WHERE = ("file", "segment", "unit", "rule")

# what a broken rule means, and what to do about it
MEANING = {
    "remittance_balance": (
        "The deposit (BPR02) is not what its claim payments less its provider adjustments (PLB) add up to.",
        "Compare the bank's amount with both, and ask the payer for the missing claims or for the reason.",
    ),
    "claim_payment_balance": (
        "The claim's charge (CLP03) is not its payment (CLP04) plus its adjustments (CAS): some of it has no reason.",
        "Post the payment, hold the difference open, and ask the payer for a corrected remittance.",
    ),
    "claim_payment_lines": (
        "The lines (SVC02) are charged at more than the claim that they belong to (CLP03).",
        "Compare with the claim as sent: the payer put another claim's lines, or another charge, on this one.",
    ),
    "service_payment_balance": (
        "The line's charge (SVC02) is not its payment (SVC03) plus its adjustments (CAS): some of it has no reason.",
        "Post the payment, hold the difference open, and ask the payer for the line's missing adjustment.",
    ),
    "claim_charge": (
        "The claim was sent with a charge (CLM02) that is not the sum of its lines.",
        "Correct the claim in the billing system; a payer may reject it or pay the lesser amount.",
    ),
}


def text(name: str) -> str:
    """The select of a check: transaction_set_id, segment, found, expected of each bad row."""
    return (SQL / "checks" / f"{name}.sql").read_text(encoding="utf-8")


def bad_rows(connection: duckdb.DuckDBPyConnection, first_set: int = 0) -> list[dict[str, Any]]:
    """What does not add up, from transaction set `first_set` on: file, segment, unit, rule, found, expected,
    difference (Decimal), and the day and payer of the remittance or claim."""
    new = _new_rows(connection, first_set) if first_set > 1 else []
    parts = (f"select {i} as place, '{name}' as rule, * from ({text(name)}\n)" for i, name in enumerate(NAMES))
    rows = connection.execute(
        f"""with bad as materialized (
            select * from ({" union all by name ".join(parts)}) where transaction_set_id >= ?
        )

        select
            f.name as file, b.segment, {UNIT} as unit, b.rule, b.found, b.expected,
            b.found - b.expected as difference,
            coalesce(r.payment_date, c.submission_date) as day, k.payer_id, y.payer_name
        from bad as b
        join transaction_set as t on t.transaction_set_id = b.transaction_set_id
        join source_file as f on f.file_id = t.file_id
        left join remittance as r on r.transaction_set_id = b.transaction_set_id
        left join claim as c on c.transaction_set_id = b.transaction_set_id and c.segment = b.segment
        left join payer_key as k on k.spelled_as = coalesce(
            r.payer_id, upper(r.payer_name), c.payer_id, upper(c.payer_name))
        left join payer as y on y.payer_id = k.payer_id
        order by b.place, f.file_id, b.segment""",
        [first_set],
    )
    names = [column[0] for column in rows.description or []]
    out = [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    for table in new:
        connection.execute(f"drop table temp.{table}")
    return out


def _new_rows(connection: duckdb.DuckDBPyConnection, first_set: int) -> list[str]:
    """Put what came from transaction set `first_set` on into temporary tables of the same names, which stand before the
    lasting ones: a check sums up whole tables, and a warehouse may be large. Returns the tables."""
    lasting = f'"{scalar(connection, "select current_database()")}".main'
    tables = {
        "remittance": "transaction_set_id >= $first",
        "claim": "transaction_set_id >= $first",
        "provider_adjustment": "remittance_id in (select remittance_id from remittance)",
        "claim_payment": "remittance_id in (select remittance_id from remittance)",
        "service_line": "claim_id in (select claim_id from claim)",
        "service_payment": "claim_payment_id in (select claim_payment_id from claim_payment)",
        "adjustment": "claim_payment_id in (select claim_payment_id from claim_payment)",
    }
    for table, condition in tables.items():
        select = f"create temp table {table} as select * from {lasting}.{table} where {condition}"
        connection.execute(select, {"first": first_set} if "$first" in condition else None)
    return list(tables)


def unbalanced(connection: duckdb.DuckDBPyConnection, first_set: int = 0) -> list[dict[str, Any]]:
    """What does not add up, from transaction set `first_set` on: file, segment, unit, rule, found, expected,
    difference."""
    amounts = ("found", "expected", "difference")
    return [
        {name: str(row[name]) if name in amounts else row[name] for name in _WHERE + amounts}
        for row in bad_rows(connection, first_set)
    ]
