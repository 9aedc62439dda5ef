"""What share of a person's claims would have been denied in other hands: indirect standardisation.

Each claim is in a cell: claim type and procedure family, then payer, then site. The chance of a denial in a cell is
that of the same cell in *other people's* claims, so nobody is measured against themselves. Few such claims say little,
so the chance is drawn towards that of the coarser cell (and that towards the one above, up to all claims), the more
the fewer denials were to be expected there: rate × (1 + A × denials) / (1 + A × expected denials), where A is how much
the cells of that level truly differ beyond chance (a gamma-Poisson model, A by moments: var = e + A e²; see
etl/measures/fairness.py for sources). A level whose cells differ by chance alone (A = 0) changes nothing.
"""

from __future__ import annotations

import polars as pl

# from coarse to fine
MIX = ("claim_type", "procedure_family", "payer_id", "facility")
LEVELS = (MIX[:2], MIX[:3], MIX)
# a kind of work that fewer claims of others than this are of is nobody else's work
COMPARABLE_CLAIMS = 30


def with_chance(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to rows of (person, MIX, claims, denials), in any order:

    `chance`: the denials to be expected a claim, from others' claims (null when nobody else has any); `cell_doubt` and
    `common_doubt`: its variance, by the cell's own few claims and (relative) by the few denials of all; and
    `is_comparable`: whether others do enough claims of that type and family.
    """
    work = frame.lazy().group_by("person", *MIX).agg(pl.col("claims", "denials").sum()).collect()
    total = {name: pl.col(name).sum() for name in ("claims", "denials")}
    others = {name: summed - summed.over("person") for name, summed in total.items()}
    # of all claims without this person's; and of all claims, from which A is estimated
    work = work.with_columns(
        chance=_share(
            total["denials"] - total["denials"].over("person"), total["claims"] - total["claims"].over("person")
        ),
        crude=_share(total["denials"], total["claims"]),
        common_doubt=_share(1, others["denials"]),
        cell_doubt=pl.lit(0.0),
        is_comparable=pl.lit(False),
    )
    for level, cell in enumerate(LEVELS):
        spread = _spread(work, cell)
        claims, denials = (total[name].over(cell) - total[name].over("person", *cell) for name in ("claims", "denials"))
        all_claims, all_denials = (total[name].over(cell) for name in ("claims", "denials"))
        if level == 0:
            work = work.with_columns(is_comparable=claims >= COMPARABLE_CLAIMS)
        if not spread:
            continue
        work = work.with_columns(
            chance=_drawn(pl.col("chance"), denials, claims, spread),
            crude=_drawn(pl.col("crude"), all_denials, all_claims, spread),
            # the variance of the gamma distribution that the chance is the mean of
            cell_doubt=_drawn(pl.col("chance"), denials, claims, spread)
            * pl.col("chance")
            * spread
            / (1 + spread * claims * pl.col("chance")),
        )
    # six places, so that sums of them are the same whatever their order
    work = work.with_columns(pl.col("chance").round(6)).drop("claims", "denials", "crude")
    return frame.join(work, on=["person", *MIX], how="left", nulls_equal=True, maintain_order="left")


def summed(cells: pl.DataFrame) -> pl.DataFrame:
    """One row per person, by their ids: claims, observed, expected (null when there is nobody to compare with), doubt
    (the variance of expected) and comparable (the share of claims that others do as well)."""
    expected = (pl.col("claims") * pl.col("chance")).sum()
    comparable = (pl.col("claims") * pl.col("is_comparable")).sum() / pl.col("claims").sum()
    return (
        cells.group_by("person", *MIX)
        .agg(pl.col("claims", "denials").sum(), pl.col("chance", "cell_doubt", "common_doubt", "is_comparable").first())
        .group_by("person")
        .agg(
            pl.col("claims").sum(),
            observed=pl.col("denials").sum(),
            expected=pl.when(pl.col("chance").count() > 0).then(expected.round(6)),
            doubt=(pl.col("cell_doubt") * pl.col("claims") ** 2).sum() + pl.col("common_doubt").first() * expected**2,
            comparable=comparable,
        )
        .sort("person")
    )


def _share(part: pl.Expr | int, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


def _drawn(coarse: pl.Expr, denials: pl.Expr, claims: pl.Expr, spread: float) -> pl.Expr:
    return coarse * (1 + spread * denials) / (1 + spread * claims * coarse)


def _spread(work: pl.DataFrame, cell: tuple[str, ...]) -> float:
    """A: the variance of the cells' true rates, relative to those of the coarser cells (0: nothing but chance)."""
    cells = work.group_by(cell).agg(
        pl.col("denials").sum().cast(pl.Float64), expected=(pl.col("crude") * pl.col("claims")).sum()
    )
    denials, expected = cells["denials"].to_numpy(), cells["expected"].fill_null(0).to_numpy()
    beyond_chance = ((denials - expected) ** 2).sum() - expected.sum()
    return max(float(beyond_chance / (expected**2).sum()), 0.0) if expected.any() else 0.0
