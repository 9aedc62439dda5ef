"""The worklist as the Recovery page shows it: ranked, with the chance of the overturn model where one was trained."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboard import columns, data, drill, reproduce, riskmodel, story, words
from dashboard.question import Scope
from etl.warehouse.store import file_identity
from etl.worklist import worklist
from models.worklist_cli import learned_chances

_SHOWN = ("rank", "claim_number", "payer_name", "expected_amount", "days_left", "what_to_do", "why", "open_amount",
          "chance", "denial_category", "work_by", "facility")  # fmt: skip
_LABELS = {
    "rank": "Place", "expected_amount": "Expected", "days_left": "Days left", "what_to_do": "What to do",
    "why": "Why here", "open_amount": "Open", "chance": "Chance", "work_by": "Work by", "denial_category": "Category",
}  # fmt: skip
LEFT = {"all": "All", "30": "Within 30 days", "open": "Not passed", "passed": "Limit passed"}


def listed(scope: Scope) -> pl.DataFrame:
    """The list for the payers and sites chosen, in its order, as it was on the day that counts."""
    found = _listed(file_identity(data.path()), riskmodel.overturn_model(), scope.known_by)
    for name, values in (("payer_name", scope.payers), ("facility", scope.sites)):
        if values:
            found = found.filter(pl.col(name).is_in(values))
    return found


@st.cache_data(max_entries=8, show_spinner="Ranking the open denials …")
def _listed(key: data.Key, model: data.Key | None, known_by: date | None) -> pl.DataFrame:
    """`model` is there for the cache: an overturn model trained anew ranks anew."""
    connection = data.standing(key, "open_work", known_by)
    # of a past day the model knows nothing: it has learned from what came later
    chances = learned_chances(connection, riskmodel.path()) if model and not known_by else None
    return worklist(connection, chances=chances)


def narrowed(frame: pl.DataFrame, left: str, categories: list[str]) -> pl.DataFrame:
    """The rows that the page's own filters keep."""
    days = pl.col("days_left")
    kept = {"all": pl.lit(True), "30": days.is_between(0, 30), "open": days >= 0, "passed": days < 0}[left]
    chosen = pl.col("denial_category").is_in(categories) if categories else pl.lit(True)
    return frame.filter(kept & chosen)


def list_only(left: str, categories: list[str]) -> None:
    """Say that the page's own filters, where they are in use, are not those of its tiles and charts."""
    used = [name for name, is_used in (("days left", left != "all"), ("category", bool(categories))) if is_used]
    if used:
        st.caption(
            f":material/filter_alt_off: Only the list is narrowed by {words.listed(used)}; "
            "the tiles and charts are of all that is open."
        )


def table(frame: pl.DataFrame, known_by: date | None) -> None:
    """The list to read, to take away, and to open a claim from."""
    total = words.money(frame.filter(pl.col("days_left") >= 0)["expected_amount"].sum())
    st.markdown(
        f"**{frame.height:,} claims**, {total} expected from those whose limit has not passed.".replace("$", "\\$")
    )
    if frame["why"].str.contains("overturn model", literal=True).any():
        st.caption(
            "Here the chance is the overturn model's where it knows the line; the tiles and charts take the rate of "
            "the payer and category, so that their sums differ a little."
        )
    shown = columns.shown(frame.select(_SHOWN).head(1_000))
    config = columns.config(shown, "money")
    for name, label in _LABELS.items():
        config[name]["label"] = label
    config["chance"] = st.column_config.ProgressColumn("Chance", format="percent", min_value=0, max_value=1)
    config["what_to_do"] = st.column_config.TextColumn("What to do", width="medium")
    config["why"] = st.column_config.TextColumn("Why here", width="large")
    chosen = st.dataframe(
        shown, hide_index=True, height=min(38 + 35 * shown.height, 520), column_config=config, key="worklist",
        on_select="rerun", selection_mode="single-row", alt="Open denials in the order in which to work them",
    )  # fmt: skip
    drill.downloads(frame.drop("root_id", "payer_id"), "Recovery list")
    learned = reproduce.Call(learned_chances, {"model": riskmodel.path()})
    given: dict[str, object] = {"chances": learned} if riskmodel.overturn_model() and not known_by else {}
    reproduce.offer_call(worklist, as_of=known_by, **given)
    if not chosen.selection.rows:
        st.caption("Select a row, at its left edge, to see why it stands there and the claim's timeline.")
        return
    row = frame.row(chosen.selection.rows[0], named=True)
    with st.container(border=True):
        st.markdown(f"##### {row['rank']}. {row['claim_number']}: {row['what_to_do']}")
        st.markdown(row["why"].replace("$", "\\$"))
        story.show(int(row["root_id"]), linked=True)
