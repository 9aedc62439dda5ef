"""Denials of a person beside those that the same case mix brings in other hands: no plain sums, so asked in two steps.

The warehouse counts each person's claims by case mix; `case_mix` says what chance each cell has elsewhere. What
narrows the work (payer, site, time) narrows whom people are compared with; what narrows the people (a coder, a team)
only chooses whose rows are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import duckdb
import polars as pl

from etl.measures.case_mix import MIX, with_chance
from etl.measures.measure import AgeFrom, Filters, Measure, Period, Query, Sum, data_through
from etl.measures.rollup import Rollup

Role = Literal["coder", "biller"]
_OF_PEOPLE = ("coder_id", "biller_id", "team", "teams", "employment", "credential", "tenure")
_METHOD = (
    "Expected: each claim's chance in other people's claims of the same claim type, procedure family, payer and site, "
    "drawn towards coarser cells where these are few (indirect standardisation)."
)
_INNER = ("person", *MIX)


@dataclass(frozen=True)
class Standardised(Measure):
    """A measure over the denials expected of a rate's people. `is_ratio`: observed over expected, else the expected."""

    role: Role = "coder"
    is_ratio: bool = True

    @classmethod
    def expected(cls, rate: Measure, role: Role) -> Standardised:
        """How many of a person's claims would have been denied so in other hands."""
        return cls(
            **_of(rate),
            name=f"{role}_expected_denials",
            label=f"Expected {role} denials",
            definition=f"How many claims with a denial that the {role} owns colleagues would have with the same case "
            f"mix. {_METHOD}",
            unit="count",
            formula="sum over the cells of the case mix of claims x colleagues' chance of such a denial",
            caveat="What colleagues do is the yardstick: where all are poor, all look as expected.",
            numerator=rate.numerator,
            denominator=None,
            role=role,
            is_ratio=False,
        )

    @classmethod
    def ratio(cls, rate: Measure, role: Role) -> Standardised:
        """Observed over expected."""
        return cls(
            **_of(rate),
            name=f"{role}_denial_ratio",
            label=f"{role.capitalize()} denials, observed to expected",
            definition=f"Claims with a denial that the {role} owns, over those expected from the case mix: 1 is as "
            f"colleagues do, 2 is twice as many. {_METHOD}",
            unit="ratio",
            formula="claims with such a denial / denials expected from the case mix",
            caveat="Few expected denials make it jump: `cleanclaim scorecard` gives its interval, and whether it is "
            "more than chance. The mix is known as far as claims tell it: a coder of the hardest charts may still "
            "look worse.",
            numerator=rate.numerator,
            denominator=Sum(),
            role=role,
        )

    def by(
        self,
        connection: duckdb.DuckDBPyConnection,
        dims: Sequence[str] = (),
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        age_from: AgeFrom = "service",
    ) -> pl.DataFrame:
        """As `Measure.by`: the denominator (or the value) is the denials expected, a float of six places."""
        query = self.query(data_through(connection), dims, filters, period, as_of, age_from)
        return self.answer(connection.cursor().sql(query.sql, params=query.parameters).pl())

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
        """The counts: dims, person, case mix, is_asked (whether the filters of people choose it), claims, denials.

        No rollup carries the cells of the case mix.
        """
        chosen, asked = self._work(last_known, filters or {}, period, as_of, age_from)
        keys = [f"{self._expression(self.dimension(name), age_from)} as asked_{name}" for name in dims]
        keys += [f"{self.role}_id as person", *MIX, f"{asked} as is_asked"]
        sums = ["count(*) as claims", f"count(*) filter (where {self.numerator.where}) as denials"]
        group = ", ".join(str(i + 1) for i in range(len(keys)))
        return chosen.then(f"select {', '.join(keys + sums)} from chosen group by {group}")

    def answer(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of `query` as the rows of `by`."""
        dims = [name for name in frame.columns if name.startswith("asked_")]
        frame = with_chance(frame).filter("is_asked").with_columns(expected=pl.col("claims") * pl.col("chance"))
        sums = {
            "numerator": pl.col("denials").sum(),
            # nothing is expected where there is nobody else to expect it from
            "denominator": pl.when(pl.col("expected").count() > 0).then(pl.col("expected").sum().round(6)),
        }
        frame = (frame.group_by(dims).agg(**sums).sort(dims, nulls_last=True) if dims else frame.select(**sums)).rename(
            {name: name.removeprefix("asked_") for name in dims}
        )
        if not self.is_ratio:
            frame = frame.with_columns(numerator=pl.col("denominator"), denominator=pl.lit(None, pl.Null))
            return frame.with_columns(value=pl.col("numerator"))
        return frame.with_columns(
            value=pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator"))
        )

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
        """The ratio opens to the denials observed; the expected ones to all claims, each with its chance (Decimal)."""
        if self.is_ratio:
            return Measure.rows(self, connection, filters, period, as_of, age_from, columns, limit)
        chances = self.chances(connection, filters, period, as_of)
        chosen, asked = self._work(data_through(connection), filters or {}, period, as_of, age_from)
        keys = ", ".join(f"{name} as of_{name}" for name in MIX)
        sql = f"select {self.role}_id as of_person, {keys}, {', '.join(columns)} from chosen where {asked}"
        query = chosen.then(f"{sql} order by root_id")
        frame: pl.DataFrame = connection.cursor().sql(query.sql, params=query.parameters).pl()
        chances = chances.group_by(_INNER).agg(contribution=pl.col("chance").first().cast(pl.Decimal(18, 6)))
        inner = [f"of_{name}" for name in _INNER]
        frame = frame.join(chances, left_on=inner, right_on=_INNER, how="inner", nulls_equal=True).drop(inner)
        frame = frame.filter(pl.col("contribution") > 0).sort("contribution", descending=True, maintain_order=True)
        frame = frame.select("contribution", pl.exclude("contribution"))
        return frame.head(limit) if limit else frame

    def chances(
        self,
        connection: duckdb.DuckDBPyConnection,
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        everybody: bool = False,
    ) -> pl.DataFrame:
        """One row per person and cell of the case mix: claims, denials, is_asked, and what `with_chance` adds. Only
        who was asked for, or everybody of the work that is compared."""
        query = self.query(data_through(connection), (), filters, period, as_of)
        chances = with_chance(connection.cursor().sql(query.sql, params=query.parameters).pl())
        return chances if everybody else chances.filter("is_asked")

    def counted_as(self) -> str:
        """How it is counted, in Markdown."""
        expected = "sum of claims × chance of each cell (etl/measures/case_mix.py)"
        return f"{Measure.counted_as(replace(self, denominator=None))} ÷ {expected}" if self.is_ratio else expected

    def _work(
        self, last_known: date | None, filters: Filters, period: Period, as_of: date | None, age_from: AgeFrom
    ) -> tuple[Query, str]:
        """The claims to compare, and SQL that tells whose are asked for."""
        work = {name: values for name, values in filters.items() if name not in _OF_PEOPLE}
        chosen = self._chosen(last_known, work, period, as_of, age_from)
        people = {name: values for name, values in filters.items() if name in _OF_PEOPLE}
        conditions, parameters = self._kept(people, age_from)
        return Query(chosen.sql, chosen.parameters | parameters), f"({' and '.join(conditions or ['true'])})"


def _of(rate: Measure) -> dict[str, Any]:
    """What a standardised measure has from its rate."""
    names = ("source", "lower_is_better", "view", "where", "date_column", "dimensions")
    return {name: getattr(rate, name) for name in names}
