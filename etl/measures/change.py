"""Has a rate, or a time to pay, changed? Scans over many series at once, with false-discovery control.

Rate: for each series the last w days are set against all before, w on a ladder from four weeks upwards (each step
about 1.4 times the last). Given the total of events, the later count is hypergeometric (Fisher's exact test); half of
the observed count's own chance is left out (mid-p; Lancaster, J. Am. Stat. Assoc. 56 (1961) 223), as the whole of it
would hide small series. Counts are divided by their dispersion, so that batches and weekdays do not pass for a change.
The windows' p are joined by Cauchy's combination (Liu and Xie, J. Am. Stat. Assoc. 115 (2020) 393), which holds for
windows that overlap and needs no simulated thresholds for each length, volume and rate. A window weighs one over its
length: a change of that age was there to be found at all the looks since. Over the series the Benjamini-Hochberg
step-up (J. R. Stat. Soc. B 57 (1995) 289) keeps the expected share of false findings at each look. Cumulative-sum
charts find a change as fast, but need a known old rate and a threshold of their own for each series.

What may be false: of all that is said over a year of monthly looks, rates and days together, a tenth on average. Where
nothing changes, all that is said is false, so that there the tenth bounds the chance that anything is said in the year.
The looks share it alike (Bonferroni over looks), and rates and days share a look by their numbers of series. Looks that
are closer, or more of them, make more chances than the twelve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# a look's part of the tenth of a year, with a fifth kept back: an estimated dispersion makes p a little too small
FALSE_SHARE = 0.08 / 12
SHORTEST_DAYS = 28
_STEP = 2**0.5
# a series with fewer events, or fewer others, cannot reach any threshold: leaving it out is decided before the scan
FEWEST = 6
# weeks of a pooled dispersion that a series' own is averaged with
_PRIOR_WEEKS = 20.0
# a window with a larger p adds next to nothing to a finding
_NO_SIGN = 0.2
_CHI_95 = 3.841458820694124


@dataclass(frozen=True, slots=True)
class Found:
    """Per series: `p` of the scan (1 where it was not tested), whether it is a finding, and the day index at which it
    changed with the first and last day that fit nearly as well (a 95 % likelihood interval). -1 where there is none."""

    p: Floats
    is_change: NDArray[np.bool_]
    day: Ints
    day_low: Ints
    day_high: Ints


def rates(events: Floats, trials: Floats, owner: Ints, false_share: float = FALSE_SHARE) -> Found:
    """Changes in the rates of series: events and trials are series x calendar days.

    `owner` numbers the payer of each series: its series share what is known of their dispersion.
    """
    p = np.ones(len(events))
    total, every = events.sum(1), trials.sum(1)
    tested = np.flatnonzero((total >= FEWEST) & (every - total >= FEWEST))
    if len(tested):
        spread = dispersion(events[tested], trials[tested], owner[tested])
        p[tested] = _scan(events[tested], trials[tested], spread)
    is_change = benjamini_hochberg(p, tested, false_share)
    places = np.full((3, len(p)), -1, np.int64)
    chosen = np.flatnonzero(is_change)
    if len(chosen):
        factor = spread[np.searchsorted(tested, chosen)]
        places[:, chosen] = _split(_likelihood(events[chosen], trials[chosen]) / factor[:, None])
    return Found(p, is_change, *places)


def levels(weekly: Floats, false_share: float = FALSE_SHARE) -> Found:
    """Changes in the level of series: one value a week (nan for a week without enough), like a median of days.

    A t statistic for the last weeks against those before, widened for weeks that resemble the one before (AR(1)).
    """
    p, best = np.ones(len(weekly)), np.full(len(weekly), -1, np.int64)
    known = np.isfinite(weekly)
    tested = np.flatnonzero(known.sum(1) >= 10)
    for i in tested:
        p[i], best[i] = _level(weekly[i][known[i]])
    is_change = benjamini_hochberg(p, tested, false_share)
    places = np.full((3, len(p)), -1, np.int64)
    for i in np.flatnonzero(is_change):
        weeks, fit = np.flatnonzero(known[i]), _fit(weekly[i][known[i]])
        places[:, i] = [weeks[k] for k in _split(fit[None, :])[:, 0]]
    return Found(p, is_change, *places)


def benjamini_hochberg(p: Floats, tested: Ints, false_share: float) -> NDArray[np.bool_]:
    """Which of the tested series are findings when at most this share of them may be false on average."""
    found = np.zeros(len(p), bool)
    order = tested[np.argsort(p[tested], kind="stable")]
    below = np.flatnonzero(p[order] <= false_share * np.arange(1, len(order) + 1) / max(len(order), 1))
    if len(below):
        found[order[: below[-1] + 1]] = True
    return found


def dispersion(events: Floats, trials: Floats, owner: Ints) -> Floats:
    """How much more than chance a series moves from week to week, at least 1: von Neumann's successive differences,
    which a single lasting change hardly moves, pulled to what the owner's other series show."""
    x, n = _by_week(events), _by_week(trials)
    rate = (x.sum(1) / np.maximum(n.sum(1), 1))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        square = (x[:, 1:] / n[:, 1:] - x[:, :-1] / n[:, :-1]) ** 2
        unit = square / (rate * (1 - rate) * (1 / n[:, 1:] + 1 / n[:, :-1]))
    both = (n[:, 1:] > 0) & (n[:, :-1] > 0)
    total, pairs = np.where(both, unit, 0).sum(1), both.sum(1)
    size = int(owner.max()) + 1
    pooled = np.bincount(owner, total, size) / np.maximum(np.bincount(owner, pairs, size), 1)
    own: Floats = np.maximum((total + _PRIOR_WEEKS * pooled[owner]) / (pairs + _PRIOR_WEEKS), 1.0)
    return own


def _by_week(values: Floats) -> Floats:
    """Seven days together, the last week whole: weekdays differ."""
    cut = values[:, values.shape[1] % 7 :]
    weeks: Floats = cut.reshape(len(cut), -1, 7).sum(2)
    return weeks


def windows(days: int) -> list[int]:
    """Lengths of the windows that are set against what came before, which keeps at least four weeks."""
    found, length = [], float(SHORTEST_DAYS)
    while length <= days - SHORTEST_DAYS:
        found.append(round(length))
        length *= _STEP
    return found


def _scan(events: Floats, trials: Floats, spread: Floats) -> Floats:
    """The p of each series: those of its windows, joined, each with one over its length as weight."""
    lengths = windows(events.shape[1])
    if not lengths:
        return np.ones(len(events))
    whole = [np.rint(one.sum(1) / spread) for one in (events, trials)]
    odds = np.zeros(len(events))
    for length in lengths:
        x, n = (np.rint(one[:, -length:].sum(1) / spread) for one in (events, trials))
        # far from 1, or a window without any sign of a change would outweigh one with the clearest
        p = np.clip(_p(x, n, *whole), 1e-300, 0.99)
        odds += 1 / np.tan(np.pi * p) / length
    combined: Floats = np.arctan2(1.0, odds / sum(1 / length for length in lengths)) / np.pi
    return combined


def _p(x: Floats, n: Floats, events: Floats, trials: Floats) -> Floats:
    """The two-sided p: exact where it may matter, which is for one in five, and the normal curve's above that."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = n / trials
        variance = share * (1 - share) * events * (trials - events) / (trials - 1)
        p = np.asarray(2 * ndtr(-np.abs(x - share * events) / np.sqrt(variance)), np.float64)
    asked = ~(p > _NO_SIGN)
    p[asked] = _two_sided(x[asked], n[asked], events[asked], trials[asked])
    return p


def _two_sided(x: Floats, n: Floats, events: Floats, trials: Floats) -> Floats:
    """Twice the chance that x or a count further out falls into n of the trials, half of that of x itself left out."""
    from scipy.stats import hypergeom  # half of what any command takes to start

    # each number was rounded for itself: what cannot be is set to what just can
    n = np.minimum(n, trials)
    x = np.clip(x, np.maximum(0, events - (trials - n)), np.minimum(events, n))
    # the smaller tail alone is asked for: x is counted among the events or among the others
    is_few = x * trials <= n * events
    most = np.where(is_few, x, n - x)
    drawn = np.where(is_few, events, trials - events)
    tail = hypergeom.cdf(most, trials, drawn, n) - hypergeom.pmf(most, trials, drawn, n) / 2
    # the two tails add up to 1
    return np.asarray(2 * np.minimum(tail, 1 - tail), np.float64)


def _likelihood(events: Floats, trials: Floats) -> Floats:
    """Log likelihood of one rate before each day and another from it on, series x days; -inf where a side is short."""
    x, n = np.cumsum(events, 1), np.cumsum(trials, 1)
    before_x, before_n = x - events, n - trials
    after_x, after_n = x[:, -1:] - before_x, n[:, -1:] - before_n
    fit = _binomial(before_x, before_n) + _binomial(after_x, after_n)
    return np.where((before_n > 0) & (after_n > 0) & (trials > 0), fit, -np.inf)


def _binomial(x: Floats, n: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = x / n
        hit = np.where(x > 0, x * np.log(rate), 0.0)
        miss = np.where(n > x, (n - x) * np.log1p(-rate), 0.0)
    return np.asarray(hit + miss, np.float64)


def _split(fit: Floats) -> Ints:
    """The best day, and the first and last that fit nearly as well: 3 x series."""
    near = fit >= fit.max(1, keepdims=True) - _CHI_95 / 2
    last = fit.shape[1] - 1 - near[:, ::-1].argmax(1)
    return np.stack([fit.argmax(1), near.argmax(1), last]).astype(np.int64)


def _fit(values: Floats) -> Floats:
    """Log likelihood of two means around each split, up to a constant (normal, one variance)."""
    weeks, out = len(values), np.full(len(values), -np.inf)
    for cut in range(2, weeks - 1):
        rest = np.concatenate([values[:cut] - values[:cut].mean(), values[cut:] - values[cut:].mean()])
        out[cut] = -weeks / 2 * np.log(max(float((rest**2).mean()), 1e-9))
    return out


def _level(values: Floats) -> tuple[float, int]:
    """p of the best of the windows' t statistics, and where the level changed."""
    weeks, least = len(values), 1.0
    lengths = [length for length in (3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90) if length <= weeks - 6]
    best = int(_fit(values).argmax())
    for length in lengths:
        old, new = values[:-length], values[-length:]
        rest = np.concatenate([old - old.mean(), new - new.mean()])
        error = float((rest**2).sum()) / (weeks - 2)
        alike = float((rest[1:] * rest[:-1]).sum() / max(float((rest**2).sum()), 1e-9)) + 2 / weeks
        wide = (1 + max(alike, 0.0)) / max(1 - max(alike, 0.0), 0.1)
        # days are whole numbers: no level is known better than a third of one
        deviation = max(error, 1 / 12) ** 0.5
        t = abs(float(new.mean() - old.mean())) / (deviation * (wide * (1 / length + 1 / (weeks - length))) ** 0.5)
        least = min(least, 2 * float(stdtr(weeks - 2, -t)))
    return min(least * max(len(lengths), 1), 1.0), best
