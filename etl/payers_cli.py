"""`cleanclaim payers`: which ids and names are one payer, what payers have changed, how they compare."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from etl import behaviour, payers
from etl.errors import UserError
from etl.measures import data_through
from etl.measures.interval import SMALL_SAMPLE
from etl.options import DEFAULT_DB, DbOption, FormatOption, day
from etl.report import Format, emit
from etl.warehouse.store import open_reader

_HELP = "One payer however it is spelled; what payers have changed; payers compared on the same case mix."


def register(app: typer.Typer) -> None:
    """Add the `payers` commands to the `cleanclaim` command."""
    group = typer.Typer(name="payers", help=_HELP, no_args_is_help=True)
    group.command("list")(list_command)
    group.command("suggest")(suggest)
    group.command("apply")(apply)
    group.command("changes")(changes)
    group.command("compare")(compare)
    app.add_typer(group)


def list_command(db: DbOption = DEFAULT_DB, form: FormatOption = Format.table) -> None:
    """List every payer with the ids and names that files use for it."""
    rows = [
        {"payer_id": one.payer_id, "payer_name": one.reported_name, "spelled_as": one.spelled_as,
         "most_used_name": one.payer_name, "claims": one.claims, "remittances": one.remittances}
        for one in payers.spellings(open_reader(db))
    ]  # fmt: skip
    emit(rows, form)


def suggest(
    db: DbOption = DEFAULT_DB,
    out: Annotated[Path | None, typer.Option("--out", help="Write the map here instead of printing it.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Suggest a map (TOML) of ids and names that look like one payer, with the evidence. It changes nothing. With
    --format json or csv it prints the pairs that look alike, not the map."""
    connection = open_reader(db)
    if form is not Format.table and out is None:
        emit([asdict(pair) for pair in payers.pairs(connection, payers.spellings(connection))], form)
        return
    text = payers.suggestion(connection)
    if out is None:
        print(text, end="")
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UserError(f"{out} exists; it may hold your own decisions. Name a new file.") from None
    print(f"Wrote {out}. Read it, delete what is wrong, then: cleanclaim payers apply {out} --db {db}")


def apply(
    path: Annotated[Path, typer.Argument(help="The map: a TOML file as `payers suggest` writes it.", metavar="MAP")],
    db: DbOption = DEFAULT_DB,
) -> None:
    """Make this map the warehouse's: every figure then counts these ids and names as one payer."""
    aliases = payers.read(path)
    before = {one.spelled_as: one.payer_id for one in payers.spellings(open_reader(db))}
    payers.apply(db, aliases)
    after = {one.spelled_as: one.payer_id for one in payers.spellings(open_reader(db))}
    moved = sum(before.get(spelled) != payer for spelled, payer in after.items())
    print(
        f"{len(after):,} ids and names are {len(set(after.values())):,} payers now "
        f"(before: {len(set(before.values())):,}); {moved:,} changed their payer."
    )
    for alias in aliases:
        if alias.spelled_as not in after and alias.spelled_as != alias.payer_id:
            print(f"Not seen in any file yet: {alias.spelled_as} (it will be {alias.payer_id} when it comes).")


def changes(
    db: DbOption = DEFAULT_DB,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What had changed by this day.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """List what payers have changed: denial rates and days to pay, since when, and what it costs."""
    found = [asdict(one) for one in behaviour.changes(open_reader(db), day("--as-of", as_of))]
    shown = ("kind", "payer_name", "denial_category", "procedure_family", "since", "before", "after", "claims_after",
             "amount", "is_mix")  # fmt: skip
    if form is Format.table:
        print(
            f"{behaviour.SEES} amount: denied since beyond the old rate on the same mix, or what now waits longer. "
            "is_mix: the mix of services explains it, the payer need not have changed.",
            file=sys.stderr,
        )
    emit(found if form is not Format.table else [{name: row[name] for name in shown} for row in found], form)


def compare(
    db: DbOption = DEFAULT_DB,
    start: Annotated[str | None, typer.Option("--from", help="First day; by default a year back.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Compare the payers' denial rates on the same mix of procedure families, claim types and sites."""
    connection = open_reader(db)
    last = day("--to", end) or data_through(connection)
    if last is None:
        raise UserError(f"{db} holds no day yet. Load 837 and 835 files first.")
    found = behaviour.scorecard(connection, day("--from", start) or last - timedelta(365), last)
    if form is Format.table:
        print(
            "ratio: observed over expected denials, 1 is what all payers together would do on this payer's mix; low to "
            f"high holds 95 %, and where it holds 1 the difference may be chance. Fewer than {SMALL_SAMPLE} claims say "
            "little. adjusted_rate: its rate on everybody's mix. A claim counts once for each procedure family on it: "
            "claims are more than claims_adjudicated, and the rates lie below the initial denial rate.",
            file=sys.stderr,
        )
    emit(found.to_dicts(), form)
