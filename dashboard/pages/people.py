"""How accurate is the work of coders and billers, with the doubt that small numbers leave."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, data, filters, tiles, words
from dashboard.panel import panel
from dashboard.question import Question
from etl.measures.interval import SMALL_SAMPLE, with_interval

# measure -> name on the switch, dimension that is the person
_VIEWS = {
    "coder_denial_rate": ("Coders: own denials", "coder_id"),
    "biller_denial_rate": ("Billers: own denials", "biller_id"),
    "coding_accuracy": ("Coders: audit accuracy", "coder_id"),
}
_GROUPS = {"employment": "In-house against outsourced", "credential": "By credential", "team": "By team"}


def page() -> None:
    scope = filters.scope()
    st.title("Coder and biller accuracy")
    st.caption(f"{words.day(scope.start)} to {words.day(scope.end)}")
    tiles.row(*(Question(name, scope) for name in _VIEWS), compare=True)
    name = st.segmented_control(
        "Look at",
        list(_VIEWS),
        default="coder_denial_rate",
        required=True,
        format_func=lambda value: _VIEWS[value][0],
        key="look",
        bind="query-params",
    )
    question, person = Question(name, scope), _VIEWS[name][1]
    average = data.total(question)["value"]
    title = f"{question.measure.label} by person"
    panel(title, question.by(person), _draw(person, average), f"people_{name}")
    st.caption(
        "A dot is the rate, the bar its 95 % interval (Wilson): where bars overlap, the difference may be chance. "
        f"People with fewer than {SMALL_SAMPLE} are hollow and grey: too few to judge. Not adjusted for case mix."
    )
    for column, (dim, title) in zip(st.columns(3), _GROUPS.items(), strict=True):
        with column:
            panel(title, question.by(dim), _draw(dim, average), f"people_{name}_{dim}")


def _draw(dim: str, average):
    return lambda frame: charts.intervals(with_interval(frame), dim, average)
