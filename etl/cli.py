"""The commands that fill and ask the warehouse: sample, load, status, measures, measure, docs."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from etl import docs as generated
from etl import status as state
from etl.errors import UserError
from etl.load import load
from etl.load_report import LoadReport
from etl.measures import MEASURES, AgeFrom
from etl.report import Format, emit
from etl.warehouse.store import open_reader

DEFAULT_DB = Path("data/cleanclaim.duckdb")

DbOption = Annotated[Path, typer.Option("--db", help="The warehouse file.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to report.")]


class Progress:
    """Progress of long work on standard error: one line that is rewritten on a terminal, one a step elsewhere."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.last = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self.last < 0.1:
            return
        self.last = now
        elapsed = now - self.started
        left = f", about {elapsed * (total - done) / done:.0f} s left" if done and done < total else ""
        sys.stderr.write(f"\r\x1b[K{100 * done / max(total, 1):3.0f} %  {what[:60]}{left}")
        sys.stderr.flush()

    def finish(self, what: str) -> None:
        clear = "\r\x1b[K" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{clear}{what} in {time.monotonic() - self.started:.1f} s.\n")


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("sample")(sample)
    app.command("load")(load_command)
    app.command("status")(status)
    app.command("measures")(measures)
    app.command("measure")(measure)
    app.command("docs")(docs)


def sample(
    out: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    claims: Annotated[int, typer.Option(help="Original claims to simulate.", min=50)] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed writes the same bytes.")] = 1,
) -> None:
    """Write what a simulated practice has: 837, 277CA and 835 files, side files, and the truth behind them."""
    from etl.sample import write_sample

    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out} is not empty. Name a new folder.")
    progress = Progress()
    write_sample(out, claims=claims, seed=seed, progress=progress)
    progress.finish(f"Simulated {claims:,} claims into {out}")


def load_command(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, .zip, .gz: X12 and side files.")],
    db: DbOption = DEFAULT_DB,
    form: FormatOption = Format.table,
) -> None:
    """Load claims (837), remittances (835), acknowledgements (277CA) and side files. The same input twice changes
    nothing."""
    progress = Progress()
    report = load(paths, db, progress)
    progress.finish(f"Loaded {report.files:,} files into {db}")
    if form is Format.json:
        print(json.dumps(report.to_json(), indent=2))
    elif form is Format.csv:
        emit([{"what": name, "count": count} for name, count in report.counts().items()], form)
    else:
        _print_report(report)
    if report.unreadable():
        raise typer.Exit(2)
    if report.needs_a_person():
        raise typer.Exit(1)


def _print_report(report: LoadReport) -> None:
    for name, count in report.counts().items():
        print(f"{count:>12,}  {name.replace('_', ' ')}")
    duplicate, quarantined = report.kept_out("duplicate"), report.kept_out("rejected", "quarantined")
    for name, seen in report.seen.items():
        loaded = report.rows.get(name.removesuffix("s"), 0)
        print(
            f"Of {seen:,} {name.replace('_', ' ')} seen: {loaded:,} loaded, {duplicate[name]:,} duplicate, "
            f"{quarantined[name]:,} quarantined."
        )
    for severity in ("rejected", "quarantined", "flagged"):
        chosen = report.of(severity)
        for name, problem in chosen[:20]:
            print(f"{severity}: {problem.sentence(name)}")
        if len(chosen) > 20:
            print(f"{severity}: ... and {len(chosen) - 20:,} more (cleanclaim status lists them)")
    for row in report.unbalanced[:20]:
        where = f"{row['file']}, segment {row['segment']:,}"
        print(f"out of balance: {where}: {row['rule']}: found {row['found']}; expected {row['expected']}.")
    if len(report.unbalanced) > 20:
        print(f"out of balance: ... and {len(report.unbalanced) - 20:,} more (cleanclaim status lists them)")
    for name in report.ignored:
        print(f"not loaded: {name} (unsent claims and a sample's truth are not for the warehouse)")


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


def measures(form: FormatOption = Format.table) -> None:
    """List every measure with its definition."""
    rows = [
        {
            "measure": m.name,
            "label": m.label,
            "unit": m.unit,
            "definition": m.definition,
            "source": m.source,
            "caveat": m.caveat,
        }
        for m in MEASURES.values()
    ]
    if form is not Format.table:
        emit(rows, form)
        return
    for row in rows:
        print(f"{row['measure']} ({row['unit']}): {row['label']}\n    {row['definition']}\n    {row['caveat']}")


def measure(
    names: Annotated[list[str], typer.Argument(help="Measures; `cleanclaim measures` lists them.", metavar="NAME...")],
    db: DbOption = DEFAULT_DB,
    by: Annotated[list[str] | None, typer.Option("--by", help="A dimension to break down by; may be repeated.")] = None,
    where: Annotated[list[str] | None, typer.Option("--where", help="DIM=VALUE; the same DIM again means or.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known at the end of this day.")] = None,
    age_from: Annotated[
        Literal["service", "submission", "remit"], typer.Option("--age-from", help="Age A/R from this date.")
    ] = "service",
    form: FormatOption = Format.table,
) -> None:
    """Count measures, as a whole or by dimensions."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise UserError(f"No such measure: {', '.join(unknown)}. `cleanclaim measures` lists them.")
    period = (day("--from", start), day("--to", end))
    filters = _filters(where or [])
    age: AgeFrom = age_from
    connection = open_reader(db)
    rows: list[dict[str, Any]] = []
    for name in names:
        frame = MEASURES[name].by(connection, by or [], filters, period, day("--as-of", as_of), age)
        rows += [{"measure": name, "unit": MEASURES[name].unit, **row} for row in frame.to_dicts()]
    emit(rows, form)


def docs(check: Annotated[bool, typer.Option("--check", help="Only say whether they are stale.")] = False) -> None:
    """Generate MEASURES.md and SCHEMA.md from the code."""
    stale = generated.write(Path.cwd(), check)
    if stale and check:
        print(f"Stale: {', '.join(stale)}. Run: cleanclaim docs", file=sys.stderr)
        raise typer.Exit(1)
    print("Up to date." if not stale else f"Wrote {', '.join(stale)}.")


def _filters(where: list[str]) -> dict[str, list[str]]:
    filters: dict[str, list[str]] = {}
    for item in where:
        name, equals, value = item.partition("=")
        if not equals:
            raise UserError(f"--where {item}: expected DIM=VALUE, like payer_id=60054.")
        filters.setdefault(name.strip(), []).append(value.strip())
    return filters


def day(option: str, text: str | None) -> date | None:
    """A day given with an option. Raises UserError when it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{option} {text}: expected a day like 2026-04-30.") from None
