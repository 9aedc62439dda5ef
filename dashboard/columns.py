"""Which columns of a view a table of claims shows, and how each is named and formatted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
import streamlit as st

from dashboard import words
from dashboard.exports import guarded

_CLAIM = ("root_id", "claim_number", "payer_name", "facility")

COLUMNS: dict[str, tuple[str, ...]] = {
    "claim_outcome": (*_CLAIM, "service_date", "submission_date", "first_remit_date", "charge_amount", "denied_amount",
                      "is_overturned", "coder_id", "biller_id"),
    "denial": (*_CLAIM, "line_number", "procedure_code", "group_carc", "carc_label", "denial_category", "remark_codes",
               "first_remit_date", "is_overturned", "next_step"),
    "receivable": (*_CLAIM, "side", "ar_reason", "age_days", "service_date", "submission_date", "last_remit_date",
                   "charge_amount", "balance_amount"),
    "claim_money": (*_CLAIM, "submission_date", "charge_amount", "contractual_amount", "insurance_paid_amount",
                    "patient_paid_amount", "write_off_amount", "open_amount"),
    "claim_balance": (*_CLAIM, "submission_date", "charge_amount", "contractual_amount", "insurance_paid_amount",
                      "patient_paid_amount", "collections_amount", "write_off_amount"),
    "patient_posting": (*_CLAIM, "posting_date", "kind", "posted_amount", "service_date"),
    "denial_resolution": (*_CLAIM, "first_remit_date", "overturned_on", "written_off_on", "denied_amount"),
    "unbilled_charge": ("claim_number", "coder_id", "biller_id", "charge_entered_at", "age_days"),
    "denial_definition": (*_CLAIM, "answer_date", "charge_amount", "paid_amount", "denied_amount"),
    "definition_bridge": (*_CLAIM, "answer_date", "difference_reason", "charge_amount", "paid_amount", "denied_amount"),
    "cash": (*_CLAIM, "payment_date", "is_reversal", "charge_amount", "paid_amount"),
    "deposit": ("payer_name", "payment_date", "trace_number", "payment_method", "deposit_amount"),
    "claim_staff": (*_CLAIM, "staff_id", "team", "service_date", "first_remit_date", "charge_amount",
                    "own_denied_amount"),
    "denial_attribution": (*_CLAIM, "line_number", "procedure_code", "first_remit_date", "denied_amount",
                           "role_before_contest", "responsible_role", "contest_reason", "decided_on"),
    "staff_day": ("staff_id", "team", "worked_on", "claims"),
    "coding_audit_record": (*_CLAIM, "coder_id", "team", "audited_on", "codes"),
    "coding_audit_kind": (*_CLAIM, "coder_id", "team", "audited_on", "field", "codes"),
    "coding_audit_line": (*_CLAIM, "coder_id", "team", "line_number", "audited_on", "field", "coded_value",
                          "audited_value"),
    "open_work": (*_CLAIM, "ar_reason", "line_number", "procedure_code", "group_carc", "carc_label", "denial_category",
                  "since_date", "days_left", "open_amount", "expected_amount", "next_step", "is_in_progress"),
    "contract_line": (*_CLAIM, "payment_date", "service_date", "line_number", "procedure_code", "modifier", "units",
                      "allowed_amount", "contract_amount", "variance_amount"),
}  # fmt: skip

LABELS = {
    "contribution": "Counts for",
    "claim_number": "Claim",
    "payer_name": "Payer",
    "facility": "Site",
    "service_date": "Service",
    "submission_date": "First sent",
    "first_remit_date": "First answer",
    "last_remit_date": "Last answer",
    "payment_date": "Paid on",
    "charge_amount": "Charge",
    "denied_amount": "Denied",
    "own_denied_amount": "Denied (own)",
    "paid_amount": "Paid",
    "balance_amount": "Balance",
    "deposit_amount": "Deposit",
    "contractual_amount": "Contractual",
    "insurance_paid_amount": "Insurance paid",
    "patient_paid_amount": "Patient paid",
    "collections_amount": "To collections",
    "write_off_amount": "Written off",
    "open_amount": "Open",
    "posting_date": "Posted",
    "posted_amount": "Amount",
    "kind": "Kind",
    "overturned_on": "Overturned on",
    "written_off_on": "Written off on",
    "charge_entered_at": "Charge entered",
    "answer_date": "First answer",
    "difference_reason": "Why it differs",
    "is_overturned": "Overturned",
    "is_reversal": "Reversal",
    "coder_id": "Coder",
    "biller_id": "Biller",
    "staff_id": "Person",
    "worked_on": "Day",
    "claims": "Claims",
    "codes": "Codes audited",
    "role_before_contest": "Whose it was by its code",
    "responsible_role": "Whose it is",
    "contest_reason": "Why it was moved",
    "decided_on": "Decided on",
    "team": "Team",
    "line_number": "Line",
    "procedure_code": "Procedure",
    "group_carc": "Reason code",
    "carc_label": "Reason",
    "denial_category": "Category",
    "remark_codes": "Remarks",
    "next_step": "Next step",
    "side": "Owed by",
    "ar_reason": "Why open",
    "age_days": "Age (days)",
    "trace_number": "Trace number",
    "payment_method": "Method",
    "audited_on": "Audited",
    "since_date": "Since",
    "days_left": "Days left",
    "expected_amount": "Expected",
    "is_in_progress": "In progress",
    "modifier": "Modifier",
    "units": "Units",
    "allowed_amount": "Allowed",
    "contract_amount": "Contract",
    "variance_amount": "Variance",
    "field": "Field",
    "coded_value": "Coded",
    "audited_value": "Audited as",
}

_WORDS = ("payer_name", "facility", "denial_category", "ar_reason", "side", "field", "carc_label", "next_step",
          "kind", "difference_reason", "role_before_contest", "responsible_role")  # fmt: skip


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame for the eye: codes in words, keys left out, money as numbers that a table can align."""
    wording = [
        pl.col(name).replace_strict(
            {code: words.plain(code) for code in frame[name].drop_nulls().unique()}, default=None
        )
        for name in _WORDS
        if name in frame.columns and frame.height
    ]
    # the table's own download is a CSV too, and an empty cell says None
    return guarded(
        frame.with_columns(wording).with_columns(pl.col(pl.String).fill_null("")).drop("root_id", strict=False)
    )


def percents(frame: pl.DataFrame, names: Iterable[str]) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The frame with these shares as percents of one decimal, as everywhere else, and their settings. For the eye only:
    downloads keep the shares."""
    found = [name for name in names if name in frame.columns]
    scaled = frame.with_columns(pl.col(found).cast(pl.Float64) * 100) if found else frame
    return scaled, {name: st.column_config.NumberColumn(format="%.1f%%") for name in found}


def order(frame: pl.DataFrame) -> list[str]:
    """The claim first, then what it counts for, unless each row counts for one."""
    names = [name for name in frame.columns if name != "contribution"]
    if not frame.height or frame["contribution"].cast(pl.Float64).eq(1).all():
        return names
    return [names[0], "contribution", *names[1:]]


def config(frame: pl.DataFrame, unit: str) -> dict[str, Any]:
    """Streamlit's settings for the columns of `frame`; `unit` is the measure's."""
    settings: dict[str, Any] = {}
    for name, dtype in frame.schema.items():
        label = LABELS.get(name, name)
        if name == "units":  # a decimal that is no money
            settings[name] = st.column_config.NumberColumn(label, format="localized")
        elif isinstance(dtype, pl.Decimal) and (name != "contribution" or unit == "money"):
            settings[name] = st.column_config.NumberColumn(label, format="dollar")
        elif dtype == pl.Date:
            settings[name] = st.column_config.DateColumn(label, format="D MMM YYYY")
        elif dtype == pl.Boolean:
            settings[name] = st.column_config.CheckboxColumn(label)
        elif dtype.is_numeric():
            settings[name] = st.column_config.NumberColumn(label, format="%d")
        else:
            settings[name] = st.column_config.TextColumn(label)
    return settings
