"""Claims that were sent more than once, unchanged: each counts once, as it was sent first."""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb

from etl.errors import Problem
from etl.warehouse import views
from etl.warehouse.append import Appender
from etl.warehouse.removal import delete


@dataclass(frozen=True, slots=True)
class Again:
    """Claims of one transaction set that repeat claims of one file.

    They were taken out of `file_id`, for the books to say by `problem`. When that is an older load, whose claims turn
    out to have been sent before by a file of this one, this load says it of that file instead: `said`, of `said_of`.
    """

    file_id: int
    problem: Problem
    said_of: int
    said: Problem


def take_out(connection: duckdb.DuckDBPyConnection, append: Appender) -> list[Again]:
    """Keep each claim that stands in the warehouse twice by this load once, as it was sent first; take out the others,
    with their lines, and count them off."""
    if not append.added.get("claim"):
        return []
    text = (views.SQL / "load" / "sent_before.sql").read_text(encoding="utf-8")
    connection.execute(f"create or replace temp table again as {text}", {"first_claim": append.first_claim})
    rows = connection.execute("from again order by claim_id").fetchall()
    connection.execute(
        "update claim_sent_again as s set claim_id = a.first_claim_id from again as a where a.claim_id = s.claim_id"
    )
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
    found: dict[tuple[int, int, int, bool], list[tuple[int, int]]] = {}
    for claim_id, transaction_set_id, segment, file_id, original, original_segment, *_ in rows:
        is_older = claim_id < append.first_claim
        found.setdefault((transaction_set_id, file_id, original, is_older), []).append((segment, original_segment))
    return [_again(file_id, original, is_older, at) for (_, file_id, original, is_older), at in found.items()]


def _again(file_id: int, original: int, is_older: bool, at: list[tuple[int, int]]) -> Again:
    claims = f"{len(at):,} claims that were" if len(at) > 1 else "a claim that was"
    fix = "Nothing to do: it counts once."
    words = f"{claims} sent before, unchanged"
    segment, original_segment = min(at)
    problem = Problem("duplicate", "duplicate-claim", words, "something new", fix, segment, len(at), repeats=original)
    if not is_older:
        return Again(file_id, problem, file_id, problem)
    words = f"{claims} sent again later, unchanged, and loaded before"
    fix = "Nothing to do: it counts once, from the day of this sending."
    said = replace(problem, found=words, fix=fix, segment=original_segment)
    return Again(file_id, problem, original, said)
