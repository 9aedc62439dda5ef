"""`cleanclaim scorecard` and `cleanclaim training-needs`: people, judged by what their work lets expect."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import polars as pl
import typer

from etl.errors import UserError
from etl.measures.fairness import LEAST_CLAIMS, LEAST_EXPECTED
from etl.measures.scorecard import LEAST_CODES, scorecard, training_needs
from etl.options import DEFAULT_DB, DbOption, FormatOption, day, filters_of
from etl.report import Format, emit
from etl.warehouse.store import open_reader

WhereOption = Annotated[list[str] | None, typer.Option("--where", help="DIM=VALUE; the same DIM again means or.")]
StartOption = Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")]
EndOption = Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="What was known at the end of this day.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("scorecard")(scorecard_command)
    app.command("training-needs")(training_command)


def scorecard_command(
    role: Annotated[Literal["coder", "biller"], typer.Argument(help="Whose work: coder or biller.")],
    db: DbOption = DEFAULT_DB,
    where: WhereOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
) -> None:
    """Each coder's or biller's denials beside those expected from the case mix: is it more than chance?"""
    connection = open_reader(db)
    period = (day("--from", start), day("--to", end))
    frame = scorecard(connection, role, filters_of(where or []), period, day("--as-of", as_of))
    if frame.is_empty() and not connection.execute("select 1 from work_log limit 1").fetchone():
        raise UserError("Nobody's work is known: load work_log.csv (claim_id, coder_id, biller_id, ...).")
    if form is Format.table:
        _explain(frame)
        frame = frame.select("person", "claims", "observed", "observed_before_contest", "rate", "expected", "ratio",
                             "low", "high", "shrunken", "verdict")  # fmt: skip
    emit(frame.to_dicts(), form)


def training_command(
    db: DbOption = DEFAULT_DB,
    where: WhereOption = None,
    start: StartOption = None,
    end: EndOption = None,
    as_of: AsOfOption = None,
    form: FormatOption = Format.table,
) -> None:
    """The families of codes that each coder misses most in audits, with the team's rate beside it."""
    period = (day("--from", start), day("--to", end))
    frame = training_needs(open_reader(db), filters_of(where or []), period, day("--as-of", as_of))
    if form is Format.table:
        print(
            "What auditors found otherwise than coded, beside the coder's team; is_small: fewer than "
            f"{LEAST_CODES} codes audited, too few to tell.",
            file=sys.stderr,
        )
    emit(frame.to_dicts(), form)


def _explain(frame: pl.DataFrame) -> None:
    """How to read the table; to stderr, as it is no part of the answer."""
    print(
        "In the order of ids, not a ranking. ratio = observed / expected; low to high holds 95 %, with the doubt in "
        "what is expected, and leaves out 1 where the verdict says so; shrunken: drawn towards all people's, empty "
        "where nobody else does such work. Nobody with fewer than "
        f"{LEAST_CLAIMS} claims or {LEAST_EXPECTED:g} expected denials is judged. As expected is no proof of good "
        "work: few errors become denials, so read it with the audits (coding_accuracy, training-needs).",
        file=sys.stderr,
    )
    phi = frame["over_dispersion"][0] if frame.height else 1.0
    if phi > 1:
        print(f"People differ {phi:.1f} times as much as chance would: the limits are wider for it.", file=sys.stderr)
