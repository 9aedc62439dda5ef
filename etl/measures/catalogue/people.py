"""People: the denials that a role owns, against those that its case mix lets expect, and how fast the work goes."""

from __future__ import annotations

from etl.measures.catalogue.dimension_sets import CLAIM, TIME
from etl.measures.measure import Measure, Sum
from etl.measures.standardised import Role, Standardised

_STAFF = ("team", "employment", "credential", "tenure")
_PERSON = (*(name for name in CLAIM if name != "teams"), "procedure_family", *_STAFF, *TIME)
_SOURCE = "work_log.csv; role of the CARC's denial owner (etl/reference/carc.csv, role.csv); attribution.csv"
_JUDGE = "Not adjusted for case mix: compare it with the denials expected before judging anybody."


def _denial_rate(role: str, trade: str) -> Measure:
    return Measure(
        name=f"{role}_denial_rate",
        label=f"{role.capitalize()} denial rate",
        definition=(
            f"Share of a {role}'s adjudicated claims with an initially denied line that falls to {trade}: by the "
            "reason of its largest amount, unless a contest moved it, and unless it was overturned unchanged (the "
            "payer's error). A claim counts once, however many lines and however often it is denied."
        ),
        unit="rate",
        formula=f"claims with an initial denial that falls to {trade} / the {role}'s claims adjudicated",
        source=_SOURCE,
        caveat=_JUDGE,
        lower_is_better=True,
        view="claim_staff",
        where=f"role = '{role}' and is_adjudicated",
        numerator=Sum(where="is_own_denial"),
        denominator=Sum(),
        date_column="first_remit_date",
        dimensions=_PERSON,
    )


def _before_contest(role: str, trade: str) -> Measure:
    return Measure(
        name=f"{role}_denial_rate_before_contest",
        label=f"{role.capitalize()} denial rate before contests",
        definition=(
            f"As the {role} denial rate, but as the reason codes alone say: no decision of attribution.csv has moved "
            f"a denial to or from {trade}."
        ),
        unit="rate",
        formula=f"claims with an initial denial whose reason is {trade}'s / the {role}'s claims adjudicated",
        source="work_log.csv; role of the CARC's denial owner (etl/reference/carc.csv, role.csv)",
        caveat=f"Shown beside the {role} denial rate, never instead of it. {_JUDGE}",
        lower_is_better=True,
        view="claim_staff",
        where=f"role = '{role}' and is_adjudicated",
        numerator=Sum(where="is_own_denial_before_contest"),
        denominator=Sum(),
        date_column="first_remit_date",
        dimensions=_PERSON,
    )


def _productivity(role: str, done: str, column: str) -> Measure:
    return Measure(
        name=f"{role}_productivity",
        label=f"Claims {done} a day",
        definition=f"Claims {done}, per person and day on which that person {done} any.",
        unit="ratio",
        formula=f"claims {done} / days on which a person {done} any, over all persons",
        source=f"work_log.csv {column}; staff.csv",
        caveat="Claims differ in the work they make: not adjusted for it. A day without any such claim does not count.",
        lower_is_better=None,
        view="staff_day",
        where=f"role = '{role}'",
        numerator=Sum("claims"),
        denominator=Sum(),
        date_column="worked_on",
        dimensions=("staff_id", *_STAFF, *TIME),
    )


_CODER, _BILLER = _denial_rate("coder", "coding"), _denial_rate("biller", "billing")
RATIO: dict[Role, Standardised] = {
    "coder": Standardised.ratio(_CODER, "coder"),
    "biller": Standardised.ratio(_BILLER, "biller"),
}

PEOPLE = (
    _CODER,
    _BILLER,
    _before_contest("coder", "coding"),
    _before_contest("biller", "billing"),
    Standardised.expected(_CODER, "coder"),
    Standardised.expected(_BILLER, "biller"),
    *RATIO.values(),
    Measure(
        name="attributed_denied_amount",
        label="Denied amount by role",
        definition=(
            "Charges that first adjudications denied, each line with the one role that it falls to. Over all roles "
            "(the payer and nobody among them) it is the denied amount."
        ),
        unit="money",
        formula="sum of the denied amounts of initially denied lines, by the role that each falls to",
        source="X12 835 CAS; etl/reference/carc.csv, role.csv; attribution.csv",
        caveat="A line denied for several reasons falls whole to the role of the largest amount.",
        lower_is_better=True,
        view="denial_attribution",
        numerator=Sum("denied_amount"),
        denominator=None,
        date_column="first_remit_date",
        dimensions=(*CLAIM, "procedure_code", "procedure_family", "responsible_role", "role_before_contest", *TIME),
    ),
    Measure(
        name="biller_first_pass_rate",
        label="Biller first-pass rate",
        definition=(
            "Share of a biller's answered claims that passed at the first try, as far as billing can see to it: never "
            "rejected by a 277CA, and no initially denied line that falls to billing."
        ),
        unit="rate",
        formula="answered claims never rejected and without a denial of billing's / the biller's answered claims",
        source=f"X12 277CA STC01-1; {_SOURCE}",
        caveat="By the day of first sending. Claims that nobody has answered yet are left out.",
        lower_is_better=False,
        view="claim_staff",
        where="role = 'biller'",
        numerator=Sum(where="not is_rejected and not is_own_denial"),
        denominator=Sum(),
        date_column="submission_date",
        dimensions=_PERSON,
    ),
    _productivity("coder", "coded", "coded_at"),
    _productivity("biller", "sent", "submitted_at"),
    Measure(
        name="coding_lag",
        label="Coding lag",
        definition="Average days from the (last) day of service to the day the codes were final, by that day.",
        unit="days",
        formula="sum of days from service to coding / claims with both days",
        source="work_log.csv coded_at; X12 837 DTP*472, DTP*434",
        caveat="Needs work_log.csv; claims that are not in it, or not sent, are left out.",
        lower_is_better=True,
        view="claim_outcome",
        numerator=Sum("coding_lag_days", "is_billed_payer"),
        denominator=Sum(where="is_billed_payer and coding_lag_days is not null"),
        date_column="coded_at",
        dimensions=(*CLAIM, *TIME),
    ),
)
