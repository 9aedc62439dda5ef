"""How accurate is the work of billers: denials on equal case mix, claims that pass at first, lags."""

from __future__ import annotations

import streamlit as st

from dashboard import filters, scorecards, tiles, words
from dashboard.question import Question


def page() -> None:
    scope = filters.scope()
    st.title("Biller accuracy")
    st.caption(f"{words.day(scope.start)} to {words.day(scope.end)}")
    names = ("biller_denial_rate", "biller_denial_rate_before_contest", "biller_first_pass_rate", "submission_lag")
    tiles.row(*(Question(name, scope) for name in names), compare=True)

    scorecards.against_case_mix("biller", scope)

    st.markdown("##### First pass and pace")
    left, middle, right = st.columns(3)
    with left:
        scorecards.rates("First-pass rate by biller", Question("biller_first_pass_rate", scope), "biller_id")
    with middle:
        scorecards.values("Days from service to sending", Question("submission_lag", scope), "biller_id", "days")
    with right:
        scorecards.values(
            "Claims sent a day worked", Question("biller_productivity", scope), "staff_id", "claims a day"
        )
    scorecards.whose(scope)
