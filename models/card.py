"""The model card: what a model learned from, how good it is, and what it must not be used for, as Markdown."""

from __future__ import annotations

from typing import Any

from models import fairness_words
from models.table import table

_NOT_FOR = (
    "It says how a payer will probably answer, not whether the care was right. Never change a diagnosis, a code or a "
    "modifier that the record does not support to lower a risk.",
    "It must not be used to refuse or delay care, to choose patients, or to judge a coder or biller.",
    "It knows the payers, codes and people of this practice only. Elsewhere, and for payers and codes that it never "
    "saw, it falls back to averages.",
    "A payer's new rule is unknown until its first denials arrive.",
)


def markdown(report: dict[str, Any]) -> str:
    """The card of one training report (`cleanclaim train --format json`)."""
    people = "used" if report["uses_people"] else "not used"
    parts = [
        "# Denial-risk model",
        f"Learned from {report['claims']:,} answered claims ({report['lines']:,} lines) submitted "
        f"{report['submitted_from']} to {report['submitted_to']}, {report['denied']:,} of them denied at first "
        f"adjudication. Tested on {report['parts']['test']:,} later claims, {report['test_from']} to "
        f"{report['test_to']}. {report['features']} features; histories of coders and billers are {people}.",
        "\n".join(f"- {note}" for note in report["notes"] + report["warnings"]),
        "## How good it is",
        table(score_rows(report)),
        _intervals(report),
        _truth(report),
    ]
    if report["kind"] == "learned":
        parts += [
            "## Calibration",
            f"Calibrated by {report['calibrator']} (Brier on the calibration period: "
            + ", ".join(f"{name} {value:.4f}" for name, value in report["calibrator_brier"].items())
            + "). Ten groups of equal size by risk:",
            table(calibration_rows(report)),
            "## By payer",
            table(report["by_payer"]),
            "## By month of submission",
            table(report["by_month"]),
            "## By charge in dollars",
            table(report["by_band"]),
            "## By age and sex",
            fairness_words.WORDS,
            table(report["fairness"]),
            "## The working list",
            "What a person finds who looks at so many claims a working day before they are sent. The dollars are "
            "denied dollars among the claims looked at: what could be saved, not what will be.",
            table(report["working_list"]),
            "## Leakage audit",
            _audit(report),
        ]
    parts += ["## What it must not be used for", "\n".join(f"- {one}" for one in _NOT_FOR)]
    return "\n\n".join(part for part in parts if part) + "\n"


def score_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per way of guessing, the model first."""
    return [
        {
            "risk by": name, "AUROC": one["auroc"], "average precision": one["average_precision"],
            "Brier": one["brier"], "ECE": one["ece"],
            **{f"denied in top {share}": value for share, value in one["precision"].items()},
            **{f"dollars in top {share}": value for share, value in one["dollars"].items()},
        }
        for name, one in report["metrics"].items()
    ]  # fmt: skip


def calibration_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """One row per tenth of the tested claims by risk."""
    return [
        {"claims": one["claims"], "mean risk": one["mean_risk"], "denied": one["denied_share"]}
        for one in report["calibration"]
    ]


def audit_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The quick learner's AUROC as is and under each change of the leakage audit."""
    found = report.get("audit") or {}
    if not found:
        return []
    rows = {
        "as is": found["all"], "with shuffled outcomes": found["shuffled"],
        "with outcomes known a day too early": found["a_day_early"],
    }  # fmt: skip
    return [{"quick learner": name, "AUROC": value} for name, value in (rows | found["without"]).items()]


def _audit(report: dict[str, Any]) -> str:
    rows = audit_rows(report)
    return table(rows) if rows else "Not made."


def _intervals(report: dict[str, Any]) -> str:
    found = report.get("intervals") or {}
    said = ", ".join(f"{name.replace('_', ' ')} {low} to {high}" for name, (low, high) in found.items())
    return f"95 % intervals of the model by resampling the tested claims: {said}." if said else ""


def _truth(report: dict[str, Any]) -> str:
    found = report.get("truth") or {}
    if found.get("share_of_best") is None:
        return ""
    return (
        "On this simulated practice the true probabilities are known: the best possible AUROC is "
        f"{found['best_auroc']:.4f}, the model's {found['auroc']:.4f}, {found['share_of_best']:.1%} of the way to it."
    )
