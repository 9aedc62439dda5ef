"""Amounts inside the simulation are whole cents (`int`): exact, and quick enough for 200,000 claims.

They become text or Decimal only at the edge, here.
"""

from __future__ import annotations


def text(cents: int) -> str:
    """Cents as a decimal with two places: -1205 -> "-12.05"."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole}.{rest:02d}"


def trimmed(cents: int) -> str:
    """Cents as X12 likes numbers, without trailing zeros: 1200 -> "12", 1250 -> "12.5"."""
    sign = "-" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:02d}".rstrip("0")


def percent(cents: int, rate: int) -> int:
    """`rate` percent of an amount, rounded half up to the cent; no float on the way."""
    return (cents * rate + 50) // 100


def spread(cents: int, weights: list[int]) -> list[int]:
    """Split an amount by weight so that the shares add up (largest remainder, ties to the earlier one).

    Weights that are all zero give everything to the first share.
    """
    total = sum(weights)
    if total <= 0:
        return [cents] + [0] * (len(weights) - 1)
    shares = [cents * weight // total for weight in weights]
    fractions = [cents * weight % total for weight in weights]
    missing = cents - sum(shares)
    for index in sorted(range(len(weights)), key=lambda i: (-fractions[i], i))[:missing]:
        shares[index] += 1
    return shares
