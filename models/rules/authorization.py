"""No prior authorization where this payer has denied the service for want of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from models.rules.base import Batch, Hit, Rule, first_per_claim

_WINDOW_DAYS = 365
# below this a denial may be chance or an old policy; above the second pair it is how the payer works
_WARN = (2, 0.15)
_ERROR = (5, 0.40)


def _find(batch: Batch) -> Iterator[Hit]:
    lines = _lines_without(batch)
    counts = _counts(batch, lines.select("payer", "procedure").unique())
    unknown = []
    for claim_id, line, payer, procedure in lines.select("claim_id", "line_number", "payer", "procedure").iter_rows():
        answered, denied = counts[payer, procedure]
        if not answered:
            why = f"this payer has not yet answered a line of {procedure} without authorization"
            unknown.append(Hit(claim_id, why, line, is_checked=False))
            continue
        severity = _severity(denied, denied / answered)
        if severity:
            message = (
                f"No prior authorization (REF*G1). This payer denied {denied:,} of {answered:,} lines of {procedure} "
                f"without one for that reason in the {_WINDOW_DAYS} days before this claim."
            )
            yield Hit(claim_id, message, line, "error" if severity == "error" else "warning")
    yield from first_per_claim(unknown)


def _severity(denied: int, share: float) -> str:
    if denied >= _ERROR[0] and share >= _ERROR[1]:
        return "error"
    return "warning" if denied >= _WARN[0] and share >= _WARN[1] else ""


def _lines_without(batch: Batch) -> pl.DataFrame:
    """The lines of original claims without REF*G1: claim_id, line_number, payer, procedure."""
    claim = batch.claim.filter(pl.col("prior_authorization").is_null(), pl.col("frequency_code") != "8")
    payer = claim.select("claim_id", payer=pl.col("payer_id").fill_null("unknown"))
    procedure = pl.col("procedure_code").str.to_uppercase().alias("procedure")
    lines = batch.line.filter(pl.col("procedure_code").is_not_null()).select("claim_id", "line_number", procedure)
    return lines.join(payer, on="claim_id", how="inner", maintain_order="left").sort("claim_id", "line_number")


def _counts(batch: Batch, asked: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Per payer and procedure: lines without authorization answered in the window, and those denied for want of one."""
    if batch.past is None:
        raise ValueError("the rule needs the past")
    keys, answers = batch.past.without_authorization
    pairs = list(asked.iter_rows())
    code = np.array([keys.get(pair, -1) for pair in pairs], dtype=np.int64)
    day = np.full(len(pairs), (batch.sent_on - date(1970, 1, 1)).days, dtype=np.int64)
    n, denied = answers.before(code, day, _WINDOW_DAYS)
    return dict(zip(pairs, zip(n.tolist(), denied.round().astype(int).tolist(), strict=True), strict=True))


RULE = Rule(
    id="missing_authorization",
    severity="error",
    carc="197",
    fix="Ask the payer for the authorization number and send it in REF*G1, or ask whether one is still needed.",
    find=_find,
    needs=("warehouse",),
)
