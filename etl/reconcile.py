"""`cleanclaim reconcile`: the books as tables by payer and month, the exceptions, and the bank beside the deposits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl import bank, ledger
from etl.ledger import Scope
from etl.warehouse import matching

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Reconciliation:
    """What `cleanclaim reconcile` found; amounts are Decimal.

    `deposits`, `answers`, `lines` and `claims` are by payer and month, each with the columns of its equation in
    etl.ledger. `bank` is empty without a bank file.
    """

    deposits: Rows
    answers: Rows
    lines: Rows
    claims: Rows
    tie: dict[str, Any]
    matching: dict[str, Rows]
    exceptions: Rows
    bank: Rows = field(default_factory=list)
    bank_counts: Rows = field(default_factory=list)

    def needs_a_person(self) -> bool:
        """Whether anything does not add up, or could not be matched to the bank."""
        return bool(self.exceptions)


def reconcile(connection: duckdb.DuckDBPyConnection, scope: Scope, bank_file: Path | None = None) -> Reconciliation:
    """Close the books of this scope. Raises UserError when the bank file cannot be read."""
    rows, bad = bank.read(bank_file) if bank_file else ([], [])
    remittances, claims = ledger.remittances(connection, scope), ledger.claims(connection, scope)
    out = Reconciliation(
        deposits=ledger.by_payer_and_month(remittances, "remittances", ledger.DEPOSIT_TABLE),
        answers=ledger.by_payer_and_month(remittances, "remittances", ledger.ANSWER),
        lines=ledger.by_payer_and_month(remittances, "remittances", ledger.LINE),
        claims=ledger.by_payer_and_month(claims, "claims", ledger.CLAIM),
        tie=ledger.tie(connection),
        matching=matching.counts(connection),
        exceptions=ledger.exceptions(connection, scope),
    )
    if bank_file:
        everything = ledger.remittances(connection, Scope()) if scope != Scope() else remittances
        pairs = [pair for pair in bank.match(rows, _deposits(everything)) if _inside(pair, scope)]
        out.bank = [_pair_row(pair) for pair in pairs]
        out.bank_counts = _bank_counts(pairs)
        out.exceptions += [_bad_row(row) for row in bad]
        out.exceptions += [_bank_exception(bank_file.name, pair) for pair in pairs if pair.state in bank.MEANING]
    return out


def _deposits(remittances: pl.DataFrame) -> list[bank.Deposit]:
    columns = ("file", "segment", "payment_date", "deposit_amount", "trace_number", "payer_id", "payer_name")
    rows = remittances.select(columns).iter_rows()
    return [bank.Deposit(file, at, day, amount, trace or "", *payer) for file, at, day, amount, trace, *payer in rows]


def _inside(pair: bank.Pair, scope: Scope) -> bool:
    if one := pair.deposit:
        return scope.covers(one.day, one.payer_id, one.payer_name)
    return bool(pair.bank and not scope.payers and scope.covers(pair.bank.day, None, None))


def _bank_counts(pairs: Iterable[bank.Pair]) -> Rows:
    """One row per state: how many pairs, the bank's money, the remittances' money, the difference."""
    out: dict[str, dict[str, Any]] = {}
    zero = Decimal("0.00")
    for pair in pairs:
        start = {"state": pair.state, "pairs": 0, "bank_amount": zero, "deposit_amount": zero, "difference": zero}
        row = out.setdefault(pair.state, start)
        row["pairs"] += 1
        row["bank_amount"] += pair.bank.amount if pair.bank else zero
        row["deposit_amount"] += pair.deposit.amount if pair.deposit else zero
        row["difference"] += pair.difference
    return [out[state] for state in ("matched", *bank.MEANING, "not_covered") if state in out]


def _pair_row(pair: bank.Pair) -> dict[str, Any]:
    row, one = pair.bank, pair.deposit
    return {
        "state": pair.state,
        "how": pair.how or None,
        "bank_row": row.row if row else None,
        "bank_date": row.day if row else None,
        "bank_amount": row.amount if row else None,
        "bank_trace": row.trace if row else None,
        "file": one.file if one else None,
        "segment": one.segment if one else None,
        "payer_name": one.payer_name if one else None,
        "payment_date": one.day if one else None,
        "deposit_amount": one.amount if one else None,
        "trace_number": one.trace if one else None,
        "difference": pair.difference,
    }


def _bank_exception(file: str, pair: bank.Pair) -> dict[str, Any]:
    row, one = pair.bank, pair.deposit
    meaning, fix = bank.MEANING[pair.state]
    return {
        "file": one.file if one else file,
        "segment": one.segment if one else row.row if row else None,
        "rule": f"bank_{pair.state}",
        "found": row.amount if row else None,
        "expected": one.amount if one else None,
        "difference": pair.difference,
        "day": row.day if row else one.day if one else None,
        "payer_id": one.payer_id if one else None,
        "payer_name": one.payer_name if one else None,
        "meaning": meaning,
        "fix": fix,
    }


def _bad_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "file": row["file"],
        "segment": row["row"],
        "rule": "bank_file_row",
        "found": f"{row['column']}: {row['found']}",
        "expected": row["expected"],
        **dict.fromkeys(("difference", "day", "payer_id", "payer_name")),
        "meaning": "This row of the bank file could not be read; its money is in none of the figures.",
        "fix": "Correct the cell and reconcile again.",
    }
