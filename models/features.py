"""The one declared list of pre-submission columns, shared by training and checking.

All numeric. History columns are shrunken as-of denial rates and log counts (models/history.py); the rest is what the
claim says. No name, member, coder or biller, and nothing that a payer answers about the claim itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from models.frames import Claims
from models.history import KEYS, Outcomes, histories

# what a person can change about a claim, in words; "other" is never given as a reason
GROUPS = {
    "authorization": "authorization",
    "modifier": "modifiers and codes billed together",
    "diagnosis": "diagnosis support",
    "timing": "time between service and submission",
    "habit": "this payer's habit with this code",
    "provider": "provider",
    "units": "units and charge",
    "other": "patient",
}


# histories only grow: without a cap, tomorrow's claims would look like none that was learned from
_MOST_COUNTED = 50


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the model's input: its name, the group it is explained under, and what it holds."""

    name: str
    group: str
    description: str


def _history_features() -> list[Feature]:
    found = []
    for key in KEYS:
        of = f"as-of denial rate{f' for {key.category}' if key.category else ''} by {' x '.join(key.columns)}" + (
            ", recent" if key.recent else ""
        )
        found.append(Feature(f"{key.name}_max", key.group, f"{of}: worst line"))
        found.append(
            Feature(
                f"{key.name}_log_n",
                key.group,
                f"log(1 + lines answered, at most {_MOST_COUNTED}) behind {key.name}_max",
            )
        )
        if not key.whole:
            found.append(Feature(f"{key.name}_any", key.group, f"{of}: 1 - product(1 - rate) over the lines"))
            found.append(Feature(f"{key.name}_lift", key.group, "worst line's rate over its parent's, log odds"))
        if key.unit == "diagnosis":
            found.append(Feature(f"{key.name}_best", key.group, f"{of}: best diagnosis of the worst line"))
    return found


FEATURES: tuple[Feature, ...] = (
    *_history_features(),
    Feature("has_authorization", "authorization", "REF*G1 is present"),
    Feature("modifier_count", "modifier", "modifiers on all lines"),
    Feature("bare_share", "modifier", "share of lines without a modifier"),
    Feature("diagnosis_count", "diagnosis", "distinct diagnoses that lines point to"),
    Feature("lag_days", "timing", "days from the last service to submission"),
    Feature("month_sin", "timing", "month of service, sine"),
    Feature("month_cos", "timing", "month of service, cosine"),
    Feature("has_referring", "provider", "a referring provider is named"),
    Feature("log_charge", "units", "log(1 + charge in dollars)"),
    Feature("most_units", "units", "most units on a line"),
    Feature("line_count", "units", "service lines"),
    Feature("is_institutional", "habit", "institutional claim"),
    Feature("place_code", "habit", "place of service as a number (institutional: type of bill)"),
    Feature("is_resubmission", "habit", "frequency code 7 or 8"),
    Feature("age_years", "other", "patient's age at service"),
    Feature("is_female", "other", "patient's sex"),
)
NAMES = tuple(feature.name for feature in FEATURES)


def compute(claims: Claims, past: Outcomes) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(features, histories): one row a claim with claim_id and NAMES (Float64, missing = NaN); one row a line.

    `past` may hold the future too: an answer counts only for claims submitted after it came.
    """
    history = histories(claims, past)
    lines = pl.concat([claims.line, history.drop("row")], how="horizontal")
    return _matrix(claims, lines), lines


def matrix(features: pl.DataFrame) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The columns NAMES of a feature frame as an array (claims x features)."""
    return features.select(NAMES).to_numpy().astype(np.float64)


def _matrix(claims: Claims, lines: pl.DataFrame) -> pl.DataFrame:
    of_lines = lines.group_by("claim_id").agg(
        *(column for key in KEYS for column in _aggregates(key.name, key.parent, key.whole, key.unit == "diagnosis")),
        modifier_count=pl.col("modifiers")
        .str.split(" ")
        .list.len()
        .filter(pl.col("modifiers") != "")
        .sum()
        .cast(pl.Float64),
        bare_share=(pl.col("modifiers") == "").mean(),
        most_units=pl.col("units").max(),
        line_count=pl.len().cast(pl.Float64),
    )
    diagnoses = claims.diagnosis.group_by("claim_id").agg(
        diagnosis_count=pl.col("diagnosis").n_unique().cast(pl.Float64)
    )
    month = pl.col("service_date").dt.month() * (2 * np.pi / 12)
    of_claim = claims.claim.select(
        "claim_id",
        has_authorization=pl.col("authorization").cast(pl.Float64),
        lag_days=pl.col("lag_days").cast(pl.Float64),
        month_sin=month.sin(),
        month_cos=month.cos(),
        has_referring=pl.col("referring").cast(pl.Float64),
        log_charge=(pl.col("charge").clip(0) + 1).log(),
        is_institutional=(pl.col("claim_type") == "institutional").cast(pl.Float64),
        place_code=pl.col("place").cast(pl.Float64, strict=False),
        is_resubmission=pl.col("frequency_code").is_in(["7", "8"]).cast(pl.Float64),
        age_years=pl.col("age_years").cast(pl.Float64),
        is_female=pl.col("is_female"),
    )
    joined = of_claim.join(of_lines, on="claim_id", how="left", maintain_order="left")
    joined = joined.join(diagnoses, on="claim_id", how="left", maintain_order="left")
    return joined.select("claim_id", pl.col(NAMES).cast(pl.Float64).fill_null(float("nan")))


def _aggregates(name: str, parent: str | None, is_whole: bool, is_diagnosis: bool) -> list[pl.Expr]:
    """The columns of one key, from its lines' rates."""
    rate, n = pl.col(f"{name}_rate"), pl.col(f"{name}_n")
    found = [
        rate.max().alias(f"{name}_max"),
        (n.get(rate.arg_max()).clip(0, _MOST_COUNTED) + 1).log().alias(f"{name}_log_n"),
    ]
    if not is_whole:
        lift = _log_odds(rate) - (_log_odds(pl.col(f"{parent}_rate")) if parent else _log_odds(pl.lit(0.1)))
        found += [(1 - (1 - rate).log().sum().exp()).alias(f"{name}_any"), lift.max().alias(f"{name}_lift")]
    if is_diagnosis:
        found.append(pl.col(f"{name}_best").get(rate.arg_max()).alias(f"{name}_best"))
    return found


def _log_odds(rate: pl.Expr) -> pl.Expr:
    return (rate / (1 - rate)).log()
