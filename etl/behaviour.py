"""What payers have changed: denial rates by category and procedure family, and days to pay, with what it costs.

Counts go by the day of the first answer, so nothing that came later can change an earlier day; the first weeks of a
warehouse, in which only quick answers can have come, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl

from etl.measures import data_through
from etl.measures.case_mix import indirect
from etl.measures.change import FALSE_SHARE, Floats, Found, levels, rates
from etl.measures.fairness import ratio_interval
from etl.measures.interval import Z_95
from etl.warehouse.views import SQL

# what a reader may rely on, by simulation (tests/benchmarks/judgements.py payers)
SEES = (
    "Where no payer changes anything, a year of monthly looks says something in fewer than one practice of ten; who "
    "looks more often will meet chance more often. A rise from 5 % to 15 % is found within 30 working days in nine of "
    "ten cases where about nine such claims are answered a day, in half with five and in one of six with three: less "
    "work takes longer, and no finding is no proof that nothing changed."
)
# how far back is looked, and the first days of a warehouse that are not
LOOK_BACK_DAYS = 420
_BURN_IN_DAYS = 60
_FEWEST_A_WEEK = 5
_SERIES = ["payer_id", "denial_category", "procedure_family"]


@dataclass(frozen=True, slots=True)
class Change:
    """One finding. Rates are shares of claims with this procedure family that were answered first, with 95 % Wilson
    limits; days are medians of weeks. `amount` is, for a rate, the dollars denied since beyond what the old rate would
    have denied on the same mix (negative: less), with 95 % limits; for days, the dollars that now wait longer.
    """

    kind: str  # denial_rate or days_to_pay
    payer_id: str
    payer_name: str
    denial_category: str | None
    procedure_family: str | None
    since: date
    since_earliest: date
    since_latest: date
    before: float
    before_low: float | None
    before_high: float | None
    after: float
    after_low: float | None
    after_high: float | None
    claims_before: int
    claims_after: int
    amount: float
    amount_low: float | None
    amount_high: float | None
    is_mix: bool  # the mix of procedures, claim types and sites explains it
    p: float


def changes(connection: duckdb.DuckDBPyConnection, as_of: date | None = None) -> list[Change]:
    """What has changed by a day (default: the last known), what costs most first, what brings money last.

    Of all that a year of monthly looks says, at most a tenth is chance on average (see etl.measures.change).
    """
    through = as_of or data_through(connection)
    if through is None:
        return []
    [(first,)] = connection.cursor().execute("select min(submission_date) from claim").fetchall()
    after = max(through - timedelta(LOOK_BACK_DAYS), (first or date.min) + timedelta(_BURN_IN_DAYS))
    if after >= through:
        return []  # all of it is the first weeks
    names = dict(connection.cursor().execute("select payer_id, payer_name from payer").fetchall())
    window = {"through": through, "after": after}
    denied, waited = (_read(connection, name, window) for name in ("denied", "pay_days"))
    series, payers = denied.select(_SERIES).unique().sort(pl.all()), waited["payer_id"].unique().sort().to_list()
    # rates and days are one look: each has its part of what may be false
    share = FALSE_SHARE / max(series.height + len(payers), 1)
    found = [
        *_rate_changes(connection, window, names, denied, series, share * series.height),
        *_day_changes(window, names, waited, payers, share * len(payers)),
    ]
    return sorted(found, key=lambda one: (one.amount < 0, -abs(one.amount), one.payer_id))


def first_claims(connection: duckdb.DuckDBPyConnection, change: Change, most: int = 10) -> pl.DataFrame:
    """The first claims that a changed denial rate hit: root_id, claim_number, first_remit_date, procedure_code,
    group_carc, denied_amount; none for a change in days."""
    values = {"payer": change.payer_id, "category": change.denial_category, "family": change.procedure_family,
              "since": change.since, "through": data_through(connection)}  # fmt: skip
    return _read(connection, "claims", values).head(most)


def scorecard(connection: duckdb.DuckDBPyConnection, start: date, through: date) -> pl.DataFrame:
    """Payers on the same case mix (procedure family, claim type, site): etl.measures.case_mix.indirect's columns by
    payer_id, with payer_name and days_to_pay (the median)."""
    cells = _read(connection, "case_mix", {"start": start, "through": through})
    names = _read_sql(connection, "select payer_id, payer_name from payer")
    waited = _read(connection, "pay_days", {"after": start - timedelta(1), "through": through})
    median = waited.sort("days").group_by("payer_id").agg(
        days_to_pay=pl.col("days").filter(pl.col("claims").cum_sum() >= pl.col("claims").sum() / 2).first()
    )  # fmt: skip
    found = indirect(cells, "payer_id", ("procedure_family", "claim_type", "facility"))
    return found.join(names, on="payer_id", how="left").join(median, on="payer_id", how="left").sort("payer_id")


def _rate_changes(
    connection: duckdb.DuckDBPyConnection, window: dict[str, date], names: dict[str, str], denied: pl.DataFrame,
    series: pl.DataFrame, false_share: float,
) -> list[Change]:  # fmt: skip
    if denied.is_empty():
        return []
    answered, days = _read(connection, "answered", window), (window["through"] - window["after"]).days
    group = series.select("payer_id", "procedure_family").unique(maintain_order=True).with_row_index("group")
    series = series.join(group, on=["payer_id", "procedure_family"], maintain_order="left").with_row_index("series")
    trials = _matrix(
        answered.join(group, on=["payer_id", "procedure_family"]), "group", group.height, days, window["after"]
    )
    events = _matrix(denied.join(series, on=_SERIES), "series", series.height, days, window["after"])
    owner = series["payer_id"].rank("dense").cast(pl.Int64).to_numpy() - 1
    found = rates(events, np.maximum(trials[series["group"].to_numpy()], events), owner, false_share)
    changed = [int(i) for i in np.flatnonzero(found.is_change)]
    of_series = [series.row(i, named=True) for i in changed]
    asked = {
        "changes": changed, "payers": [one["payer_id"] for one in of_series],
        "categories": [one["denial_category"] for one in of_series],
        "families": [one["procedure_family"] for one in of_series],
        "days": [window["after"] + timedelta(1 + int(found.day[i])) for i in changed],
    }  # fmt: skip
    mix = _read(connection, "mix", {**asked, **window})
    return [
        _rate_change(window, names, one, found, i, denied, mix.filter(change=i))
        for i, one in zip(changed, of_series, strict=True)
    ]


def _rate_change(
    window: dict[str, date], names: dict[str, str], series: dict[str, Any], found: Found, i: int,
    denied: pl.DataFrame, cells: pl.DataFrame,
) -> Change:  # fmt: skip
    """One finding with its rates, its case mix held, and its dollars."""
    day, low, high = (
        window["after"] + timedelta(1 + int(place[i])) for place in (found.day, found.day_low, found.day_high)
    )
    values = {"payer": series["payer_id"], "category": series["denial_category"], "family": series["procedure_family"]}
    x0, n0, x1, n1, expected = _held(cells)
    limits = ratio_interval([float(x1)], [1.0])
    is_mix = bool(limits[0][0] <= expected <= limits[1][0])
    every = denied.filter(
        (pl.col("payer_id") == values["payer"]) & (pl.col("denial_category") == values["category"])
        & (pl.col("procedure_family") == values["family"])
    )  # fmt: skip
    own = every.filter(pl.col("day") >= day)
    each = float(every["amount"].sum()) / max(int(every["claims"].sum()), 1)
    amount = float(own["amount"].sum()) - each * expected
    # what was denied is a sum of so many amounts (compound Poisson); what would have been, rests on the old count
    error = Z_95 * (float(own["amount_squared"].sum()) + (each * expected) ** 2 / max(x0, 1)) ** 0.5
    (before, before_low, before_high), (after, after_low, after_high) = _wilson(x0, n0), _wilson(x1, n1)
    return Change(
        "denial_rate", values["payer"], names.get(values["payer"], values["payer"]), values["category"],
        values["family"], day, low, high, before, before_low, before_high, after, after_low, after_high, n0, n1,
        amount, amount - error, amount + error, is_mix, float(found.p[i]),
    )  # fmt: skip


def _held(cells: pl.DataFrame) -> tuple[int, int, int, int, float]:
    """Denials and claims before and since, and the denials that the old rates would give on the new mix. A stratum that
    was seldom seen before is pulled to the old rate of all."""
    strata = ["procedure_code", "claim_type", "facility"]
    old, new = cells.filter(~pl.col("is_since")), cells.filter(pl.col("is_since"))
    x0, n0, x1, n1 = (int(part[name].sum()) for part in (old, new) for name in ("observed", "n"))
    base = x0 / max(n0, 1)
    joined = new.join(old, on=strata, how="left", suffix="_old", nulls_equal=True).fill_null(0)
    rate = (pl.col("observed_old") + 10 * base) / (pl.col("n_old") + 10)
    return x0, n0, x1, n1, float(joined.select((pl.col("n") * rate).sum()).item() or 0)


def _day_changes(
    window: dict[str, date], names: dict[str, str], rows: pl.DataFrame, payers: list[str], false_share: float
) -> list[Change]:
    """Changes in the weekly median of days from first submission to first answer, each claim type set to its own
    usual."""
    weeks = (window["through"] - window["after"]).days // 7
    weekly, count = np.full((len(payers), weeks), np.nan), np.zeros((len(payers), weeks))
    paid = np.zeros((len(payers), weeks))
    for i, payer in enumerate(payers):
        own = rows.filter((pl.col("payer_id") == payer) & (pl.col("weeks_ago") < weeks))
        if own.is_empty():
            continue  # answered only in the days before the first whole week
        usual = _median_of(own, "days")
        kinds = pl.concat(
            part.with_columns(shifted=pl.col("days") + (usual - _median_of(part, "days")))
            for part in own.partition_by("claim_type", maintain_order=True)
        )
        for part in kinds.partition_by("weeks_ago", maintain_order=True):
            ago = part["weeks_ago"][0]
            place = weeks - 1 - int(ago)
            count[i, place], paid[i, place] = part["claims"].sum(), part["paid_amount"].sum()
            if count[i, place] >= _FEWEST_A_WEEK:
                weekly[i, place] = _median_of(part, "shifted")
    found = levels(weekly, false_share)
    return [_day_change(window, names, payers[i], weekly[i], count[i], paid[i], found, int(i))
            for i in np.flatnonzero(found.is_change)]  # fmt: skip


def _day_change(
    window: dict[str, date], names: dict[str, str], payer: str, weekly: Floats, count: Floats, paid: Floats,
    found: Found, i: int,
) -> Change:  # fmt: skip
    weeks = len(weekly)
    day, low, high = (
        window["through"] - timedelta(7 * (weeks - int(place[i])) - 1)
        for place in (found.day, found.day_low, found.day_high)
    )
    cut = int(found.day[i])
    old, new = weekly[:cut][np.isfinite(weekly[:cut])], weekly[cut:][np.isfinite(weekly[cut:])]
    (before, b), (after, a) = ((float(part.mean()), Z_95 * float(part.std()) / len(part) ** 0.5) for part in (old, new))
    a_day = float(paid[cut:].sum()) / (7 * (weeks - cut))
    return Change(
        "days_to_pay", payer, names.get(payer, payer), None, None, day, low, high,
        before, before - b, before + b, after, after - a, after + a, int(count[:cut].sum()), int(count[cut:].sum()),
        a_day * (after - before), None, None, False, float(found.p[i]),
    )  # fmt: skip


def _median_of(rows: pl.DataFrame, column: str) -> float:
    """The median of days that occur so often, half way inside its day: whole days alone would not move for weeks."""
    if rows.is_empty():
        return 0.0
    # the same days of several weeks are one step: their rows come in no order
    rows = rows.group_by(column).agg(pl.col("claims").sum()).sort(column)
    days, claims = rows[column].cast(pl.Float64).to_numpy(), rows["claims"].to_numpy()
    total = np.cumsum(claims)
    k = int(np.searchsorted(total, total[-1] / 2))
    before = total[k] - claims[k]
    return float(days[k] - 0.5 + (total[-1] / 2 - before) / max(claims[k], 1))


def _matrix(rows: pl.DataFrame, key: str, height: int, days: int, after: date) -> Floats:
    """Claims by row number and day."""
    place = (rows["day"] - after).dt.total_days().to_numpy() - 1
    flat: Floats = np.bincount(
        rows[key].to_numpy().astype(np.int64) * days + place, rows["claims"].to_numpy(), height * days
    ).astype(np.float64)
    return flat.reshape(height, days)


def _wilson(x: int, n: int) -> tuple[float, float, float]:
    """A rate with its limits (see etl.measures.interval)."""
    if not n:
        return 0.0, 0.0, 1.0
    p, scale = x / n, 1 + Z_95**2 / n
    half = Z_95 / scale * (p * (1 - p) / n + Z_95**2 / (4 * n * n)) ** 0.5
    centre = (p + Z_95**2 / (2 * n)) / scale
    return p, max(centre - half, 0.0), min(centre + half, 1.0)


def _read(connection: duckdb.DuckDBPyConnection, name: str, values: dict[str, Any]) -> pl.DataFrame:
    text = (SQL / "behaviour" / f"{name}.sql").read_text(encoding="utf-8")
    return _read_sql(connection, text, {key: value for key, value in values.items() if f"${key}" in text})


def _read_sql(connection: duckdb.DuckDBPyConnection, text: str, values: dict[str, Any] | None = None) -> pl.DataFrame:
    found: pl.DataFrame = connection.cursor().sql(text, params=values or {}).pl()
    return found
