"""Fitting by the calendar: learn on older claims, calibrate on later ones, then learn on both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import calibration, category, dollars, head, risk
from models.examples import Examples, Rows
from models.features import COLUMN, Floats
from models.head import expit, head_inputs
from models.risk import Learned, Model


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
    logistic.rate_share = 0.0
    first = learn(model, examples, train)
    seen = _score(model, first, examples, calibrate)
    _calibrate(model, seen)
    _calibrate(logistic, _score(logistic, _logistic_only(first), examples, calibrate))
    second = learn(model, examples, both)
    _take(model, second, examples, both)
    _take(logistic, _logistic_only(second), examples, both)
    return Backtest(model, logistic, seen)


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
    """A model that knows rates only, pulled towards the base rate."""
    at = examples.lines_of(rows)
    x, denied = examples.lines.x, examples.line_denied
    typical = risk.typical_line(x[at] if len(at) else x, denied[at] if len(at) else denied)
    base = float(examples.denied[rows].mean()) if len(rows) else float(examples.denied.mean())
    denials = float(examples.denied[rows].sum())
    model = Model("rates", base, typical, uses_people, rate_share=risk.rate_share(denials))
    model.calibrator = calibration.towards(base, risk.rates_pull(denials))
    model.head = head.together(expit(x[at, COLUMN["payer_procedure_rate"]]), denied[at], examples.lines.claim[at])
    return model


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
    inputs = head_inputs(raw, position[examples.lines.claim[at]], len(rows))
    return Seen(inputs, examples.denied[rows], raw, examples.line_denied[at])


def _calibrate(model: Model, seen: Seen) -> None:
    model.head, model.calibrator = head.fit(seen.inputs, seen.denied, model.head)
    model.line_calibrator = calibration.fit(seen.line_risk, seen.line_denied)


def _take(model: Model, learned: Learned, examples: Examples, rows: Rows) -> None:
    """Use these learners from now on, with what denials cost and what they are for."""
    _use(model, learned)
    at = examples.lines_of(rows)
    raw = model.raw(examples.lines.x[at])
    position = np.full(len(examples.denied), -1, np.int64)
    position[rows] = np.arange(len(rows))
    charge = examples.lines.claims.line["line_charge"].to_numpy()[at]
    pointed = dollars.pointed_amount(raw, charge, position[examples.lines.claim[at]], len(rows))
    payer = [examples.payer[row] for row in rows]
    model.denied_share = dollars.denied_shares(payer, pointed, examples.denied_amount[rows], examples.denied[rows])
    if model.trees is not None:
        category.learn(model, examples.lines.x[at], examples.category[at])


def _use(model: Model, learned: Learned) -> None:
    model.kind = "learned"
    model.trees, model.logistic, model.tree_share = learned.trees, learned.logistic, learned.tree_share


def _learned(model: Model) -> Learned:
    return Learned(model.trees, model.logistic, model.tree_share)


def _logistic_only(learned: Learned) -> Learned:
    return Learned(None, learned.logistic, 0.0)
