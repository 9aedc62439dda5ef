"""Integrity checks: each is one select that returns the bad rows, with the rule that they break."""

from __future__ import annotations

from typing import Any

import duckdb

from etl.warehouse.views import SQL

NAMES = (
    "remittance_balance",
    "claim_payment_balance",
    "claim_payment_lines",
    "service_payment_balance",
    "claim_charge",
)

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
    """What does not add up, from transaction set `first_set` on: file, segment, rule, found, expected, difference
    (Decimal), and the day and payer of the remittance or claim."""
    out: list[dict[str, Any]] = []
    for name in NAMES:
        rows = connection.execute(
            f"""select
                f.name as file, b.segment, '{name}' as rule, b.found, b.expected, b.found - b.expected as difference,
                coalesce(r.payment_date, c.submission_date) as day, k.payer_id, y.payer_name
            from ({text(name)}) as b
            join transaction_set as t on t.transaction_set_id = b.transaction_set_id
            join source_file as f on f.file_id = t.file_id
            left join remittance as r on r.transaction_set_id = b.transaction_set_id
            left join claim as c on c.transaction_set_id = b.transaction_set_id and c.segment = b.segment
            left join payer_key as k on k.spelled_as = coalesce(
                r.payer_id, upper(r.payer_name), c.payer_id, upper(c.payer_name))
            left join payer as y on y.payer_id = k.payer_id
            where b.transaction_set_id >= ? order by f.file_id, b.segment""",
            [first_set],
        )
        names = [column[0] for column in rows.description or []]
        out += [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
    return out


def unbalanced(connection: duckdb.DuckDBPyConnection, first_set: int = 0) -> list[dict[str, Any]]:
    """What does not add up, from transaction set `first_set` on: file, segment, rule, found, expected, difference."""
    amounts = ("found", "expected", "difference")
    return [
        {name: str(row[name]) if name in amounts else row[name] for name in ("file", "segment", "rule", *amounts)}
        for row in bad_rows(connection, first_set)
    ]
