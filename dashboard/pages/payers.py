"""Which payers have changed, which deny more than others on the same work, and which pay less than their contract."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, data, filters, payers, tiles, words
from dashboard.panel import panel
from dashboard.question import Question
from etl.behaviour import SEES

_CONTRACT = ("contract_variance_amount", "underpaid_amount", "overpaid_amount")


def page() -> None:
    scope = filters.scope()
    st.title("Payers")
    _, last_day = data.days()
    known = words.day(scope.known_by or last_day)
    st.caption(f"{words.day(scope.start)} to {words.day(scope.end)}; changes are those known on {known}")
    with st.container(border=True):
        st.markdown(
            "##### What changed",
            help="Denial rate by payer, category and procedure family; days to pay by payer. Falls are shown as "
            f"well as rises. {SEES}",
        )
        tiles.not_by(scope.of("site", "team"))
        payers.findings(payers.changed(scope.payers, scope.known_by), scope.known_by)
    frame = payers.compared(scope.start, scope.end, scope.payers)
    with st.container(border=True):
        st.markdown("##### Denials on equal case mix", help=payers.CAPTION)
        tiles.not_by(scope.of("site", "team"))
        if frame.is_empty():
            payers.no_answers()
        else:
            st.plotly_chart(payers.ratios(frame), key="ratios", config=charts.CONFIG, alt=payers.CAPTION)
            st.caption(payers.CAPTION)
            payers.scorecard(frame, scope.start, scope.end)
    st.markdown("##### Against the contract")
    if "allowed_schedule.csv" in data.freshness().missing_files:
        st.info(
            "Load allowed_schedule.csv (payer, procedure_code, modifier, effective_from, effective_to, "
            "allowed_amount) to see what is paid short of the contract.",
            icon=":material/upload_file:",
        )
        return
    tiles.row(*(Question(name, scope) for name in _CONTRACT))
    left, right = st.columns(2)
    underpaid = Question("underpaid_amount", scope)
    with left:
        panel(
            "Underpaid by payer",
            underpaid.by("payer_name"),
            lambda f: charts.ranked(f, "payer_name", {}),
            "short_payer",
        )
    with right:
        panel(
            "Underpaid by procedure",
            underpaid.by("procedure_code"),
            lambda f: charts.ranked(f, "procedure_code", {}, most=8),
            "short_procedure",
        )
