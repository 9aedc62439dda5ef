"""What exports and FHIR files have in common: what stands for a transaction set, and what is said of repeated rows."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from etl.errors import Problem
from etl.x12.envelope import TransactionSet

_ONCE = "Nothing to do: it counts once."
_COMPARE = "They count twice if they are the same: compare the checks, and take one file back (cleanclaim unload FILE)."


class File(Protocol):
    """A file of rows that are no X12."""

    file: int
    sha256: str
    problems: list[Problem]


def transaction_set(one: File, version: str, kind: str, index: int, row: int) -> TransactionSet:
    """What stands for a transaction set: a file's claims, or one payment of it."""
    return TransactionSet(
        file=one.file,
        kind=kind,
        control_number=None,
        version=version,
        sender_id=None,
        interchange_control_number=None,
        interchange_date=None,
        start=0,
        end=0,
        segment=row,
        content_hash=f"{one.sha256[:32]}:{kind}:{index}",
    )


def say_known(one: File, frame: pl.DataFrame, table: str) -> None:
    """Note the rows of `claim` or `claim_payment` that came before."""
    if not frame.height:
        return
    n = frame.height
    found = f"{n:,} {table.replace('_', ' ')}{'s' if n > 1 else ''} that came before, unchanged"
    rule, claims = f"duplicate-{table.replace('_', '-')}", n if table == "claim" else 0
    row = frame["segment"][0]
    one.problems.append(Problem("duplicate", rule, found, "something new", _ONCE, row, claims, n - claims))


def say_doubtful(one: File, frame: pl.DataFrame) -> None:
    """Note claim payments that may have come before in an 835."""
    if frame.height:
        words = f"{frame.height:,} claim payments that may have been loaded from an 835 of a few days before or after"
        row = frame["segment"][0]
        one.problems.append(Problem("flagged", "possible-duplicate", words, "new claim payments", _COMPARE, row))
