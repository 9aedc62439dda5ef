"""What a tile or a chart asks: one measure, over one scope. The same question opens the claims behind the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from dashboard import words
from etl.measures import DIMENSIONS, MEASURES, AgeFrom, Measure, by_submission
from etl.measures.maturity import whole_cohorts


@dataclass(frozen=True, slots=True)
class Scope:
    """The shared filters: a period (both ends included), the chosen payers, sites and teams (none: all), and the day
    whose knowledge counts (none: all that is known)."""

    start: date
    end: date
    payers: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    known_by: date | None = None

    def previous(self) -> Scope:
        """As many days, directly before."""
        length = (self.end - self.start).days + 1
        return replace(self, start=self.start - timedelta(length), end=self.start - timedelta(1))

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The filters in use, by the name that a user knows them by."""
        return {name: values for name, values in self.named().items() if values}

    def of(self, *names: str) -> tuple[str, ...]:
        """Those of these filters that are in use."""
        return tuple(name for name in names if name in self.chosen())

    def named(self) -> dict[str, tuple[str, ...]]:
        return {"payer": self.payers, "site": self.sites, "team": self.teams}


@dataclass(frozen=True, slots=True)
class Question:
    """A measure's name, the scope, what else narrows it (dimension, value); balances take `as_of` and `age_from`.

    `is_sent`: claims count by when they were sent, not by when they were answered.
    """

    name: str
    scope: Scope
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    age_from: AgeFrom = "service"
    dims: tuple[str, ...] = field(default=())
    is_sent: bool = False

    @property
    def measure(self) -> Measure:
        return by_submission(self.name) if self.is_sent else MEASURES[self.name]

    @property
    def is_balance(self) -> bool:
        return self.measure.date_column is None

    @property
    def day(self) -> date:
        """The day that a balance stands on."""
        return self.as_of or self.scope.end

    def by(self, *dims: str) -> Question:
        """The same, broken down."""
        return replace(self, dims=dims)

    def sent(self) -> Question:
        """The same for claims by when they were sent, over whole months: a cohort is never cut."""
        start, end = whole_cohorts((self.scope.start, self.scope.end), date.max)
        return replace(self, is_sent=True, scope=replace(self.scope, start=start or self.scope.start, end=end))

    def at(self, **values: str) -> Question:
        """The same, narrowed to one value of a dimension: what a bar of its chart stands for."""
        return replace(self, dims=(), where=(*self.where, *values.items()))

    def filters(self) -> dict[str, tuple[str, ...]]:
        """The filters that the measure can take, by dimension."""
        found = {dim: values for name, values in self.scope.chosen().items() if (dim := _dimension(self.measure, name))}
        for dim, value in self.where:
            found[dim] = (value,)
        return found

    def arguments(self) -> dict[str, Any]:
        """What the measure is asked with, by the names of `Measure.by`; what stands at its default is left out."""
        period = None if self.is_balance else (self.scope.start, self.scope.end)
        as_of = self.day if self.is_balance else self.scope.known_by
        age_from = None if self.age_from == "service" else self.age_from
        given = {"filters": self.filters(), "period": period, "as_of": as_of, "age_from": age_from}
        return {name: value for name, value in given.items() if value}

    def ignored(self) -> tuple[str, ...]:
        """The filters in use that this measure cannot take: a page must say so."""
        return tuple(name for name in self.scope.chosen() if not _dimension(self.measure, name))

    def described(self) -> str:
        """The question in words: period or day, then what it is narrowed to."""
        when = f"as of {words.day(self.day)}"
        if not self.is_balance:
            when = f"{words.day(self.scope.start)} to {words.day(self.scope.end)}"
            when += f", as known on {words.day(self.scope.known_by)}" if self.scope.known_by else ""
        parts = [
            f"{DIMENSIONS[dim].label}: {', '.join(map(words.plain, values))}" for dim, values in self.filters().items()
        ]
        return " · ".join([when, *parts])


def _dimension(measure: Measure, filter_name: str) -> str | None:
    """The measure's dimension that a shared filter works on; people measures know one team, claims two."""
    candidates = {"payer": ("payer_name",), "site": ("facility",), "team": ("team", "teams")}[filter_name]
    return next((name for name in candidates if name in measure.dimensions), None)
