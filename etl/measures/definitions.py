"""What is a denial? Five answers on the same claims, and the steps that lead from ours to each of the others.

The steps are the measures definition_difference_claims and definition_difference_amount; they add up to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from etl.errors import UserError
from etl.measures.catalogue import MEASURES
from etl.measures.measure import Filters, Measure, Period


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition of a denial: the names of its two measures, and what it counts in a line."""

    label: str
    counts: str
    rate: str
    amount: str


def _other(name: str, label: str, counts: str) -> Definition:
    return Definition(label, counts, f"initial_denial_rate_{name}", f"denied_amount_{name}")


DEFINITIONS: Mapping[str, Definition] = {
    "ours": Definition(
        "cleanclaim", "a denial adjustment at the first adjudication", "initial_denial_rate", "denied_amount"
    ),
    "every_cas": _other("every_cas", "Every adjustment", "any CAS adjustment on the first answer"),
    "status_4": _other("status_4", "Claim status 4", "CLP02 = 4 on the first answer"),
    "zero_paid": _other("zero_paid", "Nothing paid", "CLP04 = 0 on the first answer"),
    "unpaid_line": _other("unpaid_line", "Any unpaid line", "a line charged and paid nothing on the first answer"),
}
REASONS: Mapping[str, str] = {
    "contractual": "Contractual and program reductions counted",
    "patient_share": "Deductible, coinsurance or copay counted",
    "duplicate": "Mere duplicates counted, or in place of the decision",
    "pending": "Pending and informational codes counted",
    "unknown": "Codes that no list knows counted",
    "denial_codes": "Denial codes that cancel out or exceed the charge",
    "none": "Nothing paid and no reason given",
    "partial_denial_missed": "Partial denials missed",
    "full_denial_missed": "Full denials not labelled as such",
    "whole_charge": "Rest of the charge of denied claims or lines",
}
CLAIMS, AMOUNT = "definition_difference_claims", "definition_difference_amount"


@dataclass(frozen=True, slots=True)
class Step:
    """A reason of REASONS with the claims and dollars that it adds (or takes, below zero)."""

    reason: str
    claims: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Compared:
    """One definition on the claims asked for; `steps` lead there from ours, largest amount first (ours has none)."""

    name: str
    denied: int
    answered: int
    rate: float | None
    amount: Decimal
    steps: tuple[Step, ...]


def compare(
    connection: duckdb.DuckDBPyConnection,
    filters: Filters | None = None,
    period: Period = (None, None),
    as_of: date | None = None,
) -> list[Compared]:
    """All definitions, ours first. Filters are the dimensions of claims; a period is on the day of the first answer."""
    claims, amounts = (
        MEASURES[name].by(connection, ["definition", "difference_reason"], filters, period, as_of)
        for name in (CLAIMS, AMOUNT)
    )
    found = []
    for name, one in DEFINITIONS.items():
        rate = _only(MEASURES[one.rate], connection, filters, period, as_of)
        amount = _only(MEASURES[one.amount], connection, filters, period, as_of)
        steps = _steps(claims, amounts, name)
        found.append(Compared(name, rate["numerator"], rate["denominator"], rate["value"], amount["numerator"], steps))
    return found


def changed_claims(
    connection: duckdb.DuckDBPyConnection,
    definition: str,
    filters: Filters | None = None,
    period: Period = (None, None),
    as_of: date | None = None,
) -> pl.DataFrame:
    """Every claim that this definition counts otherwise than ours: claim, payer, day, reason, claims and dollars."""
    if definition not in DEFINITIONS or definition == "ours":
        others = ", ".join(name for name in DEFINITIONS if name != "ours")
        raise UserError(f"No such definition: {definition}. Compare ours with one of: {others}.")
    columns = ("claim_number", "payer_name", "difference_date", "difference_reason", "claim_change", "amount_change")
    chosen = {**(filters or {}), "definition": definition}
    rows = [MEASURES[name].rows(connection, chosen, period, as_of, columns=columns) for name in (AMOUNT, CLAIMS)]
    both = pl.concat([frame.select(columns) for frame in rows], how="vertical_relaxed").unique(maintain_order=True)
    return both.sort("difference_reason", "claim_number", "difference_date")


def _only(
    measure: Measure,
    connection: duckdb.DuckDBPyConnection,
    filters: Filters | None,
    period: Period,
    as_of: date | None,
) -> dict[str, Any]:
    return measure.by(connection, (), filters, period, as_of).row(0, named=True)


def _steps(claims: pl.DataFrame, amounts: pl.DataFrame, name: str) -> tuple[Step, ...]:
    of: dict[str, list[Any]] = {}
    for place, frame in enumerate((claims, amounts)):
        for definition, reason, value in frame.select("definition", "difference_reason", "value").iter_rows():
            if definition == name:
                of.setdefault(reason, [0, Decimal("0.00")])[place] = value
    steps = (Step(reason, both[0], both[1]) for reason, both in of.items())
    return tuple(sorted(steps, key=lambda step: (-abs(step.amount), step.reason)))
