"""A chart with its title and definition, the way from each of its marks to the claims behind it, and its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import charts, columns, data, drill, filters, findings, reproduce, tiles, words
from dashboard.question import Question
from etl.measures import DIMENSIONS

# what a figure by month sent has besides
_MATURITY = {
    "claims": "Claims sent",
    "answered_share": "Share answered",
    "completed": "Completed estimate",
    "low": "From",
    "high": "To",
}
Draw = Callable[[pl.DataFrame], go.Figure]


def panel(
    title: str,
    question: Question,
    draw: Draw,
    key: str,
    names: Mapping[str, str] | None = None,
    card: DeltaGenerator | None = None,
) -> None:
    """Ask, draw, and open the claims of a mark on a click, or by name for those who use the keyboard.

    `draw` makes marks whose customdata begins with the values of the question's dims, in their order. It stands in a
    card of its own, or in `card`.
    """
    frame = data.ask(question)
    with card or st.container(border=True, height="stretch"):
        tiles.heading(title, question.measure)
        tiles.not_applied(question)
        # a rate of zero is an answer, a sum of zero is nothing to draw
        counted = "numerator" if question.measure.denominator is None else "denominator"
        if frame.is_empty() or not frame[counted].cast(pl.Float64).abs().sum():
            if missing := tiles.missing_file(question.measure):
                st.info(f"Load {missing} to fill this.", icon=":material/upload_file:")
            else:
                filters.empty("claims", question.day if question.is_balance else None)
            return
        finding = findings.first(question, frame, names or {})
        if finding:
            st.caption(finding.replace("$", "\\$"))
        # a fresh key after each click: the same mark can then be clicked again, and no mark stays dimmed
        chart_key = f"{key}_{st.session_state.get(key, 0)}"
        st.plotly_chart(
            draw(frame),
            key=chart_key,
            on_select=partial(_clicked, key, chart_key, question),
            selection_mode="points",
            config=charts.CONFIG,
            alt=". ".join(filter(None, [title, question.described(), finding, "The table below it has the figures."])),
        )
        _footer(title, question, frame, key, names or {})


def _footer(title: str, question: Question, frame: pl.DataFrame, key: str, names: Mapping[str, str]) -> None:
    """All claims, those of one mark, and the figures as a table."""
    marks = {
        _mark_name(row, question, names): tuple(str(row[dim]) for dim in question.dims)
        for row in frame.iter_rows(named=True)
        if row["numerator"]
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "See the claims",
            key=f"{key}_all",
            type="tertiary",
            icon=":material/arrow_forward:",
            icon_position="right",
            on_click=drill.open_claims,
            args=(question.by(),),
        )
        with st.popover("Table", icon=":material/table:", type="tertiary"):
            label = " and ".join(DIMENSIONS[dim].label.lower() for dim in question.dims)
            st.selectbox(
                f"Open the claims of one {label}",
                list(marks),
                index=None,
                key=f"{key}_of",
                placeholder="Choose, or click the chart",
                on_change=_named,
                args=(key, question, marks),
            )
            _table(title, frame, question)
        reproduce.offer(question)


def _table(title: str, frame: pl.DataFrame, question: Question) -> None:
    """The figures behind the drawing, in words, largest first (time and people in their order: nobody is ranked)."""
    measure, dims = question.measure, question.dims
    if not set(dims) & {"month", "week", "day", "coder_id", "biller_id", "staff_id"}:
        frame = frame.sort("value", descending=True, nulls_last=True)
    wording = [
        pl.col(dim).replace_strict({code: words.plain(code) for code in frame[dim].unique()}, return_dtype=pl.String)
        for dim in dims
        if frame.schema[dim] == pl.String
    ]
    named = frame.with_columns(wording).rename({dim: DIMENSIONS[dim].label for dim in dims})
    maturity = [pl.col(name).alias(label) for name, label in _MATURITY.items() if name in frame.columns]
    if measure.denominator is None:
        named = named.select(*[DIMENSIONS[dim].label for dim in dims], pl.col("value").alias(measure.label), *maturity)
    else:
        counts = {"numerator": "Counted", "denominator": "Of", "value": measure.label}
        whole = ["numerator"] if measure.unit == "ratio" else ["numerator", "denominator"]
        named = named.with_columns(pl.col(whole).cast(pl.Int64)).select(
            *[DIMENSIONS[dim].label for dim in dims],
            *[pl.col(name).alias(label) for name, label in counts.items()],
            *maturity,
        )
    style = {"money": "dollar", "count": "localized", "ratio": "%.2f"}.get(measure.unit, "%.1f")
    styles = {measure.label: style, **dict.fromkeys(("Claims sent", "Counted", "Of"), "localized")}
    config = {label: st.column_config.NumberColumn(format=style) for label, style in styles.items()}
    shares = [*([measure.label] if measure.unit == "rate" else []), *(set(_MATURITY.values()) - {"Claims sent"})]
    on_screen, percents = columns.percents(named, shares)
    st.dataframe(
        on_screen, hide_index=True, column_config=config | percents, placeholder=words.NONE, alt=f"{title} as a table"
    )
    drill.downloads(named, title)


def _mark_name(row: Mapping[str, object], question: Question, names: Mapping[str, str]) -> str:
    return " · ".join(names.get(str(row[dim]), words.plain(row[dim])) for dim in question.dims)


def _clicked(key: str, chart_key: str, question: Question) -> None:
    points = st.session_state[chart_key].selection.points
    if not points or not points[0].get("customdata"):
        return  # nothing, or a mark that stands for no part
    values = [str(value) for value in points[0]["customdata"]]
    drill.open_claims(question.at(**dict(zip(question.dims, values, strict=False))))
    st.session_state[key] = st.session_state.get(key, 0) + 1


def _named(key: str, question: Question, marks: Mapping[str, tuple[str, ...]]) -> None:
    name = st.session_state[f"{key}_of"]
    if name:
        drill.open_claims(question.at(**dict(zip(question.dims, marks[name], strict=True))))
        st.session_state[f"{key}_of"] = None
