"""How are we doing: the figures that a manager asks for first."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, cohorts, data, filters, tiles, words
from dashboard.panel import panel
from dashboard.question import Question

_DENIALS = ("initial_denial_rate", "denied_amount", "denial_overturn_rate", "rejection_rate")
_FRONT = ("clean_claim_rate", "first_pass_yield", "charge_lag", "submission_lag")
_CASH = ("insurance_paid_amount", "deposit_amount", "net_collection_rate", "point_of_service_collection_rate")
_BALANCES = ("insurance_ar_amount", "patient_ar_amount", "ar_over_90_share", "days_in_ar", "unadjudicated_amount")


def page() -> None:
    scope = filters.scope()
    st.title("Overview")
    st.caption(f"{words.day(scope.start)} to {words.day(scope.end)}{tiles.comparison(scope)}")
    tiles.row(*(Question(name, scope) for name in _DENIALS), compare=True)

    left, right = st.columns(2)
    with left:
        cohorts.rate_by_month("initial_denial_rate", "Initial denial rate", scope)
    with right:
        names = data.reason_names()
        panel(
            "Top 5 reasons by denied amount",
            Question("denied_amount", scope).by("group_carc"),
            lambda frame: charts.ranked(frame, "group_carc", names),
            "top_reasons",
            names,
        )

    st.markdown("##### Front of the cycle")
    tiles.row(*(Question(name, scope) for name in _FRONT), compare=True)
    st.markdown("##### Cash")
    tiles.row(*(Question(name, scope) for name in _CASH), compare=True)
    st.markdown(f"##### Accounts receivable on {words.day(scope.end)}")
    tiles.row(*(Question(name, scope) for name in _BALANCES))
