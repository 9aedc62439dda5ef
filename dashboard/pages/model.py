"""How far the denial-risk model can be trusted: its card, its calibration, and how it holds since it was trained."""

from __future__ import annotations

import streamlit as st

from dashboard import charts, data, riskmodel, words
from models.fairness_words import WORDS


def page() -> None:
    st.title("Risk model")
    found = riskmodel.report()
    if found is None:
        st.info("No model was trained on this warehouse yet.", icon=":material/model_training:")
        st.code(f"cleanclaim train --db {data.path()}", language="bash")
        return
    st.caption(
        words.dated(
            f"Learned from {found['claims']:,} answered claims sent {found['submitted_from']} to "
            f"{found['submitted_to']}; the figures are of the latest {found['parts']['test']:,}, which it had not seen."
        )
    )
    for warning in found["warnings"]:
        st.warning(words.dated(warning), icon=":material/warning:")
    riskmodel.tiles(found)
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("##### Calibration")
        st.plotly_chart(
            riskmodel.reliability(found["calibration"]),
            key="reliability",
            config=charts.CONFIG,
            alt="Predicted against actual denial rate in ten groups of equal size",
        )
    with right, st.container(border=True, height="stretch"):
        st.markdown(
            "##### Working list", help="Denied dollars among the claims that a person can look at a working day."
        )
        riskmodel.table(found["working_list"], "Denied dollars found by claims looked at a day")
    _tables(found)
    _since()
    st.download_button("Model card", riskmodel.card(), "model_card.md", icon=":material/description:")


def _tables(found: dict) -> None:
    names = ["By payer", "By month", "By charge", "By age and sex", "Overturns", "Versions", "Notes"]
    payers, months, charges, people, overturns, versions, notes = st.tabs(names)
    with payers:
        riskmodel.table(found["by_payer"], "Quality by payer")
    with months:
        riskmodel.table(found["by_month"], "Quality by month of submission")
    with charges:
        riskmodel.table(found["by_band"], "Quality by charge")
    with people:
        st.caption(WORDS)
        riskmodel.table(found.get("fairness", []), "Risk and working list by age and sex")
    with overturns:
        riskmodel.overturn()
    with versions:
        riskmodel.table(riskmodel.versions(), "Versions of the model")
    with notes:
        st.markdown(words.dated("\n".join(f"- {note}" for note in found["notes"])))


def _since() -> None:
    st.markdown("##### Since it was trained")
    if not st.toggle("Look at the claims answered since", key="since"):
        return
    now = riskmodel.since_training()
    if "metrics" in now:
        riskmodel.tiles(now)
        riskmodel.table(now["by_payer"], "Quality by payer since training")
    else:
        st.caption("No claim sent since has had the time to be answered.")
    st.markdown("##### Drift of the inputs by payer", help="Population stability index: above 0.25 another population.")
    riskmodel.table(now["drift"], "Drift by payer")
