"""No service after the day on which its claim is sent."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.rules.base import Batch, Hit, Rule


def _find(batch: Batch) -> Iterator[Hit]:
    undated = batch.line.filter(pl.col("service_date").is_null()).unique("claim_id", keep="first", maintain_order=True)
    for claim_id, line in undated.select("claim_id", "line_number").iter_rows():
        yield Hit(claim_id, "a line has no date of service", line, is_checked=False)
    future = batch.line.filter(pl.col("service_date") > batch.sent_on).select("claim_id", "line_number", "service_date")
    for claim_id, line, day in future.iter_rows():
        yield Hit(claim_id, f"Line {line} has its service on {day}, after the claim is sent ({batch.sent_on}).", line)


RULE = Rule(
    id="service_date_in_future",
    severity="error",
    carc="110",
    fix="Correct the date of service, or wait until the service was given.",
    find=_find,
)
