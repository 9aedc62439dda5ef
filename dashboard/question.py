"""What a tile or a chart asks: one measure, over one scope. The same question opens the claims behind the answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from dashboard import words
from etl.measures import DIMENSIONS, MEASURES, AgeFrom, Measure


@dataclass(frozen=True, slots=True)
class Scope:
    """The shared filters: a period (both ends included) and the chosen payers, sites and teams (none: all)."""

    start: date
    end: date
    payers: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def previous(self) -> Scope:
        """As many days, directly before."""
        length = (self.end - self.start).days + 1
        return replace(self, start=self.start - timedelta(length), end=self.start - timedelta(1))

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """The filters in use, by the name that a user knows them by."""
        return {name: values for name, values in self.named().items() if values}

    def named(self) -> dict[str, tuple[str, ...]]:
        return {"payer": self.payers, "site": self.sites, "team": self.teams}


@dataclass(frozen=True, slots=True)
class Question:
    """A measure's name, the scope, what else narrows it (dimension, value); balances take `as_of` and `age_from`."""

    name: str
    scope: Scope
    where: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    age_from: AgeFrom = "service"
    dims: tuple[str, ...] = field(default=())

    @property
    def measure(self) -> Measure:
        return MEASURES[self.name]

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

    def at(self, **values: str) -> Question:
        """The same, narrowed to one value of a dimension: what a bar of its chart stands for."""
        return replace(self, dims=(), where=(*self.where, *values.items()))

    def filters(self) -> dict[str, tuple[str, ...]]:
        """The filters that the measure can take, by dimension."""
        found = {dim: values for name, values in self.scope.chosen().items() if (dim := _dimension(self.measure, name))}
        for dim, value in self.where:
            found[dim] = (value,)
        return found

    def ignored(self) -> tuple[str, ...]:
        """The filters in use that this measure cannot take: a page must say so."""
        return tuple(name for name in self.scope.chosen() if not _dimension(self.measure, name))

    def described(self) -> str:
        """The question in words: period or day, then what it is narrowed to."""
        when = f"as of {words.day(self.day)}"
        if not self.is_balance:
            when = f"{words.day(self.scope.start)} to {words.day(self.scope.end)}"
        parts = [
            f"{DIMENSIONS[dim].label}: {', '.join(map(words.plain, values))}" for dim, values in self.filters().items()
        ]
        return " · ".join([when, *parts])


def _dimension(measure: Measure, filter_name: str) -> str | None:
    """The measure's dimension that a shared filter works on; people measures know one team, claims two."""
    candidates = {"payer": ("payer_name",), "site": ("facility",), "team": ("team", "teams")}[filter_name]
    return next((name for name in candidates if name in measure.dimensions), None)
