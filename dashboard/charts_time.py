"""A figure by month; a month of which the period holds only a part is seen to be one."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import plotly.graph_objects as go
import polars as pl

from dashboard import charts, words


def trend(frame: pl.DataFrame, start: date, end: date, is_rate: bool = True) -> go.Figure:
    """A line over months; the last point is labelled. Months that reach beyond start or end are hollow: a part only."""
    frame = frame.sort("month")
    cut = [month < start or _last_day(month) > end for month in frame["month"]]
    texts = [words.rate(v) if is_rate else words.money(v) for v in frame["value"]]
    figure = go.Figure(
        go.Scatter(
            x=frame["month"].to_list(),
            y=[None if v is None else float(v) for v in frame["value"]],
            mode="lines+markers+text",
            text=[*[""] * (len(texts) - 1), *(f"{text}<br>so far" if cut[-1] else text for text in texts[-1:])],
            textposition="middle right",
            textfont={"color": charts.ink()},
            cliponaxis=False,
            customdata=[
                [str(day), full, f"{int(n):,}", _part(day, start, end) if is_cut else ""]
                for (day, full, n), is_cut in zip(_trend_data(frame, texts), cut, strict=True)
            ],
            hovertemplate="%{x|%b %Y}<br>%{customdata[1]} of %{customdata[2]}%{customdata[3]}<extra></extra>"
            if is_rate
            else "%{x|%b %Y}<br>%{customdata[1]}%{customdata[3]}<extra></extra>",
            line={"width": 2.5, "color": charts.blue()},
            marker={
                "size": 9,
                "symbol": ["circle-open" if is_cut else "circle" for is_cut in cut],
                "color": charts.blue(),
                "line": {"width": 2, "color": charts.blue()},
            },
        )
    )
    figure.update_yaxes(rangemode="tozero", tickformat=".0%" if is_rate else "$~s")
    figure.update_xaxes(tickformat="%b\n%Y", dtick="M2" if frame.height > 8 else "M1", showgrid=False)
    figure.update_layout(margin={"r": 52})
    return charts.finished(figure, 260)


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _part(month: date, start: date, end: date) -> str:
    first, last = max(month, start), min(_last_day(month), end)
    return f"<br>only {words.day(first)} to {words.day(last)}"


def _trend_data(frame: pl.DataFrame, texts: list[str]) -> list[tuple]:
    sizes = frame["denominator"].fill_null(0) if frame["denominator"].dtype != pl.Null else [0] * frame.height
    return list(zip(frame["month"], texts, sizes, strict=True))
