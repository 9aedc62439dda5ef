"""A figure as notebook code: the same question in Python, to be copied. It names filters and days, nobody's claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import data
from dashboard.question import Question


@dataclass(frozen=True, slots=True)
class Call:
    """A function of ours that takes the warehouse and these further arguments (values, paths, or calls like it)."""

    function: Callable[..., object]
    arguments: dict[str, object]


def offer(question: Question, columns: tuple[str, ...] = ()) -> None:
    """A small button that opens the code. With `columns`, the rows behind the figure instead of the figure."""
    _offer(code(question, data.path(), columns))


def offer_call(function: Callable[..., object], **arguments: object) -> None:
    """The same for figures that are no measure: those that a function gives of the warehouse."""
    _offer(code_of_call(Call(function, arguments), data.path()))


def code_of_call(call: Call, db: Path) -> str:
    """Python whose last expression is what the function gives."""
    sources = {f"from {one.function.__module__} import {one.function.__name__}" for one in _calls(call)}
    body = "".join(f"    {name}={_literal(value)},\n" for name, value in call.arguments.items())
    return _opened(sources, db) + f"{call.function.__name__}(\n    warehouse,\n{body})\n"


def _offer(text: str) -> None:
    with st.popover("Code", icon=":material/code:", type="tertiary", help="Copy as notebook code"):
        st.caption("Run this in a notebook: it gives the same figures.")
        st.code(text, language="python")


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
    return _opened({f"from etl.measures import {source}"}, db) + f"{call}\n{body})\n"


def _opened(sources: set[str], db: Path) -> str:
    """The imports, and the warehouse."""
    sources = sources | {"from etl.warehouse.store import open_reader"}
    return "from datetime import date\nfrom pathlib import Path\n\n" + (
        "\n".join(sorted(sources)) + f"\n\nwarehouse = open_reader(Path({str(_near(db))!r}))\n"
    )


def _calls(call: Call) -> list[Call]:
    return [call, *(one for value in call.arguments.values() if isinstance(value, Call) for one in _calls(value))]


def _literal(value: Any) -> str:
    """A value as Python writes it; a day as `date(2026, 4, 30)`."""
    if isinstance(value, Path):
        return f"Path({str(_near(value))!r})"
    if isinstance(value, Call):
        inner = "".join(f", {name}={_literal(one)}" for name, one in value.arguments.items())
        return f"{value.function.__name__}(warehouse{inner})"
    return repr(value).replace("datetime.date(", "date(")


def _near(db: Path) -> Path:
    """A file as seen from the checkout, where notebooks run; elsewhere in full."""
    here = Path.cwd()
    return db.resolve().relative_to(here) if db.resolve().is_relative_to(here) else db
