"""A figure with its definition, its change, and the way to the claims behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import streamlit as st

from dashboard import data, drill, reproduce, words
from dashboard.question import Question, Scope
from etl.freshness import ACKNOWLEDGED, ANSWERS, CLAIMS
from etl.measures import NO_BENCHMARK, Measure

# which way is good decides the colour of a change
_COLOURS: dict[bool | None, Literal["inverse", "normal", "off"]] = {True: "inverse", False: "normal", None: "off"}

_NEEDED_BY_DATE = {
    "submission_date": (CLAIMS,),
    **dict.fromkeys(("first_remit_date", "answer_date", "difference_date", "resolved_on", "payment_date"), (ANSWERS,)),
}
_NEEDED_BY_VIEW = {
    "receivable": (CLAIMS,),
    **dict.fromkeys(("claim_money", "claim_balance", "claim_staff", "open_work"), (CLAIMS, ANSWERS)),
}


def row(*questions: Question, compare: bool = False) -> None:
    """Tiles side by side, as many in a row as have room (style.css)."""
    with st.container(horizontal=True, key=f"tiles_{questions[0].name}"):
        for question in questions:
            tile(question, compare)


def tile(question: Question, compare: bool = False) -> None:
    """One figure. `compare` adds the change against the period directly before, when the data goes back that far."""
    measure, answer = question.measure, data.total(question)
    step = _change(question, answer["value"]) if compare else None
    # nothing of it was loaded: not known, which is no zero
    missing = "" if answer["value"] else missing_file(measure)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.metric(
            measure.label,
            words.number(measure, None if missing else answer["value"]),
            step,
            delta_color=_COLOURS[measure.lower_is_better],
            help=tooltip(measure),
        )
        if missing:
            st.caption(f"Load {missing} to fill this.")
        elif answer["value"] is None:
            st.caption("Nothing to count for these filters.")
        not_applied(question)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                "See the claims",
                key=f"tile_{question.name}",
                type="tertiary",
                icon=":material/arrow_forward:",
                icon_position="right",
                disabled=not answer["numerator"],
                on_click=drill.open_claims,
                args=(question,),
            )
            reproduce.offer(question)


def heading(title: str, measure: Measure | None = None) -> None:
    """The title of a chart, with the definition of what it shows."""
    st.markdown(f"##### {title}", help=tooltip(measure) if measure else None)


def tooltip(measure: Measure) -> str:
    """Definition, formula, source, caveat and published range."""
    said = {"Formula": measure.formula, "Source": measure.source, "Caveat": measure.caveat}
    if measure.benchmark != NO_BENCHMARK:
        said["Benchmark"] = measure.benchmark
    text = "\n\n".join([measure.definition, *(f"**{name}** {what}" for name, what in said.items())])
    return text.replace("$", "\\$")


def not_applied(*questions: Question) -> None:
    """Say which filters in use a figure cannot take."""
    not_by(dict.fromkeys(name for question in questions for name in question.ignored()))


def not_by(ignored: Iterable[str]) -> None:
    """Say that these filters do not narrow what stands above or below."""
    if ignored:
        st.caption(f":material/filter_alt_off: Not filtered by {' or '.join(ignored)}.")


def missing_file(measure: Measure) -> str:
    """The files that a measure needs and that were never loaded: by its kind of rows, and as its source names them."""
    needed = {
        *_NEEDED_BY_DATE.get(measure.date_column or "", ()),
        *_NEEDED_BY_VIEW.get(measure.view, ()),
        *([ANSWERS] if re.search(r"\bis_(adjudicated|denied)\b", f"{measure.numerator}{measure.denominator}") else []),
        *([ACKNOWLEDGED] if "277CA" in measure.source or measure.name.startswith("clean_claim") else []),
        *re.findall(r"\w+\.csv", measure.source),
    }
    return words.listed([name for name in data.freshness().missing_files if name in needed])


def comparison(scope: Scope) -> str:
    """What the changes on the tiles are against, or why there are none; goes after the period."""
    before, first_day = scope.previous(), data.choices().first_day
    if not _goes_back(before):
        begins = f"the data begins on {words.day(first_day)}" if first_day else "nothing is loaded yet"
        return f" · nothing to compare with: {begins}"
    return f" · changes against {words.day(before.start)} to {words.day(before.end)}"


def _goes_back(scope: Scope) -> bool:
    first_day = data.choices().first_day
    return first_day is not None and scope.start >= first_day


def _change(question: Question, now) -> str | int | None:
    before = question.scope.previous()
    if not _goes_back(before):
        return None
    earlier = data.total(Question(question.name, before, question.where))
    return words.change(question.measure, now, earlier["value"])
