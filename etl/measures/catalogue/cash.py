"""Cash and A/R: what came in and what is still owed."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_DAYS = "Below 50 days, 30 to 40 preferable, for a physician practice (AAFP, Practice Finances)."
_OPEN = Sum("open_amount", "balance_amount > 0")

CASH = (
    Measure(
        name="insurance_paid_amount",
        label="Insurance payments",
        definition="What payers paid on claims, by payment day; reversals count negative.",
        unit="money",
        formula="sum of CLP04, reversals negative",
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
        formula="sum of BPR02, debits negative",
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
        formula="sum of open insurance balances above zero",
        source="Claim balance from X12 837 CLM02 and 835 CLP04, CAS; patient_transactions.csv",
        caveat=(
            "Gross: an unanswered claim stands at its full charge, before any contractual adjustment. A write-off "
            "falls first on what a standing denial leaves open, then on what the patient owes."
        ),
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", "side = 'insurance' and balance_amount > 0"),
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
        formula="sum of open patient balances above zero",
        source="X12 835 CAS*PR; patient_transactions.csv",
        caveat="Without patient_transactions.csv nothing is known to have been paid by patients.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", "side = 'patient' and balance_amount > 0"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
    Measure(
        name="ar_over_90_share",
        label="A/R over 90 days",
        definition="Share of open insurance and patient A/R that is older than 90 days on the day.",
        unit="rate",
        formula="open balances older than 90 days / all open balances",
        source="HFMA MAP key AR-1, aged A/R as a share of billed A/R (over 90 days)",
        caveat="Aged from the day of service unless asked from submission or last remittance (--age-from). HFMA's AR-3 "
        "also counts what is not billed.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("open_amount", aged="age_days > 90"),
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
        formula="open balances / (charges of claims first sent in the last 90 days / 90)",
        benchmark=_DAYS,
        source="AAFP, Practice Finances: days in accounts receivable",
        caveat="Gross over gross, as the AAFP has it, which also takes credits off; the HFMA key divides net by net: "
        "days_in_ar_net comes near it.",
        lower_is_better=True,
        view="receivable",
        numerator=_OPEN,
        denominator=Sum("charge_amount", "side = 'insurance'", divided_by=90, aged="submission_age_days < 90"),
        date_column=None,
        dimensions=CLAIM,
    ),
    Measure(
        name="unadjudicated_amount",
        label="Unadjudicated",
        definition=("Charges of claims sent that no remittance has answered by the day, rejected claims included."),
        unit="money",
        formula="sum of the charges of claims that no remittance has answered",
        source="X12 837 CLM02 without an 835 CLP",
        caveat="A claim that the payer lost looks the same as one that it is still working on.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("charge_amount", "side = 'insurance' and not is_answered"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
    Measure(
        name="days_in_ar_net",
        label="Net days in A/R",
        definition=(
            "Open A/R on the day less the contractual adjustments still to come, divided by the average daily net"
            " charges of "
            "the last 90 days."
        ),
        formula="net open balances / (net charges of claims first sent in the last 90 days / 90)",
        unit="days",
        source="HFMA MAP key, net days in A/R",
        caveat=(
            "The key takes both from the general ledger, net of credit balances. Here an unanswered claim is cut by "
            "the share that its payer cut from all the claims it has answered; bad debt and charity are not known."
        ),
        lower_is_better=True,
        view="claim_money",
        numerator=Sum("open_amount", share="kept_share"),
        denominator=Sum(
            "charge_amount - contractual_amount", divided_by=90, aged="submission_age_days < 90", share="kept_share"
        ),
        date_column=None,
        dimensions=CLAIM,
    ),
    Measure(
        name="credit_balance_amount",
        label="Credit balances",
        definition=(
            "What was received beyond what is owed, on the day, insurance and patient side apart and added up."
        ),
        formula="sum of balances below zero, as a positive amount",
        unit="money",
        source=(
            "Claim balance from X12 837 CLM02 and 835 CLP04, CAS; patient_transactions.csv; HFMA usage: shown "
            "apart from A/R"
        ),
        caveat="Money that may have to go back: a payer's (60 days for Medicare, 42 CFR 401.305) or a patient's.",
        lower_is_better=True,
        view="receivable",
        numerator=Sum("-balance_amount", "balance_amount < 0"),
        denominator=None,
        date_column=None,
        dimensions=(*CLAIM, "ar_bucket", "ar_reason"),
    ),
    Measure(
        name="unbilled_amount",
        label="Unbilled",
        definition=(
            "Charges that were entered by the day and of which no claim had been sent. Beside A/R, never inside."
        ),
        formula="sum of the charges in the work log of claims entered and not sent",
        unit="money",
        source="HFMA MAP key, discharged not submitted to payer, there in days; work_log.csv charge_entered_at, "
        "charge_amount",
        caveat=(
            "Needs the optional column charge_amount of work_log.csv: unbilled_claims counts them without it. "
            "Which payer "
            "they are for is not known before they are sent."
        ),
        lower_is_better=True,
        view="unbilled_charge",
        numerator=Sum("charge_amount"),
        denominator=None,
        date_column=None,
        dimensions=("coder_id", "biller_id", "teams"),
    ),
    Measure(
        name="unbilled_claims",
        label="Unbilled claims",
        definition="Claims whose charge was entered by the day and that had not been sent.",
        formula="number of claims in the work log entered and not sent",
        unit="count",
        source="HFMA MAP key, discharged not submitted to payer, there in days; work_log.csv charge_entered_at",
        caveat="A claim that will never be sent stays in it until it leaves the log.",
        lower_is_better=True,
        view="unbilled_charge",
        numerator=Sum(),
        denominator=None,
        date_column=None,
        dimensions=("coder_id", "biller_id", "teams"),
    ),
    Measure(
        name="net_collection_rate",
        label="Net collection rate",
        definition=(
            "Share of what contracts allow that was collected from payers and patients, of claims first sent in "
            "the period "
            "and answered by now."
        ),
        formula="payments of payers and patients / (charges - contractual adjustments) of answered claims",
        unit="rate",
        benchmark=(
            "95 % at the least, 99 % for the best physician practices (AAFP, Practice Finances: adjusted "
            "collection rate)."
        ),
        source="AAFP, Practice Finances: adjusted collection rate; MGMA DataDive: adjusted collection percentage",
        caveat=(
            "Payments are matched to their claims, not to the month. A denial stands in the base at its charge. "
            "Young claims "
            "still wait for patients' payments. What went to a collection agency is no payment. Without "
            "patient_transactions.csv patients pay nothing."
        ),
        lower_is_better=False,
        view="claim_balance",
        where="is_sent and is_answered",
        numerator=Sum("insurance_paid_amount + patient_paid_amount"),
        denominator=Sum("charge_amount - contractual_amount"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="gross_collection_rate",
        label="Gross collection rate",
        definition=(
            "Share of charges that was collected from payers and patients, of claims first sent in the period and"
            " answered "
            "by now."
        ),
        formula="payments of payers and patients / charges of answered claims",
        unit="rate",
        source="MGMA DataDive: gross collection percentage",
        caveat=(
            "Moves with the price list: a practice that charges more looks worse. The net rate is the one to steer by. "
            "What went to a collection agency is no payment."
        ),
        lower_is_better=False,
        view="claim_balance",
        where="is_sent and is_answered",
        numerator=Sum("insurance_paid_amount + patient_paid_amount"),
        denominator=Sum("charge_amount"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
)
