"""Claims that were sent before, unchanged: each counts once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import duckdb

from etl.errors import Problem
from etl.warehouse import views
from etl.warehouse.append import Appender
from etl.warehouse.removal import delete


@dataclass(frozen=True, slots=True)
class Again:
    """Claims of one transaction set that repeat claims of one file."""

    file_id: int
    problem: Problem


def take_out(connection: duckdb.DuckDBPyConnection, append: Appender) -> list[Again]:
    """Take out the claims of this load that stand in the warehouse already, with their lines, and count them off."""
    if not append.added.get("claim"):
        return []
    text = (views.SQL / "load" / "sent_before.sql").read_text(encoding="utf-8")
    connection.execute(f"create or replace temp table again as {text}", {"first_claim": append.first_claim})
    rows = connection.execute("from again").fetchall()
    connection.execute(
        """insert into claim_sent_again by name
        select first_claim_id as claim_id, transaction_set_id, segment, submission_date from again"""
    )
    # the first one's row is computed anew: it was not right at the first try
    connection.execute(
        """insert into touched_number select c.patient_control_number
        from again as a join claim as c on c.claim_id = a.first_claim_id"""
    )
    connection.execute("drop table again")
    if not rows:
        return []
    for table, removed in delete(connection, "claim_id", [row[0] for row in rows]).items():
        append.added[table] = append.added.get(table, 0) - removed
    counted = Counter((row[1], row[3], row[4]) for row in rows)
    first = {(row[1], row[3], row[4]): row[2] for row in reversed(sorted(rows, key=lambda row: row[2]))}
    return [Again(key[1], _problem(n, first[key], key[2])) for key, n in counted.items()]


def _problem(claims: int, segment: int, original: int) -> Problem:
    found = (
        f"{claims:,} claims that were sent before, unchanged"
        if claims > 1
        else "a claim that was sent before, unchanged"
    )
    fix = "Nothing to do: it counts once."
    return Problem("duplicate", "duplicate-claim", found, "something new", fix, segment, claims, repeats=original)
