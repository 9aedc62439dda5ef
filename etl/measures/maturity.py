"""How mature a figure on young claims is, and what it will come to.

Claims are followed by when they were sent. Of a young cohort only the fast answers have come, and slow answers are
denied more often: so far its rate is no forecast. The chain ladder completes it from how older cohorts grew with age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

import duckdb
import numpy as np
import polars as pl

from etl.errors import UserError
from etl.measures import chain_ladder
from etl.measures.catalogue import MEASURES
from etl.measures.chain_ladder import Array
from etl.measures.interval import SMALL_SAMPLE, Z_95
from etl.measures.measure import Filters, Measure, Period, Sum, data_through

Cohort = Literal["month", "week"]

# cohorts to learn from: older ones tell of how payers used to answer
_LEARN_FROM: dict[Cohort, int] = {"month": 24, "week": 52}
_EVERY: dict[Cohort, str] = {"month": "1mo", "week": "1w"}
# with less history nobody knows how long answers take
_ENOUGH_COHORTS, _ENOUGH_DAYS = 4, 90
# below this share of the answers to expect, a cohort is too young to be completed; above the other it is complete
_TOO_YOUNG, _COMPLETE = 0.1, 0.98

_SENT = Measure(
    name="claims_sent",
    label="Claims sent",
    definition="Claims by the day they were first sent; of them, those that the payer has answered.",
    unit="rate",
    source="X12 837 BHT04; X12 835 CLP",
    caveat="",
    lower_is_better=None,
    view="claim_outcome",
    numerator=Sum(where="is_adjudicated"),
    denominator=Sum(),
    date_column="submission_date",
    dimensions=(*MEASURES["initial_denial_rate"].dimensions, "answered_on"),
    where="is_billed_payer",
)
_ESTIMATE = ("completed", "low", "high")
# settled by the first answer: what came later changes none of them
_SETTLED = ("is_denied", "is_zero_pay", "is_partial_pay", "is_adjudicated")


def can_mature(measure: Measure) -> bool:
    """Whether a measure follows claims to their first answer, which settles it."""
    if measure.name == "denied_amount":
        return True
    parts = [part.condition for part in (measure.numerator, measure.denominator) if part]
    return measure.view == "claim_outcome" and measure.date_column == "first_remit_date" and set(parts) <= set(_SETTLED)


def by_submission(name: str) -> Measure:
    """A measure over claims by when they were first sent, at the payer they were sent to.

    Raises UserError for a measure that the first answer of a claim does not settle.
    """
    measure = MEASURES.get(name)
    if measure is None or not can_mature(measure):
        able = ", ".join(m.name for m in MEASURES.values() if can_mature(m))
        raise UserError(f"{name} cannot be followed by when claims were sent; these can: {able}.")
    if measure.view == "denial":
        measure = replace(measure, numerator=Sum("denied_amount", "is_denied"))
    return replace(
        measure,
        label=f"{measure.label} by day sent",
        definition=f"{measure.definition} Here by the day that claims were first sent, at the payer they were sent to.",
        view="claim_outcome",
        date_column="submission_date",
        dimensions=_SENT.dimensions,
        where="is_billed_payer",
    )


def whole_cohorts(period: Period, last_day: date, cohort: Cohort = "month") -> tuple[date | None, date]:
    """A period widened to whole months or weeks, up to the last known day: cohorts are never cut."""
    start, end = period
    return start and _start(start, cohort), min(_end(_start(end or last_day, cohort), cohort), last_day)


def mature(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    cohort: Cohort = "month",
    filters: Filters | None = None,
    period: Period = (None, None),
    as_of: date | None = None,
) -> pl.DataFrame:
    """One row per month (or week) in which claims were sent, oldest first; `period` picks among whole ones.

    Columns: the month, `claims` sent, `answered`, `answered_share`; `numerator`, `denominator`, `value` so far;
    `developed`, the share of the answers to expect that have come; `is_provisional`; and where it can be told
    `completed`, what `value` will be once all have answered, within `low` and `high` in 95 of 100 cases (Mack 1993,
    Braun 2004; log-normal for a sum to come, logit-normal for a rate). Raises UserError as `by_submission` does.
    """
    measure = by_submission(name)
    day = as_of or data_through(connection)
    claims = _claims(connection, measure, filters, day, as_of) if day else None
    if day is None or claims is None or claims.is_empty():
        return _frame([], cohort, measure, claims)
    grid = _Grid.of(claims, cohort, day)
    rows = _estimates(grid, claims, measure)
    start, end = whole_cohorts(period, day, cohort)
    kept = [row for row in rows if (start is None or row[cohort] >= start) and row[cohort] <= end]
    return _frame(kept, cohort, measure, claims)


def _claims(
    connection: duckdb.DuckDBPyConnection, measure: Measure, filters: Filters | None, day: date, as_of: date | None
) -> pl.DataFrame:
    """Per day of sending and day of answer (null: none yet): claims, answered, numerator, denominator."""
    dims, period = ["day", "answered_on"], (None, day)
    sent = _SENT.by(connection, dims, filters, period, as_of).rename({"numerator": "answered", "denominator": "claims"})
    figures = measure.by(connection, dims, filters, period, as_of)
    return sent.drop("value").join(figures.drop("value"), on=dims, how="left", nulls_equal=True).fill_null(0)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The cohorts, oldest first, and the days on which each ends: the last one may not be over yet."""

    cohort: Cohort
    starts: Sequence[date]
    day: date

    @staticmethod
    def of(claims: pl.DataFrame, cohort: Cohort, day: date) -> _Grid:
        first: date = claims["day"].sort()[0]
        starts = [_start(day, cohort)]
        while starts[0] > first:
            starts.insert(0, _start(starts[0] - timedelta(1), cohort))
        return _Grid(cohort, starts, day)

    @property
    def is_last_over(self) -> bool:
        return _end(self.starts[-1], self.cohort) <= self.day

    def triangles(self, claims: pl.DataFrame, days: int | None) -> tuple[int, tuple[Array, Array, Array]]:
        """The number of the first cohort to learn from, and the triangles of answered, numerator and denominator.

        `days` takes only claims of that many first days of each cohort, to compare with one that is not over yet.
        """
        first = max(len(self.starts) - _LEARN_FROM[self.cohort], 0)
        starts = self.starts[first : None if days or self.is_last_over else -1]
        ends = [min(start + timedelta(days - 1) if days else self.day, _end(start, self.cohort)) for start in starts]
        ages = [(self.day - end).days for end in reversed(ends)]
        shape = (len(starts), len(ages))
        found = tuple(np.full(shape, np.nan) for _ in range(3))
        names = ("answered", "numerator", "denominator")
        for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
            sent = claims.filter(pl.col("day").is_between(start, end) & pl.col("answered_on").is_not_null())
            age = (sent["answered_on"] - end).dt.total_days().to_numpy()
            for triangle, name in zip(found, names, strict=True):
                amounts = sent[name].cast(pl.Float64).to_numpy()
                for k in range(len(ages) - i):
                    triangle[i, k] = amounts[age <= ages[k]].sum()
        return first, (found[0], found[1], found[2])


def _estimates(grid: _Grid, claims: pl.DataFrame, measure: Measure) -> list[dict[str, Any]]:
    """One row per cohort: what is known, and what it will come to."""
    start = pl.col("day").dt.truncate(_EVERY[grid.cohort]).alias(grid.cohort)
    sums = ("claims", "answered", "numerator", "denominator")
    known = {row[grid.cohort]: row for row in claims.group_by(start).agg(pl.col(sums).sum()).iter_rows(named=True)}
    completed: dict[date, dict[str, Any]] = {}
    first, triangles = grid.triangles(claims, None)
    oldest_age = (grid.day - _end(grid.starts[first], grid.cohort)).days
    if len(triangles[0]) >= _ENOUGH_COHORTS and oldest_age >= _ENOUGH_DAYS:
        completed = dict(zip(grid.starts[first:], _completed(*triangles, measure), strict=False))
        completed |= {old: {"developed": 1.0} for old in grid.starts[:first]}
        if not grid.is_last_over:
            _, cut = grid.triangles(claims, (grid.day - grid.starts[-1]).days + 1)
            completed[grid.starts[-1]] = _completed(*cut, measure)[-1]
    rows = []
    for begin in grid.starts:
        row = dict(known.get(begin) or dict.fromkeys(sums, 0)) | {grid.cohort: begin}
        row["answered_share"] = row["answered"] / row["claims"] if row["claims"] else None
        row["is_provisional"] = (completed.get(begin, {}).get("developed") or 0) < _COMPLETE
        rows.append(row | completed.get(begin, {}))
    return rows


def _completed(answered: Array, numerator: Array, denominator: Array, measure: Measure) -> list[dict[str, Any]]:
    """Per cohort: the share of answers that have come; the completed figure and its interval where there is enough."""
    with np.errstate(invalid="ignore", divide="ignore"):
        developed = _latest(answered) / chain_ladder.complete(answered)[:, -1]
        value, low, high = _rate(numerator, denominator) if measure.denominator else _sum(numerator)
    rows = []
    for i, share in enumerate(developed):
        row: dict[str, Any] = {"developed": None if np.isnan(share) else float(share)}
        enough = _latest(answered)[i] >= SMALL_SAMPLE and share >= _TOO_YOUNG and _latest(numerator)[i] > 0
        if enough and share < 1 and not np.isnan([value[i], low[i], high[i]]).any():
            row |= {name: float(part[i]) for name, part in zip(_ESTIMATE, (value, low, high), strict=True)}
        rows.append(row)
    return rows


def _sum(numerator: Array) -> tuple[Array, Array, Array]:
    """What sums will come to: what is there plus a log-normal rest, so that never less than is there (Mack 1993)."""
    now, total = _latest(numerator), chain_ladder.complete(numerator)[:, -1]
    rest = np.maximum(total - now, 0)
    spread = np.sqrt(np.log1p(np.maximum(chain_ladder.covariance(numerator, numerator), 0) / rest**2))
    low, high = (now + rest * np.exp(side * Z_95 * spread - spread**2 / 2) for side in (-1, 1))
    return total, np.where(rest > 0, low, total), np.where(rest > 0, high, total)


def _rate(numerator: Array, denominator: Array) -> tuple[Array, Array, Array]:
    """What rates will come to. Both sums err together (Braun 2004); on the logit scale the interval stays in 0 to 1."""
    above, below = (chain_ladder.complete(part)[:, -1] for part in (numerator, denominator))
    error = (
        chain_ladder.covariance(numerator, numerator) / above**2
        + chain_ladder.covariance(denominator, denominator) / below**2
        - 2 * chain_ladder.covariance(numerator, denominator) / (above * below)
    )
    rate = np.clip(above / below, 0, 1)
    logit, half = np.log(rate / (1 - rate)), Z_95 * np.sqrt(np.maximum(error, 0)) / (1 - rate)
    low, high = (1 / (1 + np.exp(-np.clip(logit + side * half, -500, 500))) for side in (-1, 1))
    return rate, low, high


def _latest(triangle: Array) -> Array:
    """What each cohort has come to so far."""
    at: Array = triangle[np.arange(len(triangle)), (~np.isnan(triangle)).sum(axis=1) - 1]
    return at


def _start(day: date, cohort: Cohort) -> date:
    return day.replace(day=1) if cohort == "month" else day - timedelta(day.weekday())


def _end(start: date, cohort: Cohort) -> date:
    if cohort == "week":
        return start + timedelta(6)
    return (start + timedelta(31)).replace(day=1) - timedelta(1)


def _frame(
    rows: Sequence[Mapping[str, Any]], cohort: Cohort, measure: Measure, claims: pl.DataFrame | None
) -> pl.DataFrame:
    """The rows as a frame: sums as the measure counts them, money as Decimal."""
    sums = {name: pl.Int64() if claims is None else claims.schema[name] for name in ("numerator", "denominator")}
    schema = {
        cohort: pl.Date(),
        "claims": pl.Int64(),
        "answered": pl.Int64(),
        "answered_share": pl.Float64(),
        **sums,
        "developed": pl.Float64(),
        "is_provisional": pl.Boolean(),
        **dict.fromkeys(_ESTIMATE, pl.Float64()),
    }
    if measure.denominator is None:
        rows = [{**row, "denominator": None} for row in rows]
    frame = measure.answer(pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema))
    if measure.unit == "money":
        frame = frame.with_columns(pl.col(_ESTIMATE).round(2).cast(pl.Decimal(18, 2)))
    first = [cohort, "claims", "answered", "answered_share", "numerator", "denominator", "value"]
    return frame.select(*first, pl.exclude(first))
