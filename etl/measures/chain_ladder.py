"""The chain ladder: what young cohorts will come to, from how older ones grew with age, and how sure that is.

A triangle is a table of cumulative sums: one row per cohort (oldest first), one column per age, NaN where that age is
still to come. Mack, ASTIN Bulletin 23 (1993) 213: error of the chain ladder without an assumed distribution. Braun,
ASTIN Bulletin 34 (2004) 399: covariance of the errors of two triangles over the same cohorts, which for one triangle
with itself is Mack's formula.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def factors(triangle: Array) -> Array:
    """By how much the cohorts grew from each age to the next: sum over sum; NaN where nothing was there to grow."""
    known = ~np.isnan(triangle[:, 1:])
    before, after = (np.where(known, part, 0).sum(axis=0) for part in (triangle[:, :-1], triangle[:, 1:]))
    with np.errstate(invalid="ignore", divide="ignore"):
        grown: Array = np.where(before > 0, after / before, np.nan)
    return grown


def complete(triangle: Array) -> Array:
    """The triangle with the ages to come filled in; its last column is what each cohort comes to."""
    full, growth = triangle.copy(), factors(triangle)
    for age in range(1, full.shape[1]):
        full[:, age] = np.where(np.isnan(full[:, age]), full[:, age - 1] * growth[age - 1], full[:, age])
    return full


def covariance(one: Array, other: Array) -> Array:
    """Covariance of the errors of what each cohort of two triangles comes to; the square of Mack's standard error when
    both are the same. NaN where a cohort cannot be completed."""
    full_one, full_other, growth_one, growth_other = complete(one), complete(other), factors(one), factors(other)
    spreads = _spreads(one, other)
    known = ~np.isnan(one[:, 1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(known, np.sqrt(one[:, :-1] * other[:, :-1]), 0).sum(axis=0)
        sums = np.where(known, one[:, :-1], 0).sum(axis=0) * np.where(known, other[:, :-1], 0).sum(axis=0)
        of_chance = 1 / np.sqrt(full_one[:, :-1] * full_other[:, :-1])
        steps = spreads / (growth_one * growth_other) * (of_chance + weight / sums)
    to_come: Array = np.where(known, 0, steps).sum(axis=1)
    result: Array = full_one[:, -1] * full_other[:, -1] * to_come
    return result


def _spreads(one: Array, other: Array) -> Array:
    """How much the growth of single cohorts scatters (together) at each age: Mack's sigma squared, Braun's rho."""
    own = [_scatter(triangle, triangle) for triangle in (one, other)]
    filled = [_with_last(spread) for spread in own]
    if one is other:
        return filled[0]
    both = _scatter(one, other)
    # what the data cannot tell keeps the correlation of the age before it
    correlation = 0.0
    for age in range(len(both)):
        size = float(np.sqrt(filled[0][age] * filled[1][age]))
        if np.isnan(both[age]):
            both[age] = correlation * size
        correlation = float(np.clip(both[age] / size, -1, 1)) if size > 0 else 0.0
    return both


def _scatter(one: Array, other: Array) -> Array:
    """The scatter at each age; NaN where fewer than two cohorts have passed it."""
    growth_one, growth_other = factors(one), factors(other)
    found = np.full(len(growth_one), np.nan)
    for age in range(len(found)):
        here = ~np.isnan(one[:, age + 1]) & (one[:, age] > 0) & (other[:, age] > 0)
        if here.sum() < 2:
            continue
        a, b = one[here, age], other[here, age]
        apart = (one[here, age + 1] / a - growth_one[age]) * (other[here, age + 1] / b - growth_other[age])
        shared = np.sqrt(a * b).sum() ** 2 / (a.sum() * b.sum())
        found[age] = (np.sqrt(a * b) * apart).sum() / (here.sum() - 2 + shared)
    return found


def _with_last(spread: Array) -> Array:
    """Where a single cohort passed an age, its scatter goes on as before (Mack 1993, p. 217)."""
    filled = spread.copy()
    for age in np.flatnonzero(np.isnan(filled)):
        before, earlier = (filled[age - back] if age >= back else np.nan for back in (1, 2))
        steady = before**2 / earlier if earlier > 0 else 0.0
        filled[age] = np.nanmin([steady, before, earlier]) if age >= 2 else np.nan
    return filled
