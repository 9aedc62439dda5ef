"""The commands that close the books: reconcile, and matching, which says which payments found their claim."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from etl import ledger
from etl.errors import UserError
from etl.options import DEFAULT_DB, DbOption, FormatOption, day
from etl.reconcile import Reconciliation, Rows, reconcile
from etl.report import Format, emit, plain, shown
from etl.warehouse import matching
from etl.warehouse.store import open_reader


class Show(StrEnum):
    """What of a reconciliation to print."""

    overview = "overview"
    deposits = "deposits"
    answers = "answers"
    lines = "lines"
    claims = "claims"
    exceptions = "exceptions"
    bank = "bank"
    remittances = "remittances"
    ledger = "ledger"


_MOST = 20
_EQUATIONS = {
    "deposits": "Deposits by payer and month of payment: deposit = paid on claims - provider adjustments + unexplained",
    "claims": "Claims by payer and month of submission: charge = insurance paid + contractual + patient paid + "
    "to collections + written off + insurance open + patient open - credit",
}
_HEADS = {
    "payer_name": "payer",
    "provider_adjustment_amount": "provider adj.",
    "deposit_unexplained_amount": "unexplained",
    "claim_unexplained_amount": "in claims",
    "line_unexplained_amount": "in lines",
    "collections_amount": "to collections",
    "write_off_amount": "written off",
}


def register(app: typer.Typer) -> None:
    """Add these commands to the `cleanclaim` command."""
    app.command("reconcile")(reconcile_command)
    app.command("matching")(matching_command)


def reconcile_command(
    db: DbOption = DEFAULT_DB,
    start: Annotated[str | None, typer.Option("--from", help="First day paid or sent, YYYY-MM-DD.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
    payer: Annotated[list[str] | None, typer.Option("--payer", help="A payer's id or name; may be repeated.")] = None,
    bank: Annotated[
        Path | None, typer.Option("--bank", help="The bank's list as CSV: date, amount, trace (in any order).")
    ] = None,
    show: Annotated[Show, typer.Option("--show", help="One table only; remittances and ledger: row by row.")] = (
        Show.overview
    ),
    form: FormatOption = Format.table,
) -> None:
    """Close the books: each deposit down to its lines, each claim's charge to where it went, and what does not add up.

    Exits 1 when something needs a person."""
    scope = ledger.Scope(day("--from", start), day("--to", end), tuple(payer or ()))
    connection = open_reader(db)
    _known_payers(ledger.payers(connection), scope.payers)
    if show is Show.bank and bank is None:
        raise UserError("--show bank: name the bank's file too: --bank FILE.")
    found = reconcile(connection, scope, bank)
    if show is Show.remittances:
        emit(ledger.remittances(connection, scope).drop("remittance_id").to_dicts(), form)
    elif show is Show.ledger:
        emit(ledger.claims(connection, scope).drop("root_id").to_dicts(), form)
    elif show is not Show.overview:
        emit(getattr(found, show.value), form)
    elif form is Format.json:
        print(json.dumps(_plain(found), indent=2))
    elif form is Format.csv:
        emit(found.deposits, form)
    else:
        _print(found, scope)
    if found.needs_a_person():
        raise typer.Exit(1)


def matching_command(
    db: DbOption = DEFAULT_DB,
    listed: Annotated[
        bool, typer.Option("--list", help="Each payment that has no claim, or found it otherwise.")
    ] = False,
    form: FormatOption = Format.table,
) -> None:
    """How payments (835) were matched to claims (837), and service payments to lines; --list names what was not."""
    connection = open_reader(db)
    if listed:
        emit(matching.listed(connection), form)
        return
    counts = matching.counts(connection)
    rows = [
        {"what": what, "match_method": row["match_method"], "payments": row[name], "paid_amount": row["paid_amount"],
         "in_words": matching.METHODS[row["match_method"]]}
        for what, name in (("claims", "claim_payments"), ("lines", "service_payments"))
        for row in counts[what]
    ]  # fmt: skip
    emit(rows, form)


def _print(found: Reconciliation, scope: ledger.Scope) -> None:
    """The overview, as a billing manager reads it: tables, ties, the bank, then what needs a person."""
    for name, equation in (("deposits", ledger.DEPOSIT_TABLE), ("claims", ledger.CLAIM)):
        rows: Rows = getattr(found, name)
        print(_EQUATIONS[name])
        emit([_headed(row) for row in [*rows, _total(rows, equation)]] if rows else [], Format.table)
        print()
    _print_ties(found)
    if found.bank_counts:
        print("\nThe bank beside the remittances' deposits")
        emit(found.bank_counts, Format.table)
    print()
    if not found.exceptions:
        print("Nothing needs a person: every deposit, claim and line adds up to the cent.")
        return
    print(f"{len(found.exceptions):,} exceptions need a person:")
    for rule in dict.fromkeys(row["rule"] for row in found.exceptions):
        rows = [row for row in found.exceptions if row["rule"] == rule]
        print(f"\n{len(rows):,} {rule}: {rows[0]['meaning']}\n  What to do: {rows[0]['fix']}")
        for row in rows[:_MOST]:
            print(f"  - {_where(row)}: {_amounts(row)}")
        if len(rows) > _MOST:
            print(f"  - ... and {len(rows) - _MOST:,} more (--show exceptions lists all)")


def _where(row: Mapping[str, Any]) -> str:
    """Where an exception stands: file and segment (row of a bank file), day and payer."""
    of_bank = row["rule"] in ("bank_file_row", "bank_only_bank") or (
        row["rule"] == "bank_ambiguous" and not row["payer_name"]
    )
    place = f"{row['file']}, {'row' if of_bank else 'segment'} {row['segment']:,}" if row["file"] else "all files"
    return ", ".join([place, *(str(row[name]) for name in ("day", "payer_name") if row[name])])


def _amounts(row: Mapping[str, Any]) -> str:
    amounts = f"found {shown(row['found']) or 'nothing'}; expected {shown(row['expected']) or 'nothing'}"
    return amounts + (f"; difference {shown(row['difference'])}" if row["difference"] is not None else "")


def _print_ties(found: Reconciliation) -> None:
    tie = found.tie
    print(
        f"All remittances together paid {shown(tie['paid_by_remittances'])} on claims; "
        f"the ledger of claims holds {shown(tie['paid_on_claims'])} of it."
    )
    if tie["claims_never_sent"]:
        print(
            f"{shown(tie['paid_without_claim'])} of that was paid on {tie['claims_never_sent']:,} claims that were "
            "never loaded as an 837; they count from their first answer."
        )
    if tie["postings_without_claim"]:
        print(
            f"{tie['postings_without_claim']:,} postings of patients ({shown(tie['posted_without_claim'])}) name a "
            "claim that is not loaded; they are in no figure here."
        )
    for what, name in (("claim payments", "claims"), ("service payments", "lines")):
        other = [row for row in found.matching[name] if row["match_method"] in ("ambiguous", "none")]
        count = sum(row[what.replace(" ", "_")] for row in other)
        if count:
            print(
                f"{count:,} {what} are matched to no {name[:-1]}; their money is counted (cleanclaim matching --list)."
            )


def _total(rows: Rows, equation: Iterable[str]) -> dict[str, Any]:
    """The last row of a table: sums of its counts and amounts."""
    count = next(name for name in rows[0] if name in ("remittances", "claims"))
    sums = {name: sum((row[name] for row in rows), Decimal(0)) for name in equation}
    return {"payer_id": "", "payer_name": "all", "month": "", count: sum(row[count] for row in rows), **sums}


def _headed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row under the heads of a table on paper."""
    return {
        _HEADS.get(name, name.removesuffix("_amount").replace("_", " ")): value
        for name, value in row.items()
        if name != "payer_id"
    }


def _known_payers(known: set[str], asked: Iterable[str]) -> None:
    for one in asked:
        if one not in known:
            raise UserError(f"--payer {one}: no such payer. Known: {', '.join(sorted(known)[:20])}.")


def _plain(found: Reconciliation) -> dict[str, Any]:
    """The reconciliation as JSON: money is a string with cents, a day like 2026-04-30."""

    def value(x: Any) -> Any:
        if isinstance(x, Mapping):
            return {name: value(one) for name, one in x.items()}
        return [value(one) for one in x] if isinstance(x, list) else plain(x)

    return {name: value(getattr(found, name)) for name in found.__dataclass_fields__}
