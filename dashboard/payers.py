"""What the Payers page shows beside measures: payers on equal case mix, and what they have changed."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboard import charts, columns, data, drill, filters, reproduce, story, words
from etl import behaviour
from etl.behaviour import SEES, Change
from etl.freshness import ANSWERS
from etl.measures.interval import SMALL_SAMPLE
from etl.warehouse.store import file_identity, open_reader

_KIND = {"denial_rate": "Denial rate", "days_to_pay": "Days to pay"}
CAPTION = (
    "1 is what all payers together would do on this payer's mix of procedure families, claim types and sites; the bar "
    "is the exact 95 % Poisson interval. Where it crosses 1, the difference may be chance. A claim counts once for "
    "each procedure family on it, so there are more answers than claims, and shares lie below the initial denial rate."
)


def compared(start: date, end: date, chosen: tuple[str, ...]) -> pl.DataFrame:
    """The payers' scorecard, those chosen only; all payers make the standard."""
    found = _compared(file_identity(data.path()), start, end)
    return found.filter(pl.col("payer_name").is_in(chosen)) if chosen else found


def changed(chosen: tuple[str, ...], by: date | None) -> list[Change]:
    """What has changed by a day, or by the last known one."""
    found = _changed(file_identity(data.path()), by)
    return [one for one in found if not chosen or one.payer_name in chosen]


@st.cache_data(max_entries=20, show_spinner="Comparing the payers …")
def _compared(key: data.Key, start: date, end: date) -> pl.DataFrame:
    return behaviour.scorecard(open_reader(Path(key[0])), start, end)


@st.cache_data(max_entries=8, show_spinner="Looking for changes …")
def _changed(key: data.Key, by: date | None) -> list[Change]:
    return behaviour.changes(open_reader(Path(key[0])), by)


def ratios(frame: pl.DataFrame) -> go.Figure:
    """Observed over expected with its interval; few claims are hollow and grey, the dashed line is as all do."""
    frame = frame.filter(pl.col("ratio").is_not_null()).sort("ratio")
    figure = go.Figure()
    for small in (False, True):
        part = frame.filter((pl.col("claims") < SMALL_SAMPLE) == small)
        colour = charts.GREY if small else charts.blue()
        figure.add_scatter(
            x=part["ratio"], y=[words.plain(name) for name in part["payer_name"]], mode="markers", showlegend=False,
            marker={"size": 11, "color": colour, "symbol": "circle-open" if small else "circle"},
            error_x={"array": part["high"] - part["ratio"], "arrayminus": part["ratio"] - part["low"], "color": colour,
                     "thickness": 2, "width": 5},
            customdata=[[words.rate(r), words.rate(a), words.count(n)]
                        for r, a, n in part.select("rate", "adjusted_rate", "claims").iter_rows()],
            hovertemplate="%{y}<br>%{x:.2f} × expected<br>raw %{customdata[0]}, on equal mix %{customdata[1]}"
                          "<br>%{customdata[2]} answers<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=1, line={"dash": "dash", "color": charts.GREY, "width": 1.5})
    figure.update_yaxes(categoryorder="array", categoryarray=[words.plain(n) for n in frame["payer_name"]],
                        automargin=True, ticksuffix="  ")  # fmt: skip
    figure.update_xaxes(title="Denials, observed over expected")
    return charts.finished(figure, 120 + 40 * frame.height)


def scorecard(frame: pl.DataFrame, start: date, end: date) -> None:
    """The same as a table, to sort and to take away."""
    shown = frame.sort("ratio", descending=True, nulls_last=True).select(
        pl.col("payer_name").map_elements(words.plain, pl.String).alias("Payer"),
        pl.col("claims").alias("Answers"),
        pl.col("rate").alias("Denied"),
        pl.col("adjusted_rate").alias("On equal mix"),
        pl.col("ratio").alias("Observed / expected"),
        pl.col("low").alias("From"),
        pl.col("high").alias("To"),
        pl.col("days_to_pay").alias("Days to pay"),
        pl.when(pl.col("claims") < SMALL_SAMPLE)
        .then(pl.lit("too few answers to tell"))
        .otherwise(pl.lit(""))
        .alias("Note"),
    )
    on_screen, percent = columns.percents(shown, ("Denied", "On equal mix"))
    percent["Answers"] = st.column_config.NumberColumn(format="localized")
    ratio = {
        name: st.column_config.NumberColumn(
            format="%.2f", help="95 % interval" if name != "Observed / expected" else None
        )
        for name in ("Observed / expected", "From", "To")
    }
    st.dataframe(on_screen, hide_index=True, column_config=percent | ratio, placeholder=words.NONE,
                 alt="Payers on the same case mix")  # fmt: skip
    drill.downloads(shown, "Payers on equal case mix")
    reproduce.offer_call(behaviour.scorecard, start=start, through=end)


def no_answers() -> None:
    """Why there is nothing to compare."""
    if ANSWERS in data.freshness().missing_files:
        st.info(f"Load {ANSWERS} to fill this.", icon=":material/upload_file:")
    else:
        filters.empty("answers")


def findings(found: list[Change], by: date | None) -> None:
    """What has changed, each finding in words, with the way to its first claims."""
    if not found and ANSWERS in data.freshness().missing_files:
        no_answers()
        return
    reproduce.offer_call(behaviour.changes, as_of=by)
    if not found:
        st.info("No payer has changed in a way that chance would not explain.", icon=":material/check_circle:")
        st.caption(SEES)
        return
    for i, one in enumerate(found):
        with st.expander(
            _title(one), icon=":material/trending_up:" if one.after > one.before else ":material/trending_down:"
        ):
            st.markdown(_story(one).replace("$", "\\$"))
            if one.kind == "denial_rate" and one.after > one.before:
                _first(one, i)
    table = pl.DataFrame([asdict(one) for one in found], infer_schema_length=None)
    drill.downloads(table, "Payer changes")


def _title(one: Change) -> str:
    what = "days to pay" if one.kind == "days_to_pay" else f"{words.plain(one.denial_category)}, {one.procedure_family}"
    before, after = (_level(one, value) for value in (one.before, one.after))
    cost = f" · {words.money(one.amount)}".replace("$", "\\$")
    return f"**{words.plain(one.payer_name)}** · {what}: {before} → {after} since {words.day(one.since)}{cost}"


def _story(one: Change) -> str:
    when = f"between {words.day(one.since_earliest)} and {words.day(one.since_latest)}"
    if one.since_earliest == one.since_latest:
        when = f"on {words.day(one.since)}"
    before = f"{_level(one, one.before)} ({_level(one, one.before_low)} to {_level(one, one.before_high)})"
    after = f"{_level(one, one.after)} ({_level(one, one.after_low)} to {_level(one, one.after_high)})"
    text = (
        f"It changed {when}. Before: {before} over {one.claims_before:,} answers; since: {after} over "
        f"{one.claims_after:,}. Intervals hold 95 %. "
    )
    if one.kind == "days_to_pay":
        return text + f"About {words.money(abs(one.amount))} {'more' if one.amount > 0 else 'less'} waits at any time."
    text += f"Denied since beyond the old rate on the same mix: {words.money(one.amount)}"
    text += f" ({words.money(one.amount_low)} to {words.money(one.amount_high)}). "
    return text + (
        "**The mix of services explains this change: the payer need not have changed.**" if one.is_mix else ""
    )


def _first(one: Change, i: int) -> None:
    rows = behaviour.first_claims(open_reader(data.path()), one)
    if rows.is_empty():
        st.caption("No claim was denied for this since.")
        return
    st.caption("The first claims it hit. Select one to see its story.")
    chosen = st.dataframe(
        columns.shown(rows), hide_index=True, key=f"first_{i}", on_select="rerun", selection_mode="single-row",
        column_config=columns.config(rows.drop("root_id"), "money"), alt="The first claims of this change",
    )  # fmt: skip
    if chosen.selection.rows:
        story.show(int(rows["root_id"][chosen.selection.rows[0]]), linked=True)


def _level(one: Change, value: float | None) -> str:
    if value is None:
        return words.NONE
    return words.rate(value) if one.kind == "denial_rate" else f"{value:.0f} days"
