"""Where the overturn model lies, whether it is in use, and its card: what it learned from, how good it is beside rates,
and what it must not be used for. None of this opens the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models import saved
from models.table import table

_NOT_FOR = (
    "It orders denials that somebody will work. It must not be used to write off a denial unseen, or to judge the "
    "people who work them.",
    "It learned from denials that were worked: those that nobody touches may be worse. It says what work brought, not "
    "whether the denial was right.",
    "A lost appeal without an answer leaves no trace in 837 or 835 and is not counted as worked.",
)


def beside(model: Path) -> Path:
    """Where the overturn model lies: beside the risk model at `model`."""
    return model.with_name(f"{model.name.removesuffix('.skops')}.overturn.skops")


def is_learned(model: Path) -> bool:
    """Whether trees are in use beside the risk model at `model`; else the worklist's own rates are as good."""
    path = beside(model)
    return path.exists() and saved.report(path).get("kind") == "learned"


def of(path: Path) -> str:
    """The card that lies beside the risk model at `path`; empty when there is none."""
    card = beside(path).with_suffix(".md")
    return card.read_text(encoding="utf-8") if card.exists() else ""


def markdown(report: dict[str, Any]) -> str:
    """The card of one account of `overturn.train`."""
    parts = [
        "# Overturn model",
        f"{report['denied_lines']:,} denied lines, {report['worked']:,} of them worked and old enough to judge (an "
        f"outcome counts as final after {report['wait_days']} days), {report['overturned']:,} overturned. "
        f"In use: {'trees' if report['kind'] == 'learned' else 'rates by payer and category, pulled to the category'}.",
    ]
    if "test_from" in report:
        parts.append(
            f"Denied {report['denied_from']} to {report['denied_to']}; tested on those denied from "
            f"{report['test_from']} on."
        )
    parts.append(report["note"])
    if report["metrics"]:
        parts += ["## How good it is", table(score_rows(report)), "## Calibration of the trees"]
        parts.append(table(report["calibration"]))
    parts += ["## What it must not be used for", "\n".join(f"- {one}" for one in _NOT_FOR)]
    return "\n\n".join(parts) + "\n"


def score_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per way of guessing."""
    shown = {"AUROC": "auroc", "Brier": "brier", "ECE": "ece", "lines": "claims", "overturned": "denied"}
    return [
        {"chance by": name} | {label: one[key] for label, key in shown.items()}
        for name, one in report["metrics"].items()
    ]
