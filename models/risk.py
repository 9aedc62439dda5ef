"""The risk that a claim is denied at its first adjudication by the billed payer (DESIGN.md, A denial), before it is
sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from models.features import NAMES, matrix
from models.history import KEYS

Floats = npt.NDArray[np.float64]

# with less, a learner only memorises (FACTS.md; issue 2)
FEWEST_CLAIMS = 300
FEWEST_DENIALS = 20
_MANY_CLAIMS = 50_000
_SHARE_PULL = 20.0


@dataclass(slots=True)
class Model:
    """What training leaves behind: figures about features and payers, nothing about a person.

    kind: "learned", or "rates" (shrunken payer x procedure rates, for small practices). typical: the median paid claim.
    denied_share: per payer, what is really denied of a denied claim per dollar that its lines' histories point to.
    """

    kind: str
    base_rate: float
    typical: dict[str, float]
    denied_share: dict[str, float]
    estimator: Any = None
    calibrator: Any = None
    features: list[str] = field(default_factory=lambda: list(NAMES))

    def probability(self, x: Floats) -> Floats:
        """Calibrated risk per row of a feature matrix (claims x NAMES)."""
        if not len(x):
            return np.zeros(0)
        if self.kind == "rates":
            return np.clip(x[:, NAMES.index("payer_procedure_max")], 0.0, 1.0)
        raw = self.estimator.predict_proba(x)[:, 1]
        calibrated: Floats = self.calibrator.predict_proba(log_odds(raw)[:, None])[:, 1]
        return calibrated


def log_odds(p: Floats) -> Floats:
    """Logit, with the ends kept finite."""
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def can_learn(denied: Floats) -> bool:
    """Whether there is enough to train on."""
    return len(denied) >= FEWEST_CLAIMS and FEWEST_DENIALS <= denied.sum() <= len(denied) - FEWEST_DENIALS


def fit(x: Floats, denied: Floats, train: npt.NDArray[np.int64], calibrate: npt.NDArray[np.int64]) -> Model:
    """Learn on the rows `train`, calibrate on the later rows `calibrate`; falls back to rates when either is too
    small.
    """
    both = np.concatenate([train, calibrate])
    paid = x[both][denied[both] == 0]
    medians = np.nanmedian(paid, axis=0) if len(paid) else np.nanmedian(x, axis=0)
    typical = dict(zip(NAMES, np.nan_to_num(medians).tolist(), strict=True))
    base_rate = float(denied[both].mean()) if len(both) else float("nan")
    has_classes = 0 < denied[train].sum() < len(train) and 0 < denied[calibrate].sum() < len(calibrate)
    if not (can_learn(denied[both]) and has_classes):
        return Model("rates", base_rate, typical, {})
    estimator = learner(len(train)).fit(x[train], denied[train])
    raw = estimator.predict_proba(x[calibrate])[:, 1]
    calibrator = LogisticRegression(C=1e6).fit(log_odds(raw)[:, None], denied[calibrate])
    return Model("learned", base_rate, typical, {}, estimator, calibrator)


def learner(claims: int) -> VotingClassifier:
    """Boosted trees and a logistic regression on the same numeric columns, averaged.

    Below 50,000 claims the trees are small and the blend is worth more than either (FACTS.md).
    """
    is_large = claims >= _MANY_CLAIMS
    trees = HistGradientBoostingClassifier(
        max_iter=300 if is_large else 200,
        learning_rate=0.06 if is_large else 0.05,
        max_leaf_nodes=31 if is_large else 8,
        min_samples_leaf=60 if claims >= 5_000 else 20,
        l2_regularization=5.0,
        early_stopping=False,  # its random validation part would break the order of time
        random_state=0,
    )
    return VotingClassifier(
        [("trees", trees), ("logistic", _logistic())], voting="soft", weights=[3, 1] if is_large else [2, 1]
    )


def _logistic() -> Pipeline:
    return make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.05, max_iter=500),
    )


# dollars
# -----------------------------------------------------------------------------------------------------------------


def pointed_amount(lines: pl.DataFrame) -> pl.DataFrame:
    """Per claim (claim_id, payer, pointed_amount): the charge that would be denied if it is, in dollars.

    Each line's charge weighs with the chance that it is the line: its worst history over the claim's chance of any.
    """
    worst = pl.max_horizontal(f"{key.name}_rate" for key in KEYS if not key.whole)
    any_line = 1 - (1 - pl.col("worst")).log().sum().exp()
    weight = (pl.col("worst") / any_line.over("claim_id")).clip(0, 1)
    return (
        lines.with_columns(worst=worst)
        .with_columns(weighted=weight * pl.col("line_charge").fill_null(0).clip(0))
        .group_by("claim_id", maintain_order=True)
        .agg(pl.col("payer").first(), pointed_amount=pl.col("weighted").sum())
    )


def denied_shares(
    pointed: pl.DataFrame, denied_amount: Floats, is_denied: Floats, rows: npt.NDArray[np.int64]
) -> dict[str, float]:
    """Per payer, and "" for all: denied dollars per pointed dollar of denied claims; a payer is pulled towards all."""
    known = pointed.with_columns(denied_amount=pl.Series(denied_amount), is_denied=pl.Series(is_denied))[rows]
    known = known.filter(pl.col("is_denied") > 0)
    overall = _ratio(float(known["denied_amount"].sum()), float(known["pointed_amount"].sum()), 1.0)
    by_payer = known.group_by("payer").agg(pl.col("denied_amount", "pointed_amount").sum(), n=pl.len()).sort("payer")
    found = {"": overall}
    for payer, denied, amount, n in by_payer.iter_rows():
        found[payer] = (n * _ratio(denied, amount, overall) + _SHARE_PULL * overall) / (n + _SHARE_PULL)
    return found


def expected_amount(model: Model, pointed: pl.DataFrame, probability: Floats, charge: Floats) -> Floats:
    """Expected denied dollars per claim: risk x what would be denied, at most the charge."""
    overall = model.denied_share.get("", 1.0)
    share = np.array([model.denied_share.get(payer, overall) for payer in pointed["payer"]])
    amount = np.minimum(share * pointed["pointed_amount"].to_numpy(), np.nan_to_num(charge).clip(0))
    return np.asarray(probability * amount)


def _ratio(over: float, under: float, otherwise: float) -> float:
    return float(over / under) if under > 0 else otherwise


__all__ = [
    "Model",
    "can_learn",
    "denied_shares",
    "expected_amount",
    "fit",
    "learner",
    "log_odds",
    "matrix",
    "pointed_amount",
]
