"""`cleanclaim limits`: how long each payer lets one file, correct and appeal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl import limits
from etl.options import DEFAULT_DB, DbOption, FormatOption
from etl.report import Format, emit
from etl.warehouse.store import open_reader

_HELP = "How long each payer lets one file, correct and appeal: list what holds, apply your contracts."


def register(app: typer.Typer) -> None:
    """Add `limits list`, `limits example` and `limits apply` to the `cleanclaim` command."""
    group = typer.Typer(name="limits", help=_HELP, no_args_is_help=True)
    group.command("list")(list_command)
    group.command("example")(example)
    group.command("apply")(apply)
    app.add_typer(group)


def list_command(db: DbOption = DEFAULT_DB, form: FormatOption = Format.table) -> None:
    """List each payer's days to file, correct and appeal, and whether they are its contract's or a default."""
    emit(limits.known(open_reader(db)).to_dicts(), form)


def example(db: DbOption = DEFAULT_DB) -> None:
    """Print the limits that hold as TOML, to correct and apply."""
    print(limits.example(open_reader(db)), end="")


def apply(
    path: Annotated[Path, typer.Argument(help="TOML as `limits example` prints it.", metavar="LIMITS")],
    db: DbOption = DEFAULT_DB,
) -> None:
    """Make these the warehouse's limits: every deadline then counts with them."""
    said = limits.read(path)
    payers = set(limits.known(open_reader(db))["payer_id"])
    limits.apply(db, said)
    print(f"{len(said):,} payers have limits of their own now.")
    for one in said:
        if one.payer_id not in payers:
            print(f"Not seen in any file yet: {one.payer_id} (`cleanclaim payers list` has the ids); its limits wait.")
