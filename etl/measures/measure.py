"""What a measure is, and how it is asked.

A measure is one declaration over one view; the view fixes the grain, so numerator and denominator are plain sums over
its rows and a measure never joins. The same object answers a page, a notebook and the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, Literal

import duckdb
import polars as pl
import polars.selectors as cs

from etl.errors import UserError
from etl.measures import rollup as made
from etl.measures.dimensions import DIMENSIONS, PERIODS, Dimension
from etl.measures.rollup import Rollup
from etl.warehouse import views

Unit = Literal["count", "money", "rate", "days", "ratio"]
AgeFrom = Literal["service", "submission", "remit"]
Period = tuple[date | None, date | None]
# what the rows of a view belong to, where it is not a claim root
_KEYS = {"deposit": "remittance_id", "unbilled_charge": "claim_number", "staff_day": "staff_id, worked_on"}
NO_BENCHMARK = "No published range."

Filters = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of `amount` (an expression over one row) over the rows for which `where` holds.

    `divided_by` makes a daily average of it, rounded to the cent. `aged` is a further condition, on the row's age
    (age_days, submission_age_days) of at most 120 days: it moves with the day, so rollups keep the date instead.
    `share` is a column that each amount is multiplied by and that moves for many rows at once (views.WEIGHED); the sum
    is rounded to the cent.
    """

    amount: str = "1"
    where: str = "true"
    divided_by: int = 1
    aged: str = "true"
    share: str = ""

    @property
    def condition(self) -> str:
        """SQL that holds for the rows that are counted."""
        return " and ".join(one for one in (self.where, self.aged) if one != "true") or "true"

    def sql(self) -> str:
        """The sum as SQL over the view's rows."""
        return self.total(f"coalesce(sum({self.of_row}) filter (where {self.condition}), 0)")

    @property
    def of_row(self) -> str:
        """What one row adds, as SQL."""
        return f"({self.amount}) * {self.share}" if self.share else self.amount

    def total(self, sql: str) -> str:
        """A sum as it is reported."""
        sql = sql if self.divided_by == 1 else f"{sql} / {self.divided_by}"
        return f"cast({sql} as decimal(18, 2))" if self.share or self.divided_by != 1 else sql


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and the values of its named parameters."""

    sql: str
    parameters: dict[str, Any]

    def then(self, select: str) -> Query:
        """The same `with` clause, followed by a select."""
        return Query(f"{self.sql} {select}", self.parameters)


@dataclass(frozen=True, slots=True)
class Measure:
    """One reported number. `value` is `numerator / denominator`, or the numerator when there is no denominator.

    `date_column` is what a period filters; None marks a balance, which stands on one day: a period then means its
    last day. `formula` says numerator and denominator in plain words; `benchmark` is a published range with its source.
    """

    name: str
    label: str
    definition: str
    unit: Unit
    source: str
    caveat: str
    lower_is_better: bool | None
    view: str
    numerator: Sum
    denominator: Sum | None
    date_column: str | None
    dimensions: tuple[str, ...]
    where: str = field(default="true")
    formula: str = ""
    benchmark: str = NO_BENCHMARK

    def by(
        self,
        connection: duckdb.DuckDBPyConnection,
        dims: Sequence[str] = (),
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        age_from: AgeFrom = "service",
    ) -> pl.DataFrame:
        """One row per combination of `dims`, sorted by them: the dims, numerator, denominator, value.

        Money is Decimal with cents, counts are integers; an empty denominator gives a null value, as do the sums of
        no rows when there are no dims. Raises UserError for a dimension that this measure does not have.
        """
        last_known = data_through(connection)
        rollups = made.of_view(connection, self.view)
        return self.answer(_frame(connection, self.query(last_known, dims, filters, period, as_of, age_from, rollups)))

    def query(
        self,
        last_known: date | None,
        dims: Sequence[str] = (),
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        age_from: AgeFrom = "service",
        rollups: Sequence[Rollup] = (),
    ) -> Query:
        """The question as SQL: its rows are the dims, numerator and denominator. `answer` makes values of them.

        `last_known` is the day that the views stand on (`data_through`). The first of `rollups` that carries the
        question answers it, else the view. Raises UserError as `by` does.
        """
        columns = [self.dimension(name) for name in dims]
        if many := [dim.name for dim in columns if dim.many]:
            raise UserError(f"A claim can have several {many[0]}: {many[0]} can filter {self.name}, not break it down.")
        names = {*dims, *(filters or {})}
        rollup = None
        if self._day(last_known, period, as_of) is None:
            rollup = next((one for one in rollups if one.carries(self, names, period, age_from)), None)
        chosen = self._chosen(last_known, filters or {}, period, as_of, age_from, rollup)
        keys = [f"{self._expression(dim, age_from, rollup)} as {dim.name}" for dim in columns]
        total = partial(rollup.total, self) if rollup else Sum.sql
        denominator = total(self.denominator) if self.denominator else "null"
        sums = [f"{total(self.numerator)} as numerator", f"{denominator} as denominator"]
        select = f"select {', '.join(keys + sums)} from chosen"
        if not keys:
            return chosen.then(select)
        counted = [part.condition for part in (self.numerator, self.denominator) if part]
        kept = "" if rollup else f" where ({') or ('.join(counted)})"
        having = f" having {rollup.any_counted(self)}" if rollup else ""
        places = ", ".join(str(i + 1) for i in range(len(keys)))
        return chosen.then(f"{select}{kept} group by {places}{having} order by {places}")

    def rows(
        self,
        connection: duckdb.DuckDBPyConnection,
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        age_from: AgeFrom = "service",
        columns: Sequence[str] = ("*",),
        limit: int | None = None,
    ) -> pl.DataFrame:
        """The rows of the view that make up the numerator, largest first; the column `contribution` adds up to it."""
        chosen = self._chosen(data_through(connection), filters or {}, period, as_of, age_from)
        amount = self.numerator.of_row
        sql = f"select {amount} as contribution, {', '.join(columns)} from chosen where {self.numerator.condition}"
        sql += f" and {amount} <> 0 order by contribution desc, {_KEYS.get(self.view, 'root_id')}"
        return _frame(connection, chosen.then(sql + (f" limit {int(limit)}" if limit else "")))

    def added_up(self, rows: pl.DataFrame) -> Decimal:
        """What `rows` add up to as the figure reports it: with a share they hold parts of a cent, and their sum is
        rounded."""
        total = Decimal(str(rows["contribution"].sum()))
        return total.quantize(Decimal("0.01"), ROUND_HALF_UP) if self.numerator.share else total

    def counted_as(self) -> str:
        """How it is counted, in Markdown."""
        over = f" ÷ `{self.denominator.sql()}`" if self.denominator else ""
        return f"`{self.numerator.sql()}`{over}"

    def dimension(self, name: str) -> Dimension:
        """A dimension of this measure by name. Raises UserError when it has no such dimension."""
        if name not in self.dimensions:
            raise UserError(f"{self.name} has no dimension {name!r}; it has: {', '.join(self.dimensions)}.")
        return DIMENSIONS[name]

    def _expression(self, dim: Dimension, age_from: AgeFrom, rollup: Rollup | None = None) -> str:
        if dim.name in PERIODS:
            return f"cast(date_trunc('{dim.name}', {rollup.grain if rollup else self.date_column}) as date)"
        return dim.name if rollup and dim.name in rollup.dims else dim.expression.format(age=f"{age_from}_age_days")

    def _kept(
        self, filters: Filters, age_from: AgeFrom, rollup: Rollup | None = None
    ) -> tuple[list[str], dict[str, Any]]:
        """A condition for each filter, and the parameters of all."""
        conditions, parameters = list[str](), dict[str, Any]()
        for name, values in filters.items():
            dim = self.dimension(name)
            wanted = [values] if isinstance(values, str) else list(values)
            names = [f"{name}_{i}" for i in range(len(wanted))]
            parameters |= dict(zip(names, wanted, strict=True))
            conditions.append(dim.condition(self._expression(dim, age_from, rollup), names))
        return conditions, parameters

    def _day(self, last_known: date | None, period: Period, as_of: date | None) -> date | None:
        """The past day that the view must be computed for; None: it stands ready in the warehouse."""
        day = as_of or (period[1] if self.date_column is None else None)
        return day if day and day != last_known and views.depends_on_day(self.view) else None

    def _chosen(
        self,
        last_known: date | None,
        filters: Filters,
        period: Period,
        as_of: date | None,
        age_from: AgeFrom,
        rollup: Rollup | None = None,
    ) -> Query:
        """A `with` clause whose last step, `chosen`, holds the rows asked for; all values are bound parameters."""
        start, end = period
        day = self._day(last_known, period, as_of)
        conditions, parameters = [] if rollup else [self.where], dict[str, Any]()
        column = rollup.grain if rollup and self.date_column else self.date_column
        if column and start:
            conditions.append(f"{column} >= $start")
            parameters["start"] = start.replace(day=1) if column == "month" else start
        if column and end:
            conditions.append(f"{column} <= $end")
            parameters["end"] = end
        kept, values = self._kept(filters, age_from, rollup)
        conditions, parameters = conditions + kept, parameters | values
        source = "with"
        if day:
            source, parameters["as_of"] = views.as_of_query(self.view) + ",", day
        age = f"{age_from}_age_days as age_days, " if self.view == "receivable" else ""
        table = rollup.source() if rollup else self.view
        if rollup and rollup.grain == "age":
            age, parameters["last_known"] = rollup.ages(), last_known
        chosen = f"{source} chosen as (select {age}* from {table} where {' and '.join(conditions or ['true'])})"
        return Query(chosen, parameters)

    def answer(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add `value` to the rows of `query`: money stays Decimal, a ratio is a float, an empty denominator gives
        null."""
        # DuckDB sums integers into wide decimals
        counts = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
        frame = frame.with_columns(pl.col(counts).cast(pl.Int64), cs.decimal().exclude(counts).cast(pl.Decimal(18, 2)))
        if self.denominator is None:
            return frame.with_columns(value=pl.col("numerator"))
        ratio = pl.col("numerator").cast(pl.Float64) / pl.col("denominator").cast(pl.Float64)
        return frame.with_columns(value=pl.when(pl.col("denominator") != 0).then(ratio))


def data_through(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The last day on which anything in the warehouse became known; None when it is empty."""
    rows = connection.cursor().execute("select data_through from warehouse_state").fetchall()
    return rows[0][0] if rows else None


def _frame(connection: duckdb.DuckDBPyConnection, query: Query) -> pl.DataFrame:
    frame: pl.DataFrame = connection.cursor().sql(query.sql, params=query.parameters).pl()
    return frame
