"""How accurate is the work of coders: denials on equal case mix, audits, what to train, lags."""

from __future__ import annotations

import streamlit as st

from dashboard import filters, scorecards, tiles, words
from dashboard.question import Question


def page() -> None:
    scope = filters.scope()
    st.title("Coder accuracy")
    st.caption(f"{words.day(scope.start)} to {words.day(scope.end)}")
    names = ("coder_denial_rate", "coder_denial_rate_before_contest", "coding_accuracy", "coding_record_accuracy")
    tiles.row(*(Question(name, scope) for name in names), compare=True)

    scorecards.against_case_mix("coder", scope)

    st.markdown("##### Audits")
    accuracy, records = Question("coding_accuracy", scope), Question("coding_record_accuracy", scope)
    dim = scorecards.whose_audits()
    kinds = Question("coding_record_kind_accuracy", scope)
    for name, question, by_kind in (("Code over code", accuracy, accuracy), ("Record over record", records, kinds)):
        left, right = st.columns(2)
        with left:
            scorecards.rates(name, question, dim)
        with right:
            scorecards.rates(f"{name}, by kind of code", by_kind, "audit_field")
    scorecards.training(scope)

    st.markdown("##### Pace")
    left, right = st.columns(2)
    with left:
        scorecards.values("Days from service to final codes", Question("coding_lag", scope), "coder_id", "days")
    with right:
        scorecards.values(
            "Claims coded a day worked", Question("coder_productivity", scope), "staff_id", "claims a day"
        )
    scorecards.whose(scope)
