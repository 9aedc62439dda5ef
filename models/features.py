"""The one declared list of pre-submission columns, one row a service line, shared by training and checking.

All numeric. History columns are shrunken as-of denial rates and log counts (models/history.py); the rest is what the
claim says. No name and no member id, and nothing that a payer answers about the claim itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.frames import Claims
from models.history import KEYS, History, Past

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# what a person can change about a claim, in words; "people" and "other" are never given as a reason
GROUPS = {
    "authorization": "authorization",
    "modifier": "modifiers and codes billed together",
    "diagnosis": "diagnosis support",
    "timing": "time between service and submission",
    "habit": "this payer's habit with this code",
    "provider": "provider",
    "units": "units and charge",
    "registration": "registration and coverage",
    "people": "coder and biller",
    "other": "patient",
}
NEVER_SAID = ("people", "other")
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
    for key in (one for one in KEYS if one.is_feature):
        kind = f" for {' or '.join(key.categories)}" if key.categories else ""
        of = f"as-of denial rate{kind} by {' x '.join(key.columns)}{', latest' if key.latest else ''} (log odds)"
        found.append(Feature(f"{key.name}_rate", key.group, of))
        if not key.whole and not key.latest:  # how much is known of a payer would only tell the time
            found.append(Feature(f"{key.name}_log_n", key.group, f"log(1 + lines answered, at most {_MOST_COUNTED})"))
        if key.unit != "line":
            found.append(Feature(f"{key.name}_best", key.group, f"{of}: the least of the line's rows"))
            found.append(Feature(f"{key.name}_mean", key.group, f"{of}: the mean of the line's rows"))
    return found


FEATURES: tuple[Feature, ...] = (
    *_history_features(),
    Feature("has_authorization", "authorization", "REF*G1 is present"),
    Feature("modifier_count", "modifier", "modifiers of the line"),
    Feature("diagnosis_count", "diagnosis", "diagnoses that the line points to"),
    Feature("lag_days", "timing", "days from the last service to submission"),
    Feature("has_referring", "provider", "a referring provider is named"),
    Feature("log_charge", "units", "log(1 + charge in dollars), rounded: an exact price would name the code"),
    Feature("units", "units", "units of the line"),
    Feature("line_count", "units", "service lines of the claim"),
    Feature("is_institutional", "habit", "institutional claim"),
    Feature("place_code", "habit", "place of service as a number (institutional: type of bill)"),
    Feature("is_resubmission", "habit", "frequency code 7 or 8"),
    Feature("finding_count", "units", "what the scrubber finds in the claim alone: pointers, units, modifiers, sums"),
    Feature("age_years", "other", "patient's age at service"),
    Feature("is_female", "other", "patient's sex"),
)
# a higher rate of denials never lowers the risk: without this a learner finds the weeks in which a policy changed
RISING = tuple(feature.name.endswith(("_rate", "_best", "_mean")) for feature in FEATURES)
NAMES = tuple(feature.name for feature in FEATURES)
GROUP_OF = {feature.name: feature.group for feature in FEATURES}
COLUMN = {name: column for column, name in enumerate(NAMES)}


@dataclass(slots=True)
class Lines:
    """The lines of some claims, ready to be scored: `x` (lines x NAMES, missing = NaN), `history`, and for each line
    the position of its claim in `claims.claim` (`claim`). A claim without any line has no row here.
    """

    claims: Claims
    history: History
    x: Floats
    claim: Integers

    @property
    def claim_count(self) -> int:
        """How many claims these are, those without a line included."""
        return self.claims.claim.height


def compute(claims: Claims, past: Past) -> Lines:
    """Features of every line as of its claim's submission date. `past` may hold the future too: it does not count."""
    history = past.of(claims)
    line, of_claim = claims.line, claims.claim
    position = np.searchsorted(of_claim["claim_id"].to_numpy(), line["claim_id"].to_numpy()).astype(np.int64)
    x = np.empty((line.height, len(NAMES)))
    for key in (one for one in KEYS if one.is_feature):
        x[:, COLUMN[f"{key.name}_rate"]] = log_odds(history.rate[key.name])
        if f"{key.name}_log_n" in COLUMN:
            x[:, COLUMN[f"{key.name}_log_n"]] = np.log1p(np.minimum(history.n[key.name], _MOST_COUNTED))
        if key.unit != "line":
            x[:, COLUMN[f"{key.name}_best"]] = log_odds(history.best[key.name])
            x[:, COLUMN[f"{key.name}_mean"]] = log_odds(history.mean[key.name])
    for name, values in _said(claims, position).items():
        x[:, COLUMN[name]] = values
    return Lines(claims, history, x, position)


def log_odds(p: Floats) -> Floats:
    """Logit, with the ends kept finite."""
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _said(claims: Claims, position: Integers) -> dict[str, Floats]:
    """What the claim itself says, per line."""
    line = claims.line.select(
        modifier_count=pl.col("modifiers").str.split(" ").list.drop_nulls().list.filter(pl.element() != "").list.len(),
        log_charge=(pl.col("line_charge").clip(0) + 1).log().round(),
        units="units",
    )
    claim = claims.claim.select(
        has_authorization="authorization",
        lag_days="lag_days",
        has_referring="referring",
        is_institutional=pl.col("claim_type") == "institutional",
        place_code=pl.col("place").cast(pl.Float64, strict=False),
        is_resubmission=pl.col("frequency_code").is_in(["7", "8"]),
        age_years="age_years",
        is_female="is_female",
        finding_count="finding_count",
    )
    found = {name: _floats(line[name]) for name in line.columns}
    found |= {name: _floats(claim[name])[position] for name in claim.columns}
    found["line_count"] = np.bincount(position, minlength=claim.height)[position].astype(float)
    rows = claims.diagnosis["row"].to_numpy()
    found["diagnosis_count"] = np.bincount(rows, minlength=line.height).astype(float)
    return found


def _floats(values: pl.Series) -> Floats:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()
