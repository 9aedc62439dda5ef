"""The commands `train` and `check`. scikit-learn is imported when a command runs: the other commands need not wait for
it.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from etl.errors import UserError
from etl.options import DEFAULT_DB, DbOption, FormatOption, MapOption
from etl.report import Format, emit
from etl.tables.column_map import read_maps
from etl.warehouse.store import open_reader

if TYPE_CHECKING:
    from models.check import ClaimCheck

ModelOption = Annotated[
    Path | None, typer.Option("--model", help="The model file; by default the one beside the warehouse.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("train")(train)
    app.command("check")(check)


def train(db: DbOption = DEFAULT_DB, model: ModelOption = None, form: FormatOption = Format.table) -> None:
    """Learn how likely payers deny a claim, from the answered claims in the warehouse. Says how far to trust it."""
    started = time.monotonic()
    report = train_into(db, model)
    print(f"Trained in {time.monotonic() - started:.1f} s.", file=sys.stderr)
    if form is Format.json:
        print(json.dumps(report, indent=2))
    elif form is Format.csv:
        emit(_score_rows(report), form)
    else:
        _print_training(report)


def train_into(db: Path, model: Path | None = None) -> dict[str, Any]:
    """Train on a warehouse and save the model (by default beside it). Returns the account of it, as `train --format
    json`.
    """
    from models import saved
    from models.train import train as learn

    path = model or saved.beside(db)
    training = learn(open_reader(db))
    saved.save(training.model, training.report, path)
    return training.report | {"model": path.name}


def check(
    files: Annotated[list[Path], typer.Argument(help="837 files that have not been sent, or with --as tables.")],
    maps: MapOption = None,
    db: DbOption = DEFAULT_DB,
    model: ModelOption = None,
    fail_above: Annotated[
        float | None, typer.Option("--fail-above", min=0, max=1, help="Exit 1 when a risk is above this.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Say for each claim of an unsent 837 (or, by a column map, of a table) what is wrong, how likely it is denied, and
    what to fix."""
    from models.check import Checker

    column_maps = read_maps(maps or [])
    checker = Checker(db, model)
    checks: list[ClaimCheck] = []
    unreadable: list[str] = []
    for path in files:
        try:
            if not path.is_file():
                raise UserError(f"{path}: no such file. Name an 837 file.")
            with path.open("rb") as stream:
                checks += checker.check(stream, path.name, maps=column_maps)
        except UserError as error:
            unreadable.append(str(error))
    if checks or not unreadable:
        _print_checks(checks, form)
    if unreadable:
        raise UserError("\n".join(unreadable))
    if any(
        one.has_error or (fail_above is not None and one.risk is not None and one.risk > fail_above) for one in checks
    ):
        raise typer.Exit(1)


def _score_rows(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "risk by": name,
            "AUROC": one["auroc"],
            "average precision": one["average_precision"],
            "Brier": one["brier"],
            "ECE": one["ece"],
            **{f"denied in top {share}": value for share, value in one["precision"].items()},
            **{f"dollars in top {share}": value for share, value in one["dollars"].items()},
        }
        for name, one in report["metrics"].items()
    ]


def _print_training(report: dict[str, Any]) -> None:
    print(
        f"{report['claims']:,} claims submitted {report['submitted_from']} to {report['submitted_to']}, "
        f"{report['denied']:,} denied at first adjudication; {report['features']} features, "
        "none from the payer's answer to the claim."
    )
    for note in report["notes"]:
        print(note)
    print(f"\nOn the latest {report['parts']['test']:,} claims, which it had not seen:")
    emit(_score_rows(report), Format.table)
    if report["kind"] == "learned":
        print("\nCalibration (ten groups of equal size by risk):")
        emit(
            [
                {"claims": one["claims"], "mean risk": one["mean_risk"], "denied": one["denied_share"]}
                for one in report["calibration"]
            ],
            Format.table,
        )
    for warning in report["warnings"]:
        print(f"Warning: {warning}", file=sys.stderr)
    print(f"\nSaved as {report['model']}.")


def _print_checks(checks: list[ClaimCheck], form: Format) -> None:
    if form is Format.json:
        print(json.dumps([one.to_json() for one in checks], indent=2))
    elif form is Format.csv:
        emit([_row(one) for one in checks], form)
    else:
        for note in dict.fromkeys(one.note for one in checks if one.note):
            print(f"{note}\n")
        for one in checks:
            _print_check(one)


def _row(one: ClaimCheck) -> dict[str, Any]:
    return {
        "claim": one.claim,
        "risk": one.risk,
        "expected_denied_amount": one.expected_denied_amount,
        "likely_category": one.likely_category,
        "reasons": " | ".join(one.reasons),
        "findings": " | ".join(f"{finding.severity}: {finding.message} {finding.fix}" for finding in one.findings),
    }


def _print_check(one: ClaimCheck) -> None:
    risk = "" if one.risk is None else f"  risk {one.risk:.0%}, expected denied {one.expected_denied_amount:,.2f}"
    if one.risk is not None and one.likely_category:
        risk += f", if denied likely for {one.likely_category.replace('_', ' ')}"
    print(f"{one.claim}{risk}{'' if one.findings or one.reasons else '  nothing found'}")
    for finding in one.findings:
        line = f" line {finding.line}" if finding.line and f"ine {finding.line}" not in finding.message else ""
        print(f"  {finding.severity}{line}: {finding.message}\n    Fix: {finding.fix}")
    for reason in one.reasons:
        print(f"  why: {reason}")
