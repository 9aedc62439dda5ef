"""835: one row per remittance, claim payment and service payment; what explains them is in adjustments.py.

Columns are those of the tables in warehouse/sql/schema.sql; `set`, `claim_payment` and `service_payment` are row
numbers within the stretch (from 0) instead of keys.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.adjustments import (
    adjustments,
    claim_payment_of,
    provider_adjustments,
    provider_summaries,
    remarks,
    stated_amounts,
)
from etl.x12.envelope import TransactionSet
from etl.x12.tokens import Positions, Tokens, either, first_between, last_before, next_after, ordinals, union


def parse_remittances(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of the 835 tables in a stretch's transaction sets (005010X221A1; 004010X091A1 as far as the same elements
    stand).

    Values that are no amount or no date are null and noted in `tokens.bad`.
    """
    service = _service_payments(tokens)
    return {
        "remittance": _remittances(tokens),
        "claim_payment": _claim_payments(tokens, service),
        "service_payment": service,
        "adjustment": adjustments(tokens),
        "remark": remarks(tokens),
        "stated_amount": stated_amounts(tokens),
        "provider_adjustment": provider_adjustments(tokens),
        "provider_summary": provider_summaries(tokens),
    }


def _remittances(t: Tokens) -> pl.DataFrame:
    st = t.where("ST")
    end = next_after(st, t.where("SE"), t.n)
    header = next_after(st, union(t.where("CLP"), t.where("LX"), t.where("PLB"), t.where("SE")), t.n)
    payment = first_between(st, end, t.where("BPR"))
    further = np.setdiff1d(t.where("BPR"), payment)
    t.note(further, t.text_at(further, 2), pl.Series(further >= 0), "a second BPR of", "payment")
    trace = first_between(st, header, t.where("TRN"))
    payer = first_between(st, header, t.qualified("N1", "PR"))
    payee = first_between(st, header, t.qualified("N1", "PE"))
    produced = first_between(st, header, t.qualified("DTM", "405"))
    further_id = first_between(payer, next_after(payer, union(t.where("N1"), header), t.n), t.qualified("REF", "2U"))
    sign = pl.when(t.text_at(payment, 3) == "D").then(-1).otherwise(1)
    return pl.select(
        set=pl.Series(np.arange(len(st))),
        segment=pl.Series(st),
        payment_date=pl.coalesce(t.date_at(payment, 16, "BPR16"), t.date_at(produced, 2, "DTM*405")),
        deposit_amount=(t.amount_at(payment, 2, "BPR02").fill_null(0) * sign).cast(pl.Decimal(18, 2)),
        payment_method=t.text_at(payment, 4),
        trace_number=t.text_at(trace, 2),
        originator_id=t.text_at(trace, 3),
        payer_name=t.text_at(payer, 2),
        payer_id=pl.coalesce(t.text_at(payer, 4), t.text_at(further_id, 2), t.text_at(trace, 3)),
        payee_name=t.text_at(payee, 2),
        payee_npi=pl.when(t.text_at(payee, 3) == "XX").then(t.text_at(payee, 4)),
    )


def _claim_ends(t: Tokens) -> Positions:
    return union(t.where("CLP"), t.where("LX"), t.where("PLB"), t.where("SE"), t.where("ST"))


def _claim_payments(t: Tokens, service: pl.DataFrame) -> pl.DataFrame:
    claim, st = t.where("CLP"), t.where("ST")
    end = next_after(claim, _claim_ends(t), t.n)
    first_service = first_between(claim, end, t.where("SVC"))
    body = np.where(first_service < 0, end, first_service)

    def in_claim(segment_id: str, *qualifiers: str) -> Positions:
        return first_between(claim, body, t.qualified(segment_id, *qualifiers))

    patient, insured, corrected = in_claim("NM1", "QC"), in_claim("NM1", "IL"), in_claim("NM1", "74")
    forwarded, priority = in_claim("NM1", "TT"), in_claim("NM1", "PR")
    rows = pl.DataFrame(
        {
            "claim_payment": np.arange(len(claim)),
            "set": last_before(st, claim),
            "segment": claim,
            "patient_control_number": t.text_at(claim, 1).fill_null(""),
            "status_code": t.text_at(claim, 2).fill_null(""),
            "charge_amount": t.amount_at(claim, 3, "CLP03"),
            "paid_amount": t.amount_at(claim, 4, "CLP04"),
            "patient_responsibility_amount": t.amount_at(claim, 5, "CLP05"),
            "claim_filing_code": t.text_at(claim, 6),
            "payer_claim_control_number": t.text_at(claim, 7),
            "facility_code": t.text_at(claim, 8),
            "frequency_code": t.text_at(claim, 9),
            "patient_last_name": t.text_at(patient, 3),
            "patient_first_name": t.text_at(patient, 4),
            "member_id": _first_text(t.text_at(insured, 9), t.text_at(patient, 9)),
            "corrected_last_name": t.text_at(corrected, 3),
            "corrected_first_name": t.text_at(corrected, 4),
            "corrected_member_id": t.text_at(corrected, 9),
            "forwarded_payer_name": t.text_at(forwarded, 3),
            "forwarded_payer_id": t.text_at(forwarded, 9),
            "priority_payer_name": t.text_at(priority, 3),
            "priority_payer_id": t.text_at(priority, 9),
            "original_reference": t.text_at(in_claim("REF", "F8"), 2),
            "drg_code": t.text_at(claim, 11),
            "rendering_npi": t.text_at(in_claim("NM1", "82"), 9),
            "coverage_expires_date": t.date_at(in_claim("DTM", "036"), 2, "DTM*036"),
            "period_from": t.date_at(in_claim("DTM", "232"), 2, "DTM*232"),
            "period_to": t.date_at(in_claim("DTM", "233"), 2, "DTM*233"),
            "received_date": t.date_at(in_claim("DTM", "050"), 2, "DTM*050"),
        }
    )
    _note_reversed(t, rows["period_from"], rows["period_to"], in_claim("DTM", "233"), "DTM*233")
    line_dates = service.group_by("claim_payment").agg(
        pl.col("service_from").min().alias("line_from"), pl.col("service_date").max().alias("line_to")
    )
    # joined apart from the other columns, which a join would copy
    more = rows.select("claim_payment").join(line_dates, on="claim_payment", how="left", maintain_order="left")
    return (
        rows.with_columns(more.drop("claim_payment"))
        .with_columns(
            service_from=pl.coalesce("period_from", "line_from"),
            service_date=pl.coalesce("period_to", "line_to", "period_from"),
        )
        .drop("period_from", "period_to", "line_from", "line_to")
    )


def _service_payments(t: Tokens) -> pl.DataFrame:
    service = t.where("SVC")
    end = next_after(service, union(_claim_ends(t), service), t.n)
    dates = {q: first_between(service, end, t.qualified("DTM", q)) for q in ("472", "150", "151")}
    procedure = t.components_at(service, 1, 6)
    is_revenue = procedure[0] == "NU"
    submitted = t.components_at(service, 6, 6)
    owner = claim_payment_of(t, service)
    is_owned = owner >= 0
    t.orphans(service[~is_owned], "CLP")
    line_number = np.ones(len(service), dtype=np.int64)
    line_number[is_owned] = ordinals(owner[is_owned])
    code = procedure[1]
    first_day_at, last_day_at = (
        either(dates["150"], dates["472"]),
        either(dates["151"], dates["472"], dates["150"]),
    )
    first_day = t.date_at(first_day_at, 2, "DTM02")
    is_one_day = bool((first_day_at == last_day_at).all())
    last_day = first_day if is_one_day else t.date_at(last_day_at, 2, "DTM02")
    _note_reversed(t, first_day, last_day, last_day_at, "DTM*151")
    rows = pl.select(
        service_payment=pl.Series(np.arange(len(service))),
        claim_payment=pl.Series(owner),
        line_number=pl.Series(line_number),
        segment=pl.Series(service),
        procedure_qualifier=procedure[0],
        procedure_code=pl.when(is_revenue.fill_null(False)).then(None).otherwise(code),
        modifier_1=procedure[2],
        modifier_2=procedure[3],
        modifier_3=procedure[4],
        modifier_4=procedure[5],
        revenue_code=pl.coalesce(t.text_at(service, 4), pl.when(is_revenue).then(code)),
        charge_amount=t.amount_at(service, 2, "SVC02"),
        paid_amount=t.amount_at(service, 3, "SVC03"),
        allowed_amount=t.amount_at(first_between(service, end, t.qualified("AMT", "B6")), 2, "AMT*B6"),
        units=t.amount_at(service, 5, "SVC05", scale=3),
        submitted_procedure_code=submitted[1],
        submitted_modifiers=pl.concat_str(*submitted[2:], separator=":", ignore_nulls=True).replace("", None),
        submitted_units=t.amount_at(service, 7, "SVC07", scale=3),
        service_from=first_day,
        service_date=last_day,
        line_control_number=t.text_at(first_between(service, end, t.qualified("REF", "6R")), 2),
    )
    return rows if is_owned.all() else rows.filter(pl.Series(is_owned))


def _note_reversed(t: Tokens, first: pl.Series, last: pl.Series, last_at: Positions, name: str) -> None:
    """Note the segments whose day, the last of a period, is before its first."""
    wrong = (last < first).fill_null(False)
    if wrong.any():
        t.note(last_at, t.text_at(last_at, 2), wrong, name, "range")


def _first_text(preferred: pl.Series, other: pl.Series) -> pl.Series:
    return preferred.zip_with(preferred.is_not_null(), other)
