"""What a warehouse holds already, for the reader of X12."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from etl.x12.exported import Key, Paid
from etl.x12.repeated import Known

_PAID = """select
        p.patient_control_number, p.charge_amount, p.paid_amount, p.status_code = '22', r.remittance_id, r.payment_date,
        r.trace_number, p.payer_claim_control_number, t.file_id
    from claim_payment as p
    join remittance as r on r.remittance_id = p.remittance_id
    join transaction_set as t on t.transaction_set_id = r.transaction_set_id"""


def known(connection: duckdb.DuckDBPyConnection) -> Known:
    """The contents and payments that the warehouse holds already."""
    contents = connection.execute("select content_hash, file_id from transaction_set").fetchall()
    payments = connection.execute(
        """select r.originator_id, r.trace_number, r.payment_date, r.deposit_amount, t.file_id
        from remittance as r join transaction_set as t on t.transaction_set_id = r.transaction_set_id
        where r.trace_number is not null"""
    ).fetchall()
    out = Known(dict(contents), {(row[0], row[1], row[2], row[3]): row[4] for row in payments})
    for key, paid in paid_rows(connection, "where t.kind = 'remittance'"):
        out.exported.setdefault(key, []).append(paid)
    return out


def paid_rows(connection: duckdb.DuckDBPyConnection, where: str) -> list[tuple[Key, Paid]]:
    """Claim payments of the warehouse as they are compared with those of an export, each with its file."""
    return [keyed(row) for row in connection.execute(f"{_PAID} {where} order by p.claim_payment_id").fetchall()]


def keyed(row: tuple[str, Decimal, Decimal, bool, int, date | None, str | None, str | None, Any]) -> tuple[Key, Paid]:
    """Key and rest of a row of patient control number, charge, paid, is reversal, remittance, day, trace, payer's
    number, and place."""
    number, charge, paid, is_reversal, *rest = row
    return (number, charge, paid, is_reversal), Paid(*rest)
