"""NPI: ten digits that begin with 1 or 2 and end in a check digit (Luhn over 80840 and the number; 45 CFR 162.406)."""

from __future__ import annotations

from collections.abc import Iterator

from models.rules.base import Batch, Hit, Rule, pattern

# in this order, so that a number that stands for several roles is named once
_ROLES = (
    ("billing_npi", "billing provider"),
    ("rendering_npi", "rendering or attending provider"),
    ("referring_npi", "referring provider"),
    ("facility_npi", "service facility"),
)


def is_valid(npi: str) -> bool:
    """Whether an NPI has the right shape and check digit. The prefix 80840 adds 24 to the Luhn sum."""
    if not pattern("npi").match(npi):
        return False
    total = 24
    for place, digit in enumerate(reversed(npi)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def _find(batch: Batch) -> Iterator[Hit]:
    columns = [column for column, _ in _ROLES]
    for claim_id, *numbers in batch.claim.select("claim_id", *columns).iter_rows():
        if not any(numbers):
            yield Hit(claim_id, "the claim names no NPI", is_checked=False)
        seen: set[str] = set()
        for (_, role), npi in zip(_ROLES, numbers, strict=True):
            if npi and npi not in seen and not is_valid(npi):
                yield Hit(
                    claim_id, f"The NPI of the {role}, {npi}, is not a valid NPI: its check digit or length is wrong."
                )
            seen.add(npi)


RULE = Rule(
    id="npi_check_digit",
    severity="error",
    carc="207",
    fix="Look the provider up in NPPES and correct the NPI.",
    find=_find,
)
