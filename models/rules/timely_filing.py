"""The filing limit, counted from the last day of service, against the default of the payer's class.

A contract may say otherwise; until a practice can enter its own limits, every message says that a default was used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.rules.base import Batch, Hit, Rule, reference

NEAR_DAYS = 14
# Medicaid's class does not tell a state's own program from a managed-care plan: the shorter limit warns, the longer
# one counts
_CLASS_LIMITS = {"medicaid": ("medicaid_ffs", "medicaid_mco")}


@dataclass(frozen=True, slots=True)
class _Limit:
    """Days that surely end it, and days (of a stricter plan of the same class) that may."""

    payer_class: str
    days: int
    stricter_days: int


def _limit(filing_code: str | None) -> _Limit | None:
    """The default of the class that SBR09 stands for; None when the class is unknown or has no default."""
    classes = {row["code"]: row["default_payer_class"] for row in reference("claim_filing_indicator")}
    payer_class = classes.get(filing_code or "", "")
    defaults = {row["payer_class"]: row["days_default"].split()[0] for row in reference("timely_filing_defaults")}
    names = _CLASS_LIMITS.get(payer_class, (payer_class,))
    days = [int(defaults[name]) for name in names if defaults.get(name, "").isdigit()]
    return _Limit(payer_class.replace("_", " "), max(days), min(days)) if days else None


def _passed(batch: Batch) -> Iterator[Hit]:
    for claim_id, age, limit, why in _ages(batch):
        if limit is None:
            yield Hit(claim_id, why, is_checked=False)
        elif age > limit.days:
            yield Hit(
                claim_id, f"{_counted(batch, age)} the limit for {limit.payer_class} is {limit.days} days. {_DEFAULT}"
            )


def _near(batch: Batch) -> Iterator[Hit]:
    for claim_id, age, limit, why in _ages(batch):
        if limit is None:
            yield Hit(claim_id, why, is_checked=False)
        elif limit.days - NEAR_DAYS <= age <= limit.days:
            left = limit.days - age
            yield Hit(
                claim_id,
                f"{_counted(batch, age)} {left} days are left of the {limit.days} for {limit.payer_class}. {_DEFAULT}",
            )
        elif limit.stricter_days - NEAR_DAYS <= age < limit.days and limit.stricter_days < limit.days:
            message = f"{_counted(batch, age)} managed-care plans often allow {limit.stricter_days} days. {_DEFAULT}"
            yield Hit(claim_id, message)


_DEFAULT = "This is the usual default; the payer's contract may say otherwise."


def _counted(batch: Batch, age: int) -> str:
    return f"Sent on {batch.sent_on}, the claim would be {age} days after the service;"


def _ages(batch: Batch) -> Iterator[tuple[int, int, _Limit | None, str]]:
    """(claim, days since the service, limit or None, why there is none)."""
    columns = ("claim_id", "service_date", "claim_filing_code", "frequency_code", "payer_responsibility")
    for claim_id, service, filing_code, frequency, responsibility in batch.claim.select(columns).iter_rows():
        if service is None:
            yield claim_id, 0, None, "the claim has no date of service"
        elif frequency in ("7", "8"):
            yield claim_id, 0, None, "a corrected claim's limit runs from the remittance, by contract"
        elif responsibility not in (None, "P"):
            yield claim_id, 0, None, "a secondary claim's limit runs from the primary payer's remittance"
        else:
            why = f"no default filing limit is known for claim filing indicator {filing_code or '(none)'}"
            yield claim_id, (batch.sent_on - service).days, _limit(filing_code), why


PASSED = Rule(
    id="filing_limit_passed",
    severity="error",
    carc="29",
    fix="Check the payer's own limit. If it has passed, look for proof of an earlier submission.",
    find=_passed,
)
NEAR = Rule(
    id="filing_limit_near",
    severity="warning",
    carc="29",
    fix="Send this claim first.",
    find=_near,
)
