"""The pages Payers and Recovery: full, filtered to nothing, and with X12 only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboard import data, recovery, riskmodel
from dashboard.question import Question, Scope
from etl.measures import MEASURES
from etl.warehouse.store import open_reader
from etl.worklist import worklist
from models import overturn_card, saved


def test_payers_says_what_changed_and_compares(warehouse: Path, run_page: Callable):
    at = run_page("payers")
    assert {"##### What changed", "##### Denials on equal case mix"} <= {one.value for one in at.markdown}
    assert [one.label for one in at.metric] == ["Contract variance", "Underpaid", "Overpaid"]


def test_recovery_lists_what_to_do_and_why(warehouse: Path, run_page: Callable):
    at = run_page("recovery")
    shown = at.dataframe[0].value
    assert shown["rank"].to_list() == list(range(1, len(shown) + 1))
    assert shown["why"].str.contains("expected").all()
    open_still = run_page("recovery", left="open").dataframe[0].value
    assert (open_still["days_left"] >= 0).all() and 0 < len(open_still) <= len(shown)


def test_recovery_says_that_its_own_filters_are_of_the_list_alone(
    warehouse: Path, everything: Scope, run_page: Callable
):
    def said(**state: object) -> list[str]:
        return [one.value for one in run_page("recovery", **state).caption if "Only the list" in one.value]

    assert not said()
    [caption] = said(left="open", category=recovery.listed(everything)["denial_category"][:1].to_list())
    assert "by days left and category;" in caption


@pytest.mark.parametrize("ago", [0, 60])
def test_what_is_computed_once_says_what_the_warehouse_says(warehouse: Path, everything: Scope, ago: int):
    day = everything.end - timedelta(ago)
    scope = replace(everything, known_by=day if ago else None)
    found = recovery.listed(scope)
    assert found.height > 3
    assert found.equals(worklist(open_reader(warehouse), day))
    for name in ("expected_recoverable_amount", "timely_filing_lapsed_amount"):
        asked = data.ask(Question(name, scope, as_of=day).by("denial_category"))
        assert asked.equals(MEASURES[name].by(open_reader(warehouse), ["denial_category"], as_of=day))


def test_an_overturn_model_trained_anew_ranks_anew(
    warehouse: Path, everything: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("CLEANCLAIM_MODEL", str(tmp_path / "a.model.skops"))
    model = riskmodel.path()
    model.touch()
    hopeless = open_reader(warehouse).sql("select root_id, payer_id, line_number, 0.0::double as chance from open_work")
    monkeypatch.setattr(recovery, "learned_chances", lambda *_: hopeless.pl())
    before = recovery.listed(everything)
    assert before["chance"].min() > 0
    saved.write({}, {"kind": "learned"}, overturn_card.beside(model))
    after = recovery.listed(everything).filter(pl.col("ar_reason") == "denied")
    assert after.height and after["chance"].max() == 0


def test_without_a_schedule_the_page_says_which_file_fills_it(
    x12_only_warehouse: Path, use: Callable, run_page: Callable
):
    use(x12_only_warehouse)
    at = run_page("payers")
    assert any("allowed_schedule.csv" in one.value for one in at.info)
    run_page("recovery")
