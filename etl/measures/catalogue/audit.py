"""Coding audits: how often the coder chose what the auditor chose, by code and by record."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import TIME
from etl.measures.measure import Measure, Sum

_AUDITED = ("payer_id", "payer_name", "claim_type", "facility", "coder_id", "team", "employment", "credential",
            "tenure", *TIME)  # fmt: skip

_THRESHOLD = "95 % or more, the threshold ascribed to AHIMA and AAPC (Nym, Defining and Measuring Accuracy, 2026)."

AUDIT = (
    Measure(
        name="coding_accuracy",
        label="Coding accuracy",
        definition="Share of the auditor's codes that the coder had chosen (code over code).",
        unit="rate",
        formula="audited codes that the coder had chosen / the auditor's codes",
        benchmark=_THRESHOLD,
        source="Coding audit convention: code over code, the auditor's codes as denominator; coding_audit.csv",
        caveat=(
            "A code that should not be there is not in the denominator. Audited claims may not be a random sample. "
            "Sources name 95 % without saying how to count: by record see coding_record_accuracy."
        ),
        lower_is_better=False,
        view="coding_audit_line",
        numerator=Sum(where="is_audited_code and is_correct"),
        denominator=Sum(where="is_audited_code"),
        date_column="audited_on",
        dimensions=("audit_field", "code_family", *_AUDITED),
    ),
    Measure(
        name="coding_record_accuracy",
        label="Records coded without a fault",
        definition=(
            "Share of audited claims in which the coder had chosen every code that the auditor chose, and none that "
            "the auditor struck out (record over record)."
        ),
        unit="rate",
        formula="audited claims coded without a fault / audited claims",
        source="Coding audit convention: record over record; coding_audit.csv",
        caveat="One wrong code spoils the whole record, so it is lower than code over code. Audited claims may not "
        "be a random sample.",
        lower_is_better=False,
        view="coding_audit_record",
        numerator=Sum(where="is_correct"),
        denominator=Sum(),
        date_column="audited_on",
        dimensions=_AUDITED,
    ),
    Measure(
        name="coding_record_kind_accuracy",
        label="Records without a fault, by kind of code",
        definition=(
            "Share of audited claims with codes of a kind (diagnosis, procedure, modifier, E/M level, DRG) in which "
            "the coder had chosen every one that the auditor chose, and none that the auditor struck out."
        ),
        unit="rate",
        formula="audited claims without a fault in that kind of code / audited claims with such codes",
        source="Coding audit convention: record over record, kind by kind; coding_audit.csv",
        caveat="A claim counts once for each kind of code that was audited on it: over all kinds it is no share of "
        "claims; that is coding_record_accuracy.",
        lower_is_better=False,
        view="coding_audit_kind",
        numerator=Sum(where="is_correct"),
        denominator=Sum(),
        date_column="audited_on",
        dimensions=("audit_field", *_AUDITED),
    ),
)
