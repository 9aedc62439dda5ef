"""Life after training: how the model in use does on claims answered since, and how far its inputs have drifted."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np

from models import evaluate, score, timeline
from models.examples import Examples, Rows, prepare
from models.features import COLUMN, FEATURES, GROUPS, Floats
from models.history import outcomes
from models.risk import Model

# population stability index: below 0.1 stable, above 0.25 another population (the usual reading of credit scoring)
MOVED, SHIFTED = 0.10, 0.25
_BINS = 10
_FEWEST = 100
_COMPARED = (
    "payer_procedure_rate", "authorization_rate", "modifier_rate", "pair_rate", "diagnosis_rate", "referring_rate",
    "lag_days", "log_charge", "units", "line_count", "has_authorization", "has_referring", "modifier_count",
    "place_code",
)  # fmt: skip


def since_training(connection: duckdb.DuckDBPyConnection, model: Model, learned_to: str | None) -> dict[str, Any]:
    """What happened to claims sent after `learned_to` (ISO), the last day that the model learned from: `metrics`,
    `intervals`, `calibration`, `by_payer`, `by_month`, and `drift`. Young claims wait, as in training.
    """
    past = outcomes(connection)
    ripe = timeline.maturity(connection)
    if ripe is None or learned_to is None or not past.claims.line.height:
        return {"claims": 0, "drift": []}
    examples = prepare(past)
    edge = np.datetime64(learned_to)
    since = np.flatnonzero((examples.submitted > edge) & (examples.submitted <= np.datetime64(ripe.until)))
    before = np.flatnonzero(examples.submitted <= edge)
    newest = np.flatnonzero(examples.submitted > edge)
    found: dict[str, Any] = {
        "claims": len(since), "learned_to": learned_to, "until": str(ripe.until),
        "drift": drift(examples, before, newest),
    }  # fmt: skip
    if not len(since):
        return found
    scored = score.score(model, examples.lines)
    denied, p = examples.denied[since], scored.risk[since]
    scores = evaluate.scores(denied, p, examples.denied_amount[since], scored.amount[since])
    return found | {
        "metrics": scores.to_json(),
        "intervals": evaluate.intervals(denied, p),
        "calibration": evaluate.reliability(denied, p),
        "by_payer": evaluate.by("payer", np.array(examples.payer)[since], denied, p),
        "by_month": evaluate.by("month", examples.submitted[since].astype("datetime64[M]").astype(str), denied, p),
    }


def drift(examples: Examples, before: Rows, after: Rows) -> list[dict[str, Any]]:
    """Population stability of the inputs by payer: the largest index over the compared features, and which it is."""
    payer = np.array(examples.payer)
    found = []
    for name in sorted(set(payer[after].tolist())):
        old, new = (examples.lines_of(part[payer[part] == name]) for part in (before, after))
        if min(len(old), len(new)) < _FEWEST:
            continue
        values = [
            (stability(examples.lines.x[old, COLUMN[column]], examples.lines.x[new, COLUMN[column]]), column)
            for column in _COMPARED
        ]
        index, column = max(values)
        group = next(feature.group for feature in FEATURES if feature.name == column)
        verdict = "shifted" if index > SHIFTED else "moved" if index > MOVED else "stable"
        found.append({
            "payer": name, "lines_before": len(old), "lines_since": len(new), "stability_index": round(index, 3),
            "feature": column, "about": GROUPS[group], "verdict": verdict,
        })  # fmt: skip
    return found


def stability(old: Floats, new: Floats) -> float:
    """Population stability index: sum over bins (tenths of the old values) of (q - p) ln(q / p); missing is a bin."""
    known = old[~np.isnan(old)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.zeros(0)
    shares = []
    for values in (old, new):
        bins = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, np.nan_to_num(values), "left"))
        counts = np.bincount(bins, minlength=len(edges) + 2) + 0.5
        shares.append(counts / counts.sum())
    p, q = shares
    return float(((q - p) * np.log(q / p)).sum())
