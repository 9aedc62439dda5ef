"""Periods, and filters in the URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from dashboard import filters, words
from dashboard.question import Question, Scope
from etl.choices import choices
from etl.warehouse.store import open_reader

FIRST, LAST = date(2024, 3, 5), date(2026, 10, 30)
Run = Callable[..., AppTest]


@pytest.mark.parametrize(
    ("preset", "start", "end"),
    [
        ("12m", date(2025, 11, 1), LAST),
        ("6m", date(2026, 5, 1), LAST),
        ("3m", date(2026, 8, 1), LAST),
        ("month", date(2026, 9, 1), date(2026, 9, 30)),
        ("ytd", date(2026, 1, 1), LAST),
        ("all", FIRST, LAST),
    ],
)
def test_presets(preset: str, start: date, end: date) -> None:
    assert filters.period(preset, FIRST, LAST) == (start, end)


def test_a_month_that_is_full_counts_as_full() -> None:
    assert filters.period("month", FIRST, date(2026, 10, 31)) == (date(2026, 10, 1), date(2026, 10, 31))


def test_the_period_before_is_as_long() -> None:
    before = Scope(date(2026, 3, 1), date(2026, 3, 31)).previous()
    assert (before.start, before.end) == (date(2026, 1, 29), date(2026, 2, 28))


def test_a_team_is_one_of_two_for_claims_and_the_persons_for_people() -> None:
    scope = Scope(FIRST, LAST, teams=("A",))
    assert Question("denied_amount", scope).filters() == {"teams": ("A",)}
    assert Question("coder_denial_rate", scope).filters() == {"team": ("A",)}
    assert Question("deposit_amount", scope).ignored() == ("team",)


def test_the_url_sets_the_filters(warehouse: Path, run_app: Run) -> None:
    at = run_app(period="Last 6 months", payer=words.plain(_payer(warehouse)))
    assert at.selectbox(key="period").value == "6m"
    assert at.multiselect(key="payer").value == [_payer(warehouse)]


@pytest.mark.parametrize("query", [{"payer": "Nobody"}, {"period": "nonsense"}, {"period": "custom", "from": "x"}])
def test_nonsense_in_the_url_is_dropped(query: dict[str, str], warehouse: Path, run_app: Run) -> None:
    assert run_app(**query).title[0].value == "Overview"


def test_filters_stay_from_page_to_page(warehouse: Path, run_app: Run) -> None:
    at = run_app(payer=words.plain(_payer(warehouse)))
    at._page_hash = calc_hash("denials")  # what a click in the navigation sends; switch_page() knows files only
    at.run()
    assert not at.exception
    assert at.title[0].value == "Denial reasons"
    assert at.multiselect(key="payer").value == [_payer(warehouse)]


def _payer(warehouse: Path) -> str:
    return choices(open_reader(warehouse)).payers[0]
