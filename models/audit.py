"""The leakage audit of `cleanclaim train`: does anything that the model sees know the answer?

A quick learner is trained again without each group of features, without each feature that tells most by itself, with
shuffled outcomes, and with every outcome known a day too early. A model that looks ahead betrays itself by a score that
is too good, that hangs on one column, or that jumps when outcomes come sooner.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from models.evaluate import TOO_GOOD
from models.examples import Examples, Rows
from models.features import COLUMN, GROUP_OF, GROUPS, NAMES, Floats, compute
from models.frames import some
from models.history import Outcomes, Past
from models.risk import threads

_MOST_CLAIMS = 8_000
_SUSPECTS = 3
# a column whose loss costs this much, or a day that gains it, is worth a look
_HANGS_ON = 0.10
_DAY_GAIN = 0.02
_SHUFFLED = 0.02


def audit(examples: Examples, past: Outcomes, train: Rows, test: Rows) -> dict[str, Any]:
    """AUROC of the quick learner as is and under each change: `all`, `shuffled`, `a_day_early`, `without` (by group and
    by most telling feature). Null where the test has one class.
    """
    train, test = train[-_MOST_CLAIMS:], test[-_MOST_CLAIMS:]
    if not all(0 < examples.denied[part].sum() < len(part) for part in (train, test)):
        return {}
    keep = np.arange(len(NAMES))
    x, denied = np.nan_to_num(examples.lines.x, nan=-1.0), examples.line_denied
    whole = _auroc(examples, x, denied, keep, train, test)
    shuffled = np.random.default_rng(0).permutation(len(examples.denied))
    noise = denied.copy()
    noise[examples.lines_of(train)] = _any_line(examples, shuffled)[examples.lines_of(train)]
    without = {
        f"without {GROUPS[group]}": _auroc(
            examples, x, denied, np.array([c for c in keep if GROUP_OF[NAMES[c]] != group]), train, test
        )
        for group in GROUPS
    }
    for name in _most_telling(examples, x, test):
        without[f"without {name}"] = _auroc(examples, x, denied, keep[keep != COLUMN[name]], train, test)
    early = _a_day_early(examples, past, np.concatenate([train, test]))
    return {
        "claims": len(train),
        "denied": int(examples.denied[test].sum()),
        "all": whole,
        "shuffled": _auroc(examples, x, noise, keep, train, test, examples.denied[shuffled]),
        "a_day_early": _auroc(examples, early, denied, keep, train, test),
        "without": without,
    }


def warnings(found: dict[str, Any]) -> list[str]:
    """What the audit gives reason to doubt, in sentences."""
    said: list[str] = []
    if not found:
        return said
    if found["all"] > TOO_GOOD:
        said.append(
            f"The audit's quick learner reaches AUROC {found['all']:.3f}: some column probably knows the answer."
        )
    chance = 0.5 / max(found["denied"], 1) ** 0.5  # what so few denials may differ by without meaning
    if found["a_day_early"] - found["all"] > _DAY_GAIN + chance:
        said.append(
            f"Outcomes known a day too early raise AUROC from {found['all']:.3f} to {found['a_day_early']:.3f}: claims "
            "are answered on the day they are sent; look at the dates."
        )
    for name, score in found["without"].items():
        if found["all"] - score > _HANGS_ON + chance:
            said.append(
                f"AUROC falls from {found['all']:.3f} to {score:.3f} {name}: make sure that it is known in time."
            )
    if abs(found["shuffled"] - 0.5) > _SHUFFLED + chance:
        said.append(f"Shuffled outcomes give AUROC {found['shuffled']:.3f} instead of 0.5.")
    return said


def _a_day_early(examples: Examples, past: Outcomes, rows: Rows) -> Floats:
    """The features of these claims if every outcome had been known a day before it came; 0 for all other claims."""
    claims = examples.lines.claims
    asked = some(claims, claims.claim["claim_id"].to_numpy()[rows].tolist())
    x = np.zeros_like(examples.lines.x)
    x[asked.line["from_row"].to_numpy()] = np.nan_to_num(compute(asked, Past(past, delay=-1)).x, nan=-1.0)
    return x


def _any_line(examples: Examples, shuffled: Rows) -> Floats:
    """Outcomes of other claims: every line of a claim takes the outcome of the claim it was shuffled to."""
    return examples.denied[shuffled][examples.lines.claim]


def _most_telling(examples: Examples, x: Floats, test: Rows) -> list[str]:
    """The features that order the tested lines best by themselves."""
    at = examples.lines_of(test)
    denied = examples.line_denied[at]
    telling = []
    for column, name in enumerate(NAMES):
        telling.append((abs(float(roc_auc_score(denied, x[at, column])) - 0.5), name))
    return [name for _, name in sorted(telling, reverse=True)[:_SUSPECTS]]


def _auroc(
    examples: Examples,
    x: Floats,
    denied: Floats,
    columns: Rows,
    train: Rows,
    test: Rows,
    outcome: Floats | None = None,
) -> float:
    """AUROC of the riskiest line's risk on the tested claims, of their own outcomes unless others are given."""
    at, asked = examples.lines_of(train), examples.lines_of(test)
    trees = HistGradientBoostingClassifier(
        max_iter=30, max_leaf_nodes=8, learning_rate=0.2, max_features=0.5, early_stopping=False, random_state=0
    )
    with threads(len(at)):
        learned = trees.fit(x[np.ix_(at, columns)], denied[at])
        risk = learned.predict_proba(x[np.ix_(asked, columns)])[:, 1]
    highest = np.zeros(len(examples.denied))
    np.maximum.at(highest, examples.lines.claim[asked], risk)
    hit = examples.denied if outcome is None else outcome
    return round(float(roc_auc_score(hit[test], highest[test])), 4)
