"""Every page by itself: it draws, its figures are the measures', its filters are said when they do not apply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from dashboard import words
from dashboard.question import Scope
from etl.choices import choices
from etl.measures import MEASURES
from etl.measures.definitions import REASONS, compare
from etl.warehouse.store import open_reader
from models.cli import train_into

Run = Callable[..., AppTest]
PAGES = (
    "overview",
    "denials",
    "denial_rates",
    "aging",
    "coders",
    "billers",
    "check",
    "model",
    "definitions",
    "claim",
)


@pytest.mark.parametrize("name", PAGES)
def test_page_draws(name: str, warehouse: Path, run_page: Run) -> None:
    assert run_page(name).title[0].value


@pytest.mark.parametrize("name", ["overview", "denials", "coders", "billers"])
def test_tiles_show_the_measures(name: str, warehouse: Path, everything: Scope, run_page: Run) -> None:
    shown = {tile.label: tile.value for tile in run_page(name, period="all").metric}
    connection = open_reader(warehouse)
    by_label = {measure.label: measure for measure in MEASURES.values()}
    for label, text in shown.items():
        measure = by_label[label]
        period = (everything.start, everything.end)
        assert text == words.number(measure, measure.by(connection, period=period)["value"][0]), label


def test_every_tile_says_what_it_is(warehouse: Path, run_page: Run) -> None:
    for tile in run_page("overview").metric:
        measure = next(one for one in MEASURES.values() if one.label == tile.label)
        for part in (measure.definition, measure.formula, measure.source, measure.caveat):
            assert part in tile.help.replace("\\$", "$")


def test_filters_narrow_the_figures(warehouse: Path, run_page: Run) -> None:
    payer = choices(open_reader(warehouse)).payers[0]
    denied = {tile.label: tile.value for tile in run_page("overview", period="all").metric}["Denied amount"]
    narrowed = run_page("overview", period="all", payer=[payer])
    assert {tile.label: tile.value for tile in narrowed.metric}["Denied amount"] != denied


def test_a_filter_that_does_not_apply_is_said(warehouse: Path, run_page: Run) -> None:
    site = choices(open_reader(warehouse)).sites[0]
    said = [
        caption.value for caption in run_page("overview", site=[site]).caption if "Not filtered by" in caption.value
    ]
    assert said == [":material/filter_alt_off: Not filtered by site."]  # deposits only


def test_changes_are_coloured_by_what_is_better(warehouse: Path, run_page: Run) -> None:
    tiles = {tile.label: tile for tile in run_page("overview", period="3m").metric}
    assert tiles["Initial denial rate"].delta.endswith("points")
    assert tiles["Insurance payments"].delta.startswith(("+$", "-$"))
    rate = tiles["Initial denial rate"]
    assert MetricProto.MetricColor.Name(rate.color) == {"+": "RED", "-": "GREEN"}[rate.delta[0]]


def test_no_rows_says_which_filters(warehouse: Path, run_page: Run) -> None:
    found = choices(open_reader(warehouse))
    at = run_page("denials", payer=[found.payers[0]], site=[found.sites[0]], team=[found.teams[0]], period="month")
    messages = [info.value for info in at.info]
    if messages:  # a month of 300 claims holds no denial for so narrow a choice
        assert "payer" in messages[0] and "Try a longer period" in messages[0]


def test_side_files_that_never_came_are_named(
    x12_only_warehouse: Path, use: Callable[[Path], None], run_page: Run
) -> None:
    use(x12_only_warehouse)
    overview = [caption.value for caption in run_page("overview").caption]
    assert "Load work_log.csv to fill this." in overview
    people = run_page("coders")
    assert any("work_log.csv" in info.value for info in people.info)


def test_nothing_loaded_yet(tmp_path: Path, use: Callable[[Path], None], run_app: Run) -> None:
    use(tmp_path / "none.duckdb")
    at = run_app()
    assert at.title[0].value == "Nothing loaded yet"
    assert "cleanclaim load" in at.code[0].value


def test_another_file_is_refused_in_words(tmp_path: Path, use: Callable[[Path], None], run_app: Run) -> None:
    db = tmp_path / "not.duckdb"
    db.write_text("hello")
    use(db)
    at = run_app(fails=True)
    assert not at.exception
    assert "not a cleanclaim warehouse" in at.error[0].value


def test_definitions_can_be_searched(warehouse: Path, run_page: Run) -> None:
    at = run_page("definitions")
    assert at.caption[0].value == f"{len(MEASURES)} figures"
    at.text_input[0].set_value("overturned").run()
    assert "overturn" in " ".join(text.value for text in at.markdown).lower()
    at.text_input[0].set_value("zebra").run()
    assert "zebra" in at.info[0].value


def test_the_steps_between_two_definitions_open_to_their_claims(
    warehouse: Path, everything: Scope, run_page: Run
) -> None:
    at = run_page("denial_rates", period="all", definition="zero_paid", count="dollars")
    assert at.metric[0].label == "Initial denial rate"
    opens = next(box for box in at.selectbox if "definitions differ" in box.label)
    compared = {one.name: one for one in compare(open_reader(warehouse), period=(everything.start, everything.end))}
    assert set(opens.options) == {REASONS[step.reason] for step in compared["zero_paid"].steps if step.amount}


def test_the_unbilled_of_a_past_day(warehouse: Path, everything: Scope, run_page: Run) -> None:
    day = everything.end - timedelta(60)
    shown = {tile.label: tile.value for tile in run_page("aging", as_of=day).metric}
    connection = open_reader(warehouse)
    for name in ("unbilled_claims", "unbilled_amount", "days_in_ar_net", "credit_balance_amount"):
        measure = MEASURES[name]
        assert shown[measure.label] == words.number(measure, measure.by(connection, as_of=day)["value"][0])


def test_aging_as_of_a_past_day(warehouse: Path, everything: Scope, run_page: Run) -> None:
    day = everything.end - timedelta(60)
    shown = {tile.label: tile.value for tile in run_page("aging", as_of=day, age_from="submission").metric}
    measure = MEASURES["insurance_ar_amount"]
    expected = measure.by(open_reader(warehouse), as_of=day)["value"][0]
    assert shown["Insurance A/R"] == words.money(expected)


def test_the_model_page_says_how_to_train(warehouse: Path, run_page: Run) -> None:
    at = run_page("model")
    assert at.code[0].value == f"cleanclaim train --db {warehouse}"


def test_the_model_page_shows_the_card(warehouse: Path, run_page: Run) -> None:
    model = warehouse.with_name("full.model.skops")
    try:
        report = train_into(warehouse)
        at = run_page("model", since=True)
        tested = report["metrics"]["model"]
        assert at.metric[0].value == f"{tested['auroc']:.3f}"
        assert {button.label for button in at.download_button} == {"Model card"}
    finally:
        for path in (model, *(model.with_suffix(end) for end in (".json", ".md"))):
            path.unlink(missing_ok=True)
