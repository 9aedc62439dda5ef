"""What money is stuck, where, why and for how long, on any day."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import get_args

import streamlit as st

from dashboard import charts, data, filters, tiles, words
from dashboard.panel import panel
from dashboard.question import Question
from etl.measures import AgeFrom

_SIDES = {"insurance_ar_amount": "Insurance", "patient_ar_amount": "Patient"}
_BESIDE = ("days_in_ar_net", "credit_balance_amount", "unbilled_amount", "unbilled_claims")
_TILES = ("insurance_ar_amount", "patient_ar_amount", "ar_over_90_share", "days_in_ar", "unadjudicated_amount")


def page() -> None:
    first_day, last_day = data.days()
    st.title("A/R aging")
    st.caption("Balances stand on one day: this page takes the day below, not the period of the side bar.")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        as_of = (
            st.date_input(
                "As of",
                last_day,
                min_value=first_day,
                max_value=last_day,
                key="as_of",
                bind="query-params",
                format="YYYY-MM-DD",
                width=180,
                help="Only what was known by the end of this day counts.",
            )
            or last_day
        )
        age_from = st.segmented_control(
            "Aged from",
            get_args(AgeFrom),
            default="service",
            required=True,
            format_func=words.AGE_FROM.__getitem__,
            key="age_from",
            bind="query-params",
        )
        side = st.segmented_control(
            "Owed by",
            list(_SIDES),
            default="insurance_ar_amount",
            required=True,
            format_func=_SIDES.__getitem__,
            key="side",
            bind="query-params",
        )
    known = filters.scope().known_by
    if known and known < as_of:
        as_of = known
        st.caption(f":material/history: Balances of {words.day(as_of)}: nothing later counts, as the side bar says.")
    scope = replace(filters.scope(), end=as_of)
    tiles.row(*(Question(name, scope, as_of=as_of, age_from=age_from) for name in _TILES))
    tiles.row(*(Question(name, scope, as_of=as_of, age_from=age_from) for name in _BESIDE))

    balance = Question(side, scope, as_of=as_of, age_from=age_from)
    for dim, title in (("payer_name", "payer"), ("ar_reason", "why it is open")):
        panel(
            f"{_SIDES[side]} A/R by age and {title}",
            balance.by(dim, "ar_bucket"),
            partial(charts.aging, dim=dim),
            f"aging_{dim}_{side}",
        )
