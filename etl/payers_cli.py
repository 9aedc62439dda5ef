"""`cleanclaim payers`: which ids and names are one payer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl import payers
from etl.errors import UserError
from etl.options import DEFAULT_DB, DbOption, FormatOption
from etl.report import Format, emit
from etl.warehouse.store import open_reader

_HELP = "One payer however it is spelled: list what there is, suggest a map, apply it."


def register(app: typer.Typer) -> None:
    """Add `payers list`, `payers suggest` and `payers apply` to the `cleanclaim` command."""
    group = typer.Typer(name="payers", help=_HELP, no_args_is_help=True)
    group.command("list")(list_command)
    group.command("suggest")(suggest)
    group.command("apply")(apply)
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
) -> None:
    """Suggest a map (TOML) of ids and names that look like one payer, with the evidence. It changes nothing."""
    text = payers.suggestion(open_reader(db))
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
