"""Why a rate changed: because the parts changed, or because their shares did."""

from __future__ import annotations

import polars as pl


def rate_change(before: pl.DataFrame, after: pl.DataFrame, dim: str) -> pl.DataFrame:
    """Two answers of a rate by one dimension (`Measure.by`) -> one row per value of it, largest effect first.

    Columns: `rate_before`, `rate_after`, `share_before`, `share_after` (of the denominator), `rate_effect` and
    `mix_effect`. All effects together add up to the change of the whole rate. Kitagawa, J. Am. Stat. Assoc. 50 (1955)
    1168: each effect at the average of the other; a value that one period lacks has no rate there, so only mix.
    """
    counted = ["numerator", "denominator"]
    both = (
        before.select(dim, *counted)
        .join(after.select(dim, *counted), on=dim, how="full", coalesce=True, suffix="_after")
        .rename({name: f"{name}_before" for name in counted})
        .with_columns(pl.exclude(dim).cast(pl.Float64).fill_null(0))
    )
    times = ("before", "after")
    rates = {t: pl.col(f"numerator_{t}") / pl.col(f"denominator_{t}") for t in times}
    both = both.with_columns(
        *(pl.when(pl.col(f"denominator_{t}") > 0).then(rates[t]).alias(f"rate_{t}") for t in times),
        *((pl.col(f"denominator_{t}") / pl.col(f"denominator_{t}").sum()).alias(f"share_{t}") for t in times),
    ).with_columns(
        pl.coalesce("rate_before", "rate_after", pl.lit(0.0)).alias("old"),
        pl.coalesce("rate_after", "rate_before", pl.lit(0.0)).alias("new"),
    )
    whole = ((pl.col("old") * pl.col("share_before")).sum() + (pl.col("new") * pl.col("share_after")).sum()) / 2
    return (
        both.with_columns(
            rate_effect=(pl.col("new") - pl.col("old")) * (pl.col("share_before") + pl.col("share_after")) / 2,
            mix_effect=(pl.col("share_after") - pl.col("share_before")) * ((pl.col("old") + pl.col("new")) / 2 - whole),
        )
        .sort((pl.col("rate_effect") + pl.col("mix_effect")).abs(), dim, descending=[True, False])
        .select(dim, "rate_before", "rate_after", "share_before", "share_after", "rate_effect", "mix_effect")
    )
