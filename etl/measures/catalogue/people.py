"""People: the denials that a role owns, and what audits found."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_PERSON = (*(name for name in CLAIM if name != "teams"), "team", "employment", "credential", *TIME)

PEOPLE = (
    Measure(
        name="coder_denial_rate",
        label="Coder denial rate",
        definition=(
            "Share of a coder's adjudicated claims with an initially denied line that coding owns and that "
            "was not overturned unchanged (that was the payer's error)."
        ),
        unit="rate",
        formula=(
            "claims with an initial denial that coding owns, payer's errors left out / the coder's claims adjudicated"
        ),
        source="work_log.csv; denial owner of the CARC (etl/reference/carc.csv)",
        caveat=("Not adjusted for case mix: look at the interval and the number of claims before judging anybody."),
        lower_is_better=True,
        view="claim_staff",
        where="role = 'coder'",
        numerator=Sum(where="is_own_denial"),
        denominator=Sum(),
        date_column="first_remit_date",
        dimensions=_PERSON,
    ),
    Measure(
        name="biller_denial_rate",
        label="Biller denial rate",
        definition=(
            "Share of a biller's adjudicated claims with an initially denied line that billing owns and that "
            "was not overturned unchanged (that was the payer's error)."
        ),
        unit="rate",
        formula=(
            "claims with an initial denial that billing owns, payer's errors left out / the biller's claims adjudicated"
        ),
        source="work_log.csv; denial owner of the CARC (etl/reference/carc.csv)",
        caveat=("Not adjusted for case mix: look at the interval and the number of claims before judging anybody."),
        lower_is_better=True,
        view="claim_staff",
        where="role = 'biller'",
        numerator=Sum(where="is_own_denial"),
        denominator=Sum(),
        date_column="first_remit_date",
        dimensions=_PERSON,
    ),
    Measure(
        name="coding_accuracy",
        label="Coding accuracy",
        definition="Share of the auditor's codes that the coder had chosen (code over code).",
        unit="rate",
        formula="audited codes that the coder had chosen / the auditor's codes",
        source=("AHIMA coding audit convention: code over code, the auditor's codes as denominator; coding_audit.csv"),
        caveat=(
            "A code that should not be there is not in the denominator. Audited claims may not be a random sample."
        ),
        lower_is_better=False,
        view="coding_audit_line",
        numerator=Sum(where="is_audited_code and is_correct"),
        denominator=Sum(where="is_audited_code"),
        date_column="audited_on",
        dimensions=(
            "payer_id",
            "payer_name",
            "claim_type",
            "facility",
            "coder_id",
            "team",
            "employment",
            "credential",
            *TIME,
        ),
    ),
)
