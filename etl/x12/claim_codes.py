"""Codes of an 837's claim that are no diagnoses: procedures, the DRG, conditions, occurrences, values."""

from __future__ import annotations

import polars as pl

from etl.x12.tokens import Positions, Tokens, ordinals


def claim_codes(t: Tokens, claim: Positions, segment: Positions, element: Positions) -> pl.DataFrame:
    """One row per composite of an HI, given its claim's row and where it stands. What is no day or amount is null
    and noted."""
    qualifier, code, _, days, amount = t.components_at(segment, element, 5)
    value = amount.str.strip_chars().cast(pl.Decimal(18, 2), strict=False)
    first = days.str.head(8).str.to_date("%Y%m%d", strict=False)
    last = days.str.slice(9, 8).str.to_date("%Y%m%d", strict=False)
    t.note(segment, days, first.is_null() & days.is_not_null(), "HI0x-4", "date")
    t.note(segment, amount, value.is_null() & amount.is_not_null(), "HI0x-5", "value")
    return pl.DataFrame(
        {
            "claim": claim,
            "sequence": ordinals(claim),
            "qualifier": qualifier,
            "code": code.str.replace_all(".", "", literal=True),
            "from_date": first,
            "through_date": last,
            "amount": value,
        }
    )
