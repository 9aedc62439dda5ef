"""A figure by when claims were sent: young months are dashed and hollow, with what they will come to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboard import charts, charts_time, words
from dashboard.panel import panel
from dashboard.question import Question, Scope

_BY = {"sent": "Month sent", "answered": "Month answered"}


def rate_by_month(name: str, title: str, scope: Scope) -> None:
    """The trend of a rate by the month in which its claims were sent, or as its tile counts it, were answered."""
    card = st.container(border=True, height="stretch")
    with card:
        chart = st.container()  # above the control, in line with its neighbour
        by = st.segmented_control(
            "Claims count in the month they were",
            list(_BY),
            default="sent",
            required=True,
            format_func=_BY.__getitem__,
            key="trend",
            bind="query-params",
            help="By month sent, a month keeps its claims, and its rate moves until all are answered; by month "
            "answered, as the tiles count, a month is settled when it is over, but mixes claims of several months.",
        )
    question = Question(name, scope)
    if by == "answered":
        draw = partial(charts_time.trend, start=scope.start, end=scope.end)
        panel(f"{title} by month answered", question.by("month"), draw, "rate_by_month", card=chart)
    else:
        panel(f"{title} by month sent", question.sent().by("month"), figure, "rate_by_month_sent", card=chart)


def figure(frame: pl.DataFrame) -> go.Figure:
    """Settled months as a line; provisional ones dashed and hollow; diamonds for what these will come to."""
    frame = frame.drop_nulls("value")
    settled, young = frame.filter(~pl.col("is_provisional")), frame.filter("is_provisional")
    drawn = go.Figure()
    # the dashed line begins at the last settled month
    drawn.add_scatter(
        x=[*settled["month"].tail(1), *young["month"]],
        y=[*settled["value"].tail(1), *young["value"]],
        mode="lines",
        line={"width": 2, "dash": "dot", "color": charts.GREY},
        hoverinfo="skip",
        showlegend=False,
    )
    for part, name, symbol in ((settled, "Settled", "circle"), (young, "So far, provisional", "circle-open")):
        drawn.add_scatter(
            x=part["month"].to_list(),
            y=part["value"].to_list(),
            mode="markers" if symbol == "circle-open" else "lines+markers",
            name=name,
            marker={"size": 9, "symbol": symbol, "color": charts.blue(), "line": {"width": 2, "color": charts.blue()}},
            line={"width": 2.5, "color": charts.blue()},
            customdata=[[str(row["month"]), said(row)] for row in part.iter_rows(named=True)],
            hovertemplate="%{customdata[1]}<extra></extra>",
        )
    known = young.drop_nulls("completed")
    drawn.add_scatter(
        x=known["month"].to_list(),
        y=known["completed"].to_list(),
        mode="markers",
        name="Completed estimate, 95 % interval",
        marker={"size": 9, "symbol": "diamond", "color": charts.ORANGE},
        error_y={
            "array": known["high"] - known["completed"],
            "arrayminus": known["completed"] - known["low"],
            "color": charts.ORANGE,
            "thickness": 2,
            "width": 5,
        },
        customdata=[[str(row["month"]), said(row)] for row in known.iter_rows(named=True)],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )
    drawn.update_yaxes(rangemode="tozero", tickformat=".0%")
    drawn.update_xaxes(tickformat="%b\n%Y", dtick="M2" if frame.height > 8 else "M1", showgrid=False)
    drawn.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return charts.finished(drawn, 260)


def said(row: Mapping[str, Any]) -> str:
    """A month in words, for its tooltip."""
    month = f"{row['month']:%B %Y}"
    lines = [
        f"{words.rate(row['value'])}: {words.count(row['numerator'])} of {words.count(row['denominator'])}",
        f"{row['answered_share']:.0%} of the claims sent in {month} are answered.",
    ]
    if row["is_provisional"] and row["completed"] is not None:
        likely = f"{words.rate(row['low'])} to {words.rate(row['high'])}"
        lines.append(f"When all are answered: about {words.rate(row['completed'])} ({likely})")
    elif row["is_provisional"]:
        lines.append("Too few answers yet to say what it will come to.")
    return "<br>".join(lines)
