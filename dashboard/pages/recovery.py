"""Which denial is worth the next hour: the list, why it has this order, and how many days are left."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import charts, data, filters, recovery, tiles, words
from dashboard.panel import panel
from dashboard.question import Question

_TILES = ("expected_recoverable_amount", "timely_filing_at_risk_amount", "timely_filing_lapsed_amount")


def page() -> None:
    scope = filters.scope()
    today = scope.known_by or data.days()[1]
    st.title("Recovery")
    st.caption(
        f"Open denials and rejections on {words.day(today)} that nobody is working yet, by expected dollars; those "
        "within 14 days of their limit count double, within 30 one and a half times. The period does not apply here."
    )
    questions = [Question(name, scope, as_of=today) for name in _TILES]
    tiles.row(*questions)
    found = recovery.listed(scope)
    if found.is_empty() and (missing := tiles.missing_file(questions[0].measure)):
        st.info(f"Load {missing} to fill this.", icon=":material/upload_file:")
        return
    if found.is_empty():
        st.info("Nothing is open: no denial or rejection waits for work here.", icon=":material/check_circle:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        left = st.segmented_control(
            "Days left", list(recovery.LEFT), default="all", required=True, format_func=recovery.LEFT.__getitem__,
            key="left", bind="query-params",
        )  # fmt: skip
        categories = st.multiselect(
            "Category", sorted(found["denial_category"].unique()), format_func=words.plain,
            placeholder="All categories", key="category", bind="query-params",
        )  # fmt: skip
    tiles.not_by(scope.of("team"))
    chosen = recovery.narrowed(found, left, categories)
    if chosen.is_empty():
        st.info("No open claim fits these filters.", icon=":material/filter_alt_off:")
    else:
        recovery.table(chosen, scope.known_by)
    recovery.list_only(left, categories)
    panels = (("denial_category", "Expected by category"), ("payer_name", "Expected by payer"))
    for column, (dim, title) in zip(st.columns(2), panels, strict=True):
        with column:
            panel(title, questions[0].by(dim), partial(charts.ranked, dim=dim, names={}, most=8), f"expected_{dim}")
    st.caption(
        "Limits come from `cleanclaim limits apply`; where a payer has none, its class's usual one is used and said."
    )
