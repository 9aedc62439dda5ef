"""From a figure to exactly the claims that make it up, and from a claim to its story."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import polars as pl
import streamlit as st

from dashboard import columns, data, exports, reproduce, story, words
from dashboard.question import Question
from etl.errors import UserError

# more rows than a person reads; the download has them all
_ON_SCREEN = 1_000
_WAITING = "drill_question"


def open_claims(question: Question) -> None:
    """Callback: show the claims behind this question once the page has been drawn."""
    st.session_state[_WAITING] = question


def host() -> None:
    """Open the dialog that a click asked for; called once at the end of every run."""
    question = st.session_state.pop(_WAITING, None)
    if question:
        st.dialog(question.measure.label, width=1200, icon=":material/list_alt:")(claims)(question)


def claims(question: Question) -> None:
    """The claims behind a question: that they add up, the table, the downloads, and one claim's story on selection."""
    asked = columns.COLUMNS[question.measure.view]
    frame = data.rows(question, asked)
    st.caption(question.described())
    if frame.is_empty():
        st.info("No claim makes up this figure: it is zero for these filters.", icon=":material/info:")
        return
    st.markdown(_sum_words(question, frame))
    shown = columns.shown(frame.head(_ON_SCREEN))
    unit = question.measure.unit if question.measure.denominator is None else _amount_unit(question)
    chosen = st.dataframe(
        shown,
        key=f"claims_{abs(hash(question))}",
        hide_index=True,
        height=min(38 + 35 * shown.height, 388),
        column_config=columns.config(shown, unit),
        column_order=columns.order(shown),
        on_select="rerun",
        selection_mode="single-row",
        alt=f"Claims behind {question.measure.label}",
    )
    downloads(frame.drop("root_id", strict=False), question.measure.label)
    reproduce.offer(question, asked)
    if "root_id" not in frame.columns:
        return
    if chosen.selection.rows:
        root_id = frame["root_id"][chosen.selection.rows[0]]
        st.divider()
        story.show(int(root_id), linked=True)
    else:
        st.caption("Select a row, at its left edge, to see that claim's timeline.")


def downloads(frame: pl.DataFrame, title: str) -> None:
    """The table as CSV and Excel; made only when asked for."""
    named = frame.rename({name: columns.LABELS.get(name, name) for name in frame.columns})
    whole = named.head(data.MOST_ROWS)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "CSV",
            partial(exports.csv, whole),
            exports.file_name(title, "csv"),
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv_{title}",
        )
        st.download_button(
            "Excel",
            partial(exports.excel, whole, title),
            exports.file_name(title, "xlsx"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
            on_click="ignore",
            key=f"excel_{title}",
        )
        if frame.height > data.MOST_ROWS:
            st.caption(f"Downloads hold the {data.MOST_ROWS:,} largest rows. Narrow the filters for the rest.")


def _sum_words(question: Question, frame: pl.DataFrame) -> str:
    """How the rows add up to the figure, checked and said."""
    answer, measure = data.total(question), question.measure
    if frame.height > data.MOST_ROWS:
        return f"The {data.MOST_ROWS:,} largest of the rows that make up **{words.number(measure, answer['value'])}**."
    total, expected = measure.added_up(frame), Decimal(str(answer["numerator"]))
    if total != expected:  # never seen; a reader must not trust a table that tells another story than its tile
        raise UserError(f"The rows add up to {total}, the figure says {expected}. Please report this.")
    rows = f"{frame.height:,} row{'s' if frame.height != 1 else ''}"
    is_money = _amount_unit(question) == "money"
    figure = words.money(total, cents=True) if is_money else words.count(total)
    kept = f" The table shows the {_ON_SCREEN:,} largest." if frame.height > _ON_SCREEN else ""
    if measure.denominator is None:
        return f"{rows}, adding up to **{figure}**: exactly the figure shown.{kept}"
    of = (
        words.money(Decimal(str(answer["denominator"])), cents=True) if is_money else words.count(answer["denominator"])
    )
    return f"{rows}, adding up to **{figure}** of {of} = **{words.number(measure, answer['value'])}**.{kept}"


def _amount_unit(question: Question) -> str:
    """What a contribution is counted in: a rate or a number of days may be made of money or of claims."""
    measure = question.measure
    return "money" if measure.unit == "money" or measure.numerator.amount.endswith("_amount") else "count"
