"""Whether risks mean the same for patients of every age and both sexes, and whom the working list picks.

Two questions that no model can answer alike when groups are denied at different rates, so both are shown: does a risk
of 20 % mean 20 % in every group (calibration), and how often is a claim looked at that would have been paid (false
positives)?
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from models.evaluate import rounded
from models.fairness_words import FEWEST_CLAIMS, LIST_SHARE
from models.features import Floats

Strings = npt.NDArray[np.str_]

_UPPER_AGES = (17, 39, 64, 74)
_AGES = ("0 to 17", "18 to 39", "40 to 64", "65 to 74", "75 and over")


def report(age: Floats, is_female: Floats, denied: Floats, risk: Floats) -> list[dict[str, Any]]:
    """One row per age band and sex: claims, mean risk, share denied, list share and false positives, with intervals.

    age: years, NaN where unknown. is_female: 1, 0 or NaN. All aligned by tested claim.
    """
    listed = np.zeros(len(risk), bool)
    listed[np.argsort(-risk, kind="stable")[: max(1, round(LIST_SHARE * len(risk)))]] = True
    bands = np.where(np.isnan(age), "unknown", np.array(_AGES)[np.searchsorted(_UPPER_AGES, np.nan_to_num(age))])
    sexes = np.where(np.isnan(is_female), "unknown", np.where(is_female == 1, "female", "male"))
    found = [_row("all", np.ones(len(risk), bool), denied, risk, listed)]
    for kind, groups in (("age", bands), ("sex", sexes)):
        found += [_row(f"{kind} {name}", groups == name, denied, risk, listed) for name in sorted(set(groups.tolist()))]
    return [row for row in found if row["claims"] >= FEWEST_CLAIMS]


def _row(name: str, mine: npt.NDArray[np.bool_], denied: Floats, risk: Floats, listed: Any) -> dict[str, Any]:
    n, hits = int(mine.sum()), int(denied[mine].sum())
    wrong = int((listed & mine & (denied == 0)).sum())
    low, high = interval(hits, n)
    mean = float(risk[mine].mean()) if n else 0.0
    row: dict[str, Any] = {
        "group": name, "claims": n, "denied": hits, "mean_risk": mean,
        "denied_share": hits / max(n, 1), "denied_interval": _words(low, high),
        "listed_share": float(listed[mine].mean()) if n else 0.0,
        "false_positive_share": wrong / max(n - hits, 1), "false_positive_interval": _words(*interval(wrong, n - hits)),
    }  # fmt: skip
    row["fit"] = "fits" if low <= mean <= high else "too high" if mean > high else "too low"
    return {key: rounded(value) for key, value in row.items()}


def interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share (Clopper and Pearson 1934)."""
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def _words(low: float, high: float) -> str:
    return f"{low:.1%} to {high:.1%}"
