"""The initial denial rate as others define it, and the bridge that leads there from ours."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum

_BASE = (
    "On each claim's first answer of a payer, mere duplicates included; reversals, forwards and predeterminations"
    " are left out."
)
_BRIDGE = (*CLAIM, "definition", "difference_reason", *TIME)


def _rate(name: str, label: str, definition: str, source: str, caveat: str) -> Measure:
    return Measure(
        name=f"initial_denial_rate_{name}",
        label=f"Denial rate, {label}",
        definition=f"{definition} {_BASE}",
        formula="first answers that this definition calls denied / first answers",
        unit="rate",
        source=source,
        caveat=caveat,
        lower_is_better=True,
        view="denial_definition",
        numerator=Sum(where=f"is_denied_{name}"),
        denominator=Sum(),
        date_column="answer_date",
        dimensions=(*CLAIM, *TIME),
    )


def _amount(name: str, label: str, formula: str, source: str, amount: str) -> Measure:
    return Measure(
        name=f"denied_amount_{name}",
        label=f"Denied amount, {label}",
        definition=f"What is denied when {formula[0].lower()}{formula[1:]} counts. {_BASE}",
        formula=formula,
        unit="money",
        source=source,
        caveat="For comparison with figures from elsewhere; denied_amount is ours.",
        lower_is_better=True,
        view="denial_definition",
        numerator=Sum(amount),
        denominator=None,
        date_column="answer_date",
        dimensions=(*CLAIM, *TIME),
    )


_EVERY_CAS = "Widespread in reports made straight from X12 835 CAS, whatever its reason code"
_STATUS_4 = "X12 835 CLP02 = 4 (denied), as the payer labels the claim; a remittance denial rate read by claim status"
_ZERO_PAID = (
    "X12 835 CLP04 = 0; zero-pay reports, and the primary denial rate of HFMA's Claim Integrity Task Force (2021)"
)
_UNPAID_LINE = "X12 835 SVC03 = 0; line-level denial reports (paid or not paid)"

DEFINITIONS = (
    _rate(
        "every_cas",
        "every CAS",
        "Share of claims with any adjustment.",
        _EVERY_CAS,
        "Counts contractual adjustments, deductibles and sequestration as denials: nearly every claim has one.",
    ),
    _rate(
        "status_4",
        "status 4",
        "Share of claims that the payer labels as denied.",
        _STATUS_4,
        "X12 asks for 4 only where the patient is not known or the whole claim is denied, and payers differ: "
        "partial denials "
        "are missed, and full ones labelled as processed.",
    ),
    _rate(
        "zero_paid",
        "zero paid",
        "Share of claims on which the payer paid nothing.",
        _ZERO_PAID,
        "Counts claims that the deductible took whole, and misses every partial denial.",
    ),
    _rate(
        "unpaid_line",
        "unpaid line",
        "Share of claims with at least one line that was charged and paid nothing.",
        _UNPAID_LINE,
        "Counts lines that the deductible took whole or a contract prices at nothing, and misses lines paid in part.",
    ),
    _amount("every_cas", "every CAS", "The sum of all adjustments", _EVERY_CAS, "adjustment_amount"),
    _amount(
        "status_4",
        "status 4",
        "The charge of claims with status 4",
        _STATUS_4,
        "case when is_denied_status_4 then charge_amount else 0 end",
    ),
    _amount(
        "zero_paid",
        "zero paid",
        "The charge of claims on which nothing was paid",
        _ZERO_PAID,
        "case when is_denied_zero_paid then charge_amount else 0 end",
    ),
    _amount("unpaid_line", "unpaid line", "The charge of lines that were paid nothing", _UNPAID_LINE, "unpaid_amount"),
    Measure(
        name="definition_difference_claims",
        label="Claims between two definitions",
        definition=(
            "Claims that another definition of a denial counts (+1) or leaves out (-1) against ours, with the "
            "reason. Filter by "
            "one definition: its parts add up to the difference of the two numerators."
        ),
        formula="denied claims by the other definition - denied claims by ours",
        unit="count",
        source="X12 835 CLP, SVC, CAS",
        caveat=(
            "Over all four other definitions the sum means nothing. A claim has one reason here, the one a reader"
            " names first."
        ),
        lower_is_better=None,
        view="definition_bridge",
        numerator=Sum("claim_change"),
        denominator=None,
        date_column="difference_date",
        dimensions=_BRIDGE,
    ),
    Measure(
        name="definition_difference_amount",
        label="Dollars between two definitions",
        definition=(
            "Dollars that another definition of a denial adds to, or takes from, our denied amount, with the "
            "reason. Filter by "
            "one definition: its parts add up to the difference of the two amounts."
        ),
        formula="denied amount by the other definition - denied amount by ours",
        unit="money",
        source="X12 835 CLP, SVC, CAS",
        caveat="Over all four other definitions the sum means nothing. A claim can differ for several reasons.",
        lower_is_better=None,
        view="definition_bridge",
        numerator=Sum("amount_change"),
        denominator=None,
        date_column="difference_date",
        dimensions=_BRIDGE,
    ),
)
