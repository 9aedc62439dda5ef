"""The drawings. Colours are Okabe and Ito's: they differ for every kind of colour sight, and each carries a label, a
mark or a position as well. Cumulative shares and sorting are drawing, not measuring.
"""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboard import words
from etl.measures import AR_BUCKETS
from etl.measures.fairness import LEAST_EXPECTED
from etl.measures.interval import SMALL_SAMPLE

# legible on light and dark alike; the main colour and that of text follow the theme (see blue, ink)
ORANGE, GREY = "#E69F00", "#8C8C8C"
_DARK, _LIGHT = "#10181F", "#FFFFFF"
# each with the colour of the text that it bears
_BUCKET_SHADES = (("#A9D3EE", _DARK), ("#6FB4DE", _DARK), ("#2877AD", _LIGHT), ("#E69F00", _DARK), ("#B3541E", _LIGHT))
CONFIG = {"displayModeBar": False, "displaylogo": False}


def pareto(frame: pl.DataFrame, dim: str, names: dict[str, str] | None = None, most: int = 12) -> go.Figure:
    """Bars from large to small with the cumulative share as a line; the tail beyond `most` is left to the table."""
    frame = frame.filter(pl.col("numerator") > 0).sort("numerator", dim, descending=[True, False])
    total = float(frame["numerator"].sum() or 1)
    shares = (frame["numerator"].cast(pl.Float64).cum_sum() / total).head(most)
    frame = frame.head(most)
    labels = [(names or {}).get(code, words.plain(code)) for code in frame[dim]]
    figure = go.Figure()
    figure.add_bar(
        x=labels,
        y=frame["numerator"].cast(pl.Float64),
        name="Denied amount",
        marker={"color": blue()},
        customdata=[[code, words.money(v)] for code, v in zip(frame[dim], frame["numerator"], strict=True)],
        text=[words.money(v) for v in frame["numerator"]],
        # at the foot, and outside only where the bar is low: the line of shares would cross it
        textposition="auto",
        insidetextanchor="start",
        insidetextfont={"size": 11, "color": on_blue()},
        outsidetextfont={"size": 11, "color": ink()},
        textangle=0,
        cliponaxis=False,
        hovertemplate="%{x}<br>%{customdata[1]}<extra></extra>",
    )
    figure.add_scatter(
        x=labels,
        y=shares,
        yaxis="y2",
        name="Cumulative share",
        mode="lines+markers",
        line={"color": ORANGE, "width": 2},
        marker={"symbol": "diamond", "size": 7},
        customdata=[[code] for code in frame[dim]],
        hovertemplate="%{x}<br>%{y:.0%} with all to the left<extra></extra>",
    )
    figure.update_layout(
        yaxis={"tickformat": "$~s", "rangemode": "tozero"},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "range": [0, 1.08],
            "tickformat": ".0%",
            "tickmode": "array",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "showgrid": False,
            "zeroline": False,
        },
        legend={"orientation": "h", "y": 1.12, "x": 0},
    )
    return finished(figure, 340)


def ranked(frame: pl.DataFrame, dim: str, names: dict[str, str], most: int = 5) -> go.Figure:
    """Horizontal bars, largest on top, labelled in place."""
    frame = frame.filter(pl.col("numerator") > 0).sort("numerator", dim, descending=[True, False]).head(most).reverse()
    figure = go.Figure(
        go.Bar(
            x=frame["numerator"].cast(pl.Float64),
            y=[wrapped(names.get(code, words.plain(code))) for code in frame[dim]],
            orientation="h",
            marker={"color": blue()},
            text=[words.money(v) for v in frame["numerator"]],
            textposition="auto",
            textangle=0,
            insidetextfont={"color": on_blue()},
            outsidetextfont={"color": ink()},
            cliponaxis=False,
            customdata=[[code, names.get(code, code)] for code in frame[dim]],
            hovertemplate="%{customdata[1]}<br>%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(type="category", automargin=True, ticksuffix="  ")  # a procedure code is no number
    return finished(figure, 260)


def heat(frame: pl.DataFrame, x: str, y: str) -> go.Figure:
    """A table of shaded cells with their amounts, where these fit. Each is a square mark, so that it can be clicked."""
    frame = frame.filter(pl.col("numerator") > 0)
    order = {
        dim: frame.group_by(dim).agg(pl.col("numerator").sum()).sort("numerator", dim)[dim].to_list() for dim in (x, y)
    }
    amounts = frame["numerator"].cast(pl.Float64)
    labels = {dim: [words.plain(value) for value in frame[dim]] for dim in (x, y)}
    figure = go.Figure(
        go.Heatmap(
            x=labels[x], y=labels[y], z=amounts, xgap=3, ygap=3, showscale=False, hoverinfo="skip",
            colorscale=[[0, "rgba(59,143,196,0.08)"], [1, "rgba(59,143,196,0.75)"]],
            text=[words.short(v) for v in frame["numerator"]], texttemplate="%{text}", textfont={"color": ink()},
        )
    )  # fmt: skip
    figure.add_scatter(
        x=labels[x],
        y=labels[y],
        mode="markers",
        marker={"symbol": "square", "size": 34, "color": "rgba(0,0,0,0)", "line": {"width": 0}},
        text=[words.money(v) for v in frame["numerator"]],
        customdata=list(zip(frame[x], frame[y], strict=True)),
        hovertemplate="%{y}<br>%{x}<br>%{text}<extra></extra>",
        # a click picks a cell; the others must stay readable
        unselected={"marker": {"opacity": 1}},
    )
    figure.update_xaxes(
        categoryorder="array", categoryarray=[words.plain(v) for v in reversed(order[x])], showgrid=False, side="top"
    )
    figure.update_yaxes(
        categoryorder="array", categoryarray=[words.plain(v) for v in order[y]], showgrid=False, automargin=True
    )
    return finished(figure, 90 + 40 * len(order[y]))


def aging(frame: pl.DataFrame, dim: str) -> go.Figure:
    """Stacked bars, one shade a bucket, darker and warmer with age; a segment says its amount when it has the room."""
    largest = frame.group_by(dim).agg(pl.col("numerator").sum()).sort("numerator", dim)
    figure = go.Figure()
    for bucket, (shade, on_it) in zip(AR_BUCKETS, _BUCKET_SHADES, strict=True):
        part = frame.filter((pl.col("ar_bucket") == bucket) & (pl.col("numerator") > 0))
        figure.add_bar(
            y=[words.plain(value) for value in part[dim]],
            x=part["numerator"].cast(pl.Float64),
            orientation="h",
            name=f"{bucket} days",
            marker={"color": shade},
            text=[words.money(v) for v in part["numerator"]],
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": on_it},
            textangle=0,
            customdata=[[value, bucket] for value in part[dim]],
            hovertemplate=f"%{{y}}, {bucket} days<br>%{{text}}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack", legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        uniformtext={"minsize": 10, "mode": "hide"},
    )  # fmt: skip
    figure.update_xaxes(tickformat="$~s")
    names = [words.plain(value) for value in largest[dim]]
    figure.update_yaxes(automargin=True, categoryorder="array", categoryarray=names, ticksuffix="  ")
    return finished(figure, 110 + 44 * largest.height)


def intervals(frame: pl.DataFrame, dim: str, average: float | None, is_rate: bool = True) -> go.Figure:
    """A dot and its 95 % interval each; small samples are hollow and grey. The dashed line is the average of all.

    The most work stands on top: people are not ranked. Not `is_rate`: observed over expected denials.
    """
    frame = frame.filter(pl.col("value").is_not_null()).sort(
        "is_small", "denominator", dim, descending=[True, False, True]
    )
    shown = words.rate if is_rate else words.ratio
    too_few = f"Fewer than {SMALL_SAMPLE}" if is_rate else f"Fewer than {LEAST_EXPECTED:g} expected"
    figure = go.Figure()
    for small in (False, True):
        part = frame.filter(pl.col("is_small") == small)
        value = part["value"]
        figure.add_scatter(
            x=value,
            y=_with_size(part, dim, is_rate),
            mode="markers",
            name=too_few if small else f"{'Rate' if is_rate else 'Ratio'} and 95 % interval",
            showlegend=bool(frame["is_small"].any()) and not part.is_empty(),
            marker={"size": 11, "color": GREY if small else blue(), "symbol": "circle-open" if small else "circle"},
            error_x={
                "array": part["high"] - value,
                "arrayminus": value - part["low"],
                "color": GREY if small else blue(),
                "thickness": 2,
                "width": 5,
            },
            customdata=[
                [code, shown(value), shown(low), shown(high), words.count(n), words.expected(of, is_rate)]
                for code, value, low, high, n, of in part.select(
                    dim, "value", "low", "high", "numerator", "denominator"
                ).iter_rows()
            ],
            hovertemplate="%{y}<br>%{customdata[1]} (%{customdata[2]} to %{customdata[3]})"
            "<br>%{customdata[4]} of %{customdata[5]}<extra></extra>",
        )
    if average is not None:
        figure.add_vline(
            x=average, line={"dash": "dash", "color": GREY, "width": 1.5},
            annotation={"text": f"all: {shown(average)}" if is_rate else "as expected", "yref": "paper", "y": 1,
                        "yanchor": "bottom", "showarrow": False},
        )  # fmt: skip
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=_with_size(frame, dim, is_rate),
        automargin=True,
        ticksuffix="  ",
        type="category",
    )
    # a rate near 100 % would be squeezed by an axis from zero
    rangemode = "normal" if is_rate and (average or 0) > 0.5 else "tozero"
    figure.update_xaxes(tickformat=".1%" if is_rate else ".1f", nticks=6, rangemode=rangemode)
    figure.update_layout(legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return finished(figure, 96 + 36 * max(frame.height, 3))


def _with_size(frame: pl.DataFrame, dim: str, is_rate: bool) -> list[str]:
    """Names with the number of claims (or codes) behind the rate: no rate of a person stands without it."""
    sizes = frame.select(dim, "denominator").iter_rows()
    return [f"{words.plain(name)}  {'n ' if is_rate else ''}{words.expected(n, is_rate)}" for name, n in sizes]


def shortened(label: str, most: int = 30) -> str:
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def wrapped(label: str, width: int = 30) -> str:
    """A label in two lines at most, cut at the end of the second only."""
    first, *rest = textwrap.wrap(label, width, break_long_words=False) or [""]
    return f"{first}<br>{shortened(' '.join(rest), width)}" if rest else first


def ink() -> str:
    """The colour of text on the theme that the user has: Streamlit's own for charts is too pale on a shaded cell."""
    return "#DCE2E8" if st.context.theme.type == "dark" else "#2B3640"


def blue() -> str:
    """The main colour on the theme that the user has."""
    return "#56B4E9" if st.context.theme.type == "dark" else "#0072B2"


def on_blue() -> str:
    """The colour of text on a bar in the main colour."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def muted() -> str:
    """A grey that text can bear; GREY is for marks."""
    return "#A3ABB3" if st.context.theme.type == "dark" else "#667078"


def finished(figure: go.Figure, height: int) -> go.Figure:
    """A drawing with the margins and the colours that all share."""
    margin = {"l": 8, "r": figure.layout.margin.r or 8, "t": 34, "b": 8}
    figure.update_layout(height=height, margin=margin, dragmode=False, hovermode="closest", font={"color": ink()})
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(tickfont={"color": ink()}, title_font={"color": ink()})
    return figure
