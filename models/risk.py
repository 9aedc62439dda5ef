"""The risk that a claim, and each of its lines, is denied at its first adjudication, before it is sent.

A denial is what DESIGN.md calls one. Boosted trees on the lines' numeric columns (with few claims blended with a
logistic regression), a small claim head over the lines' risks, calibrated on later claims; with very little data,
shrunken payer x procedure rates.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from models import plain
from models.calibration import Calibration
from models.features import COLUMN, GROUP_OF, NAMES, RISING, Floats, Integers, log_odds
from models.head import INDEPENDENT, expit, head_inputs

Rows = npt.NDArray[np.int64]

# with less, a learner only memorises (FACTS.md; issue 6)
FEWEST_CLAIMS = 300
FEWEST_DENIALS = 20
# below this the trees are small and blended with the logistic regression; above, trees alone are better (measured)
_FEW_LINES = 8_000
_VERY_FEW_LINES = 2_500
_MANY_LINES = 50_000
# the newest lines teach most, and training time grows with them
_MOST_LINES = 200_000
_MOST_FOR_LOGISTIC = 40_000
# denials that the learners must have seen to count as much as the payer x procedure rates: on samples of 1,000 to 5,000
# claims (seeds 1-7) 30 to 130 all did better than either alone; the cautious side is worth 1 % of Brier at most
_HALF_TRUSTED = 100.0
# and with which the rates alone count as much as the base rate
_RATES_HALF_TRUSTED = 20.0


@dataclass(slots=True)
class Model:
    """What training leaves behind: figures about features and payers, nothing about a person.

    kind: "learned", or "rates" (shrunken payer x procedure rates). typical: the median paid line. denied_share: per
    payer, what is denied per dollar of charge that the line risks point to. head: weights of the claim head (logit of
    any line denied, logit of the riskiest, log of the line count, intercept). categories: which denial category,
    learned from denied lines. rate_share: how much the payer x procedure rate counts in a line's log odds beside the
    learners.
    """

    kind: str
    base_rate: float
    typical: dict[str, float]
    uses_people: bool = True
    denied_share: dict[str, float] = field(default_factory=dict)
    trees: Any = None
    logistic: Any = None
    tree_share: float = 1.0
    rate_share: float = 0.0
    head: list[float] = field(default_factory=lambda: list(INDEPENDENT))
    calibrator: Calibration | None = None
    line_calibrator: Calibration | None = None
    categories: Any = None
    usual_category: str | None = None
    features: list[str] = field(default_factory=lambda: list(NAMES))
    _plain: dict[int, Any] = field(default_factory=dict, repr=False, compare=False)

    def raw(self, x: Floats) -> Floats:
        """Line risks (rows of a feature matrix lines x NAMES) before calibration."""
        if not len(x):
            return np.zeros(0)
        rate = x[:, COLUMN["payer_procedure_rate"]]
        if self.kind == "rates":
            return expit(rate)
        x = self.prepared(x)
        found: Floats = np.zeros(len(x))
        if self.tree_share > 0:
            found += self.tree_share * self._chance(self.trees, plain.Trees, x)
        if self.tree_share < 1:
            found += (1 - self.tree_share) * self._chance(self.logistic, plain.Logistic, self.filled(x))
        return expit((1 - self.rate_share) * log_odds(found) + self.rate_share * rate)

    def _chance(self, fitted: Any, in_plain: Callable[[Any], Any], x: Floats) -> Floats:
        """What one learner says, by the way that is the faster for so many rows."""
        if len(x) > plain.MOST_ROWS:
            with threads(len(x)):
                return np.asarray(fitted.predict_proba(x)[:, 1])
        kept, made = self._plain.get(id(fitted), (None, None))
        if kept is not fitted:
            self._plain = {key: one for key, one in self._plain.items() if one[0] in (self.trees, self.logistic)}
            self._plain[id(fitted)] = fitted, made = fitted, in_plain(fitted)
        return np.asarray(made.chance(x))

    def claim_risk(self, line_risk: Floats, claim: Integers, claims: int) -> Floats:
        """Calibrated risk per claim from its lines' raw risks; `claim` holds each line's claim position.

        A claim without lines has the base rate.
        """
        score = expit(head_inputs(line_risk, claim, claims) @ np.array(self.head[:-1]) + self.head[-1])
        there = np.bincount(claim, minlength=claims) > 0
        return np.where(there, score if self.calibrator is None else self.calibrator.of(score), self.base_rate)

    def line_risk(self, raw: Floats) -> Floats:
        """Calibrated risk per line."""
        return raw if self.line_calibrator is None else self.line_calibrator.of(raw)

    def prepared(self, x: Floats) -> Floats:
        """The matrix as this model takes it: without people's histories when it must not know them."""
        if self.uses_people:
            return x
        blind = x.copy()
        blind[:, [COLUMN[name] for name in NAMES if GROUP_OF[name] == "people"]] = 0.0
        return blind

    def filled(self, x: Floats) -> Floats:
        """The matrix with the median paid line's values where one is missing."""
        return np.where(np.isnan(x), self.typical_row(), x)

    def typical_row(self) -> Floats:
        """The median paid line."""
        return np.array([self.typical[name] for name in NAMES])


@dataclass(frozen=True, slots=True)
class Learned:
    """The two learners, fitted on the same lines."""

    trees: Any
    logistic: Any
    tree_share: float


def learn(model: Model, x: Floats, denied: Floats) -> Learned:
    """Fit both learners on lines in order of time (the newest count when there are very many)."""
    x, denied = model.prepared(x[-_MOST_LINES:]), denied[-_MOST_LINES:]
    x = np.where(np.isnan(x).all(axis=0), 0.0, x)  # the learner refuses a column of which nothing is known
    is_large = len(x) >= _MANY_LINES
    trees = HistGradientBoostingClassifier(
        max_iter=120 if is_large else 200,
        learning_rate=0.1 if is_large else 0.05,
        max_leaf_nodes=16 if is_large else 8,
        min_samples_leaf=60 if len(x) >= _FEW_LINES else 20,
        max_features=0.3,
        l2_regularization=5.0,
        monotonic_cst=[int(rises) for rises in RISING],
        early_stopping=False,  # its random validation part would break the order of time
        random_state=0,
    )
    logistic = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=300))
    with threads(len(x)):
        trees.fit(x, denied)
        logistic.fit(model.filled(x[-_MOST_FOR_LOGISTIC:]), denied[-_MOST_FOR_LOGISTIC:])
    return Learned(trees, logistic, _tree_share(len(x)))


def _tree_share(lines: int) -> float:
    """The trees' part in the blend: on samples of 1,500, 4,000 and 20,000 claims the best of those tried."""
    if lines >= _FEW_LINES:
        return 1.0
    return 0.3 if lines < _VERY_FEW_LINES else 0.8


@cache
def _pools() -> Any:
    """The loaded thread pools; finding them takes longer than scoring a claim."""
    return ThreadpoolController()


def threads(rows: int) -> Any:
    """One thread for few rows: a second one waits more than it works, and very long when the machine is busy."""
    return nullcontext() if rows >= 20_000 else _pools().limit(limits=1)


def rate_share(denials: float) -> float:
    """How much the payer x procedure rate counts beside learners that saw so many denials."""
    return _HALF_TRUSTED / (denials + _HALF_TRUSTED)


def rates_pull(denials: float) -> float:
    """How much the payer x procedure rates count beside the base rate when they stand alone."""
    return denials / (denials + _RATES_HALF_TRUSTED)


def typical_line(x: Floats, denied: Floats) -> dict[str, float]:
    """Per column, the median of what is there on paid lines; 0 where nothing is."""
    paid = x[denied == 0] if (denied == 0).any() else x
    medians = (float(np.median(there)) if len(there := column[~np.isnan(column)]) else 0.0 for column in paid.T)
    return dict(zip(NAMES, medians, strict=True))


def can_learn(denied: Floats) -> bool:
    """Whether there is enough to train on."""
    return len(denied) >= FEWEST_CLAIMS and FEWEST_DENIALS <= denied.sum() <= len(denied) - FEWEST_DENIALS
