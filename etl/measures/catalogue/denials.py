"""Denials: how often, how much, and what became of them."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_ADJUDICATED = Sum(where="is_adjudicated")
_DESIGN = "X12 835 CLP, SVC, CAS; HFMA Claim Integrity Task Force (initial denial)"
_YOUNG = "Recent periods change while payers are still answering."
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
        source="HFMA Claim Integrity Task Force: initial denial rate, over claims remitted",
        caveat="Counts claims, not dollars; denied and overturned later still counts. " + _YOUNG,
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
        source="HFMA Claim Integrity Task Force: initial zero-pay denial rate",
        caveat="A claim paid nothing because of the deductible is not in it.",
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
        source="HFMA Claim Integrity Task Force: initial partial-pay denial rate",
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
        source="X12 835: a later CLP of the same claim with an allowed amount on the line",
        caveat="Young denials have had less time to be overturned.",
        lower_is_better=False,
        view="claim_outcome",
        numerator=Sum(where="is_overturned"),
        denominator=Sum(where="is_denied"),
        date_column="first_remit_date",
        dimensions=(*CLAIM, *TIME),
    ),
)
