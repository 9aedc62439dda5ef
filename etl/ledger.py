"""The books: each deposit down to its lines, each claim's charge to where it went, and what does not add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from etl.warehouse import checks, matching
from etl.warehouse.views import SQL

BY = ("payer_id", "payer_name", "month")
# the equations of the ledger, by the first word: charge = the sum of the others, with their signs
DEPOSIT = ("deposit_amount", "paid_amount", "provider_adjustment_amount", "deposit_unexplained_amount")
DEPOSIT_TABLE = (*DEPOSIT, "claim_unexplained_amount", "line_unexplained_amount")
ANSWER = ("charge_amount", "paid_amount", "co_amount", "pr_amount", "oa_amount", "pi_amount", "other_amount",
          "claim_unexplained_amount")  # fmt: skip
LINE = ("charge_amount", "not_itemised_amount", "line_charge_amount", "line_paid_amount", "line_adjustment_amount",
        "line_unexplained_amount")  # fmt: skip
CLAIM = ("charge_amount", "insurance_paid_amount", "contractual_amount", "patient_paid_amount", "collections_amount",
         "write_off_amount", "insurance_open_amount", "patient_open_amount", "credit_amount")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """What to reconcile: remittances paid and claims sent in these days (None: no bound), of these payers (ids or
    names; none: all)."""

    first: date | None = None
    last: date | None = None
    payers: tuple[str, ...] = ()

    def covers(self, day: date | None, payer_id: str | None, payer_name: str | None) -> bool:
        """Whether something of this day and payer belongs to it; without a day it does unless days are bounded."""
        early = self.first is not None and (day is None or day < self.first)
        late = self.last is not None and (day is None or day > self.last)
        return not early and not late and (not self.payers or payer_id in self.payers or payer_name in self.payers)

    def parameters(self) -> dict[str, object]:
        return {"first": self.first, "last": self.last, "payers": list(self.payers)}


def remittances(connection: duckdb.DuckDBPyConnection, scope: Scope) -> pl.DataFrame:
    """One row per remittance with the columns of DEPOSIT, ANSWER and LINE; amounts are Decimal.

    The unexplained amounts are what the integrity checks find, so that a check and the ledger cannot disagree.
    """
    names = ("remittance_balance", "claim_payment_balance", "service_payment_balance")
    found = ",\n".join(f"{name} as (\n{checks.text(name)}\n)" for name in names)
    return _ask(connection, f"with {found} select * from (\n{_sql('remittance')}\n)", scope)


def claims(connection: duckdb.DuckDBPyConnection, scope: Scope) -> pl.DataFrame:
    """One row per claim root with the columns of CLAIM; amounts are Decimal. Claims that were answered but never sent
    have `is_sent` false and count from their first answer."""
    return _ask(connection, _sql("claim"), scope)


def by_payer_and_month(rows: pl.DataFrame, count: str, amounts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Sums of a ledger by payer and month of payment or submission, in that order."""
    sums = [pl.col(name).cast(pl.Decimal(38, 2)).sum() for name in amounts]
    table = rows.group_by(BY).agg(pl.len().alias(count), *sums).sort("payer_name", "payer_id", "month", nulls_last=True)
    return table.to_dicts()


def payers(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The ids and names by which a payer can be asked for."""
    rows = connection.execute("select payer_id, payer_name from payer").fetchall()
    return {text for row in rows for text in row}


def tie(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Whether the remittances' payments all stand in the ledger of claims, whatever the scope."""
    return _ask(connection, _sql("tie")).to_dicts()[0]


def exceptions(connection: duckdb.DuckDBPyConnection, scope: Scope) -> list[dict[str, Any]]:
    """What does not add up and what could belong to several claims: payer, file, segment, rule, found, expected,
    difference, what it means, what to do."""
    out = []
    for row in checks.bad_rows(connection):
        if scope.covers(row["day"], row["payer_id"], row["payer_name"]):
            meaning, fix = checks.MEANING[row["rule"]]
            of_row = {name: row[name] for name in row if name != "unit"}  # the other exceptions have none
            out.append({**of_row, "meaning": meaning, "fix": fix})
    for row in matching.listed(connection):
        if row["match_method"] == "ambiguous" and scope.covers(row["payment_date"], row["payer_id"], row["payer_name"]):
            out.append(_ambiguous(row))
    paid = tie(connection)
    if paid["paid_by_remittances"] != paid["paid_on_claims"]:
        out.append(_untied(paid["paid_by_remittances"], paid["paid_on_claims"]))
    return out


def _ambiguous(row: dict[str, Any]) -> dict[str, Any]:
    """A claim or line payment that fits several, as an exception: its money is counted, its place is open."""
    what = row["what"]
    return {
        **{name: row[name] for name in ("file", "segment")},
        "rule": f"ambiguous_{what}",
        "found": f"{row['candidates']} {what}s fit" if row["candidates"] else f"several {what}s fit",
        "expected": f"one {what}",
        "difference": None,
        "day": row["payment_date"],
        "payer_id": row["payer_id"],
        "payer_name": row["payer_name"],
        "meaning": f"The payment could answer more than one {what}; none was taken, its money is counted all the same.",
        "fix": "Look the payment up with the payer's claim number, and post it by hand where it belongs.",
    }


def _untied(by_remittances: Decimal, on_claims: Decimal) -> dict[str, Any]:
    return {
        **dict.fromkeys(("file", "segment", "day", "payer_id", "payer_name")),
        "rule": "ledger_tie",
        "found": on_claims,
        "expected": by_remittances,
        "difference": on_claims - by_remittances,
        "meaning": "What the remittances paid is not what the ledger of claims holds: a fault of cleanclaim.",
        "fix": "Report it, and do not rely on the ledger of claims until it is mended.",
    }


def _sql(name: str) -> str:
    return (SQL / "ledger" / f"{name}.sql").read_text(encoding="utf-8")


def _ask(connection: duckdb.DuckDBPyConnection, sql: str, scope: Scope | None = None) -> pl.DataFrame:
    frame: pl.DataFrame = connection.cursor().sql(sql, params=scope.parameters() if scope else None).pl()
    return frame
