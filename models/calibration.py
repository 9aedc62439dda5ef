"""From a score to a probability: a sigmoid or an isotonic curve, whichever has the better Brier score later in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from models.features import log_odds

Floats = npt.NDArray[np.float64]

_BLOCKS = 5
# an isotonic curve of few denials is a staircase of chance
_FEWEST_FOR_ISOTONIC = 200
# what fewer denials say of a score is mostly chance: on samples of 1,000 to 2,000 claims every curve fitted on them
# made the risks worse than they were (seeds 1-7), on 5,000 claims not better
FEWEST_DENIALS = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """kind: "sigmoid" (1 / (1 + exp(-(slope x logit + intercept)))) or "isotonic" (straight lines between points of
    `x`, the score, and `y`, the probability). `brier`: of each kind on blocks of the calibration period that it did not
    see.
    """

    kind: str
    slope: float
    intercept: float
    x: Floats
    y: Floats
    brier: dict[str, float]

    def of(self, score: Floats) -> Floats:
        """Calibrated probabilities of scores between 0 and 1."""
        if self.kind == "isotonic":
            return np.interp(score, self.x, self.y)
        return np.asarray(1 / (1 + np.exp(-(self.slope * log_odds(score) + self.intercept))))

    def to_dict(self) -> dict[str, Any]:
        """Plain values and arrays, as they are saved."""
        return {name: getattr(self, name) for name in ("kind", "slope", "intercept", "x", "y", "brier")}


def fit(score: Floats, hit: Floats) -> Calibration:
    """Scores (0 to 1) and what happened (0 or 1), in order of time; both classes must occur.

    Each kind is judged on blocks of time that it was not fitted on; the better one is then fitted on all. With few
    denials the scores stay as they are.
    """
    if hit.sum() < FEWEST_DENIALS:
        return _line(1.0, 0.0, {})
    fits = {"sigmoid": _sigmoid}
    if min(hit.sum(), len(hit) - hit.sum()) >= _FEWEST_FOR_ISOTONIC:
        fits["isotonic"] = _isotonic
    blocks = np.array_split(np.arange(len(hit)), _BLOCKS)
    brier: dict[str, float] = {}
    for kind, one in fits.items():
        errors = []
        for block in blocks:
            rest = np.setdiff1d(np.arange(len(hit)), block)
            if len(block) and 0 < hit[rest].sum() < len(rest):
                errors.append((one(score[rest], hit[rest], {}).of(score[block]) - hit[block]) ** 2)
        brier[kind] = float(np.concatenate(errors).mean()) if errors else float("nan")
    best = "isotonic" if brier.get("isotonic", np.inf) < brier["sigmoid"] else "sigmoid"
    return fits[best](score, hit, brier)


def towards(rate: float, trust: float) -> Calibration:
    """A score trusted so far (0 to 1), else `rate`: a mean of their log odds."""
    return _line(trust, (1 - trust) * float(log_odds(np.array([rate]))[0]), {})


def _sigmoid(score: Floats, hit: Floats, brier: dict[str, float]) -> Calibration:
    learned = LogisticRegression(C=1e6).fit(log_odds(score)[:, None], hit)
    return _line(float(learned.coef_[0, 0]), float(learned.intercept_[0]), brier)


def _line(slope: float, intercept: float, brier: dict[str, float]) -> Calibration:
    return Calibration("sigmoid", slope, intercept, np.zeros(0), np.zeros(0), brier)


def _isotonic(score: Floats, hit: Floats, brier: dict[str, float]) -> Calibration:
    learned = IsotonicRegression(out_of_bounds="clip", y_min=1e-4, y_max=1 - 1e-4).fit(score, hit)
    x, y = np.asarray(learned.X_thresholds_, float), np.asarray(learned.y_thresholds_, float)
    return Calibration("isotonic", 1.0, 0.0, x, y, brier)
