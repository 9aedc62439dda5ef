"""The front of the cycle: rejections and lags before a payer decides."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_CLEAN = "HFMA MAP key CL-1, clean claim rate"

FRONT = (
    Measure(
        name="rejection_rate",
        label="Rejection rate",
        definition=(
            "Share of acknowledged claims that a 277CA rejected at least once, alone or with their whole batch, by the "
            "day they were first sent. A rejection is not a denial: the claim never reached adjudication."
        ),
        unit="rate",
        formula="claims rejected at least once / claims with any 277CA answer",
        source="X12 277CA STC01-1: A3, A6, A7, A8",
        caveat="Claims without any 277CA answer are left out: a 999 or TA1 judges a file, not its claims.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_billed_payer and is_acknowledged and is_rejected"),
        denominator=Sum(where="is_billed_payer and is_acknowledged"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="charge_lag",
        label="Charge lag",
        definition="Average days from the (last) day of service to charge entry, by the day of entry.",
        unit="days",
        formula="days from service to charge entry, summed / claims with both days",
        source="work_log.csv charge_entered_at; X12 837 DTP*472, DTP*434",
        caveat="Needs work_log.csv; claims that are not in it are left out.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("charge_lag_days", "is_billed_payer"),
        denominator=Sum(where="is_billed_payer and charge_lag_days is not null"),
        date_column="charge_entered_at",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="submission_lag",
        label="Submission lag",
        definition=(
            "Average days from the (last) day of service to the day the claim was first sent. It includes the "
            "charge lag."
        ),
        unit="days",
        formula="days from service to the first submission, summed / claims with both days",
        source="X12 837 BHT04; DTP*472, DTP*434",
        caveat="Claims without a date of service are left out.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("submission_lag_days", "is_billed_payer"),
        denominator=Sum(where="is_billed_payer and submission_lag_days is not null"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="clean_claim_rate",
        label="Clean claim rate",
        definition=(
            "Share of acknowledged claims that no 277CA ever rejected, by the day they were first sent (as accepted)."
        ),
        formula="claims never rejected / claims with any 277CA answer",
        unit="rate",
        source=_CLEAN,
        caveat=(
            "HFMA counts claims that pass the biller's own edits without a hand; files show only what the receiver "
            "accepted. The stricter clean_claim_rate_untouched also asks that nobody had to send it again. With the "
            "rejection rate it adds up to 1. Vendors quote 90 to 98 % in HFMA's name, each by a definition of its own."
        ),
        lower_is_better=False,
        view="claim_outcome",
        numerator=Sum(where="is_billed_payer and is_acknowledged and not is_rejected"),
        denominator=Sum(where="is_billed_payer and is_acknowledged"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="clean_claim_rate_untouched",
        label="Clean claim rate, untouched",
        definition=(
            "Share of adjudicated claims that reached their first adjudication without a rejection and without "
            "being sent "
            "again, by the day they were first sent."
        ),
        formula="claims adjudicated that were neither rejected nor sent again before / claims adjudicated",
        unit="rate",
        source=_CLEAN + ", in its stricter reading: no manual work until the payer decides",
        caveat="It says nothing of the decision: an untouched claim may be denied. See first_pass_yield.",
        lower_is_better=False,
        view="claim_outcome",
        numerator=Sum(where="is_billed_payer and is_adjudicated and not is_rejected and not is_sent_again"),
        denominator=Sum(where="is_billed_payer and is_adjudicated"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="first_pass_yield",
        label="First-pass yield",
        definition=(
            "Share of adjudicated claims that went through at the first try: never rejected, not sent again "
            "before, and "
            "no line denied. By the day of the first adjudication."
        ),
        formula="claims adjudicated, neither rejected nor sent again nor denied / claims adjudicated",
        unit="rate",
        source="Common usage (first-pass resolution rate), no standard of HFMA's; X12 277CA STC, 835 CLP, CAS",
        caveat="A claim that the deductible took whole went through. Some publish it as paid in full only.",
        lower_is_better=False,
        view="claim_outcome",
        numerator=Sum(
            where="is_billed_payer and is_adjudicated and not is_rejected and not is_sent_again and not is_denied"
        ),
        denominator=Sum(where="is_billed_payer and is_adjudicated"),
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="late_charge_rate",
        label="Late charge rate",
        definition="Share of charges that were entered more than three days after the (last) day of service.",
        formula="charges entered more than 3 days after service / charges entered",
        unit="rate",
        source="HFMA MAP key CL-2, late charges as a share of total charges; work_log.csv charge_entered_at",
        caveat=(
            "Three days is our limit: no published one was found. The log has one day of "
            "entry a claim, so a claim is late whole, and stands with its current charge. Needs work_log.csv."
        ),
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("charge_amount", "is_billed_payer and charge_lag_days > 3"),
        denominator=Sum("charge_amount", "is_billed_payer and charge_lag_days is not null"),
        date_column="charge_entered_at",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="point_of_service_collection_rate",
        label="Point-of-service collection rate",
        definition=("Share of what patients paid that they paid by the seventh day after service, by posting day."),
        formula="copays and patient payments posted by day 7 after service / copays and patient payments",
        unit="rate",
        source="HFMA MAP key PA-7, point-of-service cash over all patient cash; patient_transactions.csv",
        caveat=(
            "Seven days is hospitals' reading, after discharge; stricter ones count the day of service only. "
            "Before refunds; what a collection agency took over is no payment. Only postings on claims sent by then. "
            "Needs patient_transactions.csv."
        ),
        lower_is_better=False,
        view="patient_posting",
        numerator=Sum("payment_amount", "is_point_of_service"),
        denominator=Sum("payment_amount"),
        date_column="posting_date",
        dimensions=(*CLAIM, *TIME),
    ),
)
