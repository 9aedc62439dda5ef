"""People and payers compared on the same mix of work: indirect standardisation.

Observed over expected denials is 1 for whoever does as the yardstick does, whatever the mix (Breslow and Day,
Statistical Methods in Cancer Research II, IARC 1987, 2.3). Payers' yardstick is what all of them together do in each
cell (`indirect`); a person's is what the others do (`with_chance`), as a few people would be their own yardstick.

For people each claim is in a cell: claim type, then procedure family, then payer, then site. The chance of a denial in
a cell is that of the same cell in *other people's* claims, so nobody is measured against themselves. Few such claims
say little, so the chance is drawn towards that of the coarser cell (and that towards the one above, up to all claims),
the more the fewer denials were to be expected there: rate × (1 + A × denials) / (1 + A × expected denials), where A is
how much the cells of that level truly differ beyond chance (a gamma-Poisson model, A by moments: var = e + A e², each
cell weighted by what it tells of A; see etl/measures/fairness.py for sources). A level whose cells differ by chance
alone (A = 0) changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

# from coarse to fine
MIX = ("claim_type", "procedure_family", "payer_id", "facility")
LEVELS = (MIX[:1], MIX[:2], MIX[:3], MIX)
# a kind of work that fewer claims of others than this are of is nobody else's work
_KIND = MIX[:2]
COMPARABLE_CLAIMS = 30
_ROUNDS = 8
# keys up to here are numbered by a table in memory, more by sorting
_MOST_KEYS = 1 << 26


def with_chance(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to rows of (person, MIX, claims, denials), in any order:

    `chance`: the denials to be expected a claim, from others' claims (null when nobody else has any); `cell_doubt` and
    `common_doubt`: its variance, by the cell's own few claims and (relative) by the few denials of all; and
    `is_comparable`: whether others do enough claims of that type and family.
    """
    # whole numbers instead of names: sums by cell are then as fast as numpy counts
    person = _codes(frame["person"])
    claims, denials = (frame[name].cast(pl.Float64).to_numpy() for name in ("claims", "denials"))

    def others(cell: Whole) -> tuple[Numbers, Numbers]:
        """Claims and denials of a row's cell without those of its person."""
        own = _dense(cell * (person.max(initial=0) + 1) + person)
        return _total(claims, cell) - _total(claims, own), _total(denials, cell) - _total(denials, own)

    cell = np.zeros(frame.height, np.int64)
    other_claims, other_denials = others(cell)
    chance = _over(other_denials, other_claims)
    common_doubt = _over(np.ones(frame.height), other_denials)
    # of all claims, the person's too: what A is estimated from
    crude = _over(_total(denials, cell), _total(claims, cell))
    cell_doubt, comparable = np.zeros(frame.height), np.zeros(frame.height, bool)
    for level, names in enumerate(LEVELS):
        for name in names[len(LEVELS[level - 1]) if level else 0 :]:
            codes = _codes(frame[name])
            cell = _dense(cell * (codes.max(initial=0) + 1) + codes)
        other_claims, other_denials = others(cell)
        if names == _KIND:
            comparable = other_claims >= COMPARABLE_CLAIMS
        spread = _spread(cell, claims, denials, crude)
        # the gamma distribution that the chance is the mean of, and its variance
        drawn = chance * (1 + spread * other_denials) / (1 + spread * other_claims * chance)
        if spread:
            cell_doubt = drawn * chance * spread / (1 + spread * other_claims * chance)
        crude = crude * (1 + spread * _total(denials, cell)) / (1 + spread * _total(claims, cell) * crude)
        chance = drawn
    # six places, so that sums of them are the same whatever their order
    numbers = {"chance": chance.round(6), "cell_doubt": cell_doubt, "common_doubt": common_doubt}
    return frame.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in numbers.items()),
        pl.Series("is_comparable", comparable),
    )


def summed(cells: pl.DataFrame, who: str = "person", mix: Sequence[str] = MIX) -> pl.DataFrame:
    """One row per `who`, by their ids: claims, observed, expected (null when there is nobody to compare with), doubt
    (the variance of expected) and comparable (the share of claims that others do as well)."""
    expected = (pl.col("claims") * pl.col("chance")).sum()
    comparable = (pl.col("claims") * pl.col("is_comparable")).sum() / pl.col("claims").sum()
    return (
        cells.group_by(who, *mix)
        .agg(pl.col("claims", "denials").sum(), pl.col("chance", "cell_doubt", "common_doubt", "is_comparable").first())
        .group_by(who)
        .agg(
            pl.col("claims").sum(),
            observed=pl.col("denials").sum(),
            expected=pl.when(pl.col("chance").count() > 0).then(expected.round(6)),
            doubt=(pl.col("cell_doubt") * pl.col("claims") ** 2).sum() + pl.col("common_doubt").first() * expected**2,
            comparable=comparable,
        )
        .sort(who)
    )


def indirect(frame: pl.DataFrame, who: str, mix: Sequence[str]) -> pl.DataFrame:
    """Rows with `who`, the mix, claims and denials -> one row per `who`, by their ids, against what all do together.

    Columns: claims, observed, expected, ratio (null when nothing is expected) with its exact 95 % limits low and high,
    rate (observed / claims) and adjusted_rate (ratio x the rate of all): its rate on everybody's mix.
    """
    from etl.measures.fairness import ratio_interval  # SciPy takes .3 s to import, and a load knows the catalogue

    of_all = pl.col("denials").sum().over(mix) / pl.col("claims").sum().over(mix)
    cells = frame.with_columns(chance=of_all, cell_doubt=0.0, common_doubt=0.0, is_comparable=True)
    found = summed(cells, who, mix).drop("doubt", "comparable")
    every = float(found["observed"].sum()) / max(float(found["claims"].sum()), 1.0)
    low, high = ratio_interval(found["observed"], found["expected"])
    ratio = pl.when(pl.col("expected") > 0).then(pl.col("observed") / pl.col("expected"))
    return found.with_columns(
        ratio=ratio,
        low=pl.Series(low).fill_nan(None),
        high=pl.Series(high).fill_nan(None),
        rate=pl.col("observed") / pl.col("claims"),
        adjusted_rate=ratio * every,
    )


def _codes(values: pl.Series) -> Whole:
    """A number for each value, from 0 without gaps; a missing value is one of them."""
    text = values.cast(pl.String)
    codes = text.cast(pl.Categorical).to_physical().cast(pl.Int64) + 1
    return _dense(codes.fill_null(0).to_numpy())


def _dense(keys: Whole) -> Whole:
    """The same keys numbered from 0 without gaps."""
    if keys.max(initial=0) > _MOST_KEYS:
        return np.unique(keys, return_inverse=True)[1].astype(np.int64)
    is_used = np.zeros(keys.max(initial=0) + 1, np.int64)
    is_used[keys] = 1
    numbered: Whole = (np.cumsum(is_used) - 1)[keys]
    return numbered


def _total(values: Numbers, keys: Whole) -> Numbers:
    """The sum over the rows of the same key, in each row."""
    totals = np.bincount(keys, values, 1).astype(np.float64)
    return totals[keys]


def _over(part: Numbers, whole: Numbers) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        share: Numbers = np.where(whole > 0, part / whole, np.nan)
    return share


def _spread(cell: Whole, claims: Numbers, denials: Numbers, crude: Numbers) -> float:
    """A: the variance of the cells' true rates, relative to those of the coarser cells (0: nothing but chance).

    (o − e)² − e estimates A e², with a variance near (e + A e²)²: weighting by its inverse keeps the few largest cells,
    which shape the coarser rate themselves, from saying that no cell differs (Paule and Mandel, J. Res. NBS 87 (1982)
    377). The weights need A: a few rounds.
    """
    e = np.bincount(cell, np.nan_to_num(crude) * claims, 1)
    beyond_chance, found = (np.bincount(cell, denials, 1) - e) ** 2 - e, 0.0
    for _ in range(_ROUNDS if e.any() else 0):
        weight = 1 / (1 + found * e) ** 2
        found = max(float((weight * beyond_chance).sum() / (weight * e**2).sum()), 0.0)
    return found
