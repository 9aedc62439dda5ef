"""The app that Streamlit runs: pages, the shared filters, the freshness of the data."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard import data, drill, filters, words
from dashboard.pages import (
    aging,
    billers,
    check,
    claim,
    coders,
    definitions,
    denial_rates,
    denials,
    model,
    overview,
    payers,
    recovery,
)
from etl.errors import UserError

_HERE = Path(__file__).parent


def main() -> None:
    # a file of ours: Streamlit would fetch a named symbol from Google
    st.set_page_config("cleanclaim", _HERE / "icon.png", layout="wide")
    st.html(_HERE / "style.css")
    st.logo(_HERE / "logo.svg", size="large")
    check_page = st.Page(check.page, title="Pre-submission check", icon=":material/rule:", url_path="check")
    definitions_page = st.Page(
        definitions.page, title="Definitions", icon=":material/menu_book:", url_path="definitions"
    )
    model_page = st.Page(model.page, title="Risk model", icon=":material/model_training:", url_path="model")
    claim_page = st.Page(
        claim.page, title="Claim", icon=":material/receipt_long:", url_path="claim", visibility="hidden"
    )
    # Streamlit serves its default page at / alone: /overview and /home are pages of their own that lead there
    overview_page = st.Page(overview.page, title="Overview", icon=":material/monitoring:", default=True)
    by_name_pages = [
        st.Page(overview.page, title="Overview", url_path=name, visibility="hidden") for name in ("overview", "home")
    ]
    page = st.navigation(
        {
            "": [overview_page, *by_name_pages],
            "Denials": [
                st.Page(denials.page, title="Denial reasons", icon=":material/block:", url_path="denials"),
                st.Page(
                    denial_rates.page, title="What is a denial?", icon=":material/balance:", url_path="denial-rates"
                ),
                st.Page(payers.page, title="Payers", icon=":material/account_balance:", url_path="payers"),
            ],
            "Money": [
                st.Page(aging.page, title="A/R aging", icon=":material/hourglass_bottom:", url_path="aging"),
                st.Page(recovery.page, title="Recovery", icon=":material/checklist:", url_path="recovery"),
            ],
            "People": [
                st.Page(coders.page, title="Coder accuracy", icon=":material/code:", url_path="coders"),
                st.Page(billers.page, title="Biller accuracy", icon=":material/request_quote:", url_path="billers"),
            ],
            "Before sending": [check_page, model_page],
            "Words": [definitions_page, claim_page],
        },
        expanded=True,
    )
    if page in by_name_pages:
        st.switch_page(overview_page, query_params={key: st.query_params.get_all(key) for key in st.query_params})
    st.session_state["claim_page"] = claim_page
    try:
        if data.exists():
            filters.sidebar(used=page not in (check_page, model_page, definitions_page, claim_page))
            _freshness()
        if data.exists() or page == definitions_page:
            page.run()
            drill.host()
        else:
            _no_warehouse()
    except UserError as error:
        st.error(str(error), icon=":material/error:")


def _freshness() -> None:
    """Through which day the data goes, and what was kept out."""
    state = data.freshness()
    with st.sidebar:
        st.divider()
        st.caption(
            f"Data through **{words.day(state.data_through)}**  \n{state.files:,} files, {state.claims:,} claims sent"
        )
        if state.quarantined:
            st.caption(f":material/warning: {state.quarantined:,} parts quarantined: run `cleanclaim status`")
        if state.missing_files:
            st.caption(f"Never loaded: {', '.join(state.missing_files)}")


def _no_warehouse() -> None:
    st.title("Nothing loaded yet")
    st.markdown(f"There is no warehouse at `{data.path()}`. Load your files, or look at a simulated practice first:")
    st.code(f"cleanclaim load FOLDER --db {data.path()}\ncleanclaim demo", language="bash")
    st.caption(
        "837, 835 and 277CA files, folders, .zip and .gz, and the side files (work_log.csv, staff.csv …). Then reload."
    )
