"""The claim's charge (CLM02) is the sum of its lines' charges, to the cent."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.rules.base import Batch, Hit, Rule


def _find(batch: Batch) -> Iterator[Hit]:
    lines = batch.line.group_by("claim_id").agg(
        total=pl.col("charge_amount").sum(), unreadable=pl.col("charge_amount").null_count(), n=pl.len()
    )
    claims = batch.claim.select("claim_id", "charge_amount").join(
        lines, on="claim_id", how="left", maintain_order="left"
    )
    for claim_id, charge, total, unreadable, n in claims.select(
        "claim_id", "charge_amount", "total", "unreadable", "n"
    ).iter_rows():
        if not n:
            yield Hit(claim_id, "the claim has no service line", is_checked=False)
        elif charge is None or unreadable:
            yield Hit(claim_id, "an amount of the claim cannot be read", is_checked=False)
        elif charge != total:
            yield Hit(
                claim_id,
                f"The claim's charge is {charge} and its lines add up to {total}: {abs(charge - total)} apart.",
            )


RULE = Rule(
    id="charges_do_not_add_up",
    severity="error",
    carc="16",
    fix="Correct the claim's charge (CLM02) or the line that is wrong.",
    find=_find,
)
