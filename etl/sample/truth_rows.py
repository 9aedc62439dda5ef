"""What truth.json is made of: counted rows, how a measure is reported, and what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from etl.sample import dates
from etl.sample.events import Root
from etl.sample.money import text

CLAIM_DIMS = ("payer_id", "facility", "claim_type")
EVENT_DIMS = (*CLAIM_DIMS, "month")
DENIAL_DIMS = (*EVENT_DIMS, "group_carc", "denial_category", "denial_owner", "procedure_code")
STAFF_DIMS = ("team", "employment", "credential")
BUCKETS = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (120, "91-120"))


@dataclass(slots=True)
class Row:
    """One counted thing: its dimensions, its date, and what it adds."""

    dims: dict[str, str]
    day: date | None
    numerator: int
    denominator: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is reported. A sum has no denominator; a rate's may be money too, or a daily average of `days`.
    Rows count in so many `parts` of a cent."""

    name: str
    dims: tuple[str, ...]
    money: bool
    ratio: bool
    days: int = 1
    parts: int = 1

    def figures(self, rows: Sequence[Row], scope: Scope) -> Iterable[dict[str, object]]:
        """The overall figure, then one for each value of each dimension that occurs."""
        rows = [row for row in rows if scope.holds(row.day)]
        yield self._figure({}, rows, scope)
        for dim in self.dims:
            groups: dict[str, list[Row]] = {}
            for row in rows:
                groups.setdefault(row.dims[dim], []).append(row)
            for value in sorted(groups):
                yield self._figure({dim: value}, groups[value], scope)

    def _figure(self, by: dict[str, str], rows: Sequence[Row], scope: Scope) -> dict[str, object]:
        top, bottom = sum(row.numerator for row in rows), sum(row.denominator for row in rows)
        top, bottom = _whole(top, self.parts), _whole(bottom, self.parts * self.days)
        return {
            "measure": self.name,
            "by": by,
            "from": scope.since and scope.since.isoformat(),
            "to": scope.until and scope.until.isoformat(),
            "as_of": scope.as_of and scope.as_of.isoformat(),
            "age_from": scope.age_from,
            "numerator": text(top) if self.money else top,
            "denominator": (text(bottom) if self.money else bottom) if self.ratio else None,
        }


def _whole(amount: int, parts: int) -> int:
    """To the cent, halves up."""
    return (2 * amount + parts) // (2 * parts)


@dataclass(frozen=True, slots=True)
class Scope:
    """What was asked: a period on the measure's date, or a day to look from (None: all that is known)."""

    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    age_from: str = "service"

    def holds(self, day: date | None) -> bool:
        if day is None or self.since is None or self.until is None:
            return True
        return self.since <= day <= self.until


def dims_of(root: Root, day: date | None = None) -> dict[str, str]:
    """The dimensions that every claim has; with a day, its month too."""
    content = root.content
    dims = {"payer_id": content.payer.payer_id, "facility": content.site.name, "claim_type": content.claim_type}
    if day is not None:
        dims["month"] = dates.month_of(day)
    return dims


def bucket(age: int) -> str:
    """The A/R bucket of an age in days."""
    return next((name for most, name in BUCKETS if age <= most), ">120")
