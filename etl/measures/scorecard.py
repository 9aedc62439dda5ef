"""A coder's or biller's scorecard: their denials beside the expected ones, and what audits say they should learn.

Rows come in the order of the people's ids: nobody is ranked.
"""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl

from etl.measures.case_mix import summed
from etl.measures.catalogue import MEASURES
from etl.measures.catalogue.people import RATIO
from etl.measures.fairness import scored
from etl.measures.measure import Filters, Period
from etl.measures.standardised import Role

# fewer audited codes than this say nothing about a family
LEAST_CODES = 10
MOST_NEEDS = 3


def scorecard(
    connection: duckdb.DuckDBPyConnection,
    role: Role,
    filters: Filters | None = None,
    period: Period = (None, None),
    as_of: date | None = None,
) -> pl.DataFrame:
    """One row per person: person, claims, observed (claims with an own denial), observed_before_contest, rate,
    expected, and what `scored` adds. Filters of people choose rows; the others choose the work that is compared."""
    ratio = RATIO[role]
    cells = ratio.chances(connection, filters, period, as_of, everybody=True)
    asked = cells.filter("is_asked")["person"].unique().implode()
    before = MEASURES[f"{role}_denial_rate_before_contest"].by(connection, [f"{role}_id"], filters, period, as_of)
    before = before.select(person=f"{role}_id", observed_before_contest="numerator")
    # the funnel is that of all who do this work, whoever is shown
    shown = (
        scored(summed(cells))
        .filter(pl.col("person").is_in(asked))
        .join(before, on="person", how="left", maintain_order="left")
    )
    return shown.select(
        "person", "claims", "observed", pl.col("observed_before_contest").fill_null(0),
        (pl.col("observed") / pl.col("claims")).alias("rate"), "expected", "effective_expected", "ratio", "low", "high",
        "shrunken", "shrunken_low", "shrunken_high", "funnel_low", "funnel_high", "over_dispersion", "comparable",
        "is_small", "verdict",
    )  # fmt: skip


def training_needs(
    connection: duckdb.DuckDBPyConnection,
    filters: Filters | None = None,
    period: Period = (None, None),
    as_of: date | None = None,
) -> pl.DataFrame:
    """The families of codes that each coder misses most against the own team, at most three each: coder_id, team,
    audit_field, code_family, missed, audited, missed_rate, team_missed_rate, is_small."""
    dims = ["coder_id", "team", "audit_field", "code_family"]
    codes = MEASURES["coding_accuracy"].by(connection, dims, filters, period, as_of)
    codes = codes.select(*dims, missed=pl.col("denominator") - pl.col("numerator"), audited="denominator")
    of_team = ["team", "audit_field", "code_family"]
    codes = codes.with_columns(
        missed_rate=pl.col("missed") / pl.col("audited"),
        team_missed_rate=pl.col("missed").sum().over(of_team) / pl.col("audited").sum().over(of_team),
        is_small=pl.col("audited") < LEAST_CODES,
    ).filter(pl.col("missed") > 0)
    beyond = pl.col("missed") - pl.col("audited") * pl.col("team_missed_rate")
    order = ["is_small", beyond, "missed", "audit_field", "code_family"]
    codes = codes.sort(["coder_id", *order], descending=[False, False, True, True, False, False])
    return codes.group_by("coder_id", maintain_order=True).head(MOST_NEEDS)
