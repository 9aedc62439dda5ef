"""No prior authorization where this payer has denied the service for want of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from models.rules.base import Batch, Hit, Rule, first_per_claim

_WINDOW_DAYS = 365
# below this a denial may be chance or an old policy; above the second pair it is how the payer works
_WARN = (2, 0.15)
_ERROR = (5, 0.40)


def _find(batch: Batch) -> Iterator[Hit]:
    lines = _lines_without(batch).join(_counts(batch), on=["payer", "procedure"], how="left", maintain_order="left")
    unknown = []
    for claim_id, line, procedure, answered, denied in lines.select(
        "claim_id", "line_number", "procedure", "answered", "denied"
    ).iter_rows():
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


def _counts(batch: Batch) -> pl.DataFrame:
    """Per payer and procedure: lines without authorization answered in the window, and those denied for want of one."""
    past = batch.past
    if past is None:
        raise ValueError("the rule needs the past")
    lines = pl.concat([past.claims.line, past.line.drop("row")], how="horizontal")
    since = batch.sent_on - timedelta(days=_WINDOW_DAYS)
    inside = (pl.col("remit_date") < batch.sent_on) & (pl.col("remit_date") >= since)
    return (
        lines.filter(~pl.col("authorization"), inside)
        .group_by("payer", "procedure")
        .agg(answered=pl.len(), denied=(pl.col("denial_category") == "authorization").sum())
    )


RULE = Rule(
    id="missing_authorization",
    severity="error",
    carc="197",
    fix="Ask the payer for the authorization number and send it in REF*G1, or ask whether one is still needed.",
    find=_find,
    needs=("warehouse",),
)
