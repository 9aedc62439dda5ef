"""Rollups: sums of a view's rows made ahead by load, so that a large warehouse answers at once.

They are generated from the catalogue: every sum and dimension that a view's measures know. Each is a plain table of
partial sums, in several rows perhaps (a load adds what changed), so whoever reads it sums once more. A rollup answers a
question only when it carries all of it; else the view does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import duckdb

from etl.measures.dimensions import DIMENSIONS, PERIODS

if TYPE_CHECKING:
    from etl.measures.measure import Measure, Sum

Grain = Literal["day", "month"]
# what follows from each other, or is small, stands together
_TOGETHER = (
    ("claim_type", "place_of_service"),
    ("group_carc", "denial_category", "denial_owner"),
    ("team", "employment", "credential"),
)
_TIMES: dict[str, tuple[Grain, ...]] = {"day": ("day",), "week": ("day",)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What rollups of a view to make.

    `counts` are the conditions whose rows they count, `sums` the amounts (amount, condition, text) that they sum,
    `dims` the expressions of the dimensions, `choices` for each rollup the grains and dimensions, the widest first.
    """

    view: str
    date_column: str
    counts: tuple[str, ...]
    sums: tuple[tuple[str, str, str], ...]
    dims: dict[str, str]
    choices: tuple[tuple[tuple[Grain, tuple[str, ...]], ...], ...]

    @property
    def prefix(self) -> str:
        """How the names of its rollups begin."""
        return f"rollup_{self.view}_{self.date_column}"

    def keys(self, grain: Grain, dims: Sequence[str]) -> dict[str, str]:
        """Name and expression, over a row of the view, of what a rollup is grouped by."""
        time = {"day": self.date_column, "month": f"cast(date_trunc('month', {self.date_column}) as date)"}
        return {grain: time[grain]} | {name: self.dims[name] for name in dims}

    def columns(self, sign: str = "1") -> dict[str, str]:
        """Name and expression of the counts and sums; `sign` tells rows that come from rows that go."""
        found = {f"n{i}": f"sum({sign}) filter (where {kept})" for i, kept in enumerate(self.counts)}
        for i, (amount, kept, _) in enumerate(self.sums):
            found[f"s{i}"] = f"sum({sign} * ({amount})) filter (where {kept})"
        return {name: f"coalesce({one}, 0)" for name, one in found.items()}

    def condition(self) -> str:
        """SQL that holds for the rows that any of its measures counts."""
        return f"({') or ('.join(self.counts)})"


@dataclass(frozen=True, slots=True)
class Rollup:
    """One rollup as the warehouse's table `rollup_state` describes it."""

    name: str
    view: str
    date_column: str
    grain: Grain
    dims: tuple[str, ...]
    counts: tuple[str, ...]
    sums: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    row_count: int

    def carries(self, measure: Measure, names: Iterable[str], period: tuple[date | None, date | None]) -> bool:
        """Whether it gives exactly what the view gives for these dimensions (grouped or filtered by) and period."""
        if self.view != measure.view or self.date_column != measure.date_column:
            return False
        parts = [part for part in (measure.numerator, measure.denominator) if part]
        if any(where(measure, part) not in self.counts for part in parts):
            return False
        if any(part.amount != "1" and text(measure, part) not in self.sums for part in parts):
            return False
        for name in names:
            if name in ("month", "quarter"):
                continue
            if name not in self.dims and (name not in _TIMES or self.grain not in _TIMES[name]):
                return False
        return self.grain == "day" or self._is_whole_months(*period)

    def _is_whole_months(self, start: date | None, end: date | None) -> bool:
        """Whether no month is cut: a day before all others, or after, cuts none."""
        first_day, last_day = self.first_day or date.max, self.last_day or date.min
        starts = start is None or start.day == 1 or start <= first_day
        ends = end is None or end >= last_day or (end + timedelta(1)).day == 1
        return starts and ends

    def total(self, measure: Measure, part: Sum) -> str:
        """A sum of the measure, as SQL over its rows."""
        if part.amount == "1":
            return part.total(f"coalesce(sum(n{self.counts.index(where(measure, part))}), 0)")
        return part.total(f"coalesce(sum(s{self.sums.index(text(measure, part))}), 0)")

    def any_counted(self, measure: Measure) -> str:
        """SQL that holds for a group of which any row of the view counts."""
        parts = (part for part in (measure.numerator, measure.denominator) if part)
        return " + ".join(f"sum(n{self.counts.index(where(measure, part))})" for part in parts) + " > 0"


def of_view(connection: duckdb.DuckDBPyConnection, view: str) -> list[Rollup]:
    """The rollups that the warehouse holds of this view, the smallest first."""
    rows = connection.cursor().execute(
        """select
            name, view, date_column, grain, dims, counts, sums, first_day, last_day, row_count
        from rollup_state where view = ? order by row_count, name""",
        [view],
    )
    return [Rollup(*row[:4], *(tuple(one) for one in row[4:7]), *row[7:]) for row in rows.fetchall()]


def where(measure: Measure, part: Sum) -> str:
    """The rows of the view that a sum of the measure counts."""
    return " and ".join(f"({one})" for one in (measure.where, part.where) if one != "true") or "true"


def text(measure: Measure, part: Sum) -> str:
    """A sum by its text: the same text is the same sum, whichever measure asks."""
    return f"{part.amount} | {where(measure, part)}"


def plans(measures: Iterable[Measure], views: Iterable[str]) -> Iterator[Plan]:
    """The rollups that these measures can use, of the views named; balances, which move with the day, have none."""
    found: dict[tuple[str, str], list[Measure]] = {}
    for measure in measures:
        if measure.view in views and measure.date_column:
            found.setdefault((measure.view, measure.date_column), []).append(measure)
    for (view, date_column), some in found.items():
        yield _plan(view, date_column, some)


def _plan(view: str, date_column: str, measures: list[Measure]) -> Plan:
    parts = [(m, part) for m in measures for part in (m.numerator, m.denominator) if part]
    names = [name for name in dict.fromkeys(dim for m in measures for dim in m.dimensions) if name not in PERIODS]
    return Plan(
        view,
        date_column,
        tuple(dict.fromkeys(where(m, part) for m, part in parts)),
        tuple(dict.fromkeys((p.amount, where(m, p), text(m, p)) for m, p in parts if p.amount != "1")),
        {name: DIMENSIONS[name].expression for name in names},
        tuple(_choices(names)),
    )


def _choices(names: Sequence[str]) -> Iterator[tuple[tuple[Grain, tuple[str, ...]], ...]]:
    """For each group of dimensions: with all shared filters, with payer and site, with payer, with site, alone."""
    payer = tuple(name for name in ("payer_id", "payer_name") if name in names)
    yield ("day", payer), ("month", payer)
    site = tuple(name for name in ("facility",) if name in names)
    together = [tuple(name for name in group if name in names) for group in _TOGETHER]
    grouped = {name for group in together for name in group}
    single = [(name,) for name in names if name not in {*grouped, *payer, *site}]
    for group in dict.fromkeys((*filter(None, together), *single)):
        widths = (payer + site, payer, site, ()) if group[0] not in ("teams", "team") else (payer + site, payer, site)
        yield tuple(("month", (*width, *group)) for width in dict.fromkeys(widths))
