"""Every figure opens to exactly the rows that make it up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import columns, data
from dashboard.question import Question, Scope
from etl.measures import MEASURES
from etl.warehouse.store import open_reader

# in so small a practice no payer labels a claim as denied, and nothing is late
NONE_YET = {"timely_filing_at_risk_amount", "timely_filing_lapsed_amount"}
COUNTED = [name for name in MEASURES if not name.endswith("_status_4") and name not in NONE_YET]


@pytest.mark.parametrize("name", COUNTED)
def test_rows_add_up_to_the_figure(name: str, warehouse: Path, everything: Scope) -> None:
    question = Question(name, everything)
    frame = data.rows(question, columns.COLUMNS[question.measure.view])
    total = sum((Decimal(str(value)) for value in frame["contribution"]), Decimal(0))
    figure = Decimal(str(data.total(question)["numerator"]))
    # only net days are weighed by a share, so that a row holds a part of a cent
    assert (total.quantize(figure, ROUND_HALF_UP) if name == "days_in_ar_net" else total) == figure
    assert question.measure.added_up(frame) == figure
    assert frame.height


@pytest.mark.parametrize("name", COUNTED)
def test_the_dialog_says_so(name: str, warehouse: Path, everything: Scope) -> None:
    at = AppTest.from_function(_claims, args=(name,), default_timeout=60).run()
    assert not at.exception, [one.stack_trace for one in at.exception]
    assert "adding up to" in at.markdown[0].value
    assert len(at.dataframe) == 1
    assert {button.label for button in at.download_button} == {"CSV", "Excel"}


def test_a_part_of_a_chart_opens_to_its_part(warehouse: Path, everything: Scope) -> None:
    whole = Question("denied_amount", everything)
    parts = data.ask(whole.by("denial_category", "payer_name"))
    row = parts.row(0, named=True)
    part = whole.at(denial_category=row["denial_category"], payer_name=row["payer_name"])
    assert data.total(part)["value"] == row["value"]
    assert set(data.rows(part, ("denial_category",))["denial_category"]) == {row["denial_category"]}


def test_see_the_claims_opens_the_dialog(warehouse: Path, run_app: Callable[..., AppTest]) -> None:
    at = run_app(period="all")
    at.button(key="tile_denied_amount").click().run()
    assert not at.exception, [one.stack_trace for one in at.exception]
    assert any("exactly the figure shown" in text.value for text in at.markdown)


@pytest.mark.parametrize("reveal", [False, True])
def test_a_timeline_shows_who_the_patient_is_only_when_told_to(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, reveal: bool
) -> None:
    patient = (
        open_reader(warehouse, reveal=True)
        .execute(
            "select r.root_id, p.patient_last_name, p.patient_first_name, p.member_id"
            " from claim_root as r join person as p on p.identity_key = r.identity_key order by r.root_id"
        )
        .fetchall()[0]
    )
    monkeypatch.setenv("CLEANCLAIM_REVEAL", "1" if reveal else "")
    st.cache_resource.clear()
    at = AppTest.from_function(_story, args=(patient[0],), default_timeout=60).run()
    st.cache_resource.clear()
    assert not at.exception
    text = " ".join(one.value for one in [*at.markdown, *at.caption]).upper()
    for secret in patient[1:]:
        assert (secret.upper() in text) == reveal


def test_a_timeline_tells_the_denial_line_by_line(warehouse: Path) -> None:
    connection = open_reader(warehouse)
    root_id, reason = connection.execute("select root_id, group_carc from denial order by root_id").fetchall()[0]
    at = AppTest.from_function(_story, args=(root_id,), default_timeout=60).run()
    assert any(f"**{reason}**" in text.value for text in at.markdown)


def test_a_claim_that_does_not_exist(warehouse: Path) -> None:
    at = AppTest.from_function(_story, args=(10**9,), default_timeout=60).run()
    assert not at.exception
    assert "no such claim" in at.info[0].value


def _claims(name: str) -> None:
    from dashboard import drill, filters
    from dashboard.question import Question

    options = filters.data.choices()
    scope = filters.Scope(options.first_day, options.last_day)
    drill.claims(Question(name, scope))


def _story(root_id: int) -> None:
    from dashboard import story

    story.show(root_id)
