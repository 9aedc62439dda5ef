"""Fitting by the calendar: learn on older claims, calibrate on later ones, and roll forward."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from models import calibration, category, risk
from models.examples import Examples, Rows
from models.features import Floats
from models.risk import Learned, Model

# with fewer denials in the calibration period its curve is mostly chance: earlier blocks of time help (measured on
# samples of 2,000 claims: calibration error .067 instead of .091, Brier .113 instead of .122; from 5,000 on no gain)
_FEW_TO_CALIBRATE = 40
_ROLLED_FROM = (0.5, 0.7, 0.85)


@dataclass(frozen=True, slots=True)
class Seen:
    """Claims that a learner scored without having learned from them or from anything later: what calibrates."""

    inputs: Floats
    denied: Floats
    line_risk: Floats
    line_denied: Floats

    def then(self, later: Seen) -> Seen:
        """These, and the later ones after them."""
        return Seen(
            np.concatenate([self.inputs, later.inputs]),
            np.concatenate([self.denied, later.denied]),
            np.concatenate([self.line_risk, later.line_risk]),
            np.concatenate([self.line_denied, later.line_denied]),
        )


@dataclass(frozen=True, slots=True)
class Backtest:
    """A model of what was known when the test began, its rival the logistic regression, and what calibrated it."""

    model: Model
    logistic: Model
    calibrated: Seen | None


def backtest(examples: Examples, train: Rows, calibrate: Rows, uses_people: bool = True) -> Backtest:
    """Learn on `train`, calibrate on the later `calibrate`, then learn again on both: the newest answers are worth more
    than any change of learner. Falls back to rates when either part is too small.
    """
    both = np.concatenate([train, calibrate])
    model, logistic = blank(examples, both, uses_people), blank(examples, both, uses_people)
    denied = examples.denied
    has_classes = all(0 < denied[part].sum() < len(part) for part in (train, calibrate))
    if not (risk.can_learn(denied[both]) and has_classes):
        return Backtest(model, logistic, None)
    seen, seen_by_logistic = _rolled(model, logistic, examples, train, calibrate)
    _calibrate(model, seen)
    _calibrate(logistic, seen_by_logistic)
    second = learn(model, examples, both)
    _take(model, second, examples, both)
    _take(logistic, _logistic_only(second), examples, both)
    return Backtest(model, logistic, seen)


def _rolled(model: Model, logistic: Model, examples: Examples, train: Rows, calibrate: Rows) -> tuple[Seen, Seen]:
    """What learners say of later claims: of the calibration period, and with few denials in it also of the end of the
    training period, each block scored by learners that saw only what came before it.
    """
    blocks = [(train, calibrate)]
    if examples.denied[calibrate].sum() < _FEW_TO_CALIBRATE:
        edges = [int(len(train) * share) for share in _ROLLED_FROM] + [len(train)]
        earlier = [(train[:start], train[start:end]) for start, end in pairwise(edges)]
        blocks = [(old, new) for old, new in earlier if risk.can_learn(examples.denied[old]) and len(new)] + blocks
    found: list[tuple[Seen, Seen]] = []
    for old, new in blocks:
        learned = learn(model, examples, old)
        by_logistic = _score(logistic, _logistic_only(learned), examples, new)
        found.append((_score(model, learned, examples, new), by_logistic))
    seen, seen_by_logistic = found[0]
    for one, other in found[1:]:
        seen, seen_by_logistic = seen.then(one), seen_by_logistic.then(other)
    return seen, seen_by_logistic


def final(examples: Examples, rows: Rows, test: Rows, tested: Backtest, uses_people: bool = True) -> Model:
    """The model to use: learned from all `rows`, calibrated on the calibration and test periods as they were scored
    before anything was learned from them.
    """
    model = blank(examples, rows, uses_people)
    if tested.calibrated is None:
        return model
    at_test = _score(tested.model, _learned(tested.model), examples, test) if len(test) else None
    _calibrate(model, tested.calibrated.then(at_test) if at_test else tested.calibrated)
    _take(model, learn(model, examples, rows), examples, rows)
    return model


def blank(examples: Examples, rows: Rows, uses_people: bool) -> Model:
    """A model that knows rates only."""
    at = examples.lines_of(rows)
    x, denied = examples.lines.x, examples.line_denied
    typical = risk.typical_line(x[at] if len(at) else x, denied[at] if len(at) else denied)
    base = float(examples.denied[rows].mean()) if len(rows) else float(examples.denied.mean())
    return Model("rates", base, typical, uses_people)


def learn(model: Model, examples: Examples, rows: Rows) -> Learned:
    """Fit the learners on these claims' lines."""
    at = examples.lines_of(rows)
    return risk.learn(model, examples.lines.x[at], examples.line_denied[at])


def _score(model: Model, learned: Learned, examples: Examples, rows: Rows) -> Seen:
    """What these learners say about claims that they have not seen."""
    at = examples.lines_of(rows)
    position = np.full(len(examples.denied), -1, np.int64)
    position[rows] = np.arange(len(rows))
    _use(model, learned)
    raw = model.raw(examples.lines.x[at])
    inputs = risk.head_inputs(raw, position[examples.lines.claim[at]], len(rows))
    return Seen(inputs, examples.denied[rows], raw, examples.line_denied[at])


def _calibrate(model: Model, seen: Seen) -> None:
    risk.fit_head(model, seen.inputs, seen.denied)
    model.line_calibrator = calibration.fit(seen.line_risk, seen.line_denied)


def _take(model: Model, learned: Learned, examples: Examples, rows: Rows) -> None:
    """Use these learners from now on, with what denials cost and what they are for."""
    _use(model, learned)
    at = examples.lines_of(rows)
    raw = model.raw(examples.lines.x[at])
    position = np.full(len(examples.denied), -1, np.int64)
    position[rows] = np.arange(len(rows))
    charge = examples.lines.claims.line["line_charge"].to_numpy()[at]
    pointed = risk.pointed_amount(raw, charge, position[examples.lines.claim[at]], len(rows))
    payer = [examples.payer[row] for row in rows]
    model.denied_share = risk.denied_shares(payer, pointed, examples.denied_amount[rows], examples.denied[rows])
    if model.trees is not None:
        category.learn(model, examples.lines.x[at], examples.category[at])


def _use(model: Model, learned: Learned) -> None:
    model.kind = "learned"
    model.trees, model.logistic, model.tree_share = learned.trees, learned.logistic, learned.tree_share


def _learned(model: Model) -> Learned:
    return Learned(model.trees, model.logistic, model.tree_share)


def _logistic_only(learned: Learned) -> Learned:
    return Learned(None, learned.logistic, 0.0)
