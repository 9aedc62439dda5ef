"""What is a denial? The rate by five definitions on the same claims, and each step from ours to another."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import charts_bridge, data, filters, tiles, words
from dashboard.panel import panel
from dashboard.question import Question
from etl.measures import definitions
from etl.measures.definitions import DEFINITIONS, REASONS

_OTHERS = [name for name in DEFINITIONS if name != "ours"]
_COUNTS = {"claims": "Claims", "dollars": "Dollars"}


def page() -> None:
    scope = filters.scope()
    st.title("What is a denial?")
    st.caption(
        f"The initial denial rate by five definitions, on the claims first answered {words.day(scope.start)} to "
        f"{words.day(scope.end)}. Figures from elsewhere often differ only by the definition."
    )
    tiles.row(*(Question(one.rate, scope) for one in DEFINITIONS.values()))

    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        other = st.segmented_control(
            "Compare ours with",
            _OTHERS,
            default="zero_paid",
            required=True,
            format_func=lambda name: DEFINITIONS[name].label,
            key="definition",
            bind="query-params",
        )
        unit = st.segmented_control(
            "Count",
            list(_COUNTS),
            default="claims",
            required=True,
            format_func=_COUNTS.__getitem__,
            key="count",
            bind="query-params",
        )
    ours, theirs = DEFINITIONS["ours"], DEFINITIONS[other]
    st.caption(f"**{ours.label}** counts {ours.counts}; **{theirs.label.lower()}** counts {theirs.counts}.")
    is_money = unit == "dollars"
    ends = [
        (one.label, data.total(Question(one.amount if is_money else one.rate, scope))["numerator"])
        for one in (ours, theirs)
    ]
    name = definitions.AMOUNT if is_money else definitions.CLAIMS
    question = Question(name, scope, where=(("definition", other),)).by("difference_reason")
    panel(
        f"From {ours.label} to {theirs.label.lower()}: {_COUNTS[unit].lower()} that are added and left out",
        question,
        partial(
            charts_bridge.waterfall,
            dim="difference_reason", names=REASONS, measure=question.measure, start=ends[0], end=ends[1],
        ),
        f"bridge_{other}_{unit}",
        REASONS,
    )  # fmt: skip
