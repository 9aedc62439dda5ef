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
    app.command("evaluate")(evaluate)
    app.command("models")(versions)
    app.command("check")(check)
    app.command("api")(api)


TruthOption = Annotated[
    Path | None,
    typer.Option("--truth", help="A sample's claims_truth.csv: also compare with the true probabilities."),
]


def train(
    db: DbOption = DEFAULT_DB,
    model: ModelOption = None,
    with_people: Annotated[
        bool, typer.Option("--with-people", help="Also learn from the histories of coders and billers (work_log.csv).")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the model in use even when the new one is worse.")
    ] = False,
    truth: TruthOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Learn how likely payers deny a claim, from the answered claims in the warehouse. Says how far to trust it.

    The model in use is replaced only by one that is not worse on the newest claims; every version is kept.
    """
    started = time.monotonic()
    report = train_into(db, model, with_people=with_people, replace=replace, truth=truth)
    print(f"Trained in {time.monotonic() - started:.1f} s.", file=sys.stderr)
    if form is Format.json:
        print(json.dumps(report, indent=2))
    elif form is Format.csv:
        from models.card import score_rows

        emit(score_rows(report), form)
    else:
        _print_training(report)


def train_into(
    db: Path, model: Path | None = None, with_people: bool = False, replace: bool = False, truth: Path | None = None
) -> dict[str, Any]:
    """Train on a warehouse and save the model (by default beside it), its card and its overturn model. Returns the
    account of it, as `train --format json`.
    """
    from models import card, champion, overturn, saved
    from models.train import train as learn

    path = model or saved.beside(db)
    connection = open_reader(db)
    training = learn(connection, with_people, truth=_truth(truth))
    old, learned_to = _in_use(path)
    decision = champion.judge(training, old, learned_to)
    if replace and not decision.is_taken:
        decision = champion.Decision(True, f"{decision.reason} Replaced all the same, as asked.")
    report = training.report | {"decision": decision.reason, "is_taken": decision.is_taken}
    version = saved.keep_version(training.model, report, path)
    if decision.is_taken:
        saved.promote(version, path)
        path.with_suffix(".md").write_text(card.markdown(report), encoding="utf-8")
    report["overturn"] = overturn.train_into(connection, path)
    return report | {"model": path.name, "version": version.stem}


def evaluate(
    db: DbOption = DEFAULT_DB,
    model: ModelOption = None,
    truth: TruthOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the model card (Markdown) to this file.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Test the way of learning on the latest claims, and the model in use on claims answered since it was trained."""
    from models import card, live, saved
    from models.train import train as learn

    path = model or saved.beside(db)
    connection = open_reader(db)
    old, learned_to = _in_use(path)
    report = learn(
        connection, saved.report(path).get("uses_people", False) if old else False, truth=_truth(truth), refit=False
    ).report
    report["since_training"] = live.since_training(connection, old, learned_to) if old else None
    text = card.markdown(report)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        print(f"Wrote {out}.", file=sys.stderr)
    if form is Format.json:
        print(json.dumps(report, indent=2))
    elif form is Format.csv:
        emit(card.score_rows(report), form)
    else:
        print(text)
        _print_since(report["since_training"])


def versions(db: DbOption = DEFAULT_DB, model: ModelOption = None, form: FormatOption = Format.table) -> None:
    """The models trained on this warehouse, newest first, and which is in use."""
    from models import saved

    found = saved.versions(model or saved.beside(db))
    if not found and form is Format.table:
        print(f"No model was trained on this warehouse yet. Train one: cleanclaim train --db {db}.")
    else:
        emit(found, form)


def api(
    db: DbOption = DEFAULT_DB,
    model: ModelOption = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1.")] = 8601,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="Where the API key lies; made when missing. By default beside the warehouse."),
    ] = None,
) -> None:
    """Check claims over HTTP on this machine (127.0.0.1): POST /v1/check with a key; /openapi.json describes it."""
    from models import http

    http.serve(db, model, port, key_file)


def _in_use(path: Path) -> tuple[Any, str | None]:
    """The model in use and the last day that it learned from; none when there is none, or one of another version."""
    from models import saved

    if not path.exists():
        return None, None
    try:
        return saved.load(path), saved.trained_to(path)
    except UserError as error:
        print(f"{error} It is not compared with.", file=sys.stderr)
        return None, None


def _truth(path: Path | None) -> Any:
    if path is None:
        return None
    import polars as pl

    try:
        return pl.read_csv(path, columns=["claim_id", "denial_probability"])
    except (OSError, pl.exceptions.PolarsError):
        raise UserError(
            f"{path}: found no columns claim_id and denial_probability; expected a sample's claims_truth.csv."
        ) from None


def _print_since(found: dict[str, Any] | None) -> None:
    if not found:
        print("There is no model in use to look back on. Train one: cleanclaim train.")
        return
    if "metrics" in found:
        one = found["metrics"]
        print(
            f"Since it was trained: {found['claims']:,} claims sent after {found['learned_to']} are answered, AUROC "
            f"{one['auroc']}, Brier {one['brier']}, calibration error {one['ece']}."
        )
    else:
        print(f"No claim sent after {found.get('learned_to')} has had the time to be answered yet.")
    if found["drift"]:
        emit(found["drift"], Format.table)


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
    from models.unsent import NoClaimError

    column_maps = read_maps(maps or [])
    checker = Checker(db, model)
    checks: list[ClaimCheck] = []
    unreadable: list[str] = []
    empty: list[str] = []
    for path in files:
        try:
            if path.is_dir():
                raise UserError(f"{path}: is a folder. Name the 837 files in it.")
            if not path.is_file():
                raise UserError(f"{path}: no such file. Name an 837 file.")
            with path.open("rb") as stream:
                checks += checker.check(stream, path.name, maps=column_maps)
        except NoClaimError as error:
            empty.append(str(error))
        except UserError as error:
            unreadable.append(str(error))
    if checks or not (unreadable or empty):
        _print_checks(checks, form)
    if unreadable or (empty and not checks):
        raise UserError("\n".join(empty + unreadable))
    for message in empty:
        print(message, file=sys.stderr)
    if empty or any(
        one.has_error or (fail_above is not None and one.risk is not None and one.risk > fail_above) for one in checks
    ):
        raise typer.Exit(1)


def _print_training(report: dict[str, Any]) -> None:
    from models import card

    print(
        f"{report['claims']:,} claims submitted {report['submitted_from']} to {report['submitted_to']}, "
        f"{report['denied']:,} denied at first adjudication; {report['features']} features, "
        "none from the payer's answer to the claim."
    )
    for note in report["notes"]:
        print(note)
    print(f"\nOn the latest {report['parts']['test']:,} claims, which it had not seen:")
    emit(card.score_rows(report), Format.table)
    if report["kind"] == "learned":
        print("\nCalibration (ten groups of equal size by risk):")
        emit(card.calibration_rows(report), Format.table)
        print("\nBy payer:")
        emit(report["by_payer"], Format.table)
        print("\nLeakage audit (a quick learner, AUROC):")
        emit(card.audit_rows(report), Format.table)
    if report.get("truth", {}).get("share_of_best") is not None:
        truth = report["truth"]
        print(f"\nOf the way to the best possible AUROC ({truth['best_auroc']}): {truth['share_of_best']:.1%}.")
    for warning in report["warnings"]:
        print(f"Warning: {warning}", file=sys.stderr)
    print(f"\n{report['overturn']['note']}")
    print(f"{report['decision']}\nSaved as version {report['version']} of {report['model']}.")


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
        "findings": " | ".join(f"{finding.severity}: {finding.message} {finding.fix}" for finding in one.to_read()),
    }


def _print_check(one: ClaimCheck) -> None:
    risk = "" if one.risk is None else f"  risk {one.risk:.0%}, expected denied {one.expected_denied_amount:,.2f}"
    if one.risk is not None and one.likely_category:
        risk += f", if denied likely for {one.likely_category.replace('_', ' ')}"
    print(f"{one.claim}{risk}{'' if one.findings or one.reasons else '  nothing found'}")
    for finding in one.to_read():
        line = f" line {finding.line}" if finding.line and f"ine {finding.line}" not in finding.message else ""
        print(f"  {finding.severity}{line}: {finding.message}\n    Fix: {finding.fix}")
    for reason in one.reasons:
        print(f"  why: {reason}")
