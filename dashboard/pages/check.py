"""Before a claim goes out: will it be denied, and what to fix."""

from __future__ import annotations

import streamlit as st

from dashboard import checked, data, drill


def page() -> None:
    st.title("Pre-submission check")
    st.caption("An 837 that has not been sent: rules that it breaks, the risk that it is denied, and what to fix. "
               "The file is read in memory and not kept.")  # fmt: skip
    file = st.file_uploader("837 file", type=["837", "txt", "edi", "x12", "dat"], key="upload", help="At most 50 MB.")
    if file is None:
        return
    with st.spinner("Checking …"):
        result = checked.check(file, file.name, data.path(), data.model_path())
    if not result.claims:
        st.info("This file holds no claims.", icon=":material/info:")
        return
    checked.summary(result)
    chosen = checked.table(result)
    drill.downloads(checked.frame(result), "Pre-submission check")
    st.divider()
    checked.details(result.claims[chosen])
