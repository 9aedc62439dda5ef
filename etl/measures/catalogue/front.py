"""The front of the cycle: rejections and lags before a payer decides."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

FRONT = (
    Measure(
        name="rejection_rate",
        label="Rejection rate",
        definition=(
            "Share of acknowledged claims that a 277CA rejected at least once, by the day they were first "
            "sent. A rejection is not a denial: the claim never reached adjudication."
        ),
        unit="rate",
        source="X12 277CA STC01-1: A3, A6, A7, A8",
        caveat="Claims without any 277CA answer are left out.",
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
        source="X12 837 BHT04; DTP*472, DTP*434",
        caveat="Claims without a date of service are left out.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("submission_lag_days", "is_billed_payer"),
        denominator=Sum(where="is_billed_payer and submission_lag_days is not null"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
)
