"""The commands that ask the warehouse (measure, definitions ...) and sample; those that fill it are in load_cli."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
import typer

from etl import docs as generated
from etl import export, load_cli, people_cli
from etl.errors import UserError
from etl.measures import MEASURES, AgeFrom, Measure
from etl.measures import definitions as compared
from etl.measures.definitions import DEFINITIONS, REASONS
from etl.options import DEFAULT_DB, DbOption, FormatOption, day, filters_of
from etl.progress import Progress
from etl.report import Format, emit, plain
from etl.tables.starter import starter_map
from etl.warehouse.store import open_reader

_export = typer.Typer(help="Write the warehouse for other engines.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("sample")(sample)
    load_cli.register(app)
    app.command("map")(map_command)
    app.command("measures")(measures)
    app.command("measure")(measure)
    app.command("definitions")(definitions)
    people_cli.register(app)
    app.command("docs")(docs)
    app.add_typer(_export, name="export")


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


def map_command(file: Annotated[Path, typer.Argument(help="A CSV, TSV, Parquet or .xlsx export.")]) -> None:
    """Print a column map to start from: what the columns of an export probably are."""
    if not file.is_file():
        raise UserError(f"{file}: no such file.")
    print(starter_map(file.name, file.read_bytes()), end="")


def measures(form: FormatOption = Format.table) -> None:
    """List every measure with its definition."""
    rows = [
        {
            "measure": m.name,
            "label": m.label,
            "unit": m.unit,
            "definition": m.definition,
            "formula": m.formula,
            "better": {True: "lower", False: "higher", None: None}[m.lower_is_better],
            "source": m.source,
            "caveat": m.caveat,
            "benchmark": m.benchmark,
            "date": m.date_column,
            "dimensions": list(m.dimensions) if form is Format.json else " ".join(m.dimensions),
        }
        for m in MEASURES.values()
    ]
    if form is not Format.table:
        emit(rows, form)
        return
    for row in rows:
        print(f"{row['measure']} ({row['unit']}): {row['label']}")
        for name in ("definition", "formula", "source", "caveat", "benchmark"):
            print(f"    {name.capitalize() + ':':<11} {row[name]}")


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
    engine: Annotated[
        str | None, typer.Option(help="Ask this Spark Connect server (spark://HOST:PORT) instead of --db.")
    ] = None,
    parquet: Annotated[
        str | None, typer.Option(help="With --engine: the folder or URL of an export.", metavar="FOLDER")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """Count measures, as a whole or by dimensions."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise UserError(f"No such measure: {', '.join(unknown)}. `cleanclaim measures` lists them.")
    period = (day("--from", start), day("--to", end))
    filters = filters_of(where or [])
    age: AgeFrom = age_from
    if bool(engine) != bool(parquet):
        raise UserError("--engine and --parquet belong together: the engine reads what `export parquet` wrote.")
    rows: list[dict[str, Any]] = []

    def ask(by_measure: Callable[[Measure], pl.DataFrame]) -> None:
        for name in names:
            rows.extend(
                {"measure": name, "unit": MEASURES[name].unit, **row} for row in by_measure(MEASURES[name]).to_dicts()
            )

    known = day("--as-of", as_of)
    if engine and parquet:
        from etl.engine.spark import connect

        with connect(engine, parquet) as remote:
            ask(lambda m: remote.by(m, by or [], filters, period, known, age))
    else:
        connection = open_reader(db)
        ask(lambda m: m.by(connection, by or [], filters, period, known, age))
    emit(rows, form)


def definitions(
    db: DbOption = DEFAULT_DB,
    where: Annotated[list[str] | None, typer.Option("--where", help="DIM=VALUE; the same DIM again means or.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day of the first answer, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day of the first answer, YYYY-MM-DD.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known at the end of this day.")] = None,
    claims: Annotated[
        str | None, typer.Option("--claims", metavar="DEFINITION", help="List the claims this one counts otherwise.")
    ] = None,
    form: FormatOption = Format.table,
) -> None:
    """The initial denial rate by five definitions on the same claims, and the steps from ours to each other one."""
    asked = (filters_of(where or []), (day("--from", start), day("--to", end)), day("--as-of", as_of))
    connection = open_reader(db)
    if claims:
        emit(compared.changed_claims(connection, claims, *asked).to_dicts(), form)
        return
    found = compared.compare(connection, *asked)
    rates = [
        {"definition": one.name, "counts": DEFINITIONS[one.name].counts, "denied": one.denied,
         "answered": one.answered, "rate": one.rate, "denied_amount": one.amount}
        for one in found
    ]  # fmt: skip
    steps = [
        {"definition": one.name, "reason": step.reason, "claims": step.claims, "amount": step.amount,
         "in_words": REASONS[step.reason]}
        for one in found for step in one.steps
    ]  # fmt: skip
    if form is Format.json:
        of = {row["definition"]: [step for step in steps if step["definition"] == row["definition"]] for row in rates}
        emit([{**row, "steps": [_without_definition(step) for step in of[row["definition"]]]} for row in rates], form)
    elif form is Format.csv:
        emit(steps, form)
    else:
        emit(rates, form)
        print("\nFrom ours to each of the others:\n")
        emit(steps, form)


def _without_definition(step: dict[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in step.items() if name != "definition"}


@_export.callback()
def _group() -> None:
    """Keep `export parquet` two words, as long as there is one format."""


@_export.command("parquet")
def export_parquet(
    out: Annotated[Path, typer.Argument(help="A new folder, or an earlier export to replace.")],
    db: DbOption = DEFAULT_DB,
    form: FormatOption = Format.table,
) -> None:
    """Write the tables as Parquet for `measure --engine` and other readers; no names of patients."""
    progress = Progress()
    manifest = export.export_parquet(db, out, progress)
    progress.finish(f"Exported {db} to {out}")
    emit(
        [{"table": name, "rows": table["rows"], **table["sums"]} for name, table in manifest["tables"].items()]
        if form is Format.json
        else [{"table": n, "rows": t["rows"]} for n, t in manifest["tables"].items()],
        form,
    )


def docs(check: Annotated[bool, typer.Option("--check", help="Only say whether they are stale.")] = False) -> None:
    """Generate MEASURES.md, SCHEMA.md and docs/column-maps.md from the code."""
    stale = generated.write(Path.cwd(), check)
    if stale and check:
        print(f"Stale: {', '.join(stale)}. Run: cleanclaim docs", file=sys.stderr)
        raise typer.Exit(1)
    print("Up to date." if not stale else f"Wrote {', '.join(stale)}.")
