"""The drawings of people's work: a funnel, intervals, and plain values. In the order of ids or of volume, never ranked.

Who is outside the limits bears another mark as well as another colour; who has too little work is hollow and grey.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl

from dashboard import words
from dashboard.charts import GREY, ORANGE, blue, finished, ink
from etl.measures.fairness import ALONE, HIGHER, LEAST_EXPECTED, LOWER, TOO_FEW, WITHIN, funnel_limits

# verdict -> mark; the colour says the same once more
_SYMBOLS = {
    HIGHER: "triangle-up",
    LOWER: "triangle-down",
    WITHIN: "circle",
    ALONE: "diamond-open",
    TOO_FEW: "circle-open",
}
# names beside the dots only where they stay apart
_MOST_NAMES = 25


def funnel(card: pl.DataFrame) -> go.Figure:
    """Observed over expected denials, within what chance allows. `card` is a scorecard.

    Across stand the expected denials as far as they are known: there, one pair of lines holds everybody's own limits,
    so that who lies outside is who the words name.
    """
    card = card.filter(pl.col("ratio").is_not_null())
    figure = go.Figure()
    most = max(_most(card["effective_expected"], 0), 2 * LEAST_EXPECTED)
    least = min([LEAST_EXPECTED, *card.filter(~pl.col("is_small"))["effective_expected"]])
    across = np.linspace(least, most * 1.08, 200)
    phi = float(card["over_dispersion"][0]) if card.height else 1.0
    for level, dash in ((0.95, "dash"), (0.998, "dot")):
        for side, limit in zip(("lower", "upper"), funnel_limits(across, phi, level), strict=True):
            figure.add_scatter(
                x=across, y=limit, mode="lines", line={"dash": dash, "color": GREY, "width": 1.5}, hoverinfo="skip",
                name=f"{level:.1%} limits".replace(".0%", " %"), legendgroup=str(level), showlegend=side == "upper",
            )  # fmt: skip
    figure.add_hline(y=1, line={"color": GREY, "width": 1})
    for verdict, symbol in _SYMBOLS.items():
        _points(figure, card.filter(pl.col("verdict") == verdict), verdict, symbol, card.height <= _MOST_NAMES)
    highest = max(_most(card["ratio"], 1), float(funnel_limits(across[:1] * 1.5, phi)[1][0]))
    figure.update_yaxes(title="observed / expected", range=[0, highest * 1.1], tickformat=".1f")
    figure.update_xaxes(title="denials expected from the case mix, as far as they are known", range=[0, most * 1.1])
    figure.update_layout(legend={"orientation": "h", "y": -0.22, "x": 0})
    return finished(figure, 440)


def caterpillar(card: pl.DataFrame) -> go.Figure:
    """Each person's ratio with the interval that the verdict goes by, and the shrunken ratio; the most work on top."""
    card = card.filter(pl.col("ratio").is_not_null()).sort("expected", "person", descending=[False, True])
    names = [f"{words.plain(p)}  {n:,.0f} expected" for p, n in card.select("person", "expected").iter_rows()]
    figure = go.Figure()
    for verdict, symbol in _SYMBOLS.items():
        part = card.with_columns(name=pl.Series(names, dtype=pl.String)).filter(pl.col("verdict") == verdict)
        colour = _colour(verdict)
        figure.add_scatter(
            x=part["ratio"], y=part["name"], mode="markers", name=verdict, showlegend=not part.is_empty(),
            marker={"size": 10, "symbol": symbol, "color": colour},
            error_x={"array": part["high"] - part["ratio"], "arrayminus": part["ratio"] - part["low"],
                     "color": colour, "thickness": 2, "width": 4},
            customdata=_hover(part), hovertemplate=_HOVER,
        )  # fmt: skip
    figure.add_scatter(
        x=card["shrunken"], y=names, mode="markers", name="drawn towards all people", hoverinfo="skip",
        marker={"symbol": "line-ns-open", "size": 13, "color": ink(), "line": {"width": 2}},
    )  # fmt: skip
    figure.add_vline(x=1, line={"dash": "dash", "color": GREY, "width": 1.5})
    figure.update_yaxes(categoryorder="array", categoryarray=names, automargin=True, ticksuffix="  ", type="category")
    # few expected denials make an interval that would squeeze all others
    highest = _most(card.filter(~pl.col("is_small"))["high"], 4)
    figure.update_xaxes(title="observed / expected", range=[0, min(highest * 1.15, 8)], tickformat=".1f")
    figure.update_layout(legend={"orientation": "h", "y": -0.22, "x": 0})
    return finished(figure, max(440, 130 + 26 * card.height))


def plain_values(frame: pl.DataFrame, dim: str, unit: str, least: int = 30) -> go.Figure:
    """A dot each (days, or claims a day), in the order of ids; few claims are hollow and grey."""
    frame = frame.filter(pl.col("value").is_not_null()).sort(dim, descending=True)
    names = [f"{words.plain(name)}  n {words.count(n)}" for name, n in frame.select(dim, "denominator").iter_rows()]
    small = (frame["denominator"] < least).to_list()
    figure = go.Figure(
        go.Scatter(
            x=frame["value"], y=names, mode="markers",
            marker={"size": 11, "symbol": ["circle-open" if few else "circle" for few in small],
                    "color": [GREY if few else blue() for few in small]},
            customdata=[[code, f"{value:,.1f} {unit}", words.count(n)]
                        for code, value, n in frame.select(dim, "value", "denominator").iter_rows()],
            hovertemplate="%{customdata[0]}<br>%{customdata[1]}<br>from %{customdata[2]}<extra></extra>",
        )
    )  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=names, automargin=True, ticksuffix="  ", type="category")
    figure.update_xaxes(title=unit, rangemode="tozero", nticks=6)
    return finished(figure, 100 + 26 * max(frame.height, 3))


_HOVER = (
    "%{customdata[0]}: %{customdata[1]}<br>%{customdata[2]} observed, %{customdata[3]} expected of %{customdata[4]} "
    "claims<br>ratio %{customdata[5]} (%{customdata[6]} to %{customdata[7]})<br>the expectation is known as well as "
    "%{customdata[8]} denials are<extra></extra>"
)


def _hover(part: pl.DataFrame) -> list[list[Any]]:
    columns = ("person", "verdict", "observed", "expected", "claims", "effective_expected", "ratio", "low", "high")
    return [
        [person, verdict, words.count(observed), f"{expected:,.1f}", words.count(claims), *map(words.ratio, ratios),
         f"{known:,.1f}"]
        for person, verdict, observed, expected, claims, known, *ratios in part.select(columns).iter_rows()
    ]  # fmt: skip


def _points(figure: go.Figure, part: pl.DataFrame, verdict: str, symbol: str, named: bool) -> None:
    figure.add_scatter(
        x=part["effective_expected"], y=part["ratio"], mode="markers+text" if named else "markers", name=verdict,
        showlegend=not part.is_empty(), text=part["person"], textposition="top center", cliponaxis=False,
        textfont={"size": 11, "color": ink()}, marker={"size": 11, "symbol": symbol, "color": _colour(verdict)},
        customdata=_hover(part), hovertemplate=_HOVER,
    )  # fmt: skip


def _most(values: pl.Series, otherwise: float) -> float:
    return max(values.drop_nulls().to_list(), default=otherwise)


def _colour(verdict: str) -> str:
    return {HIGHER: ORANGE, LOWER: "#009E73", WITHIN: blue()}.get(verdict, GREY)
