"""One claim's timeline, at a URL that can be shared inside the practice: it holds our key, nothing of the patient's."""

from __future__ import annotations

import streamlit as st

from dashboard import story


def page() -> None:
    st.title("Claim")
    wanted = str(st.query_params.get("id", ""))
    if not wanted.isdigit():
        st.info("Open a claim from a table: select its row.", icon=":material/info:")
        return
    story.show(int(wanted))
