"""Training: from the warehouse to a model and an account of what it learned and how much to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl

from etl.errors import UserError
from models import evaluate, risk, timeline
from models.features import NAMES, compute, matrix
from models.history import Outcomes, outcomes
from models.risk import Floats, Model


@dataclass(slots=True)
class Training:
    """A model and its account (JSON-ready): counts, period, test scores beside baselines, calibration, notes,
    warnings.
    """

    model: Model
    report: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examples:
    """Answered claims, aligned by row: features, what happened, and the charge that would be denied."""

    claims: pl.DataFrame
    x: Floats
    denied: Floats
    denied_amount: Floats
    pointed: pl.DataFrame

    @property
    def charge(self) -> Floats:
        return self.claims["charge"].to_numpy()


def train(connection: duckdb.DuckDBPyConnection) -> Training:
    """Learn from every answered claim of the warehouse. Raises UserError when no claim has been answered yet."""
    ripe = timeline.maturity(connection)
    past = outcomes(connection)
    if ripe is None or not past.claims.line.height:
        raise UserError("No claim in the warehouse has been adjudicated yet. Load 837 and 835 files first, then train.")
    examples = prepare(past)
    submitted = examples.claims["submission_date"].to_numpy().astype("datetime64[D]")
    rows = timeline.usable(submitted, ripe)
    if not len(rows):
        rows = np.argsort(submitted, kind="stable")
    parts = timeline.split(submitted, rows, ripe.answer_days)
    tested = fit(examples, parts.train, parts.calibrate)
    cut = timeline.calibrate_from(len(rows))
    model = fit(examples, rows[:cut], rows[cut:])
    if tested.kind == "rates":
        model = Model("rates", model.base_rate, model.typical, model.denied_share)
    report = _counts(examples, rows, ripe) | _quality(examples, tested, parts) | {"kind": model.kind}
    report["parts"] = {
        name: len(part) for name, part in (("train", parts.train), ("calibrate", parts.calibrate), ("test", parts.test))
    }
    report["notes"] = _notes(model, report, ripe, parts.test_from)
    return Training(model, report)


def prepare(past: Outcomes) -> Examples:
    """Features as of each claim's own submission date, and outcomes, for all answered claims."""
    features, lines = compute(past.claims, past)
    claims = past.claims.claim.join(
        past.claim.select("claim_id", "is_denied", "denied_amount"), on="claim_id", how="left", maintain_order="left"
    )
    pointed = claims.select("claim_id", "payer").join(
        risk.pointed_amount(lines).drop("payer"), on="claim_id", how="left", maintain_order="left"
    )
    return Examples(
        claims,
        matrix(features),
        claims["is_denied"].cast(pl.Float64).to_numpy(),
        claims["denied_amount"].to_numpy(),
        pointed.with_columns(pl.col("pointed_amount").fill_null(0.0)),
    )


def fit(examples: Examples, train_rows: Any, calibrate_rows: Any) -> Model:
    """A model with its dollars, from these rows."""
    model = risk.fit(examples.x, examples.denied, train_rows, calibrate_rows)
    both = np.concatenate([train_rows, calibrate_rows])
    model.denied_share = risk.denied_shares(examples.pointed, examples.denied_amount, examples.denied, both)
    return model


def _counts(examples: Examples, rows: Any, ripe: timeline.Maturity) -> dict[str, Any]:
    days = examples.claims["submission_date"][rows]
    return {
        "claims": len(rows),
        "denied": int(examples.denied[rows].sum()),
        "answered_claims": len(examples.denied),
        "waiting_claims": ripe.younger,
        "submitted_from": str(days.min()),
        "submitted_to": str(days.max()),
        "answer_days": ripe.answer_days,
        "features": len(NAMES),
    }


def _quality(examples: Examples, model: Model, parts: timeline.Split) -> dict[str, Any]:
    """Scores of the model and of the baselines on the test part, and the model's calibration curve."""
    test = parts.test
    denied, amount, charge = examples.denied[test], examples.denied_amount[test], examples.charge[test]
    probability = model.probability(examples.x[test])
    expected = risk.expected_amount(model, examples.pointed[test], probability, charge)
    by_rate = examples.x[test, NAMES.index("payer_procedure_any")]
    base = np.full(len(test), model.base_rate if model.base_rate == model.base_rate else denied.mean())
    rivals = {
        "model": (probability, expected),
        "payer x procedure rate": (by_rate, by_rate * charge),
        "base rate": (base, base * charge),
    }
    found = {name: evaluate.scores(denied, score, amount, dollars) for name, (score, dollars) in rivals.items()}
    return {
        "metrics": {name: one.to_json() for name, one in found.items()},
        "calibration": evaluate.reliability(denied, probability),
        "warnings": evaluate.warnings(found["model"]),
        "auroc_error": evaluate.auroc_error(found["model"]),
        "test_from": parts.test_from.isoformat(),
    }


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
            "procedure, pulled towards the payer's: a rough order, not calibrated probabilities."
        )
    return notes
