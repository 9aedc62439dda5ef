"""What every figure means."""

from __future__ import annotations

import streamlit as st

from dashboard.catalogue import entries


def page() -> None:
    st.title("Definitions")
    text = st.text_input(
        "Search",
        key="search",
        type="search",
        placeholder="denial, CAS, HFMA, days …",
        icon=":material/search:",
        live=True,
    )
    found = entries(text or "")
    st.caption(f"{len(found)} figures")
    if not found:
        st.info(f"No figure mentions “{text}”. Try a single word.", icon=":material/search_off:")
    for entry in found:
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{entry.label}**")
                st.badge(entry.unit, color="gray")
                st.badge(entry.direction, color="gray")
            st.markdown(entry.definition)
            st.caption(
                f"**Formula** {entry.formula}  \n**Benchmark** {entry.benchmark}  \n"
                f"**Source** {entry.source}  \n**Caveat** {entry.caveat}  \n**Break down by** {entry.dimensions}"
            )
