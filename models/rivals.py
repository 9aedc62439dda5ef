"""What a model must beat: denial rates by payer and procedure, and the scrubber's rules alone."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl

from models import rules
from models.examples import Examples, Rows
from models.features import Floats
from models.frames import text
from models.history import Outcomes

# these look at the whole warehouse, the tested claim and the future included
_NOT_IN_A_TEST = ("duplicate", "duplicate_in_file")
_WEIGHT = {"error": 1.0, "warning": 0.5, "info": 0.0}
# the rules loop over claims; so many say enough about them
_MOST_CLAIMS = 20_000


def payer_procedure_rate(examples: Examples, test: Rows) -> Floats:
    """The chance that any line is denied at its as-of, shrunken payer x procedure rate."""
    rate = examples.lines.history.rate["payer_procedure"]
    none = np.bincount(
        examples.lines.claim, weights=np.log1p(-np.clip(rate, 0, 1 - 1e-9)), minlength=len(examples.denied)
    )
    return np.asarray(1 - np.exp(none))[test]


def rules_alone(connection: duckdb.DuckDBPyConnection, examples: Examples, test: Rows) -> Floats:
    """The worst severity that fired (error 1, warning 0.5), each rule as of the claim's own day; then the share of
    claims of that severity that were denied stands for the risk. Beyond many claims the rest has the mean.
    """
    looked = test[-_MOST_CLAIMS:]
    claims = examples.lines.claims.claim
    ids = claims["claim_id"].to_numpy()[looked]
    chosen = {"claims": ids.tolist()}
    claim = connection.sql(text("sent_claim"), params=chosen).pl()
    line = connection.sql(text("sent_line"), params=chosen).pl()
    diagnosis = connection.sql(text("diagnosis"), params=chosen).pl()
    worst = dict.fromkeys(ids.tolist(), 0.0)
    past: Outcomes = examples.past.outcomes
    for (day,), mine in claim.group_by("submission_date", maintain_order=True):
        keys = mine["claim_id"].implode()
        batch = rules.Batch(
            mine, line.filter(pl.col("claim_id").is_in(keys)), diagnosis.filter(pl.col("claim_id").is_in(keys)),
            day, connection, past,
        )  # fmt: skip
        for rule in rules.RULES:
            if rule.id not in _NOT_IN_A_TEST:
                for claim_id, finding in rules.apply(rule, batch):
                    worst[claim_id] = max(worst[claim_id], _WEIGHT[finding.severity])
    severity = np.array([worst[claim_id] for claim_id in ids.tolist()])
    found = np.full(len(test), examples.denied[looked].mean() if len(looked) else 0.0)
    for value in np.unique(severity):
        same = severity == value
        found[len(test) - len(looked) :][same] = examples.denied[looked][same].mean()
    return found
