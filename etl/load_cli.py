"""The commands that fill the warehouse and look after what is in it: load, status, quarantine, unload."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from etl import quarantine, unload, watch
from etl import status as state
from etl.load import load
from etl.load_report import LoadReport
from etl.options import DEFAULT_DB, DbOption, FormatOption, MapOption, path_of
from etl.progress import Progress
from etl.report import Format, emit
from etl.tables.column_map import read_maps
from etl.warehouse.store import open_reader

Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers from `quarantine list`; none for all.")]

_quarantine = typer.Typer(
    help="Look at what is quarantined, and load it again when it is mended.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("load")(load_command)
    app.command("status")(status)
    app.command("unload")(unload_command)
    app.add_typer(_quarantine, name="quarantine")


def load_command(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Files, folders, .zip, .gz, or - for standard input.", metavar="PATH...")
    ] = None,
    db: DbOption = DEFAULT_DB,
    watched: Annotated[
        str | None, typer.Option("--watch", help="Load what arrives in this folder until Ctrl-C.", metavar="FOLDER")
    ] = None,
    maps: MapOption = None,
    every: Annotated[float, typer.Option(help="With --watch: seconds between two looks.", min=0.1)] = 5.0,
    form: FormatOption = Format.table,
) -> None:
    """Load claims (837), remittances (835), acknowledgements (277CA, 999, TA1), FHIR resources, side files, and by a
    column map CSV, TSV, Parquet and .xlsx exports. The same input twice changes nothing."""
    if bool(paths) == (watched is not None):
        raise typer.BadParameter("Name what to load: PATH..., or --watch FOLDER.")
    column_maps = read_maps(maps or [])
    if watched is not None:
        watch.watch(path_of(watched), db, column_maps, every, lambda report: _print_line(report, form))
        return
    progress = Progress()
    report = load([path_of(path) for path in paths or []], db, progress, column_maps)
    progress.finish(f"Loaded {report.files:,} files into {db}")
    _finish(report, form)


def status(db: DbOption = DEFAULT_DB, form: FormatOption = Format.table) -> None:
    """Say what the warehouse holds, what is quarantined, and whether the books balance."""
    found = state.status(open_reader(db))
    if form is Format.json:
        print(json.dumps(found, indent=2))
    elif form is Format.csv:
        emit(
            [{"what": name, "value": value} for name, value in found.items() if not isinstance(value, list | dict)],
            form,
        )
    else:
        print("\n".join(state.sentences(found)))
    if state.needs_a_person(found):
        raise typer.Exit(1)


def unload_command(
    file: Annotated[str, typer.Argument(help="A file's name, or the first digits of its SHA-256.")],
    db: DbOption = DEFAULT_DB,
    form: FormatOption = Format.table,
) -> None:
    """Take a load back: afterwards the warehouse is as if it had never seen the file."""
    report = unload.unload(file, db)
    if form is Format.table:
        print("\n".join(unload.sentences(report)))
    elif form is Format.json:
        print(json.dumps(report, indent=2))
    else:
        emit([{"table": name, "rows": rows} for name, rows in report["removed"].items()], form)
    if report["load_again"]:
        raise typer.Exit(1)


@_quarantine.command("list")
def quarantine_list(db: DbOption = DEFAULT_DB, form: FormatOption = Format.table) -> None:
    """List what is quarantined: file, segment, rule, found, expected, what to do, and the claims in it."""
    rows = quarantine.open_issues(open_reader(db))
    if form is not Format.table:
        emit(rows, form)
    else:
        print("\n".join(quarantine.sentences(rows)))
    if rows:
        raise typer.Exit(1)


@_quarantine.command("show")
def quarantine_show(
    number: Annotated[int, typer.Argument(help="A number from `quarantine list`.", metavar="N")],
    db: DbOption = DEFAULT_DB,
    reveal: Annotated[bool, typer.Option("--reveal", help="Names, addresses and ids too: this is PHI.")] = False,
) -> None:
    """Show the segments of what is quarantined, from its file, with names, addresses and ids masked."""
    for line in quarantine.show(open_reader(db), number, reveal):
        print(line)


@_quarantine.command("retry")
def quarantine_retry(numbers: Numbers = None, db: DbOption = DEFAULT_DB, form: FormatOption = Format.table) -> None:
    """Read the files again of which parts are quarantined: what is sound now is loaded, and its entry is closed."""
    paths, lost = quarantine.paths(open_reader(db), numbers or [])
    for name in lost:
        print(
            f"{name} is no longer where it was loaded from: cleanclaim load it from where it is now.", file=sys.stderr
        )
    if not paths:
        print("Nothing to read again.", file=sys.stderr)
        raise typer.Exit(1 if lost else 0)
    progress = Progress()
    report = load(paths, db, progress)
    progress.finish(f"Read {len(paths):,} files again")
    _finish(report, form)


def _finish(report: LoadReport, form: Format) -> None:
    """Print a load's report and end with its exit code."""
    if form is Format.json:
        print(json.dumps(report.to_json(), indent=2))
    elif form is Format.csv:
        emit([{"what": name, "count": count} for name, count in report.counts().items()], form)
    else:
        print("\n".join(report.sentences()))
    if report.unreadable():
        raise typer.Exit(2)
    if report.needs_a_person():
        raise typer.Exit(1)


def _print_line(report: LoadReport, form: Format) -> None:
    """One load of a watched folder, for programs that read along."""
    line: dict[str, Any] = report.to_json()
    if form is Format.json:
        print(json.dumps(line), flush=True)
