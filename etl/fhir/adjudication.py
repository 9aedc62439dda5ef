"""Adjudication of an ExplanationOfBenefit -> charge, allowed, paid, and adjustments with group and CARC.

Categories are those of FHIR's adjudication codes and of CARIN BB's (C4BBAdjudication). What a category means in X12:
deductible PR-1, coinsurance PR-2, copay PR-3, discount CO-45, priorpayerpaid OA-23, noncovered the denial reason
(else 96). A denial reason without an amount takes what is left of the charge; nothing else is made up, so that what a
payer does not explain shows as out of balance.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from etl.fhir.resources import amount, codes, listed

_CARC = ("claim-adjustment-reason", "adjustment-reason-codes", "x12.org/codes/carc")
_RARC = ("remittance-advice-remark", "x12.org/codes/rarc")
_GROUP = ("claim-adjustment-group", "adjustment-group-codes")
_GROUPS = ("CO", "PR", "OA", "PI", "CR")
_SHARES = {"deductible": "1", "coinsurance": "2", "copay": "3"}
_NO_ADJUSTMENTS = {
    *("submitted", "eligible", "benefit", "paidtoprovider", "paidtopatient", "paidbypatient", "paidbypatientcash"),
    *("paidbypatientother", "drugcost", "memberliability", "noncovered", "discount", "priorpayerpaid", *_SHARES),
}


@dataclass(slots=True)
class Adjudicated:
    """What a payer decided on a claim or line; `adjustments` are group, CARC and amount."""

    charge: Decimal
    allowed: Decimal | None
    paid: Decimal
    adjustments: list[tuple[str, str, Decimal]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    is_denied: bool = False

    @property
    def patient_share(self) -> Decimal:
        """The sum of PR adjustments."""
        return sum((one[2] for one in self.adjustments if one[0] == "PR"), Decimal())


def amounts_of(parts: Any, where: str) -> dict[str, Decimal]:
    """Category -> amount of an `adjudication` or `total` element; the first of each category."""
    found: dict[str, Decimal] = {}
    for one in listed(parts):
        value = amount(one.get("amount"), f"{where}.amount")
        for _, category in codes(one.get("category")):
            if value is not None:
                found.setdefault(category, value)
    return found


def paid_in(stated: dict[str, Decimal]) -> Decimal | None:
    """What was paid to provider and patient; else the benefit, which is payable."""
    paid = [stated[name] for name in ("paidtoprovider", "paidtopatient") if name in stated]
    return sum(paid, Decimal()) if paid else stated.get("benefit")


def adjudicated(parts: Any, where: str, charge: Decimal | None, paid: Decimal | None) -> Adjudicated:
    """One claim's or line's adjudication. `charge` and `paid` are what the resource states elsewhere, if it does."""
    stated = amounts_of(parts, where)
    own_paid = paid_in(stated)
    out = Adjudicated(
        charge=stated.get("submitted", charge if charge is not None else Decimal()),
        allowed=stated.get("eligible"),
        paid=own_paid if own_paid is not None else paid if paid is not None else Decimal(),
    )
    reasons: list[tuple[str | None, str]] = []
    for one in listed(parts):
        categories = [category for _, category in codes(one.get("category"))]
        group = _group(one)
        carcs = [_plain(code) for system, code in codes(one.get("reason")) if _of(system, _CARC)]
        out.remarks += [code for system, code in codes(one.get("reason")) if _of(system, _RARC)]
        value = amount(one.get("amount"), f"{where}.amount")
        out.is_denied |= any(code == "denied" for _, code in codes(one.get("reason")))
        if carcs and value is not None and not _NO_ADJUSTMENTS.intersection(categories):
            out.adjustments.append((group or "CO", carcs[0], value))
        elif carcs:
            reasons += [(group, carc) for carc in carcs]
    for category, carc in _SHARES.items():
        if stated.get(category):
            out.adjustments.append(("PR", carc, stated[category]))
    if stated.get("discount"):
        out.adjustments.append(("CO", "45", stated["discount"]))
    if stated.get("priorpayerpaid"):
        out.adjustments.append(("OA", "23", stated["priorpayerpaid"]))
    _explain_rest(out, stated, reasons)
    return out


def _explain_rest(out: Adjudicated, stated: dict[str, Decimal], reasons: list[tuple[str | None, str]]) -> None:
    """The adjustments for what is not covered, denied, or above what the plan allows, out of what is left."""
    noncovered = stated.get("noncovered") or Decimal()
    beyond_share = stated.get("memberliability", Decimal()) - out.patient_share
    group, carc = reasons[0] if reasons else (None, "96")
    group = group or ("PR" if noncovered and beyond_share >= noncovered else "CO")
    if noncovered:
        out.adjustments.append((group, carc, noncovered))
    left = out.charge - out.paid - sum((one[2] for one in out.adjustments), Decimal())
    above = out.charge - out.allowed if out.allowed else Decimal()
    if left > 0 and 0 < above <= left and "discount" not in stated:
        out.adjustments.append(("CO", "45", above))
        left -= above
    if left > 0 and reasons and not noncovered:
        out.adjustments.append((group, carc, left))


def _group(one: dict[str, Any]) -> str | None:
    """A group code in an extension or among the reason's codings."""
    values = [value for value in _codings(one) if _of(value[0], _GROUP) or value[1] in _GROUPS]
    return values[0][1] if values else None


def _codings(one: dict[str, Any]) -> list[tuple[str, str]]:
    found = list(codes(one.get("reason")))
    for extension in listed(one.get("extension")):
        found += codes(extension.get("valueCodeableConcept"))
        coding = extension.get("valueCoding")
        found += codes({"coding": [coding]}) if isinstance(coding, dict) else []
    return found


def _of(system: str, parts: tuple[str, ...]) -> bool:
    return any(part in system.lower() for part in parts)


def _plain(carc: str) -> str:
    """CO-45 and 045 are 45."""
    return carc.upper().rsplit("-", 1)[-1].lstrip("0")
