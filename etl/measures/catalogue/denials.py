"""Denials: how often, how much, and what became of them."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_ADJUDICATED = Sum(where="is_adjudicated")
_TASK_FORCE = "HFMA Claim Integrity Task Force, Standardizing Denial Metrics (2021)"
_DESIGN = f"X12 835 CLP, SVC, CAS; {_TASK_FORCE}: initial denial"
_YOUNG = "Recent periods change while payers are still answering."
_AAFP = (
    "5 to 10 % of dollars submitted is average for a physician practice, below 5 % desirable (AAFP, Practice Finances)."
)
_SURVEYS = (
    "Nearly 15 % of hospitals' claims submitted to private payers (Premier surveys of 2022 and 2023 claims, published "
    "2024 and 2025); 19 % of in-network claims to HealthCare.gov insurers in 2023, 1 to 54 % by insurer (KFF, 2025)."
)
_OVERTURNED = (
    "54 % of hospitals' denials by private payers in 2022, about 70 % in 2023 (Premier surveys, published 2024 and "
    "2025)."
)
_WHOLE_CHARGE = "HFMA's task force takes the whole charge of a claim denied in part; here only what was denied counts."
_DENIAL = (*CLAIM, "procedure_code", "procedure_family", "group_carc", "denial_category", "denial_owner", *TIME)

DENIALS = (
    Measure(
        name="claims_adjudicated",
        label="Claims adjudicated",
        definition=(
            "Claims that a payer has answered for the first time, by the day of that answer. A claim, its "
            "replacements and its resends count once per payer; reversals, forwards, predeterminations and "
            "mere duplicates do not count."
        ),
        unit="count",
        formula="number of first adjudications",
        source=_DESIGN,
        caveat=_YOUNG,
        lower_is_better=None,
        view="claim_outcome",
        numerator=_ADJUDICATED,
        denominator=None,
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="initial_denial_rate",
        label="Initial denial rate",
        definition=(
            "Share of first adjudications in which at least one line was denied. A deductible, a contractual "
            "adjustment or sequestration is never a denial."
        ),
        unit="rate",
        formula="denied claims / claims adjudicated",
        benchmark=_SURVEYS,
        source=f"HFMA MAP key AR-5, remittance denial rate: the base; {_TASK_FORCE}: what an initial denial is",
        caveat=(
            "Sources disagree on the base (claims remitted: HFMA MAP key; submitted: HFMA's task force, AAFP) and on "
            "claims or dollars: see initial_denial_rate_submitted, denied_amount_rate, denied_amount_rate_submitted. "
            "Denied and overturned later still counts. " + _YOUNG
        ),
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_denied"),
        denominator=_ADJUDICATED,
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="zero_pay_denial_rate",
        label="Zero-pay denial rate",
        definition="Share of first adjudications that were denied and in which nothing was allowed.",
        unit="rate",
        formula="claims denied in which nothing was allowed / claims adjudicated",
        source=f"X12 835; near the primary denial rate of {_TASK_FORCE}: remittances that pay nothing",
        caveat="A claim paid nothing because of the deductible is not in it; in HFMA's primary denial rate it is.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_zero_pay"),
        denominator=_ADJUDICATED,
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="partial_pay_denial_rate",
        label="Partial-pay denial rate",
        definition="Share of first adjudications in which a line was denied and something was allowed.",
        unit="rate",
        formula="claims denied in which something was allowed / claims adjudicated",
        source="X12 835: the rest of the initial denial rate beside the zero-pay denial rate",
        caveat="With the zero-pay denial rate it adds up to the initial denial rate.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_partial_pay"),
        denominator=_ADJUDICATED,
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="denied_amount",
        label="Denied amount",
        definition=(
            "Charges that first adjudications denied: the denial adjustments of each line, at most the line's charge."
        ),
        unit="money",
        formula="sum of the denial adjustments of initially denied lines, each line at most its charge",
        source=_DESIGN,
        caveat="Charges, not what would have been paid. Duplicates are left out.",
        lower_is_better=True,
        view="denial",
        numerator=Sum("denied_amount"),
        denominator=None,
        date_column="first_remit_date",
        dimensions=_DENIAL,
    ),
    Measure(
        name="denial_overturn_rate",
        label="Denial overturn rate",
        definition=("Share of initially denied claims of which a later adjudication allowed a denied line."),
        unit="rate",
        formula="initially denied claims of which a denied line was allowed later / initially denied claims",
        benchmark=_OVERTURNED,
        source=f"X12 835: a later CLP with an allowed amount on the line; {_TASK_FORCE}: initial denials overturned",
        caveat=(
            "Young denials have had less time to be overturned. What the payer took back since is not overturned. "
            "By dollars: overturned_amount_rate."
        ),
        lower_is_better=False,
        view="claim_outcome",
        numerator=Sum(where="is_overturned"),
        denominator=Sum(where="is_denied"),
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="denied_claims",
        label="Denied claims",
        definition="First adjudications in which at least one line was denied.",
        formula="number of first adjudications with a denied line",
        unit="count",
        source=_DESIGN,
        caveat=_YOUNG,
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_denied"),
        denominator=None,
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="initial_denial_rate_submitted",
        label="Initial denial rate, of claims submitted",
        definition=(
            "Share of claims sent of which the first adjudication denied at least one line, by the day first sent."
        ),
        formula="denied claims / claims sent to that payer",
        unit="rate",
        benchmark=_SURVEYS,
        source=f"{_TASK_FORCE}: initial denial rate by claim volume, over claims submitted",
        caveat=(
            "Claims that no payer has answered yet are in the base, so it is lower than the rate over claims "
            "remitted and rises while payers answer. The task force divides by the average of the three months before; "
            "here denials and base are of the same claims. Denials by payers that a claim was not sent to are left out."
        ),
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum(where="is_billed_payer and is_denied"),
        denominator=Sum(where="is_billed_payer"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="denied_amount_rate",
        label="Denied amount rate",
        definition="Share of the charges of first adjudications that was denied.",
        formula="denied amount / charges of claims adjudicated",
        unit="rate",
        source="HFMA MAP key AR-5, remittance denial rate, taken by dollars",
        caveat=f"Charges, not what would have been paid; duplicates are left out. {_WHOLE_CHARGE} {_YOUNG}",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("denied_amount", "is_adjudicated"),
        denominator=Sum("first_charge_amount", "is_adjudicated"),
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="denied_amount_rate_submitted",
        label="Denied amount rate, of charges submitted",
        definition="Share of the charges sent that first adjudications denied, by the day first sent.",
        formula="denied amount / charges of claims sent to that payer",
        unit="rate",
        benchmark=_AAFP,
        source=f"AAFP, Practice Finances: dollars denied over dollars submitted; {_TASK_FORCE}: the same by charges",
        caveat=(
            "Claims that no payer has answered yet are in the base; a claim stands there with its current version, a "
            f"void with nothing. {_WHOLE_CHARGE}"
        ),
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("denied_amount", "is_billed_payer"),
        denominator=Sum("charge_amount", "is_billed_payer"),
        date_column="submission_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="preventable_denied_amount",
        label="Preventable denied amount",
        definition="The part of the denied amount whose reason code the practice could have prevented.",
        formula="denied amount of reason codes marked preventable: yes",
        unit="money",
        source="X12 835 CAS; column preventable of etl/reference/carc.csv",
        caveat=(
            "Our own judgement by reason code, not by claim; codes that are only partly preventable are left out, "
            "unknown codes too."
        ),
        lower_is_better=True,
        view="denial",
        numerator=Sum("denied_amount", "preventable = 'yes'"),
        denominator=None,
        date_column="first_remit_date",
        dimensions=_DENIAL,
    ),
    Measure(
        name="overturned_amount",
        label="Overturned amount",
        definition="The part of the denied amount that stood on lines which a later adjudication allowed.",
        formula="denied amount of lines of which a later adjudication allowed more",
        unit="money",
        source="X12 835: a later CLP of the same claim with an allowed amount on the line",
        caveat=(
            "Charges that were denied, not what was then paid, by the day of the denial. Young denials had less time."
        ),
        lower_is_better=False,
        view="denial",
        numerator=Sum("denied_amount", "is_overturned"),
        denominator=None,
        date_column="first_remit_date",
        dimensions=_DENIAL,
    ),
    Measure(
        name="overturned_amount_rate",
        label="Overturned amount rate",
        definition="Share of the denied amount that stood on lines which a later adjudication allowed.",
        formula="overturned amount / denied amount",
        unit="rate",
        source="X12 835: a later CLP of the same claim with an allowed amount on the line",
        caveat="The overturn rate by dollars; a line counts whole, though a part of it may be allowed.",
        lower_is_better=False,
        view="denial",
        numerator=Sum("denied_amount", "is_overturned"),
        denominator=Sum("denied_amount"),
        date_column="first_remit_date",
        dimensions=_DENIAL,
    ),
    Measure(
        name="denial_write_off_amount",
        label="Denial write-offs",
        definition="What was written off of balances that a standing denial left open, by posting day.",
        formula="sum of write-offs, as far as a standing denial leaves a balance on the claim",
        unit="money",
        source="HFMA MAP key AR-6, denial write-offs; patient_transactions.csv kind write_off",
        caveat=(
            "HFMA divides it by net patient service revenue, which claims do not tell. A denial that is overturned "
            "later takes its write-offs out again. Needs patient_transactions.csv."
        ),
        lower_is_better=True,
        view="patient_posting",
        numerator=Sum("denial_write_off_amount", "denial_write_off_amount <> 0"),
        denominator=None,
        date_column="posting_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="days_to_first_remit",
        label="Days to first remittance",
        definition="Average days from the day a claim was first sent to the payer's first adjudication.",
        formula="days from first submission to first adjudication, summed / claims adjudicated",
        unit="days",
        benchmark=(
            "Medicare pays clean electronic claims 14 to 30 days after receipt (CMS Claims Processing Manual, chapter "
            "1, section 80.2)."
        ),
        source="X12 837 BHT04; 835 BPR16",
        caveat="Only claims that were answered, by the day of the answer: those still open are not in it.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("first_remit_days", "is_billed_payer and is_adjudicated"),
        denominator=Sum(where="is_billed_payer and is_adjudicated and first_remit_days is not null"),
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
    Measure(
        name="days_denial_to_resolution",
        label="Days from denial to resolution",
        definition=(
            "Average days from an initial denial to the day it was settled: a later adjudication allowed a denied"
            " line, "
            "or a write-off was posted. By the day it was settled."
        ),
        formula="days from initial denial to the first overturn or write-off, summed / denied claims settled",
        unit="days",
        source=f"X12 835 BPR16; patient_transactions.csv kind write_off; {_TASK_FORCE}: time to claim resolution",
        caveat=(
            "Denials still open are not in it. One line allowed settles the claim here; without "
            "patient_transactions.csv only overturns settle."
        ),
        lower_is_better=True,
        view="denial_resolution",
        numerator=Sum("resolution_days", "resolved_on is not null"),
        denominator=Sum(where="resolved_on is not null"),
        date_column="resolved_on",
        dimensions=(*CLAIM, *TIME),
    ),
)
