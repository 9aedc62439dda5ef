"""How things are written on a page: money, rates, names of codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from etl.measures import Measure

NONE = "–"
_MINUS = "\u2212"

AR_REASONS = {
    "rejected": "Rejected at the front door",
    "awaiting_payer": "Awaiting the payer",
    "denied": "Denied",
    "patient": "Patient's share",
    "credit": "Credit balance",
}
AUDIT_FIELDS = {"em_level": "E/M level", "drg": "DRG"}
EMPLOYMENT = {"in_house": "In-house", "outsourced": "Outsourced"}
AGE_FROM = {"service": "Service date", "submission": "First submission", "remit": "Last remittance"}


def money(amount: Decimal | float | None, cents: bool = False) -> str:
    """`$1,234` or `$1,234.50`; negative with a true minus sign; a dash when there is none."""
    if amount is None:
        return NONE
    text = f"{abs(amount):,.2f}" if cents else f"{abs(amount):,.0f}"
    return f"{_MINUS if amount < 0 else ''}${text}"


def short(amount: Decimal | float) -> str:
    """`$681`, `$3.1k`, `$21k`, `$1.2M`: an amount where there is little room."""
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if (scaled := abs(float(amount)) / size) >= 0.9995:
            return f"{_MINUS if amount < 0 else ''}${scaled:.{0 if scaled >= 9.95 else 1}f}{unit}"
    return money(amount)


def rate(value: float | None) -> str:
    """`12.3%`."""
    return NONE if value is None else f"{value:.1%}"


def ratio(value: float | None) -> str:
    """`1.25`: observed to expected, or claims a day."""
    return NONE if value is None else f"{value:,.2f}"


def expected(value: Decimal | float | None, is_rate: bool = False) -> str:
    """What a figure is counted of: claims are whole, expected denials are not."""
    return count(value) if is_rate or value is None else f"{value:,.1f} expected"


def count(value: Decimal | float | None) -> str:
    """`12,345`; negative with a true minus sign."""
    return NONE if value is None else f"{int(value):,}".replace("-", _MINUS)


def number(measure: Measure, value: Decimal | float | None) -> str:
    """A measure's value in its unit."""
    if value is None:
        return NONE
    if measure.unit == "money":
        return money(value)
    if measure.unit == "rate":
        return rate(float(value))
    if measure.unit == "ratio":
        return ratio(float(value))
    return f"{float(value):,.1f} days" if measure.unit == "days" else count(value)


def change(measure: Measure, now: Decimal | float | None, before: Decimal | float | None) -> str | int | None:
    """The step from one period to the next; 0 when it rounds to nothing, None when either is unknown."""
    if now is None or before is None:
        return None
    step = float(now) - float(before)
    if measure.unit == "rate":
        text = f"{step * 100:+.1f} points"
    elif measure.unit == "money":
        text = f"{'+' if step > 0 else '-'}${abs(step):,.0f}"
    elif measure.unit == "ratio":
        text = f"{step:+,.2f}"
    else:
        text = f"{step:+,.1f}" if measure.unit == "days" else f"{step:+,.0f}"
    return text if any(digit in text for digit in "123456789") else 0


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def day(value: date | None) -> str:
    """`3 Nov 2026`."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def dated(text: str) -> str:
    """A sentence with its days written as `day` does: `sent from 2026-09-10 on` -> sent from 10 Sep 2026 on."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", lambda found: day(date.fromisoformat(found[0])), text)


def plain(code: object) -> str:
    """A code or name as a person would write it: `timely_filing` -> Timely filing, `EAST CLINIC` -> East Clinic."""
    text = str(code)
    if known := (AR_REASONS | EMPLOYMENT | AUDIT_FIELDS).get(text):
        return known
    if "_" in text or text.islower():
        return text.replace("_", " ").capitalize()
    if text.isupper() and " " in text:
        return " ".join(word if len(word) <= 3 else word.capitalize() for word in text.split(" "))
    return text


def person(found: dict) -> str:
    """Who a patient is: `Doe, Jo, born 1980-01-31, member ABC001234`."""
    parts = [found["patient_last_name"], found["patient_first_name"]]
    name = ", ".join(part.title() for part in parts if part) or NONE
    born = f", born {found['patient_birth_date']}" if found["patient_birth_date"] else ""
    member = f", member {found['member_id']}" if found["member_id"] else ""
    return name + born + member
