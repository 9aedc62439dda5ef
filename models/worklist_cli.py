"""`cleanclaim worklist`: open denials in the order in which to work them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import duckdb
import polars as pl
import typer

from etl import limits, worklist
from etl.options import DEFAULT_DB, DbOption, FormatOption, day
from etl.report import Format, emit
from etl.warehouse.store import open_reader
from models import overturn_card

_SHOWN = ("rank", "claim_number", "payer_name", "expected_amount", "days_left", "denial_category", "what_to_do", "why")


def register(app: typer.Typer) -> None:
    """Add `worklist` to the `cleanclaim` command."""
    app.command("worklist")(worklist_command)


def worklist_command(
    db: DbOption = DEFAULT_DB,
    limits_file: Annotated[
        Path | None, typer.Option("--limits", help="TOML of limits to try; `limits apply` keeps them.")
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="The model file; by default the warehouse's.")] = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="Only the first N.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="As it stood at the end of this day.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """List open denials and rejections, the one worth the next hour first, with the reason and what to do."""
    connection = open_reader(db)
    past = day("--as-of", as_of)
    learned = None if past else learned_chances(connection, model or db.with_name(f"{db.stem}.model.skops"))
    tried = limits.read(limits_file) if limits_file else ()
    found = worklist.worklist(connection, past, tried, learned)
    shown = found if form is not Format.table else found.select(_SHOWN)
    emit((shown.head(top) if top else shown).to_dicts(), form)


def learned_chances(connection: duckdb.DuckDBPyConnection, model: Path) -> pl.DataFrame | None:
    """What the overturn model beside the risk model says of each denied line; None where none was trained or where its
    trees are not better than the rates that the worklist has anyhow."""
    if not model.exists() or not overturn_card.is_learned(model):
        return None
    from models import overturn  # scikit-learn takes seconds to import

    return overturn.chances(connection.cursor(), model)
