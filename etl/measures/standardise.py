"""Groups compared on the same mix of work: indirect standardisation with exact Poisson limits.

Expected is what a group would have if each of its strata had the rate that all groups together have there; observed
over expected is 1 for a group that does as all do, whatever its mix. Breslow and Day, Statistical Methods in Cancer
Research II (IARC 1987), 2.3; the limits are Garwood's, Biometrika 28 (1936) 437.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from etl.measures.fairness import ratio_interval


def indirect(frame: pl.DataFrame, group: str, strata: Sequence[str]) -> pl.DataFrame:
    """Rows with `group`, the strata, `observed` and `n` -> one row a group, sorted by it.

    Columns: n, observed, expected, ratio (observed / expected; null when nothing is expected) with its 95 % limits low
    and high, rate (observed / n) and adjusted_rate (ratio x the rate of all): its rate on everybody's mix.
    """
    cells = frame.group_by(group, *strata).agg(pl.col("observed", "n").sum())
    standard = cells.group_by(*strata).agg(cell_rate=pl.col("observed").sum() / pl.col("n").sum())
    joined = cells.join(standard, on=list(strata), nulls_equal=True)
    found = (
        joined.group_by(group)
        .agg(pl.col("n", "observed").sum(), expected=(pl.col("n") * pl.col("cell_rate")).sum())
        .sort(group)
    )
    every = float(found["observed"].sum()) / max(float(found["n"].sum()), 1.0)
    expected = pl.col("expected")
    low, high = ratio_interval(found["observed"], found["expected"])
    return found.with_columns(
        ratio=pl.when(expected > 0).then(pl.col("observed") / expected),
        low=pl.Series(low).fill_nan(None),
        high=pl.Series(high).fill_nan(None),
        rate=pl.col("observed") / pl.col("n"),
        adjusted_rate=pl.when(expected > 0).then(pl.col("observed") / expected * every),
    )
