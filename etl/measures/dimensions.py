"""The dimensions that measures can be broken down and filtered by. Names come from here, values are bound
parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

AR_BUCKETS = ("0-30", "31-60", "61-90", "91-120", ">120")
PERIODS = ("day", "week", "month", "quarter")

_BUCKET = (
    "case when {age} <= 30 then '0-30' when {age} <= 60 then '31-60' when {age} <= 90 then '61-90' "
    "when {age} <= 120 then '91-120' else '>120' end"
)
# on the day of the work: the same person is new at first
_TENURE = (
    "case when tenure_days is null then 'unknown' when tenure_days < 365 then 'under 1 year' "
    "when tenure_days < 1096 then '1 to 2 years' when tenure_days < 2191 then '3 to 5 years' else 'over 5 years' end"
)
DEADLINES = ("passed", "0-14", "15-30", "31-60", ">60")
_DEADLINE = (
    "case when days_left < 0 then 'passed' when days_left <= 14 then '0-14' when days_left <= 30 then '15-30' "
    "when days_left <= 60 then '31-60' when days_left > 60 then '>60' else 'unknown' end"
)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to group rows. `expression` is SQL over a view's row; `many` marks a list column, which can only filter."""

    name: str
    label: str
    expression: str
    many: bool = False

    def condition(self, expression: str, parameters: Sequence[str]) -> str:
        """SQL that keeps the rows whose value is one of these parameters."""
        if self.many:
            return "(" + " or ".join(f"list_contains({expression}, ${name})" for name in parameters) + ")"
        if self.name in PERIODS:
            return f"{expression} in ({', '.join(f'cast(${name} as date)' for name in parameters)})"
        return f"{expression} in ({', '.join(f'${name}' for name in parameters)})"


def _plain(name: str, label: str) -> Dimension:
    return Dimension(name, label, f"coalesce({name}, 'unknown')")


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        _plain("payer_id", "Payer id"),
        _plain("payer_name", "Payer"),
        _plain("claim_type", "Claim type"),
        _plain("facility", "Site"),
        _plain("rendering_npi", "Rendering provider"),
        _plain("place_of_service", "Place of service"),
        _plain("diagnosis_chapter", "Diagnosis chapter"),
        _plain("procedure_code", "Procedure"),
        _plain("procedure_family", "Procedure family"),
        _plain("group_carc", "Group and reason code"),
        _plain("denial_category", "Denial category"),
        _plain("denial_owner", "Denial owner"),
        _plain("coder_id", "Coder"),
        _plain("biller_id", "Biller"),
        _plain("staff_id", "Person"),
        _plain("team", "Team"),
        _plain("employment", "In-house or outsourced"),
        _plain("credential", "Credential"),
        Dimension("tenure", "Time with us", _TENURE),
        _plain("responsible_role", "Whose denial it is"),
        _plain("role_before_contest", "Whose denial it was before contests"),
        Dimension("audit_field", "Kind of code", "field"),
        _plain("code_family", "Family of the code"),
        _plain("ar_reason", "Why it is open"),
        _plain("definition", "Definition of a denial"),
        _plain("difference_reason", "Why the definitions differ"),
        Dimension("ar_bucket", "Age in days", _BUCKET),
        Dimension("deadline", "Days left to work it", _DEADLINE),
        Dimension("teams", "Team of the coder or biller", "teams", many=True),
        Dimension("answered_on", "Day of the first answer", "first_remit_date"),
        Dimension("day", "Day", ""),
        Dimension("week", "Week", ""),
        Dimension("month", "Month", ""),
        Dimension("quarter", "Quarter", ""),
    )
}
