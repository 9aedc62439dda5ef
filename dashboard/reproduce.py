"""A figure as notebook code: the same question in Python, to be copied. It names filters and days, nobody's claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.question import Question


def offer(question: Question, columns: tuple[str, ...] = ()) -> None:
    """A small button that opens the code. With `columns`, the rows behind the figure instead of the figure."""
    with st.popover("Code", icon=":material/code:", type="tertiary", help="Copy as notebook code"):
        st.caption("Run this in a notebook: it gives the same figures, as a Polars frame.")
        st.code(code(question, data.path(), columns), language="python")


def code(question: Question, db: Path, columns: tuple[str, ...] = ()) -> str:
    """Python whose last expression is the answer to `question`, or with `columns` the rows behind it."""
    if question.is_sent and question.dims:
        return _script("mature", "mature(", [repr(question.name), repr(question.dims[0])], question, db)
    source, call = ("by_submission", "by_submission({!r})") if question.is_sent else ("MEASURES", "MEASURES[{!r}]")
    call = call.format(question.name)
    if columns:
        return _script(source, f"{call}.rows(", [], question, db, columns=columns)
    return _script(source, f"{call}.by(", [repr(list(question.dims))] if question.dims else [], question, db)


def _script(source: str, call: str, first: list[str], question: Question, db: Path, **more: object) -> str:
    given = {**question.arguments(), **more}
    arguments = ["warehouse", *first, *(f"{name}={_literal(value)}" for name, value in given.items())]
    body = "".join(f"    {argument},\n" for argument in arguments)
    return (
        "from datetime import date\nfrom pathlib import Path\n\n"
        f"from etl.measures import {source}\nfrom etl.warehouse.store import open_reader\n\n"
        f"warehouse = open_reader(Path({str(_near(db))!r}))\n{call}\n{body})\n"
    )


def _literal(value: Any) -> str:
    """A value as Python writes it; a day as `date(2026, 4, 30)`."""
    return repr(value).replace("datetime.date(", "date(")


def _near(db: Path) -> Path:
    """The warehouse as seen from the checkout, where notebooks run; elsewhere in full."""
    here = Path.cwd()
    return db.resolve().relative_to(here) if db.resolve().is_relative_to(here) else db
