"""Payers as counts: with weekdays, batches, growing and unequal volumes; some of them change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# 42 calendar days hold 30 on which a payer answers (Monday to Friday)
SINCE_DAYS = 42


def payers_with_jumps(
    rng: np.random.Generator, payers: int, categories: int, jumps: int, a_day: float = 12, days: int = 400
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Events, trials (series x calendar days) and owners. The first `jumps` series have `a_day` claims a day and
    go from 5 % to 15 % SINCE_DAYS before the end; the others never change."""
    size = payers * categories
    volume = rng.lognormal(1.0, 1.0, size)
    rate = rng.beta(1, 30, size)[:, None] * np.ones(days)
    volume[:jumps], rate[:jumps] = a_day, 0.05
    rate[:jumps, -SINCE_DAYS:] = 0.15
    trials = rng.poisson(volume[:, None] * busyness(days)).astype(float)
    together = 0.01  # claims of a day are a little alike
    drawn = rng.beta(np.maximum(rate / together, 1e-6), (1 - rate) / together)
    events = rng.binomial(trials.astype(int), drawn).astype(float)
    return events, trials, np.arange(size) // categories


def busyness(days: int) -> Floats:
    """What share of a usual day's claims each day has: weekdays differ, and all grow."""
    found: Floats = np.array([1.6, 0.8, 0.9, 0.7, 1.0, 0, 0])[np.arange(days) % 7] * np.linspace(0.7, 1.3, days)
    return found


def weekly_days(
    rng: np.random.Generator, payers: int, weeks: int, slower: int = 0, more: int = 0, since: int = 0
) -> Floats:
    """Medians of days to pay, payers x weeks; 40 claims a week, a twentieth of them late, weeks a little alike."""
    drift, out = np.zeros(payers), np.empty((payers, weeks))
    for week in range(weeks):
        drift = 0.3 * drift + rng.normal(0, 0.9, payers)
        late = (rng.random((payers, 40)) < 0.05) * rng.integers(20, 70, (payers, 40))
        out[:, week] = np.median(rng.integers(12, 45, (payers, 40)) + late, 1) + drift
        if week >= since:
            out[:slower, week] += more
    return out
