"""Why claims are denied: what weighs most, since when, and at whose door."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, charts_time, cohorts, data, filters, tiles, words
from dashboard.panel import panel
from dashboard.question import Question
from etl.measures import DIMENSIONS

_BREAKDOWNS = ("denial_category", "group_carc", "denial_owner", "procedure_family")
_TILES = ("initial_denial_rate", "zero_pay_denial_rate", "partial_pay_denial_rate", "denied_amount")
_AFTER = ("preventable_denied_amount", "overturned_amount", "denial_write_off_amount", "days_denial_to_resolution")


def page() -> None:
    scope = filters.scope()
    st.title("Denial reasons")
    st.caption(f"Initial denials answered {words.day(scope.start)} to {words.day(scope.end)}")
    tiles.row(*(Question(name, scope) for name in _TILES))
    tiles.row(*(Question(name, scope) for name in _AFTER))

    names = data.reason_names()
    denied = Question("denied_amount", scope)
    dim = st.segmented_control(
        "Break down by",
        _BREAKDOWNS,
        default="denial_category",
        required=True,
        format_func=lambda name: DIMENSIONS[name].label,
        key="by",
        bind="query-params",
    )
    panel(
        f"Denied amount by {DIMENSIONS[dim].label.lower()}",
        denied.by(dim),
        lambda frame: charts.pareto(frame, dim, {} if dim == "group_carc" else names),
        f"pareto_{dim}",
        names,
    )
    left, right = st.columns(2)
    with left:
        panel(
            "Denied amount by month",
            denied.by("month"),
            lambda frame: charts_time.trend(frame, scope.start, scope.end, is_rate=False),
            "denied_by_month",
        )
    with right:
        cohorts.rate_by_month("initial_denial_rate", "Initial denial rate", scope)
    panel(
        "Denied amount by payer and category",
        denied.by("denial_category", "payer_name"),
        lambda frame: charts.heat(frame, "denial_category", "payer_name"),
        "heat",
    )
