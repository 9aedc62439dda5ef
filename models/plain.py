"""The learners' predictions in plain NumPy: for a few rows, scikit-learn's checks cost more than the sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# beyond so many rows scikit-learn's own code is faster
MOST_ROWS = 300


class Trees:
    """A fitted HistGradientBoostingClassifier of two classes without categorical columns: all its trees as one table
    of nodes, walked level by level.
    """

    def __init__(self, fitted: Any) -> None:
        nodes = [trees[0].nodes for trees in fitted._predictors]
        sizes = np.array([len(one) for one in nodes])
        self._root = np.cumsum(sizes) - sizes
        every, shift = np.concatenate(nodes), np.repeat(self._root, sizes)
        is_leaf = every["is_leaf"].astype(bool)
        here = np.arange(len(every))  # a leaf leads to itself
        self._feature = np.where(is_leaf, 0, every["feature_idx"])
        self._threshold = every["num_threshold"]
        self._missing_left = every["missing_go_to_left"].astype(bool)
        self._left = np.where(is_leaf, here, every["left"] + shift)
        self._right = np.where(is_leaf, here, every["right"] + shift)
        self._value, self._depth = every["value"], int(every["depth"].max())
        self._start = float(fitted._baseline_prediction.ravel()[0])

    def chance(self, x: Floats) -> Floats:
        """The probability of the second class, per row."""
        rows = np.arange(len(x))
        at = np.broadcast_to(self._root[:, None], (len(self._root), len(x)))
        for _ in range(self._depth):
            found = x[rows, self._feature[at]]
            goes_left = (found <= self._threshold[at]) | (np.isnan(found) & self._missing_left[at])
            at = np.where(goes_left, self._left[at], self._right[at])
        return _expit(self._start + self._value[at].sum(axis=0))


class Logistic:
    """A fitted pipeline of StandardScaler and LogisticRegression, of two classes."""

    def __init__(self, fitted: Any) -> None:
        scaler, regression = fitted[0], fitted[-1]
        self._weight = regression.coef_[0] / scaler.scale_
        self._start = float(regression.intercept_[0] - scaler.mean_ @ self._weight)

    def chance(self, x: Floats) -> Floats:
        """The probability of the second class, per row."""
        return _expit(x @ self._weight + self._start)


def _expit(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))
