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
from etl.warehouse import views

if TYPE_CHECKING:
    from etl.measures.measure import Measure, Sum

# age: by the date from which a row of a balance is aged, all that are older than ages go in one
Grain = Literal["day", "month", "age"]
# the dates from which balances are aged, by the name of the age
CLOCKS = {"service": "service_date", "submission": "submission_date", "remit": "last_remit_date"}
# beyond so many days no measure and no bucket tells ages apart
OLDEST = 121
# what follows from each other, or is small, stands together
_TOGETHER = (
    ("claim_type", "place_of_service"),
    ("group_carc", "denial_category", "denial_owner"),
    ("team", "employment", "credential"),
)
# without these a figure means nothing
_ALWAYS = ("definition", "difference_reason")
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
    is_balance: bool = False

    @property
    def prefix(self) -> str:
        """How the names of its rollups begin."""
        return f"rollup_{self.view}_{self.date_column}"

    def keys(self, grain: Grain, dims: Sequence[str], floor: date | None = None) -> dict[str, str]:
        """Name and expression, over a row of the view, of what a rollup is grouped by; for a balance, dates before
        `floor` are as good as that day."""
        floored = f"case when {self.date_column} < date '{floor}' then date '{floor}' else {self.date_column} end"
        time = floored if grain == "age" else self.time(grain, self.date_column)
        return {grain: time} | {name: self.dims[name] for name in dims}

    def time(self, grain: Grain, day: str) -> str:
        """The day or month of a row, as SQL, from its `day` (or from its month, for a month)."""
        return f"cast(date_trunc('month', {day}) as date)" if grain == "month" else day

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

    def carries(
        self, measure: Measure, names: Iterable[str], period: tuple[date | None, date | None], age_from: str = "service"
    ) -> bool:
        """Whether it gives exactly what the view gives for these dimensions (grouped or filtered by) and period."""
        parts = [part for part in (measure.numerator, measure.denominator) if part]
        if self.view != measure.view or measure.date_column not in (self.date_column, None):
            return False
        if measure.date_column is None:
            ages = [part.aged for part in parts] + ["age_days" if name == "ar_bucket" else "true" for name in names]
            clocks = {"submission" if "submission_age_days" in one else age_from for one in ages if one != "true"}
            if self.grain != "age" or any(CLOCKS[one] != self.date_column for one in clocks):
                return False
            names = [name for name in names if name != "ar_bucket"]
        if any(where(measure, part) not in self.counts for part in parts):
            return False
        if any(part.amount != "1" and text(measure, part) not in self.sums for part in parts):
            return False
        for name in names:
            if name in ("month", "quarter"):
                continue
            if name not in self.dims and (name not in _TIMES or self.grain not in _TIMES[name]):
                return False
        return self.grain != "month" or self._is_whole_months(*period)

    def source(self) -> str:
        """What its rows are read from: with the share that weighs them, if any does."""
        if self.view not in views.WEIGHED:
            return self.name
        shares, keys = views.WEIGHED[self.view]
        return f"{self.name} left join {shares} using ({', '.join(keys)})"

    def ages(self) -> str:
        """SQL of the columns of a view of balances that tell the age of its rows on the day $last_known."""
        [clock] = [name for name, column in CLOCKS.items() if column == self.date_column]
        age = "date_diff('day', age, $last_known)"
        return f"{age} as {clock}_age_days, {age} as age_days, "

    def _is_whole_months(self, start: date | None, end: date | None) -> bool:
        """Whether no month is cut: a day before all others, or after, cuts none."""
        first_day, last_day = self.first_day or date.max, self.last_day or date.min
        starts = start is None or start.day == 1 or start <= first_day
        ends = end is None or end >= last_day or (end + timedelta(1)).day == 1
        return starts and ends

    def total(self, measure: Measure, part: Sum) -> str:
        """A sum of the measure, as SQL over its rows."""
        if part.amount == "1":
            return part.total(f"coalesce({self._sum('n', self.counts.index(where(measure, part)), part)}, 0)")
        return part.total(f"coalesce({self._sum('s', self.sums.index(text(measure, part)), part)}, 0)")

    def _sum(self, kind: str, place: int, part: Sum) -> str:
        weight = f" * coalesce({part.share}, 1)" if part.share and kind == "s" else ""
        return f"sum({kind}{place}{weight})" + (f" filter (where {part.aged})" if part.aged != "true" else "")

    def any_counted(self, measure: Measure) -> str:
        """SQL that holds for a group of which any row of the view counts."""
        parts = (part for part in (measure.numerator, measure.denominator) if part)
        sums = (self._sum("n", self.counts.index(where(measure, part)), part) for part in parts)
        return " + ".join(f"coalesce({one}, 0)" for one in sums) + " > 0"


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


def plans(measures: Iterable[Measure], of_views: Sequence[str]) -> Iterator[Plan]:
    """The rollups that these measures can use, of the views named."""
    found: dict[tuple[str, str], list[Measure]] = {}
    for measure in measures:
        for date_column in (measure.date_column,) if measure.date_column else _clocks(measure):
            if measure.view in of_views:
                found.setdefault((measure.view, date_column), []).append(measure)
    for (view, date_column), some in found.items():
        yield _plan(view, date_column, some)


def _clocks(measure: Measure) -> Iterable[str]:
    """The dates that a balance can be aged from."""
    aged = {part.aged for part in (measure.numerator, measure.denominator) if part} - {"true"}
    by_choice = "ar_bucket" in measure.dimensions or any("submission_age_days" not in one for one in aged)
    return CLOCKS.values() if by_choice else (CLOCKS["submission"],)


def _plan(view: str, date_column: str, measures: list[Measure]) -> Plan:
    parts = [(m, part) for m in measures for part in (m.numerator, m.denominator) if part]
    is_balance = any(m.date_column is None for m in measures)
    names = [dim for m in measures for dim in m.dimensions if dim not in (*PERIODS, "ar_bucket")]
    names = list(dict.fromkeys(names))
    _, apart = views.WEIGHED.get(view, ("", ()))
    dims = {name: DIMENSIONS[name].expression for name in names}
    return Plan(
        view,
        date_column,
        tuple(dict.fromkeys(where(m, part) for m, part in parts)),
        tuple(dict.fromkeys((p.amount, where(m, p), text(m, p)) for m, p in parts if p.amount != "1")),
        {name: name for name in apart} | dims,
        tuple(_choices(names, ("age",) if is_balance else ("day", "month"), apart)),
        is_balance,
    )


def _choices(
    names: Sequence[str], grains: tuple[Grain, ...], apart: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[Grain, tuple[str, ...]], ...]]:
    """For each group of dimensions: with payer and site, with payer, with site, alone; always with those `apart`."""
    always = (*(name for name in _ALWAYS if name in names), *apart)
    payer = tuple(name for name in ("payer_id", "payer_name") if name in names and name not in apart)
    yield tuple((grain, (*payer, *always)) for grain in grains)
    site = tuple(name for name in ("facility",) if name in names)
    together = [tuple(name for name in group if name in names) for group in _TOGETHER]
    grouped = {name for group in together for name in group}
    single = [(name,) for name in names if name not in {*grouped, *payer, *site, *always}]
    for group in dict.fromkeys((*filter(None, together), *single)):
        widths = (payer + site, payer, site, ()) if group[0] not in ("teams", "team") else (payer + site, payer, site)
        yield tuple((grains[-1], (*width, *group, *always)) for width in dict.fromkeys(widths))
