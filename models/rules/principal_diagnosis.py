"""Every professional and institutional claim names a principal diagnosis (HI*ABK)."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.rules.base import Batch, Hit, Rule


def _find(batch: Batch) -> Iterator[Hit]:
    principal = batch.diagnosis.filter(pl.col("qualifier").is_in(["ABK", "BK"]))
    missing = batch.claim.filter(pl.col("claim_type") != "dental").join(
        principal, on="claim_id", how="anti", maintain_order="left"
    )
    for claim_id in missing["claim_id"].to_list():
        yield Hit(claim_id, "The claim names no principal diagnosis (HI*ABK).")


RULE = Rule(
    id="missing_principal_diagnosis",
    severity="error",
    carc="16",
    fix="Add the diagnosis that is chiefly responsible for the services as the first one.",
    find=_find,
)
