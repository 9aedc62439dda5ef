"""Young claims: how many are answered, and what their figures will come to."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from etl.errors import UserError
from etl.load import load
from etl.measures import MEASURES, by_submission, chain_ladder, mature
from etl.measures.maturity import _latest, _rate, _sum, can_mature
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import warehouse

NAMES = [measure.name for measure in MEASURES.values() if can_mature(measure)]
Z = 1.959963984540054


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder = tmp_path_factory.mktemp("maturity")
    write_sample(folder / "sample", claims=1_500, seed=4)
    load([folder / "sample"], folder / "practice.duckdb")
    return open_reader(folder / "practice.duckdb")


# the slow twin: one claim, one cohort, one age at a time


def slowly(connection: duckdb.DuckDBPyConnection, day: date) -> dict[date, dict[str, Any]]:
    """initial_denial_rate by month sent, as of a day on which a month ends."""
    answer = connection.execute("select * from claim_outcome where is_billed_payer")
    columns = [column[0] for column in answer.description]
    claims = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    claims = [claim for claim in claims if claim["submission_date"] <= day]
    for claim in claims:
        if claim["first_remit_date"] and claim["first_remit_date"] > day:
            claim["first_remit_date"] = None
    months = sorted({claim["submission_date"].replace(day=1) for claim in claims})
    ends = [(month + timedelta(31)).replace(day=1) - timedelta(1) for month in months]
    n = len(months)

    def cell(i: int, k: int, wanted: Callable[[dict[str, Any]], bool]) -> int:
        last = ends[i] + (day - ends[n - 1 - k])
        return sum(
            1
            for claim in claims
            if claim["submission_date"].replace(day=1) == months[i]
            and claim["first_remit_date"]
            and claim["first_remit_date"] <= last
            and wanted(claim)
        )

    def growth(table: list[list[float]], k: int) -> float:
        return sum(table[i][k + 1] for i in range(n - k - 1)) / sum(table[i][k] for i in range(n - k - 1))

    def ultimate(table: list[list[float]], i: int) -> float:
        total = table[i][n - 1 - i]
        for k in range(n - 1 - i, n - 1):
            total *= growth(table, k)
        return total

    answered = [[cell(i, k, lambda claim: True) for k in range(n - i)] for i in range(n)]
    denied = [[cell(i, k, lambda claim: claim["is_denied"]) for k in range(n - i)] for i in range(n)]
    return {
        month: {
            "claims": sum(claim["submission_date"].replace(day=1) == month for claim in claims),
            "answered": answered[i][-1],
            "numerator": denied[i][-1],
            "developed": answered[i][-1] / ultimate(answered, i),
            "completed": ultimate(denied, i) / ultimate(answered, i),
        }
        for i, month in enumerate(months)
    }


def test_the_completed_rate_equals_its_slow_twin(
    practice: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.measures.maturity.SMALL_SAMPLE", 5)
    day = date(2026, 6, 30)
    rows = {row["month"]: row for row in mature(practice, "initial_denial_rate", as_of=day).to_dicts()}
    twin = slowly(practice, day)
    assert list(rows) == list(twin)
    for month, slow in twin.items():
        assert {name: rows[month][name] for name in ("claims", "answered", "numerator")} == {
            name: slow[name] for name in ("claims", "answered", "numerator")
        }
        assert rows[month]["developed"] == pytest.approx(slow["developed"])
        if rows[month]["completed"] is not None:
            assert rows[month]["completed"] == pytest.approx(slow["completed"])
    assert [row["completed"] is not None for row in rows.values()][-3:] == [True, True, True]


def test_a_month_that_is_not_over_is_compared_with_the_same_days_of_older_months(
    practice: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.measures.maturity.SMALL_SAMPLE", 5)
    last = mature(practice, "claims_adjudicated", as_of=date(2026, 6, 27)).row(-1, named=True)
    assert (last["month"], last["is_provisional"]) == (date(2026, 6, 1), True)
    truth = practice.execute(
        """select count(*) from claim_outcome where is_billed_payer and is_adjudicated
        and submission_date between date '2026-06-01' and date '2026-06-27'"""
    ).fetchall()[0][0]
    assert last["low"] <= truth <= last["high"]


@pytest.mark.parametrize("name", NAMES)
def test_by_submission_counts_what_the_measure_counts(name: str, practice: duckdb.DuckDBPyConnection) -> None:
    """Only the day by which it counts differs, and answers of other payers than the one the claim was sent to."""
    whole = MEASURES[name].by(practice).row(0, named=True)
    sent = by_submission(name).by(practice).row(0, named=True)
    assert 0.9 * float(whole["numerator"]) <= float(sent["numerator"]) <= float(whole["numerator"])
    by_month = mature(practice, name)
    assert by_month["numerator"].sum() == sent["numerator"]
    assert by_month["claims"].sum() == practice.execute("select count(*) from claim_root").fetchall()[0][0]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("cohort", ["month", "week"])
def test_intervals_hold_what_they_enclose(name: str, cohort: Any, practice: duckdb.DuckDBPyConnection) -> None:
    frame = mature(practice, name, cohort).drop_nulls("completed")
    assert frame.height or cohort == "week"  # few weeks of this practice have answers enough
    assert frame.filter((pl.col("low") > pl.col("completed")) | (pl.col("completed") > pl.col("high"))).is_empty()
    if MEASURES[name].denominator is None:  # what is there does not go away
        assert frame.filter(pl.col("low") < pl.col("value")).is_empty()


def test_the_past_forecasts_what_has_come_since(practice: duckdb.DuckDBPyConnection) -> None:
    """Six months' forecasts on the last day of the month after; each has had its answers by now."""
    now = {row["month"]: row["value"] for row in mature(practice, "initial_denial_rate").to_dicts()}
    inside = []
    for month in range(1, 7):
        day = date(2026, month + 2, 1) - timedelta(1)
        said = mature(practice, "initial_denial_rate", as_of=day).to_dicts()[-2]
        inside.append(said["low"] <= now[said["month"]] <= said["high"])
    assert sum(inside) >= 4


def test_a_period_picks_whole_months(practice: duckdb.DuckDBPyConnection) -> None:
    whole = mature(practice, "initial_denial_rate")
    some = mature(practice, "initial_denial_rate", period=(date(2026, 2, 10), date(2026, 4, 3)))
    kept = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]
    assert some.equals(whole.filter(pl.col("month").is_in(kept)))


def test_few_answers_are_not_completed(practice: duckdb.DuckDBPyConnection) -> None:
    youngest = mature(practice, "initial_denial_rate", as_of=date(2026, 6, 30)).row(-1, named=True)
    assert youngest["answered"] < 30
    assert (youngest["is_provisional"], youngest["completed"]) == (True, None)


def test_young_data_tells_no_future(tmp_path: Path) -> None:
    drawn = warehouse(tmp_path / "drawn.duckdb", TABLES)
    rows = mature(drawn, "initial_denial_rate").to_dicts()
    assert [(row["month"].month, row["claims"], row["answered"]) for row in rows] == [(1, 20, 17), (2, 0, 0), (3, 1, 0)]
    assert {row["is_provisional"] for row in rows} == {True}
    assert {row["completed"] for row in rows} == {None}
    assert rows[2]["answered_share"] == 0 and rows[1]["answered_share"] is None


def test_nothing_gives_no_rows(tmp_path: Path) -> None:
    drawn = warehouse(tmp_path / "drawn.duckdb", TABLES)
    assert mature(drawn, "denied_amount", filters={"payer_id": "nobody"}).is_empty()
    assert mature(drawn, "initial_denial_rate", as_of=date(2020, 1, 1)).is_empty()
    empty = warehouse(tmp_path / "empty.duckdb", {})
    assert mature(empty, "initial_denial_rate").is_empty()


def test_what_an_answer_does_not_settle_cannot_be_followed(practice: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(
        UserError, match="denial_overturn_rate cannot be followed by when claims were sent; these can: claims_adj"
    ):
        mature(practice, "denial_overturn_rate")


def test_the_interval_holds_in_95_of_100_cohorts(capsys: pytest.CaptureFixture[str]) -> None:
    """500 young months of simulated practices, 150 to 600 claims a month, answers after some 25 days, denials later."""
    chance = np.random.default_rng(4)
    held: dict[str, list[bool]] = {"rate": [], "claims": []}
    while len(held["rate"]) < 500:
        answered, denied, truth = simulated(chance, months=18, size=int(chance.integers(150, 600)))
        with np.errstate(all="ignore"):
            rate, claims = _rate(denied, answered), _sum(denied)
        for i in (-1, -2):
            if _latest(answered)[i] < 30 or _latest(denied)[i] == 0:
                continue
            ever_denied, ever_answered = truth[i]
            held["rate"].append(bool(rate[1][i] <= ever_denied / ever_answered <= rate[2][i]))
            held["claims"].append(bool(claims[1][i] - 0.5 <= ever_denied <= claims[2][i] + 0.5))
    shares = {name: sum(inside) / len(inside) for name, inside in held.items()}
    with capsys.disabled():
        print(f"\ncoverage of the 95 % interval: {shares}")
    assert all(0.9 <= share <= 0.99 for share in shares.values()), shares


def simulated(
    chance: np.random.Generator, months: int, size: int
) -> tuple[chain_ladder.Array, chain_ladder.Array, list[tuple[int, int]]]:
    """Triangles of answered and denied claims, and how many it will be. A fiftieth is never answered."""
    answered, denied, truth = np.full((months, months), math.nan), np.full((months, months), math.nan), []
    for i in range(months):
        claims = chance.poisson(size)
        is_denied = chance.random(claims) < np.clip(0.12 + chance.normal(0, 0.01), 0.02, 0.9)
        lag = chance.gamma(4, 25 / 4, claims) + is_denied * chance.gamma(2, 6, claims)
        is_answered = chance.random(claims) > 0.02
        day = np.where(is_answered, chance.integers(0, 30, claims) + lag, np.inf) - 30
        for k in range(months - i):
            answered[i, k], denied[i, k] = (day <= 30 * k).sum(), ((day <= 30 * k) & is_denied).sum()
        truth.append((int((is_answered & is_denied).sum()), int(is_answered.sum())))
    return answered, denied, truth
