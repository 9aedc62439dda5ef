"""How sure a rate is: the Wilson score interval, which stays inside 0 to 1 and is honest for few claims."""

from __future__ import annotations

import polars as pl

# the 97.5 % point of the standard normal distribution: a two-sided 95 % interval
Z_95 = 1.959963984540054

# below this many claims a rate says more about chance than about a person
SMALL_SAMPLE = 30


def with_interval(frame: pl.DataFrame, z: float = Z_95) -> pl.DataFrame:
    """Add `low`, `high` (null without a denominator) and `is_small` to rows with `numerator` and `denominator`.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209: centre (p + z²/2n) / (1 + z²/n), half width as below.
    """
    n = pl.col("denominator").cast(pl.Float64)
    p = pl.col("numerator").cast(pl.Float64) / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt()
    return frame.with_columns(
        low=pl.when(n > 0).then((centre - half).clip(0, 1)),
        high=pl.when(n > 0).then((centre + half).clip(0, 1)),
        is_small=n < SMALL_SAMPLE,
    )
