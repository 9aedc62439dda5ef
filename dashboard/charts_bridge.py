"""From one figure to another in steps: each bar begins where the one above it ends."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import accumulate

import plotly.graph_objects as go
import polars as pl

from dashboard import words
from dashboard.charts import ORANGE, blue, finished, ink, muted, on_blue, wrapped
from etl.measures import Measure

Named = tuple[str, Decimal | int]


def waterfall(
    frame: pl.DataFrame, dim: str, names: Mapping[str, str], measure: Measure, start: Named, end: Named
) -> go.Figure:
    """Steps by `dim`, the largest first, between two totals. What adds is orange and +, what takes is blue and -."""
    frame = frame.filter(pl.col("numerator") != 0)
    frame = frame.sort(pl.col("numerator").abs(), pl.col(dim), descending=[True, False])
    steps = [float(value) for value in frame["numerator"]]
    before = list(accumulate(steps, initial=float(start[1])))[:-1]
    figure = go.Figure()
    figure.add_bar(
        x=[float(start[1]), float(end[1])],
        y=[start[0], end[0]],
        orientation="h",
        marker={"color": muted()},
        insidetextfont={"color": on_blue()},
        outsidetextfont={"color": ink()},
        textangle=0,
        text=[words.number(measure, value) for _, value in (start, end)],
        textposition="auto",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.add_bar(
        x=steps,
        base=before,
        y=[wrapped(names.get(code, code)) for code in frame[dim]],
        orientation="h",
        marker={"color": [ORANGE if step > 0 else blue() for step in steps]},
        text=[f"{'+' if step > 0 else ''}{words.number(measure, step)}" for step in steps],
        textposition="auto",
        insidetextfont={"color": ["#10181F" if step > 0 else on_blue() for step in steps]},
        outsidetextfont={"color": ink()},
        textangle=0,
        cliponaxis=False,
        customdata=[[code, names.get(code, code)] for code in frame[dim]],
        hovertemplate="%{customdata[1]}<br>%{text}<extra></extra>",
    )
    order = [start[0], *(wrapped(names.get(code, code)) for code in frame[dim]), end[0]]
    figure.update_yaxes(categoryorder="array", categoryarray=order[::-1], automargin=True, ticksuffix="  ")
    figure.update_xaxes(tickformat="$~s" if measure.unit == "money" else "~s", rangemode="tozero")
    figure.update_layout(showlegend=False, barmode="overlay", margin={"r": 60})
    return finished(figure, 110 + 40 * len(order))
