"""A claim that was already sent: under the same number, or the same services for the same person by the same provider.

A claim that the front door rejected and no payer answered was never received: sending it again is right.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.frames import MODIFIERS
from models.rules.base import Batch, Hit, Rule, first_per_claim

# repeat procedures: the same line twice is meant
_REPEATS = ("76", "77", "91")
_SERVICE = ("member_key", "rendering_npi", "service_date", "procedure", "modifiers", "charge_amount")

# in two steps, each by equality on one column: DuckDB then reads little of a large warehouse, here once a checked claim
_NAMED = """
    select claim_id from claim where patient_control_number in (select unnest($numbers))
    union
    select claim_id from claim where member_key in (select unnest($members))
"""
_SENT = """
    select
        c.claim_id as sent_id, c.patient_control_number as sent_number, c.submission_date, c.member_key,
        c.rendering_npi, l.service_date, coalesce(l.procedure_code, l.revenue_code) as procedure, l.charge_amount,
        l.modifier_1, l.modifier_2, l.modifier_3, l.modifier_4
    from claim as c
    join claim_root as r on r.claim_id = c.claim_id
    join service_line as l on l.claim_id = c.claim_id
    where
        c.claim_id in (select unnest($claims)) and r.claim_id in (select unnest($claims))
        and l.claim_id in (select unnest($claims)) and not r.is_void
        and r.root_id not in (
            select root_id
            from claim_outcome
            where
                root_id in (select root_id from claim_root where claim_id in (select unnest($claims)))
                and is_billed_payer and is_last_answer_rejection and not coalesce(is_adjudicated, false)
        )
"""


def _already_sent(batch: Batch) -> Iterator[Hit]:
    originals = _originals(batch.claim)
    sent = _sent(batch, originals)
    same_number = originals.join(
        sent.select("sent_number", "submission_date").unique("sent_number"),
        left_on="patient_control_number",
        right_on="sent_number",
        how="inner",
        maintain_order="left",
    )
    for claim_id, number, day in same_number.select(
        "claim_id", "patient_control_number", "submission_date_right"
    ).iter_rows():
        yield Hit(claim_id, f"A claim with the number {number} was already sent on {day}.")
    said = set(same_number["claim_id"].to_list())
    for claim_id in originals.filter(pl.col("member_key").is_null())["claim_id"].to_list():
        if claim_id not in said:
            yield Hit(
                claim_id,
                "the claim names no member, so its services cannot be compared with those sent before",
                is_checked=False,
            )
    yield from (hit for hit in _same_services(_services(batch, originals), sent) if hit.claim_id not in said)


def _within_file(batch: Batch) -> Iterator[Hit]:
    services = _services(batch, _originals(batch.claim))
    numbers = batch.claim.select(sent_id="claim_id", sent_number="patient_control_number", submission_date=pl.lit(None))
    earlier = services.rename({"claim_id": "sent_id"}).join(numbers, on="sent_id", how="left")
    matches = services.join(earlier, on=_SERVICE, how="inner").filter(pl.col("sent_id") < pl.col("claim_id"))
    yield from first_per_claim(
        Hit(claim_id, f"The same services stand in this file twice: they are also in claim {number}.", line)
        for claim_id, line, number in matches.sort("claim_id", "line_number")
        .select("claim_id", "line_number", "sent_number")
        .iter_rows()
    )


def _same_services(services: pl.DataFrame, sent: pl.DataFrame) -> Iterator[Hit]:
    """One hit a claim: all its lines were sent before (error), or some of them (warning)."""
    matches = services.join(sent, on=_SERVICE, how="inner").unique(["claim_id", "line_number"])
    count = dict(services.group_by("claim_id").agg(pl.len()).iter_rows())
    for (claim_id,), lines in matches.sort("claim_id", "line_number").group_by("claim_id", maintain_order=True):
        number, day = lines.select("sent_number", "submission_date").row(0)
        n, of, line = lines.height, count[claim_id], lines["line_number"][0]
        message = (
            f"{n} of {of} lines were already sent on {day} in claim {number}: "
            "same member, provider, day, code, modifiers and charge."
        )
        yield Hit(claim_id, message, None if n == of else line, "error" if n == of else "warning")


def _originals(claim: pl.DataFrame) -> pl.DataFrame:
    return claim.filter(pl.col("frequency_code").is_in(["7", "8"]).not_())


def _services(batch: Batch, claims: pl.DataFrame) -> pl.DataFrame:
    """The lines of these claims with what makes a service the same; lines marked as repeats are left out."""
    lines = _shaped(batch.line.with_columns(procedure=pl.coalesce("procedure_code", "revenue_code")))
    of_claim = claims.select("claim_id", "member_key", "rendering_npi").filter(pl.col("member_key").is_not_null())
    return lines.join(of_claim, on="claim_id", how="inner", maintain_order="left").select(
        "claim_id", "line_number", *_SERVICE
    )


def _shaped(lines: pl.DataFrame) -> pl.DataFrame:
    modifiers = pl.concat_list(MODIFIERS).list.drop_nulls()
    is_repeat = modifiers.list.eval(pl.element().is_in(list(_REPEATS))).list.any()
    return lines.filter(~is_repeat).with_columns(modifiers=modifiers.list.sort().list.join(" ")).drop(MODIFIERS)


def _sent(batch: Batch, originals: pl.DataFrame) -> pl.DataFrame:
    """Lines sent before under one of these numbers or for one of these members, as they stand now."""
    if batch.warehouse is None:
        raise ValueError("the rule needs the warehouse")
    numbers = originals["patient_control_number"].drop_nulls().unique().to_list()
    members = originals["member_key"].drop_nulls().unique().to_list()
    named = batch.warehouse.execute(_NAMED, {"numbers": numbers, "members": members}).fetchall()
    return _shaped(batch.warehouse.sql(_SENT, params={"claims": [claim_id for (claim_id,) in named]}).pl())


_FIX = (
    "Do not send it again. Correct a sent claim with a replacement (frequency 7 and REF*F8); "
    "mark a true repeat with modifier 76, 77 or 91."
)
RULE = Rule(id="duplicate", severity="error", carc="18", fix=_FIX, find=_already_sent, needs=("warehouse",))
IN_FILE = Rule(id="duplicate_in_file", severity="error", carc="18", fix=_FIX, find=_within_file)
