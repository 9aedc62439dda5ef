"""A payment that came both as an 835 and in an export of a billing system (a table or FHIR resources) counts once.

An export often has another day than the 835 (of posting, not of payment) and no check number. So a claim payment is the
same when day, check number or the payer's number agree, or when all of the 835's are found, with the same amounts, in
one payment of the export a few days apart. What only may be the same is counted, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# how many days the posting may lie apart from the payment
NEAR = 7

# patient control number, charge, paid, is it a reversal
Key = tuple[str, Decimal, Decimal, bool]


@dataclass(frozen=True, slots=True)
class Paid:
    """What else tells claim payments with the same key apart; `payment` is the remittance that it is part of, `at` its
    row or its file."""

    payment: int
    day: date | None
    trace: str | None
    control: str | None
    at: int


@dataclass(slots=True)
class Overlap:
    """Of an 835's claim payments: how many there are, those that are the same as another, and those that may be."""

    size: int
    same: list[Paid]
    perhaps: list[Paid]

    @property
    def is_whole(self) -> bool:
        return len(self.same) == self.size


Exported = Mapping[Key, Iterable[Paid]]


def overlap(remittance: Iterable[tuple[Key, Paid]], exported: Exported) -> Overlap:
    """Which of one 835's claim payments were exported."""
    found = [_of_one(paid, exported.get(key, ())) for key, paid in remittance]
    out = Overlap(len(found), [same[0] for same, _ in found if same], [])
    common = (
        set.intersection(*({one.payment for one in (*same, *perhaps)} for same, perhaps in found)) if found else set()
    )
    if not out.is_whole and out.size > 1 and common:
        chosen = min(common)
        out.same = [next(one for one in (*same, *perhaps) if one.payment == chosen) for same, perhaps in found]
    out.perhaps = [perhaps[0] for same, perhaps in found if perhaps and not same] if not out.is_whole else []
    return out


def _of_one(paid: Paid, others: Iterable[Paid]) -> tuple[list[Paid], list[Paid]]:
    """Those of the others that are the same, and those that may be."""
    same, perhaps = list[Paid](), list[Paid]()
    for other in others:
        if _differ(paid.trace, other.trace, _plain):
            continue
        if paid.day == other.day or _agree(paid.trace, other.trace, _plain):
            same.append(other)
        elif paid.day and other.day and abs((paid.day - other.day).days) <= NEAR:
            if _agree(paid.control, other.control, str):
                same.append(other)
            elif not _differ(paid.control, other.control, str):
                perhaps.append(other)
    return same, perhaps


def _plain(number: str) -> str:
    """A check number as spreadsheets may have left it."""
    return number.strip().lstrip("0")


def _agree(one: str | None, other: str | None, form: Callable[[str], str]) -> bool:
    return bool(one and other) and form(one or "") == form(other or "") != ""


def _differ(one: str | None, other: str | None, form: Callable[[str], str]) -> bool:
    return bool(one and other) and form(one or "") != form(other or "")
