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

from models import calibration, plain
from models.calibration import Calibration
from models.features import COLUMN, GROUP_OF, NAMES, RISING, Floats, Integers, log_odds

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
_SHARE_PULL = 20.0
_FEW_DENIALS = 100


@dataclass(slots=True)
class Model:
    """What training leaves behind: figures about features and payers, nothing about a person.

    kind: "learned", or "rates" (shrunken payer x procedure rates). typical: the median paid line. denied_share: per
    payer, what is denied per dollar of charge that the line risks point to. head: weights of the claim head (logit of
    any line denied, logit of the riskiest, log of the line count, intercept). categories: which denial category,
    learned from denied lines.
    """

    kind: str
    base_rate: float
    typical: dict[str, float]
    uses_people: bool = True
    denied_share: dict[str, float] = field(default_factory=dict)
    trees: Any = None
    logistic: Any = None
    tree_share: float = 1.0
    head: list[float] = field(default_factory=list)
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
        if self.kind == "rates":
            return expit(x[:, COLUMN["payer_procedure_rate"]])
        x = self.prepared(x)
        found: Floats = np.zeros(len(x))
        if self.tree_share > 0:
            found += self.tree_share * self._chance(self.trees, plain.Trees, x)
        if self.tree_share < 1:
            found += (1 - self.tree_share) * self._chance(self.logistic, plain.Logistic, self.filled(x))
        return found

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
        score = self.head_score(line_risk, claim, claims)
        if self.calibrator is None:
            return score
        return np.where(np.bincount(claim, minlength=claims) > 0, self.calibrator.of(score), self.base_rate)

    def head_score(self, line_risk: Floats, claim: Integers, claims: int) -> Floats:
        """The claim head before calibration."""
        inputs = head_inputs(line_risk, claim, claims)
        there = np.bincount(claim, minlength=claims) > 0
        if self.kind == "rates":
            return np.where(there, expit(inputs[:, 0]), self.base_rate)
        return expit(inputs @ np.array(self.head[:-1]) + self.head[-1])

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


def expit(x: Floats) -> Floats:
    """The inverse of log_odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))


def head_inputs(line_risk: Floats, claim: Integers, claims: int) -> Floats:
    """Claims x 3: log odds that any line is denied if lines were independent, of the riskiest line, log line count."""
    kept = np.log1p(-np.clip(line_risk, 0, 1 - 1e-9))
    none = np.bincount(claim, weights=kept, minlength=claims)
    highest = np.zeros(claims)
    np.maximum.at(highest, claim, line_risk)
    count = np.bincount(claim, minlength=claims)
    return np.column_stack([log_odds(1 - np.exp(none)), log_odds(highest), np.log1p(count)])


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


def typical_line(x: Floats, denied: Floats) -> dict[str, float]:
    """Per column, the median of what is there on paid lines; 0 where nothing is."""
    paid = x[denied == 0] if (denied == 0).any() else x
    medians = (float(np.median(there)) if len(there := column[~np.isnan(column)]) else 0.0 for column in paid.T)
    return dict(zip(NAMES, medians, strict=True))


def can_learn(denied: Floats) -> bool:
    """Whether there is enough to train on."""
    return len(denied) >= FEWEST_CLAIMS and FEWEST_DENIALS <= denied.sum() <= len(denied) - FEWEST_DENIALS


def fit_head(model: Model, inputs: Floats, denied: Floats) -> None:
    """Learn the claim head and its calibration from claims later than those the learners saw, in order of time.

    The calibration is fitted on scores of heads that did not see the block of time they score.
    """
    score = np.empty(len(denied))
    for block in np.array_split(np.arange(len(denied)), 5):
        rest = np.setdiff1d(np.arange(len(denied)), block)
        score[block] = _head(inputs[rest], denied[rest]).predict_proba(inputs[block])[:, 1]
    head = _head(inputs, denied)
    model.head = [*(float(weight) for weight in head.coef_[0]), float(head.intercept_[0])]
    model.calibrator = calibration.fit(score, denied)


def _head(inputs: Floats, denied: Floats) -> Any:
    # few denials cannot tell three weights apart
    return LogisticRegression(C=10.0 if denied.sum() >= _FEW_DENIALS else 0.05).fit(inputs, denied)


def pointed_amount(line_risk: Floats, charge: Floats, claim: Integers, claims: int) -> Floats:
    """Per claim: the charge that would be denied if it is, in dollars.

    Each line's charge weighs with the chance that it is the line: its risk over the claim's chance of any.
    """
    any_line = expit(head_inputs(line_risk, claim, claims)[:, 0])
    weight = np.clip(line_risk / np.maximum(any_line[claim], 1e-9), 0, 1)
    return np.asarray(np.bincount(claim, weights=weight * np.nan_to_num(charge).clip(0), minlength=claims), float)


def denied_shares(payer: list[str], pointed: Floats, denied_amount: Floats, is_denied: Floats) -> dict[str, float]:
    """Per payer, and "" for all: denied dollars per pointed dollar of denied claims; a payer is pulled towards all."""
    hit = is_denied > 0
    overall = _ratio(denied_amount[hit].sum(), pointed[hit].sum(), 1.0)
    found = {"": overall}
    names = np.array(payer)
    for name in sorted(set(payer)):
        mine = hit & (names == name)
        n = int(mine.sum())
        rate = _ratio(denied_amount[mine].sum(), pointed[mine].sum(), overall)
        found[name] = (n * rate + _SHARE_PULL * overall) / (n + _SHARE_PULL)
    return found


def expected_amount(model: Model, payer: list[str], pointed: Floats, risk: Floats, charge: Floats) -> Floats:
    """Expected denied dollars per claim: risk x what would be denied, at most the charge."""
    overall = model.denied_share.get("", 1.0)
    share = np.array([model.denied_share.get(name, overall) for name in payer])
    return np.asarray(risk * np.minimum(share * pointed, np.nan_to_num(charge).clip(0)))


def _ratio(over: float, under: float, otherwise: float) -> float:
    return float(over / under) if under > 0 else otherwise
