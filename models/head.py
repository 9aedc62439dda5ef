"""From the risks of a claim's lines to the risk of the claim: a small claim head, then a calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from models import calibration
from models.calibration import Calibration
from models.features import Floats, Integers, log_odds

# weights of the inputs, then the intercept: any line, when lines are independent
INDEPENDENT = (1.0, 0.0, 0.0, 0.0)
# how many pairs of lines (in units of their expected variance) speak for independence before any is seen
_PULL = 10.0


def head_inputs(line_risk: Floats, claim: Integers, claims: int) -> Floats:
    """Claims x 3: log odds that any line is denied if lines were independent, of the riskiest line, log line count."""
    kept = np.log1p(-np.clip(line_risk, 0, 1 - 1e-9))
    none = np.bincount(claim, weights=kept, minlength=claims)
    highest = np.zeros(claims)
    np.maximum.at(highest, claim, line_risk)
    count = np.bincount(claim, minlength=claims)
    return np.column_stack([log_odds(1 - np.exp(none)), log_odds(highest), np.log1p(count)])


def together(line_risk: Floats, denied: Floats, claim: Integers) -> list[float]:
    """Weights from few denials: one figure says how far the lines of a claim are denied together, beyond what their
    risks say. Payers that deny line by line leave 0 (any of independent lines), whole claims 1 (the riskiest line).

    It is the moment estimate of the correlation (products of residuals over all pairs of lines of the same claim),
    squared: a weak one comes from causes that the risks do not know, and taking it for whole denials made samples of
    500 to 2,000 claims 1 % worse (seeds 1-6).
    """
    found = _pairs(denied - line_risk, claim) / (_pairs(np.sqrt(line_risk * (1 - line_risk)), claim) + _PULL)
    share = float(np.clip(found, 0, 1)) ** 2
    return [1 - share, share, 0.0, 0.0]


def fit(x: Floats, denied: Floats, few: list[float]) -> tuple[list[float], Calibration]:
    """The head's weights (of `head_inputs`, then the intercept) and its calibration, from claims later than those the
    learners saw, in order of time.

    The calibration is fitted on scores of heads that did not see the block of time they score. Few denials cannot tell
    the weights apart: then `few` stay.
    """
    if denied.sum() < calibration.FEWEST_DENIALS:
        return few, calibration.fit(expit(x @ np.array(few[:-1])), denied)
    score = np.empty(len(denied))
    for block in np.array_split(np.arange(len(denied)), 5):
        rest = np.setdiff1d(np.arange(len(denied)), block)
        score[block] = _head(x[rest], denied[rest]).predict_proba(x[block])[:, 1]
    head = _head(x, denied)
    weights = [*(float(weight) for weight in head.coef_[0]), float(head.intercept_[0])]
    return weights, calibration.fit(score, denied)


def expit(x: Floats) -> Floats:
    """The inverse of log_odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))))


def _pairs(values: Floats, claim: Integers) -> float:
    """Sum of products over all ordered pairs of lines of the same claim."""
    return float((np.bincount(claim, weights=values) ** 2).sum() - (values**2).sum())


def _head(x: Floats, denied: Floats) -> Any:
    return LogisticRegression(C=10.0).fit(x, denied)
