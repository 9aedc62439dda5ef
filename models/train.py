"""Training: from the warehouse to a model and an account of what it learned and how much to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl

from etl.errors import UserError
from models import audit, evaluate, fairness, fit, risk, rivals, score, timeline
from models.examples import Examples, Rows, prepare
from models.features import NAMES, Floats
from models.fit import Backtest
from models.history import outcomes
from models.risk import Model

# a part of the payer x procedure rates beside the learners that a reader should know of
_WORTH_SAYING = 0.05


@dataclass(slots=True)
class Training:
    """A model and its account (JSON-ready): counts, period, test scores beside baselines, calibration, notes,
    warnings. `tested` is the model as of the day the test began, for a comparison with the one in use.
    """

    model: Model
    report: dict[str, Any]
    tested: Model
    examples: Examples
    test: Rows


def train(
    connection: duckdb.DuckDBPyConnection,
    uses_people: bool = False,
    audited: bool = True,
    truth: pl.DataFrame | None = None,
    refit: bool = True,
) -> Training:
    """Learn from every answered claim of the warehouse. Raises UserError when no claim has been answered yet.

    truth: a sample's claims_truth.csv (claim_id, denial_probability), compared with. refit: also learn the model to
    use, from all claims, after the test; else the tested one is returned.
    """
    ripe = timeline.maturity(connection)
    past = outcomes(connection)
    if ripe is None or not past.claims.line.height:
        raise UserError("No claim in the warehouse has been adjudicated yet. Load 837 and 835 files first, then train.")
    examples = prepare(past)
    rows = timeline.usable(examples.submitted, ripe)
    if not len(rows):
        rows = np.argsort(examples.submitted, kind="stable")
    parts = timeline.split(examples.submitted, examples.remitted, rows, ripe.answer_days)
    tested = fit.backtest(examples, parts.train, parts.calibrate, uses_people)
    model = fit.final(examples, rows, parts.test, tested, uses_people) if refit else tested.model
    report = _counts(examples, rows, ripe) | {"kind": model.kind, "uses_people": uses_people}
    report["parts"] = {
        name: len(part) for name, part in (("train", parts.train), ("calibrate", parts.calibrate), ("test", parts.test))
    }
    report |= _quality(connection, examples, tested, parts.test, parts.test_from, truth)
    if audited and tested.model.kind == "learned":
        report["audit"] = audit.audit(examples, past, np.concatenate([parts.train, parts.calibrate]), parts.test)
        report["warnings"] += audit.warnings(report["audit"])
    report["notes"] = _notes(model, report, ripe, parts.test_from)
    return Training(model, report, tested.model, examples, parts.test)


def _counts(examples: Examples, rows: Rows, ripe: timeline.Maturity) -> dict[str, Any]:
    days = examples.submitted[rows]
    return {
        "claims": len(rows),
        "denied": int(examples.denied[rows].sum()),
        "lines": len(examples.lines_of(rows)),
        "answered_claims": len(examples.denied),
        "waiting_claims": ripe.younger,
        "submitted_from": str(days.min()),
        "submitted_to": str(days.max()),
        "answer_days": ripe.answer_days,
        "features": len(NAMES),
    }


def _quality(
    connection: duckdb.DuckDBPyConnection,
    examples: Examples,
    tested: Backtest,
    test: Rows,
    test_from: date,
    truth: pl.DataFrame | None,
) -> dict[str, Any]:
    """Scores of the model and of the baselines on the test part, and where the model is better and worse."""
    denied, amount, charge = examples.denied[test], examples.denied_amount[test], examples.charge[test]
    ranked = _rankings(connection, examples, tested, test)
    found = {name: evaluate.scores(denied, p, amount, dollars) for name, (p, dollars) in ranked.items()}
    p, expected = ranked["model"]
    payer = np.array(examples.payer)[test]
    quality: dict[str, Any] = {
        "metrics": {name: one.to_json() for name, one in found.items()},
        "intervals": evaluate.intervals(denied, p),
        "calibration": evaluate.reliability(denied, p),
        "calibrator": None if tested.model.calibrator is None else tested.model.calibrator.kind,
        "calibrator_brier": {} if tested.model.calibrator is None else tested.model.calibrator.brier,
        "by_payer": evaluate.by("payer", payer, denied, p),
        "by_month": evaluate.by("month", examples.submitted[test].astype("datetime64[M]").astype(str), denied, p),
        "by_band": evaluate.by("charge", evaluate.bands(charge), denied, p),
        "working_list": evaluate.working_list(
            {name: dollars for name, (_, dollars) in ranked.items() if name != "base rate"},
            examples.submitted[test],
            denied,
            amount,
        ),
        "fairness": fairness.report(*examples.age_and_sex(test), denied, p),
        "warnings": evaluate.warnings(found["model"]),
        "auroc_error": evaluate.auroc_error(found["model"]),
        "expected_amount": round(float(expected.sum()), 2),
        "denied_amount": round(float(amount.sum()), 2),
        "test_from": test_from.isoformat(),
        "test_to": str(examples.submitted[test].max()),
    }
    if truth is not None:
        numbers = pl.DataFrame({"claim_id": examples.number()})
        known = numbers.join(truth.unique("claim_id"), on="claim_id", how="left", maintain_order="left")
        quality["truth"] = evaluate.against_truth(denied, p, known["denial_probability"].to_numpy()[test])
    return quality


def _rankings(
    connection: duckdb.DuckDBPyConnection, examples: Examples, tested: Backtest, test: Rows
) -> dict[str, tuple[Floats, Floats]]:
    """Per way of guessing: risks and expected dollars of the tested claims."""
    charge = np.nan_to_num(examples.charge[test])
    scored = score.score(tested.model, examples.lines)
    found = {"model": (scored.risk[test], scored.amount[test])}
    if tested.logistic.kind == "learned":
        logistic = score.score(tested.logistic, examples.lines)
        found["logistic regression"] = (logistic.risk[test], logistic.amount[test])
    rules = rivals.rules_alone(connection, examples, test)
    rate = rivals.payer_procedure_rate(examples, test)
    base = np.full(len(test), tested.model.base_rate)
    found["rules alone"] = (rules, rules * charge)
    found["payer x procedure rate"] = (rate, rate * charge)
    found["base rate"] = (base, base * charge)
    return found


def _notes(model: Model, report: dict[str, Any], ripe: timeline.Maturity, test_from: date) -> list[str]:
    notes = [timeline.until_text(ripe)]
    parts = report["parts"]
    notes.append(
        f"Time-ordered: {parts['train']:,} older claims train, {parts['calibrate']:,} later ones calibrate, "
        f"the latest {parts['test']:,} (from {test_from}) test. Only answers known on {test_from} were used for the "
        "test; the saved model is then learned anew from all of them, tested claims included."
    )
    if report["auroc_error"] is not None:
        tested = report["metrics"]["model"]
        notes.append(
            f"The test holds {tested['denied']:,} denials, so its AUROC is known to within about "
            f"{2 * report['auroc_error']:.2f} (two standard errors)."
        )
    if model.kind == "rates":
        notes.append(
            f"Little is known: {report['claims']:,} answered claims with {report['denied']:,} denials (training needs "
            f"{risk.FEWEST_CLAIMS} and {risk.FEWEST_DENIALS} before the test). Risks are denial rates by payer and "
            "procedure, pulled towards the payer's and the practice's: a rough order, not calibrated probabilities."
        )
    elif model.rate_share > _WORTH_SAYING:
        notes.append(
            f"With {report['denied']:,} denials the learners are not trusted alone: rates by payer and procedure count "
            f"{model.rate_share:.0%} beside them."
        )
    return notes
