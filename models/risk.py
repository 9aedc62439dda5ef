"""The risk that a claim is denied at its first adjudication by the billed payer, before it is sent.

A denial is what DESIGN.md calls one. Trees and a logistic regression on the same numeric columns, calibrated on later
claims; with little data, denial rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from models.features import NAMES
from models.history import KEYS

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

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
    trees: Any = None
    logistic: Any = None
    tree_share: float = 1.0
    calibrator: Any = None
    features: list[str] = field(default_factory=lambda: list(NAMES))

    def probability(self, x: Floats) -> Floats:
        """Calibrated risk per row of a feature matrix (claims x NAMES)."""
        if not len(x):
            return np.zeros(0)
        if self.kind == "rates":
            return np.clip(x[:, NAMES.index("payer_procedure_max")], 0.0, 1.0)
        calibrated: Floats = self.calibrator.predict_proba(log_odds(self.raw(x))[:, None])[:, 1]
        return calibrated

    def raw(self, x: Floats) -> Floats:
        """The blend of both learners before calibration. What is missing is taken to be as on the median paid claim."""
        filled = self.filled(x)
        with _threads(len(x)):
            blend: Floats = self.tree_share * self.trees.predict_proba(filled)[:, 1]
            blend += (1 - self.tree_share) * self.logistic.predict_proba(filled)[:, 1]
        return blend

    def filled(self, x: Floats) -> Floats:
        """The matrix with the median paid claim's values where one is missing."""
        return np.where(np.isnan(x), np.array([self.typical[name] for name in NAMES]), x)


def log_odds(p: Floats) -> Floats:
    """Logit, with the ends kept finite."""
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def can_learn(denied: Floats) -> bool:
    """Whether there is enough to train on."""
    return len(denied) >= FEWEST_CLAIMS and FEWEST_DENIALS <= denied.sum() <= len(denied) - FEWEST_DENIALS


def fit(x: Floats, denied: Floats, train: Rows, calibrate: Rows) -> Model:
    """Learn on the rows `train`, calibrate on the later rows `calibrate`, then learn again on both.

    The calibrator sees only risks of claims later than those learned from. Learning again takes in what is newest,
    which is worth more than any change of learner (on the sample: AUROC +.015). Falls back to rates when either part
    is too small.
    """
    both = np.concatenate([train, calibrate])
    paid = x[both][denied[both] == 0]
    typical = dict(zip(NAMES, _medians(paid if len(paid) else x), strict=True))
    base_rate = float(denied[both].mean()) if len(both) else float(denied.mean())
    model = Model("rates", base_rate, typical, {})
    has_classes = 0 < denied[train].sum() < len(train) and 0 < denied[calibrate].sum() < len(calibrate)
    if not (can_learn(denied[both]) and has_classes):
        return model
    model.kind = "learned"
    learn(model, x[train], denied[train])
    later = log_odds(model.raw(x[calibrate]))
    model.calibrator = LogisticRegression(C=1e6).fit(later[:, None], denied[calibrate])
    learn(model, x[both], denied[both])
    return model


def learn(model: Model, x: Floats, denied: Floats) -> None:
    """Fit the model's two learners: boosted trees, and a logistic regression on the same columns.

    Below 50,000 claims the trees are small and the blend is better than either (FACTS.md; on the sample: AUROC +.01).
    """
    is_large = len(x) >= _MANY_CLAIMS
    trees = HistGradientBoostingClassifier(
        max_iter=300,
        learning_rate=0.06 if is_large else 0.03,
        max_leaf_nodes=31 if is_large else 8,
        min_samples_leaf=60 if is_large else 20,
        l2_regularization=5.0,
        early_stopping=False,  # its random validation part would break the order of time
        random_state=0,
    )
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500))
    with _threads(len(x)):
        model.trees = trees.fit(model.filled(x), denied)
        model.logistic = logistic.fit(model.filled(x), denied)
    model.tree_share = 0.8 if is_large else 0.6


def _threads(rows: int) -> Any:
    """One thread for few rows: a second one waits more than it works, and very long when the machine is busy."""
    return threadpool_limits(None if rows >= _MANY_CLAIMS else 1)


def _medians(x: Floats) -> list[float]:
    """Per column, the median of what is there; 0 where nothing is."""
    return [float(np.median(there)) if len(there := column[~np.isnan(column)]) else 0.0 for column in x.T]


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
