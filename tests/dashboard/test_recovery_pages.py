"""The pages Payers and Recovery: full, filtered to nothing, and with X12 only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


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


def test_without_a_schedule_the_page_says_which_file_fills_it(
    x12_only_warehouse: Path, use: Callable, run_page: Callable
):
    use(x12_only_warehouse)
    at = run_page("payers")
    assert any("allowed_schedule.csv" in one.value for one in at.info)
    run_page("recovery")
