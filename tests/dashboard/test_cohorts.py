"""Young months are seen to be young, in marks and in words; and every page can look back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import charts_time, cohorts, data, words
from dashboard.question import Question, Scope
from etl.measures import MEASURES
from etl.warehouse.store import open_reader

Run = Callable[..., AppTest]

MONTHS = pl.DataFrame(
    [
        {"month": date(2026, 8, 1), "claims": 100, "answered_share": 0.99, "numerator": 10, "denominator": 99,
         "value": 10 / 99, "is_provisional": False, "completed": None, "low": None, "high": None},
        {"month": date(2026, 9, 1), "claims": 100, "answered_share": 0.62, "numerator": 6, "denominator": 62,
         "value": 6 / 62, "is_provisional": True, "completed": 0.12, "low": 0.08, "high": 0.17},
        {"month": date(2026, 10, 1), "claims": 100, "answered_share": 0.04, "numerator": 0, "denominator": 4,
         "value": 0.0, "is_provisional": True, "completed": None, "low": None, "high": None},
    ],
    schema_overrides=dict.fromkeys(("completed", "low", "high"), pl.Float64),
)  # fmt: skip


def test_a_month_cut_by_the_period_is_hollow_and_says_its_days() -> None:
    drawn = charts_time.trend(MONTHS, date(2026, 8, 1), date(2026, 10, 12)).data[0]
    assert list(drawn.marker.symbol) == ["circle", "circle", "circle-open"]
    assert drawn.text[-1].endswith("so far")
    assert [row[3] for row in drawn.customdata] == ["", "", "<br>only 1 Oct 2026 to 12 Oct 2026"]
    whole = charts_time.trend(MONTHS, date(2026, 8, 1), date(2026, 10, 31)).data[0]
    assert set(whole.marker.symbol) == {"circle"}
    assert "so far" not in whole.text[-1]


def test_young_months_are_hollow_and_dashed() -> None:
    dashed, settled, young, completed = cohorts.figure(MONTHS).data
    assert (settled.marker.symbol, young.marker.symbol, completed.marker.symbol) == ("circle", "circle-open", "diamond")
    assert (dashed.line.dash, settled.line.dash) == ("dot", None)
    assert list(dashed.x) == [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)]
    assert list(young.x) == [date(2026, 9, 1), date(2026, 10, 1)]
    assert (list(completed.x), list(completed.y)) == ([date(2026, 9, 1)], [0.12])
    assert (completed.error_y.array[0], completed.error_y.arrayminus[0]) == pytest.approx((0.05, 0.04))


def test_a_month_says_in_words_how_mature_it_is() -> None:
    settled, young, youngest = (cohorts.said(row) for row in MONTHS.to_dicts())
    assert settled == "10.1%: 10 of 99<br>99% of the claims sent in August 2026 are answered."
    assert "62% of the claims sent in September 2026 are answered." in young
    assert young.endswith("When all are answered: about 12.0% (8.0% to 17.0%)")
    assert youngest.endswith("Too few answers yet to say what it will come to.")


@pytest.mark.parametrize("trend", ["sent", "answered"])
@pytest.mark.parametrize("name", ["overview", "denials"])
def test_the_trend_goes_by_either_month(name: str, trend: str, warehouse: Path, run_page: Run) -> None:
    titles = [text.value for text in run_page(name, trend=trend).markdown]
    assert f"##### Initial denial rate by month {trend}" in titles


def test_a_month_sent_opens_to_its_claims(warehouse: Path, everything: Scope) -> None:
    question = Question("initial_denial_rate", everything).sent()
    row = data.ask(question.by("month")).filter(pl.col("numerator") > 0).row(0, named=True)
    part = question.at(month=str(row["month"]))
    assert data.total(part)["numerator"] == row["numerator"]
    assert data.rows(part, ("submission_date",)).height == row["numerator"]


def test_a_page_shows_what_was_known_on_a_day(warehouse: Path, everything: Scope, run_page: Run) -> None:
    day = everything.end - timedelta(100)
    shown = {tile.label: tile.value for tile in run_page("overview", period="all", known=day).metric}
    connection = open_reader(warehouse)
    for measure in MEASURES.values():
        if measure.label in shown:
            answer = measure.by(connection, period=(everything.start, day), as_of=day)
            assert shown[measure.label] == words.number(measure, answer["value"][0]), measure.name
    now = {tile.label: tile.value for tile in run_page("overview", period="all").metric}
    assert {label for label in now if now[label] == shown[label]} <= {"Submission lag", "Charge lag"}
