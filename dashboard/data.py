"""The one way from a page to the warehouse: cached in memory only (it is health data), keyed on the file's identity.

A load swaps the file, so the identity changes and everything is asked anew; no page restarts for that.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from dashboard.question import Question, Scope
from etl.choices import Choices
from etl.choices import choices as read_choices
from etl.choices import payer_names as read_payer_names
from etl.choices import reasons as read_reasons
from etl.freshness import Freshness
from etl.freshness import freshness as read_freshness
from etl.measures import mature
from etl.measures.scorecard import scorecard as read_scorecard
from etl.measures.scorecard import training_needs as read_training_needs
from etl.measures.standardised import Role
from etl.timeline import Timeline
from etl.timeline import timeline as read_timeline
from etl.warehouse.as_of import open_as_of, open_computed
from etl.warehouse.store import file_identity, open_reader

Key = tuple[str, int, int]

# what an export holds at most; one more row tells that there are more
MOST_ROWS = 50_000
# planning this view's joins takes longer than its few rows: computed once for a file
_COMPUTED = ("open_work",)


def path() -> Path:
    """The warehouse file that `cleanclaim serve` was started with."""
    return Path(os.environ.get("CLEANCLAIM_DB", "data/cleanclaim.duckdb"))


def model_path() -> Path | None:
    """The risk model, when `serve` names one; else the check looks beside the warehouse."""
    named = os.environ.get("CLEANCLAIM_MODEL")
    return Path(named) if named else None


def exists() -> bool:
    """Whether there is a warehouse to show."""
    return path().exists()


def choices() -> Choices:
    """Filter values and the days covered."""
    return _choices(file_identity(path()))


def days() -> tuple[date, date]:
    """First and last day that the data covers; today when it covers none."""
    found = choices()
    last_day = found.last_day or date.today()
    return found.first_day or last_day, last_day


def freshness() -> Freshness:
    """How far the data goes."""
    return _freshness(file_identity(path()))


def reason_names() -> dict[str, str]:
    """Group and reason codes with what they say: `CO-197` -> CO-197 authorization missing."""
    groups = ("CO", "PR", "OA", "PI", "CR")
    labels = _reasons(file_identity(path()))
    return {f"{group}-{carc}": f"{group}-{carc} {label}" for carc, label in labels.items() for group in groups}


def payer_names() -> dict[str, str]:
    """The name of each payer by its id."""
    return _payer_names(file_identity(path()))


def timeline(root_id: int) -> Timeline | None:
    """One claim's story. Not cached: it holds names."""
    return read_timeline(_reader(file_identity(path())).cursor(), root_id)


def ask(question: Question) -> pl.DataFrame:
    """The answer: its dims, numerator, denominator, value. By month sent it also says how mature it is (`mature`)."""
    if question.is_sent and question.dims == ("month",):
        return _cohorts(file_identity(path()), question)
    return _ask(file_identity(path()), question)


def total(question: Question) -> dict[str, Any]:
    """The answer without a breakdown: numerator, denominator, value."""
    return ask(question.by()).row(0, named=True)


def scorecard(role: Role, scope: Scope) -> pl.DataFrame:
    """One row per coder or biller, in the order of their ids (etl.measures.scorecard)."""
    return _scorecard(file_identity(path()), role, Question(f"{role}_denial_ratio", scope))


def training_needs(scope: Scope) -> pl.DataFrame:
    """What each coder misses most in audits (etl.measures.scorecard)."""
    return _training_needs(file_identity(path()), Question("coding_accuracy", scope))


def rows(question: Question, columns: tuple[str, ...]) -> pl.DataFrame:
    """The rows that make up the answer's numerator, largest `contribution` first; at most MOST_ROWS + 1."""
    return _rows(file_identity(path()), question, columns)


@st.cache_resource(max_entries=2, show_spinner=False)
def _reader(key: Key) -> duckdb.DuckDBPyConnection:
    return open_reader(Path(key[0]), reveal=os.environ.get("CLEANCLAIM_REVEAL") == "1")


@st.cache_resource(max_entries=8, show_spinner=False)
def _past(key: Key, day: date, view: str) -> duckdb.DuckDBPyConnection:
    return open_as_of(Path(key[0]), day, view)


@st.cache_resource(max_entries=2, show_spinner=False)
def _computed(key: Key, view: str) -> duckdb.DuckDBPyConnection:
    return open_computed(Path(key[0]), view)


def standing(key: Key, view: str, day: date | None) -> duckdb.DuckDBPyConnection:
    """A cursor to which `view` is as it stood on the day (none: on the last known one).

    One's own: DuckDB connections must not be shared between the threads of Streamlit's sessions.
    """
    if day is not None and day != _freshness(key).data_through:
        return _past(key, day, view).cursor()
    return (_computed(key, view) if view in _COMPUTED else _reader(key)).cursor()


def _connection(key: Key, question: Question) -> duckdb.DuckDBPyConnection:
    return standing(key, question.measure.view, question.arguments().get("as_of"))


@st.cache_data(max_entries=2, show_spinner=False)
def _choices(key: Key) -> Choices:
    return read_choices(_reader(key).cursor())


@st.cache_data(max_entries=2, show_spinner=False)
def _reasons(key: Key) -> dict[str, str]:
    return read_reasons(_reader(key).cursor())


@st.cache_data(max_entries=2, show_spinner=False)
def _payer_names(key: Key) -> dict[str, str]:
    return read_payer_names(_reader(key).cursor())


@st.cache_data(max_entries=2, show_spinner=False)
def _freshness(key: Key) -> Freshness:
    return read_freshness(_reader(key).cursor())


@st.cache_data(max_entries=2_000, show_spinner=False)
def _ask(key: Key, question: Question) -> pl.DataFrame:
    return question.measure.by(_connection(key, question), question.dims, **question.arguments())


@st.cache_data(max_entries=200, show_spinner=False)
def _scorecard(key: Key, role: Role, question: Question) -> pl.DataFrame:
    period = (question.scope.start, question.scope.end)
    return read_scorecard(_connection(key, question), role, question.filters(), period, question.scope.known_by)


@st.cache_data(max_entries=200, show_spinner=False)
def _training_needs(key: Key, question: Question) -> pl.DataFrame:
    period = (question.scope.start, question.scope.end)
    return read_training_needs(_connection(key, question), question.filters(), period, question.scope.known_by)


@st.cache_data(max_entries=20, show_spinner=False)
def _rows(key: Key, question: Question, columns: tuple[str, ...]) -> pl.DataFrame:
    return question.measure.rows(
        _connection(key, question), columns=columns, limit=MOST_ROWS + 1, **question.arguments()
    )


@st.cache_data(max_entries=200, show_spinner=False)
def _cohorts(key: Key, question: Question) -> pl.DataFrame:
    return mature(_connection(key, question), question.name, **question.arguments())
