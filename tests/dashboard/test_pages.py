"""Every page by itself: it draws, its figures are the measures', its filters are said when they do not apply."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from dashboard import data, words
from dashboard.question import Question, Scope
from etl.choices import choices
from etl.load import load
from etl.measures import MEASURES
from etl.measures.definitions import REASONS, compare
from etl.measures.scorecard import scorecard
from etl.warehouse.store import open_reader
from etl.worklist import worklist
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


def test_audits_are_shown_by_groups_of_coders_too(warehouse: Path, run_page: Run) -> None:
    for dim, names in (("coder_id", ("C01", "C02")), ("employment", ("In-house", "Outsourced"))):
        drawn = [one.proto.spec for one in run_page("coders", period="all", audits=dim).get("plotly_chart")]
        # code over code and record over record; C01 also stands in the charts of the scorecard
        assert sum(all(name in spec for name in names) and "all: " in spec for spec in drawn) == 2


def test_side_files_that_never_came_are_named(
    x12_only_warehouse: Path, use: Callable[[Path], None], run_page: Run
) -> None:
    use(x12_only_warehouse)
    overview = [caption.value for caption in run_page("overview").caption]
    assert "Load work_log.csv to fill this." in overview
    people = run_page("coders")
    assert any("work_log.csv" in info.value for info in people.info)


@pytest.fixture(scope="module")
def partial_warehouses(practice: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A practice that sent claims and heard nothing, one that has only the answers, and one that has neither."""
    folder, found = tmp_path_factory.mktemp("partial"), {}
    for kind, parts in {"sent": ["837"], "answers": ["835"], "neither": ["staff.csv"]}.items():
        found[kind] = folder / f"{kind}.duckdb"
        load([practice / part for part in parts], found[kind])
    return found


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("sent", "overview", "Load 835 files (remittances) to fill this."),
        ("sent", "overview", "Load 277CA files (acknowledgements) to fill this."),
        ("sent", "payers", "Load 835 files (remittances) to fill this."),
        ("sent", "recovery", "Load 835 files (remittances) and 277CA files (acknowledgements) to fill this."),
        ("sent", "coders", "Load 835 files (remittances) and work_log.csv to fill this."),
        ("answers", "overview", "Load 837 files (claims) to fill this."),
        ("answers", "aging", "Load 837 files (claims) and patient_transactions.csv to fill this."),
        ("neither", "denials", "Load 835 files (remittances) to fill this."),
        ("neither", "denial_rates", "Load 835 files (remittances) to fill this."),
        ("neither", "billers", "Load 837 files (claims), 835 files (remittances) and work_log.csv to fill this."),
        ("neither", "model", "No model was trained on this warehouse yet."),
    ],
)
def test_a_page_names_the_files_that_would_fill_it(
    kind: str, name: str, said: str, partial_warehouses: dict[str, Path], use: Callable[[Path], None], run_page: Run
) -> None:
    use(partial_warehouses[kind])
    at = run_page(name)
    shown = {one.value for one in (*at.info, *at.caption)}
    assert said in shown
    # a longer period would bring nothing, and what is not known is no zero
    assert not any("Try a longer period" in one for one in shown)
    assert not any(one.value == "$0" for one in at.metric) or kind != "neither"


def test_a_past_day_counts_on_every_page(warehouse: Path, everything: Scope, run_page: Run) -> None:
    """Each page once left a part of itself at what is known today."""
    connection, day = open_reader(warehouse), everything.end - timedelta(60)

    aged = {tile.label: tile.value for tile in run_page("aging", known=day).metric}
    assert aged["Insurance A/R"] == words.money(MEASURES["insurance_ar_amount"].by(connection, as_of=day)["value"][0])

    worth = MEASURES["expected_recoverable_amount"].by(connection, as_of=day)["value"][0]
    recovery = run_page("recovery", known=day)
    assert recovery.metric[0].value == words.money(worth)
    listed = worklist(connection, day)
    assert any(f"**{listed.height} claims**" in one.value for one in recovery.markdown)
    assert listed.height != worklist(connection).height

    past = Question("biller_denial_ratio", Scope(everything.start, day, known_by=day))
    card = scorecard(connection, "biller", past.filters(), (everything.start, day), day)
    assert run_page("billers", period="all", known=day).dataframe[0].value["Own denials"].tolist() == (
        card["observed"].to_list()
    )
    assert_frame_equal(data.scorecard("biller", past.scope), card, rel_tol=1e-12)
    assert card["observed"].sum() != scorecard(connection, "biller", {}, (everything.start, day))["observed"].sum()


@pytest.mark.parametrize(("name", "ignored"), [("payers", "site or team"), ("recovery", "team")])
def test_lists_say_which_filters_they_cannot_take(name: str, ignored: str, warehouse: Path, run_page: Run) -> None:
    found = choices(open_reader(warehouse))
    at = run_page(name, period="all", site=[found.sites[0]], team=[found.teams[0]])
    assert f":material/filter_alt_off: Not filtered by {ignored}." in [one.value for one in at.caption]


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
        assert re.search(r"sent \d+ \w{3} \d{4} to \d+ \w{3} \d{4};", at.caption[0].value)
        tables = [one.value for one in at.dataframe]
        names = {words.plain(name) for name in choices(open_reader(warehouse)).payers}
        assert {name for table in tables if "Payer" in table for name in table["Payer"]} <= names
        [months] = [table for table in tables if "Month" in table]
        assert months["Month"].dt.strftime("%Y-%m").to_list() == [row["month"] for row in report["by_month"]]
    finally:
        for path in (model, *(model.with_suffix(end) for end in (".json", ".md"))):
            path.unlink(missing_ok=True)
