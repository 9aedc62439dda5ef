"""What 'copy as notebook code' gives, run as it stands, is the figure that the page shows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboard import columns, data, payers, recovery, reproduce
from dashboard.question import Question, Scope
from etl.choices import choices
from etl.measures import DIMENSIONS, MEASURES
from etl.measures.maturity import can_mature
from etl.warehouse.store import open_reader


def run(code: str) -> pl.DataFrame:
    """A notebook cell that ends in a frame: the value of its last line."""
    answer = value(code)
    assert isinstance(answer, pl.DataFrame)
    return answer


def value(code: str) -> object:
    *before, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    names: dict[str, object] = {}
    exec(compile(ast.Module(before, []), "cell", "exec"), names)  # noqa: S102
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)  # noqa: S307


@pytest.fixture
def scope(warehouse: Path, everything: Scope) -> Scope:
    """A narrowed scope: a part of the days, and one payer, whose name needs no mercy from quotes."""
    return replace(
        everything,
        start=everything.start + timedelta(60),
        payers=choices(open_reader(warehouse)).payers[:1],
    )


def same(question: Question, warehouse: Path) -> None:
    assert run(reproduce.code(question, warehouse)).equals(data.ask(question)), question


@pytest.mark.parametrize("name", MEASURES)
def test_the_code_gives_the_figure_shown(name: str, warehouse: Path, scope: Scope) -> None:
    measure, question = MEASURES[name], Question(name, scope)
    dims = [dim for dim in measure.dimensions if not DIMENSIONS[dim].many]
    same(question, warehouse)
    same(question.by(*dims[:2]), warehouse)
    looked_back = replace(
        question, scope=replace(scope, known_by=scope.end - timedelta(45), end=scope.end - timedelta(45))
    )
    same(looked_back.by(dims[-1]), warehouse)
    if question.is_balance:
        same(replace(question, as_of=scope.end - timedelta(45), age_from="remit").by(dims[-1]), warehouse)


@pytest.mark.parametrize("name", [m.name for m in MEASURES.values() if can_mature(m)])
def test_by_month_sent_too(name: str, warehouse: Path, scope: Scope) -> None:
    question = Question(name, scope).sent()
    same(question, warehouse)
    same(question.by("month"), warehouse)
    assert data.ask(question.by("month"))["numerator"].sum() == data.total(question)["numerator"]


@pytest.mark.parametrize("name", MEASURES)
def test_the_rows_behind_a_figure_too(name: str, warehouse: Path, scope: Scope) -> None:
    question = Question(name, scope)
    asked = columns.COLUMNS[question.measure.view]
    shown, given = data.rows(question, asked), run(reproduce.code(question, warehouse, asked))
    assert given.sort(pl.all()).equals(shown.sort(pl.all())) if "teams" not in asked else given.height == shown.height


def test_what_is_no_measure_too(warehouse: Path, everything: Scope, run_page: Callable[..., AppTest]) -> None:
    """Scorecards, training needs, payers and the worklist: the code beside them gives what the page shows."""
    texts = [block.value for name in ("coders", "payers", "recovery") for block in run_page(name, period="all").code]
    shown: dict[str, object] = {
        "from etl.measures.scorecard import scorecard": data.scorecard("coder", everything),
        "from etl.measures.scorecard import training_needs": data.training_needs(everything),
        "from etl.behaviour import changes": payers.changed((), None),
        "from etl.behaviour import scorecard": payers.compared(everything.start, everything.end, ()),
        "from etl.worklist import worklist": recovery.listed(everything),
    }
    for source, expected in shown.items():
        found = [text for text in texts if source in text]
        assert len(found) == 1, source
        [text] = found
        given = value(text)
        assert given.equals(expected) if isinstance(given, pl.DataFrame) else given == expected, source


def test_a_filter_s_value_stays_a_value(warehouse: Path, everything: Scope) -> None:
    odd = replace(everything, sites=("\"); import os; os.abort() #'\n",))
    assert data.total(Question("denied_amount", odd))["numerator"] == 0
    same(Question("denied_amount", odd), warehouse)


def test_no_patient_and_no_claim_is_named(warehouse: Path, run_page: Callable[..., AppTest]) -> None:
    """Of every code on the pages, with everything that the identity file and the claims could betray."""
    connection = open_reader(warehouse, reveal=True)
    numbers = connection.execute("select patient_control_number from claim").fetchall()
    persons = connection.execute("select patient_last_name, patient_first_name, member_id from person").fetchall()
    secrets = {str(value) for row in [*numbers, *persons] for value in row if value}
    found = [
        block.value
        for name in ("overview", "denials", "aging", "coders", "billers", "payers")
        for block in run_page(name).code
    ]
    assert len(found) > 30
    words = {word for text in found for word in ast.dump(ast.parse(text)).replace("'", " ").split()}
    assert not words & secrets
    assert "open_reader" in words  # what is there is found
