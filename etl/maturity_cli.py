"""The command that says how mature figures on young claims are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from etl.measures import by_submission, mature
from etl.measures.maturity import Cohort
from etl.options import DEFAULT_DB, DbOption, FormatOption, day, filters_of
from etl.report import Format, emit
from etl.warehouse.store import open_reader


def register(app: typer.Typer) -> None:
    """Add this command to the `cleanclaim` command."""
    app.command("maturity")(maturity)


def maturity(
    names: Annotated[list[str], typer.Argument(help="Measures, like initial_denial_rate.", metavar="NAME...")],
    db: DbOption = DEFAULT_DB,
    by: Annotated[Literal["month", "week"], typer.Option("--by", help="When the claims were sent.")] = "month",
    where: Annotated[list[str] | None, typer.Option("--where", help="DIM=VALUE; the same DIM again means or.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="First day sent, YYYY-MM-DD; whole months count.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day sent, YYYY-MM-DD; whole months count.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was known at the end of this day.")] = None,
    form: FormatOption = Format.table,
) -> None:
    """Follow claims by when they were sent: how many are answered, the figure so far, and what it will come to.

    `developed` is the share of the answers to expect that have come. `completed` is the figure once all have answered
    (chain ladder), and in 95 of 100 cases lies within `low` and `high` (Mack 1993, Braun 2004).
    """
    cohort: Cohort = by
    period, filters, known = (day("--from", start), day("--to", end)), filters_of(where or []), day("--as-of", as_of)
    measures = {name: by_submission(name) for name in names}
    connection = open_reader(db)
    rows: list[dict[str, Any]] = []
    for name, measure in measures.items():
        frame = mature(connection, name, cohort, filters, period, known)
        rows += [{"measure": name, "unit": measure.unit, **row} for row in frame.iter_rows(named=True)]
    emit(rows, form)
