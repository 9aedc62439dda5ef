"""Money at risk, and what contracts say: what work may still bring, until when, and what was paid short."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import TIME
from etl.measures.measure import Measure, Sum

_WORK = (
    "payer_id", "payer_name", "claim_type", "facility", "rendering_npi", "biller_id", "ar_reason", "denial_category",
    "denial_owner", "group_carc", "procedure_code", "procedure_family", "deadline",
)  # fmt: skip
_CONTRACT = (
    "payer_id", "payer_name", "claim_type", "facility", "rendering_npi", "procedure_code", "procedure_family", *TIME
)  # fmt: skip
_LIMITS = (
    "Days from the payer's contract (`cleanclaim limits apply`), else the usual ones of its class: filing from the "
    "last day of service, a corrected claim or an appeal from the denial."
)
_SCHEDULE = "allowed_schedule.csv: payer, procedure_code, modifier, effective_from, effective_to, allowed_amount"
_COVERED = (
    "Only lines that the schedule covers, that nothing was denied of and that the billed payer allowed. Reductions for "
    "several procedures on a day or for an assistant are no underpayments: look before you claim."
)

RECOVERY = (
    Measure(
        name="expected_recoverable_amount",
        label="Expected recoverable amount",
        definition=(
            "What work on open denials and rejections may bring: for each, the amount that the payer usually allows, "
            "at most what is open, times the chance that work overturns it. Those whose limit has passed are left out."
        ),
        unit="money",
        formula="sum over open denials and rejections of what the payer usually allows x the chance to get it",
        source="X12 835; appeal.csv; chance by payer and category, shrunk (view overturn_chance)",
        caveat="An expectation, not a promise: right on average over many denials. " + _LIMITS,
        lower_is_better=None,
        view="open_work",
        numerator=Sum("expected_amount", "days_left >= 0"),
        denominator=None,
        date_column=None,
        dimensions=_WORK,
    ),
    Measure(
        name="timely_filing_at_risk_amount",
        label="At risk in 30 days",
        definition=(
            "What is open on rejected and denied claims that nobody has sent again or appealed and whose limit to "
            "file, correct or appeal ends within 30 days."
        ),
        unit="money",
        formula="sum of the open amounts whose limit to file, correct or appeal ends within 30 days",
        source="X12 837, 277CA, 835; etl/reference/timely_filing_defaults.csv, appeal_limit_defaults.csv",
        caveat="Charges, not what would be paid. Claims never sent have no amount yet and are not in it. " + _LIMITS,
        lower_is_better=True,
        view="open_work",
        numerator=Sum("open_amount", "not is_in_progress and days_left between 0 and 30"),
        denominator=None,
        date_column=None,
        dimensions=_WORK,
    ),
    Measure(
        name="timely_filing_lapsed_amount",
        label="Limit passed",
        definition=(
            "What is open on rejected and denied claims that nobody has sent again or appealed and whose limit "
            "has passed."
        ),
        unit="money",
        formula="sum of the open amounts whose limit to file, correct or appeal has passed",
        source="X12 837, 277CA, 835; etl/reference/timely_filing_defaults.csv, appeal_limit_defaults.csv",
        caveat="Charges, not what would have been paid. " + _LIMITS,
        lower_is_better=True,
        view="open_work",
        numerator=Sum("open_amount", "not is_in_progress and days_left < 0"),
        denominator=None,
        date_column=None,
        dimensions=_WORK,
    ),
    Measure(
        name="contract_variance_amount",
        label="Contract variance",
        definition="Allowed less what the contract's schedule allows, over covered lines; negative is underpaid.",
        unit="money",
        formula="sum of allowed less scheduled amounts over lines that the schedule covers",
        source=f"X12 835; {_SCHEDULE}",
        caveat=_COVERED,
        lower_is_better=False,
        view="contract_line",
        numerator=Sum("variance_amount"),
        denominator=None,
        date_column="payment_date",
        dimensions=_CONTRACT,
    ),
    Measure(
        name="underpaid_amount",
        label="Underpaid",
        definition="How far lines were allowed less than the contract's schedule says.",
        unit="money",
        formula="sum of scheduled less allowed amounts over lines allowed below the schedule",
        source=f"X12 835; {_SCHEDULE}",
        caveat=_COVERED,
        lower_is_better=True,
        view="contract_line",
        numerator=Sum("underpaid_amount"),
        denominator=None,
        date_column="payment_date",
        dimensions=_CONTRACT,
    ),
    Measure(
        name="overpaid_amount",
        label="Overpaid",
        definition="How far lines were allowed more than the contract's schedule says: the payer may take it back.",
        unit="money",
        formula="sum of allowed less scheduled amounts over lines allowed above the schedule",
        source=f"X12 835; {_SCHEDULE}",
        caveat=_COVERED,
        lower_is_better=None,
        view="contract_line",
        numerator=Sum("overpaid_amount"),
        denominator=None,
        date_column="payment_date",
        dimensions=_CONTRACT,
    ),
)
