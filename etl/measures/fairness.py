"""Is a person's count of denials more than chance? Exact intervals, shrinkage and funnel limits; nobody is ranked.

All of it works on two numbers a person: `observed` denials (a whole number) and `expected` ones, from the same case
mix in other hands (etl/measures/case_mix.py), which are themselves only estimated: `doubt` is their variance. `scored`
puts them together. The limits that are drawn, the interval and the word are one test: both counts divided by the same
width, so that nobody lies outside a limit and is called as expected.

Sources: exact limits: Garwood, Biometrika 28 (1936) 437. Shrinkage: Clayton and Kaldor, Biometrics 43 (1987) 671, with
the moments of Marshall, Appl. Statist. 40 (1991) 283. Funnel and over-dispersion: Spiegelhalter, Stat. Med. 24 (2005)
1185.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import special

Numbers = NDArray[np.float64]

LEVEL = 0.95
# below either, a ratio says more about chance than about a person: it is shown grey and never flagged
LEAST_CLAIMS = 100
LEAST_EXPECTED = 3.0
# the share of a person's claims that colleagues must do as well, or there is nobody to compare with
LEAST_COMPARABLE = 0.5
# how much of each tail the over-dispersion is measured without (Spiegelhalter 2005, section 4.2)
WINSORISED = 0.1

TOO_FEW, ALONE = "too few to judge", "nobody to compare with"
HIGHER, LOWER, WITHIN = "more denials than expected", "fewer denials than expected", "as expected"


@dataclass(frozen=True, slots=True)
class Prior:
    """How the true ratios of all people are spread: a gamma distribution. `variance` 0: they differ by chance alone."""

    mean: float
    variance: float


def ratio_interval(observed: ArrayLike, expected: ArrayLike, level: float = LEVEL) -> tuple[Numbers, Numbers]:
    """The exact Poisson interval of observed/expected; from 0 when nothing was observed, NaN when nothing was
    expected. Counts divided by a width (see `effective`) need not be whole: the gamma function lies between."""
    o, e = _floats(observed), _positive(expected)
    tail = (1 - level) / 2
    low = np.where(o > 0, special.gammaincinv(np.where(o > 0, o, 1.0), tail), 0.0)
    return low / e, special.gammaincinv(o + 1, 1 - tail) / e


def gamma_prior(observed: ArrayLike, expected: ArrayLike) -> Prior:
    """The spread of true ratios, by moments: what the ratios vary beyond what chance makes counts vary."""
    o, e = _floats(observed), _floats(expected)
    o, e = o[e > 0], e[e > 0]
    if not o.sum():
        return Prior(1.0, 0.0)
    mean = o.sum() / e.sum()
    spread = (e * (o / e - mean) ** 2).sum() / e.sum()
    return Prior(float(mean), float(max(spread - mean / e.mean(), 0.0)))


def shrunken(
    observed: ArrayLike, expected: ArrayLike, prior: Prior, level: float = LEVEL
) -> tuple[Numbers, Numbers, Numbers]:
    """The ratio drawn towards that of all people, the more the less is known, and its credible interval."""
    o, e = _floats(observed), _positive(expected)
    if not prior.variance:
        alike = np.where(np.isnan(e), np.nan, prior.mean)
        return alike, alike, alike
    shape, rate = prior.mean**2 / prior.variance + o, prior.mean / prior.variance + e
    tail = (1 - level) / 2
    return shape / rate, special.gammaincinv(shape, tail) / rate, special.gammaincinv(shape, 1 - tail) / rate


def effective(expected: ArrayLike, doubt: ArrayLike) -> Numbers:
    """As how many exactly known expected denials those count that are known with a doubt: chance makes the observed
    count vary by `expected`, the doubt adds its own variance. NaN when nothing was expected."""
    e = _positive(expected)
    known: Numbers = e / (1 + _floats(doubt) / e)
    return known


def over_dispersion(observed: ArrayLike, expected: ArrayLike, doubt: ArrayLike = 0.0) -> float:
    """How much more all people vary than chance does (phi), 1 when it may be chance.

    `doubt` is the variance of `expected`, which is itself counted from few claims. z = 2 (√observed − √expected) /
    √(1 + doubt / expected), its outer tenths drawn in so that the few who stand out do not excuse themselves;
    phi is the mean of z², taken for real above 1 + 2 √(2 / people).
    """
    o, e = _floats(observed), _floats(expected)
    doubts = np.broadcast_to(_floats(doubt), e.shape)[e > 0]
    o, e = o[e > 0], e[e > 0]
    if len(o) < 2:
        return 1.0
    z = 2 * (np.sqrt(o) - np.sqrt(e)) / np.sqrt(1 + doubts / e)
    z = np.clip(z, *np.quantile(z, [WINSORISED, 1 - WINSORISED]))
    phi = float((z**2).mean())
    return phi if phi > 1 + 2 * np.sqrt(2 / len(o)) else 1.0


def funnel_limits(expected: ArrayLike, phi: ArrayLike = 1.0, level: float = LEVEL) -> tuple[Numbers, Numbers]:
    """Between which ratios a person with that many expected denials stays when there is nothing but chance.

    Poisson limits of expected/phi, so that the variance is phi times as large and they stay skewed as counts are.
    The lower limit is 0 where even no denial at all would be no surprise.
    """
    e = _positive(expected) / _floats(phi)
    tail = (1 - level) / 2
    low = np.where(np.exp(-e) < tail, special.pdtrik(tail, np.maximum(e, 1)), 0.0)
    return np.maximum(low, 0.0) / e, (special.pdtrik(1 - tail, e) + 1) / e


def outside(observed: ArrayLike, expected: ArrayLike, phi: ArrayLike = 1.0, level: float = LEVEL) -> NDArray[np.int8]:
    """1 above the funnel, -1 below it, else 0: the exact test, of which `funnel_limits` is the picture."""
    phi = _floats(phi)
    o, e = _floats(observed) / phi, _positive(expected) / phi
    tail = (1 - level) / 2
    above = np.where(o > 0, special.gammainc(np.maximum(o, 1e-9), e), 1.0) < tail
    below = special.gammaincc(o + 1, e) < tail
    side: NDArray[np.int8] = above.astype(np.int8) - below.astype(np.int8)
    return side


def scored(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to one row a person (claims, comparable, observed, expected, doubt) all that may be said of them.

    Adds ratio, effective_expected, low, high (exact Poisson of the counts by width), shrunken, shrunken_low,
    shrunken_high (empirical Bayes; empty where there is nobody to compare with), funnel_low, funnel_high,
    over_dispersion, is_small, verdict. Only those who are judged shape the spread and the funnel; of them, ratio above
    funnel_high <=> low above 1 <=> more than expected, and likewise below.
    """
    frame = frame.with_columns(
        verdict=pl.when((pl.col("claims") < LEAST_CLAIMS) | (pl.col("expected").fill_null(0) < LEAST_EXPECTED))
        .then(pl.lit(TOO_FEW))
        .when(pl.col("comparable") < LEAST_COMPARABLE)
        .then(pl.lit(ALONE))
    )
    judged = frame["verdict"].is_null().to_numpy()
    o, e, doubt = (frame[name].cast(pl.Float64).fill_null(0).to_numpy() for name in ("observed", "expected", "doubt"))
    known = effective(e, doubt)
    phi = over_dispersion(o[judged], e[judged], doubt[judged])
    # both counts by how much less the expected one is known, and by how much more than chance all people vary
    seen = o * known / _positive(e)
    low, high = ratio_interval(seen / phi, known / phi)
    funnel_low, funnel_high = funnel_limits(known, phi)
    side = pl.Series("side", outside(seen, known, phi))
    middle, middle_low, middle_high = shrunken(seen, known, gamma_prior(seen[judged], known[judged]))
    numbers = {
        "ratio": o / _positive(e), "effective_expected": known, "low": low, "high": high,
        "funnel_low": funnel_low, "funnel_high": funnel_high,
    }  # fmt: skip
    # whom nobody can be compared with, it would only call like all others
    alone = (frame["verdict"] == ALONE).fill_null(False).to_numpy()
    drawn = {"shrunken": middle, "shrunken_low": middle_low, "shrunken_high": middle_high}
    numbers |= {name: np.where(alone, np.nan, values) for name, values in drawn.items()}
    return frame.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in numbers.items()),
        over_dispersion=pl.lit(phi),
        is_small=pl.col("verdict").is_not_null(),
        verdict=pl.coalesce(
            "verdict",
            pl.when(side > 0).then(pl.lit(HIGHER)).when(side < 0).then(pl.lit(LOWER)).otherwise(pl.lit(WITHIN)),
        ),
    )


def with_ratio_interval(frame: pl.DataFrame, phi: float = 1.0) -> pl.DataFrame:
    """Add `low`, `high` (exact Poisson) and `is_small` to rows with `numerator` (observed) and `denominator`
    (expected) of groups of people who vary `phi` times as much as chance: so much more does which of them fell into
    which group."""
    observed, expected = (frame[name].cast(pl.Float64).fill_null(0) / phi for name in ("numerator", "denominator"))
    low, high = ratio_interval(observed, expected)
    return frame.with_columns(
        low=pl.Series(low).fill_nan(None),
        high=pl.Series(high).fill_nan(None),
        is_small=pl.col("denominator").fill_null(0) < LEAST_EXPECTED,
    )


def _floats(values: ArrayLike) -> Numbers:
    return np.asarray(values, dtype=np.float64)


def _positive(expected: ArrayLike) -> Numbers:
    """Where nothing was expected there is no ratio."""
    e = _floats(expected)
    return np.where(e > 0, e, np.nan)
