"""What the risk model's page shows: its card, its versions, and how it holds since it was trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from dashboard import charts, columns, data, words
from etl.warehouse.store import file_identity, open_reader
from models import overturn_card, saved
from models.card import markdown

_LABELS = {
    "auroc": "AUROC", "brier": "Brier", "ece": "Calibration error", "mean_risk": "Mean risk",
    "denied_share": "Denial rate", "average_precision": "Average precision", "denied_amount": "Denied dollars found",
    "at_random_amount": "At random", "claims_a_day": "Claims a day", "ranked_by": "Ranked by",
    "denied_interval": "95 % interval", "listed_share": "On the list", "false_positive_share": "Paid, yet on the list",
    "false_positive_interval": "95 % interval of it",
}  # fmt: skip
_SHARES = ("mean_risk", "denied_share", "listed_share", "false_positive_share")
_DOLLARS = ("denied_amount", "at_random_amount")
_SCORES = ("auroc", "brier", "ece", "average_precision")
_COUNTS = ("claims", "denied", "lines_before", "lines_since")
_DAYS = {"month": "MMM YYYY", "trained_at": "D MMM YYYY", "submitted_to": "D MMM YYYY"}


def path() -> Path:
    """The model file that the check uses."""
    return data.model_path() or data.path().with_name(f"{data.path().stem}.model.skops")


def report() -> dict[str, Any] | None:
    """The account of the model in use, None when none was trained. Its manifest is read, the model is not opened."""
    manifest = path().with_suffix(".json")
    if not manifest.exists():
        return None
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return found["report"] | {"trained_at": found["trained_at"]}


def card() -> str:
    """The model card as Markdown, to download."""
    found = report()
    return markdown(found) if found else ""


def overturn() -> None:
    """The overturn model's card."""
    st.markdown(words.dated(overturn_card.of(path())) or "No overturn model was trained yet.")


def overturn_model() -> data.Key | None:
    """What changes when an overturn model is trained; None when there is none."""
    manifest = saved.manifest_path(overturn_card.beside(path()))
    return file_identity(manifest) if manifest.exists() else None


def versions() -> list[dict[str, Any]]:
    """The versions kept, newest first."""
    return saved.versions(path())


def since_training() -> dict[str, Any]:
    """How the model in use does on claims answered since it was trained, and how far its inputs have drifted."""
    return _since(file_identity(data.path()), file_identity(path()))


@st.cache_data(max_entries=2, show_spinner="Scoring the claims answered since …")
def _since(warehouse: data.Key, model: data.Key) -> dict[str, Any]:
    from models import live  # scikit-learn takes seconds to import

    found = Path(model[0])
    return live.since_training(open_reader(Path(warehouse[0])), saved.load(found), saved.trained_to(found))


def tiles(found: dict[str, Any]) -> None:
    """The model's quality on claims that it had not seen."""
    tested, ranges = found["metrics"]["model"], found.get("intervals") or {}
    shown = (
        ("AUROC", "auroc", "How well denied claims are ranked above paid ones: 0.5 is chance, 1 is perfect."),
        ("Brier score", "brier", "Mean squared distance of risk from what happened; lower is better."),
        ("Calibration error", "ece", "Mean distance of predicted from actual denial rate over ten groups by risk."),
    )
    for column, (label, name, text) in zip(st.columns(3), shown, strict=True):
        value = words.NONE if tested[name] is None else f"{tested[name]:.3f}"
        column.metric(label, value, border=True, help=text)
        if name in ranges:
            low, high = ranges[name]
            column.caption(f"95 % interval {low:.3f} to {high:.3f}")


def table(rows: list[dict[str, Any]], label: str) -> None:
    """Rows of the account as a table, in words."""
    if not rows:
        st.caption("Nothing to show.")
        return
    frame = _worded(pl.DataFrame(rows, infer_schema_length=None))
    on_screen, config = columns.percents(frame.rename(_label), map(_label, _SHARES))
    config |= {_label(name): st.column_config.NumberColumn(format="dollar") for name in _DOLLARS}
    config |= {_label(name): st.column_config.NumberColumn(format="%.3f") for name in _SCORES}
    config |= {_label(name): st.column_config.NumberColumn(format="localized") for name in _COUNTS}
    config |= {_label(name): st.column_config.DateColumn(format=style) for name, style in _DAYS.items()}
    st.dataframe(on_screen, hide_index=True, column_config=config, placeholder=words.NONE, alt=label)


def _worded(frame: pl.DataFrame) -> pl.DataFrame:
    """Payers by name, and days as days: the account has ids and ISO text (2026-06, 2026-06-19, with a time too)."""
    found = [name for name in _DAYS if frame.schema.get(name) == pl.String]
    frame = frame.with_columns((pl.col(found) + "-01").str.slice(0, 10).str.to_date())
    if "payer" not in frame.columns:
        return frame
    names = {code: words.plain(name) for code, name in data.payer_names().items()}
    return frame.with_columns(pl.col("payer").replace(names))


def reliability(rows: list[dict[str, float]]) -> go.Figure:
    """Predicted against actual denial rate in groups of equal size; the dashed line is perfect calibration."""
    highest = max(max(row["mean_risk"], row["denied_share"]) for row in rows)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, highest], y=[0, highest], mode="lines", line={"dash": "dash", "color": charts.GREY}, name="Perfect",
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[row["mean_risk"] for row in rows],
        y=[row["denied_share"] for row in rows],
        mode="lines+markers",
        name="Claims in ten groups",
        customdata=[[f"{row['claims']:,.0f}"] for row in rows],
        hovertemplate="risk %{x:.1%}<br>denied %{y:.1%}<br>%{customdata[0]} claims<extra></extra>",
        line={"color": charts.ORANGE},
        marker={"size": 9},
    )
    figure.update_xaxes(title="Predicted risk", tickformat=".0%")
    figure.update_yaxes(title="Denied", tickformat=".0%")
    figure.update_layout(legend={"orientation": "h", "y": 1.12, "x": 0})
    return charts.finished(figure, 340)


def _label(name: str) -> str:
    return _LABELS.get(name, name if " " in name else words.plain(name))
