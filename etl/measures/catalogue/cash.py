"""Cash and A/R: what came in and what is still owed."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_OPEN = Sum("open_amount", "open_amount > 0")

CASH = (
    Measure(
        name="insurance_paid_amount",
        label="Insurance payments",
        definition="What payers paid on claims, by payment day; reversals count negative.",
        unit="money",
        source="X12 835 CLP04",
        caveat="Before provider-level adjustments: deposits differ by what PLB took or gave.",
        lower_is_better=False,
        view="cash",
        numerator=Sum("paid_amount"),
        denominator=None,
        date_column="payment_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="deposit_amount",
        label="Deposits",
        definition="What payers sent to the bank: the total of each remittance.",
        unit="money",
        source="X12 835 BPR02, BPR03",
        caveat="Belongs to a remittance, so only payer and time can break it down.",
        lower_is_better=False,
        view="deposit",
        numerator=Sum("deposit_amount"),
        denominator=None,
        date_column="payment_date",
        dimensions=("payer_id", "payer_name", *TIME),
    ),
    Measure(
        name="insurance_ar_amount",
        label="Insurance A/R",
        definition=(
            "What payers still owe on the day: charge less payments, contractual adjustments, the patient's "
            "share and write-offs, for every claim sent. A denial that stands is still owed. Credit balances "
            "are left out."
        ),
        unit="money",
        source="Claim balance from X12 837 CLM02 and 835 CLP04, CAS; patient_transactions.csv",
        caveat=(
            "Gross: an unanswered claim stands at its full charge, before any contractual adjustment. A write-off "
            "falls first on what a standing denial leaves open, then on what the patient owes."
        ),
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", "side = 'insurance' and open_amount > 0"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
    Measure(
        name="patient_ar_amount",
        label="Patient A/R",
        definition=(
            "What patients still owe on the day: every PR adjustment of the standing adjudication less what "
            "they paid, what was written off and what went to collections. Credit balances are left out."
        ),
        unit="money",
        source="X12 835 CAS*PR; patient_transactions.csv",
        caveat="Without patient_transactions.csv nothing is known to have been paid by patients.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", "side = 'patient' and open_amount > 0"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
    Measure(
        name="ar_over_90_share",
        label="A/R over 90 days",
        definition="Share of open insurance and patient A/R that is older than 90 days on the day.",
        unit="rate",
        source="HFMA MAP key: aged A/R as a share of total A/R",
        caveat="Aged from the day of service unless asked from submission or last remittance.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", "open_amount > 0 and age_days > 90"),
        denominator=_OPEN,
        date_column=None,
        dimensions=(*CLAIM, "ar_reason"),
    ),
    Measure(
        name="days_in_ar",
        label="Days in A/R",
        definition=(
            "Open insurance and patient A/R on the day, divided by the average daily charges of the last 90 days."
        ),
        unit="days",
        source="HFMA MAP key: net days in A/R, here over gross charges",
        caveat=("The HFMA key divides net A/R by net revenue; gross over gross is what claims alone can tell."),
        lower_is_better=True,
        view="receivable",
        numerator=_OPEN,
        denominator=Sum("charge_amount", "is_recent_charge", divided_by=90),
        date_column=None,
        dimensions=CLAIM,
    ),
    Measure(
        name="unadjudicated_amount",
        label="Unadjudicated",
        definition=("Charges of claims sent that no remittance has answered by the day, rejected claims included."),
        unit="money",
        source="X12 837 CLM02 without an 835 CLP",
        caveat="A claim that the payer lost looks the same as one that it is still working on.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("charge_amount", "side = 'insurance' and not is_answered"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
)
