"""Simulated clinics: people with their case mix, and denials drawn from what the mix and their skill make likely."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.measures.case_mix import summed, with_chance
from etl.measures.fairness import HIGHER, LOWER, scored

CELLS = 24


def clinic(
    rng: np.random.Generator, people: int = 12, claims: int = 400, rates: np.ndarray | None = None, skill: float = 1.0
) -> pl.DataFrame:
    """One row per person and cell: how many claims and denials. Cells differ in their rate (gamma around 3 %), people
    in their mix of cells; the first person has `skill` times the rate of all others."""
    rates = np.clip(rng.gamma(3, 0.01, CELLS), 0.002, 0.2) if rates is None else rates
    mix = rng.dirichlet(np.full(len(rates), 0.7), people)
    counts = np.stack([rng.multinomial(claims, one) for one in mix])
    return drawn(rng, counts, rates, skill)


def drawn(
    rng: np.random.Generator, counts: np.ndarray, rates: np.ndarray, skill: float | np.ndarray = 1.0
) -> pl.DataFrame:
    """Denials for these claims (people x cells). `skill`: of the first person, or of each."""
    chance = np.tile(rates, (len(counts), 1))
    if isinstance(skill, float):
        chance[0] *= skill
    else:
        chance = np.minimum(chance * skill, 1.0)
    denials = rng.binomial(counts, chance)
    person, cell = np.nonzero(counts)
    return pl.DataFrame(
        {
            "person": person,
            "claim_type": "professional",
            "procedure_family": cell // 6,
            "payer_id": cell % 3,
            "facility": cell // 3 % 2,
            "claims": counts[person, cell],
            "denials": denials[person, cell],
        }
    )


def judged(clinic: pl.DataFrame) -> pl.DataFrame:
    """The clinic's scorecard, by the product's own functions."""
    return scored(summed(with_chance(clinic)))


def flagged(card: pl.DataFrame) -> pl.Series:
    """Who is said to differ from the case mix."""
    return card["verdict"].is_in([HIGHER, LOWER])
