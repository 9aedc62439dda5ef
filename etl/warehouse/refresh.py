"""Bringing the views up to date: all of them, or only the rows of the claim roots that a load touched.

The views' texts name tables without a schema, and DuckDB looks into its temporary schema first. So for a part of the
claims the same texts run over temporary tables of the same names that hold only the rows of those claims. (It takes
even `main.claim` for the temporary one, so the lasting one is named with its database.)
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from etl.warehouse import rolling, views
from etl.warehouse.ask import scalar

SCHEMA_VERSION = 14

_OF_ROOT = "root_id in (select root_id from touched)"
_OF_NUMBER = "{} in (select patient_control_number from root)"
# a number of which no claim and no payment has come yet
_OF_ANY_NUMBER = "{} in (select patient_control_number from root union all select patient_control_number from rootless)"
_OF_PAYMENT = "claim_payment_id in (select claim_payment_id from claim_payment)"
_OF_CLAIM = "claim_id in (select claim_id from claim)"
# a payment under another number belongs to the root of the number that it was matched to
_OF_MATCHED_NUMBER = """claim_payment_id in (
    select claim_payment_id from payment_match
    union all
    select claim_payment_id from {lasting}.claim_payment
    where
        patient_control_number in (select patient_control_number from root)
        and claim_payment_id not in (select claim_payment_id from {lasting}.payment_match))"""
# which rows of a table belong to the touched roots, in the order in which they can be told
_PART = {
    "root": _OF_ROOT,
    "claim": _OF_NUMBER.format("patient_control_number"),
    "payment_match": _OF_NUMBER.format("patient_control_number"),
    "claim_payment": _OF_MATCHED_NUMBER,
    "acknowledgement": _OF_NUMBER.format("patient_control_number"),
    "work_log": _OF_ANY_NUMBER.format("claim_id"),
    "patient_transaction": _OF_NUMBER.format("claim_id"),
    "coding_audit": _OF_NUMBER.format("claim_id"),
    "appeal": _OF_NUMBER.format("claim_id"),
    "service_line": _OF_CLAIM,
    "diagnosis": _OF_CLAIM,
    "service_payment": _OF_PAYMENT,
    "adjustment": _OF_PAYMENT,
    "remark": _OF_PAYMENT,
}
# kept views whose rows belong to numbers, not to roots
_PLACE = {"unsent_work": _OF_ANY_NUMBER.format("claim_number")}
# claim roots whose rows are computed at once: with more, memory would grow with the warehouse
_SLICE = 100_000
SLICE_MEMORY = "300MB"
# side files whose rows belong to claims
BY_CLAIM = ("work_log", "patient_transaction", "attribution", "coding_audit", "appeal")


@dataclass(frozen=True, slots=True)
class Since:
    """Where a load began: the first keys that it gave out."""

    transaction_set_id: int
    claim_id: int
    claim_payment_id: int


def start(connection: duckdb.DuckDBPyConnection) -> None:
    """Prepare to note what a load touches beside the new claims, claim payments and answers."""
    connection.execute("create or replace temp table touched (root_id bigint)")
    connection.execute("create or replace temp table touched_number (patient_control_number varchar)")


def make_room(connection: duckdb.DuckDBPyConnection) -> None:
    """Let joins over all claims take more memory than rows that stream in, as far as the machine has it; what needs
    still more spills to disk."""
    half = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    connection.execute(f"set memory_limit = '{min(2_000_000_000, half)}B'")


def settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Let a writer's rows leave memory: until they are committed, about four bytes stay there for each byte of input.

    The writer works on a copy, so nobody sees what is committed before all is done.
    """
    for step in ("commit", "checkpoint", "begin"):
        connection.execute(step)


def refresh_views(
    connection: duckdb.DuckDBPyConnection, since: Since | None = None, anew: Sequence[str] = ()
) -> date | None:
    """Bring every view up to date as of the last known day. Returns that day.

    With `since`, and when no more than half of the claims are touched, only their rows are computed, but all of the
    views `anew`. Without it, and when what all rows share has changed (a payer's name, the staff), everything is.
    """
    make_room(connection)
    before = scalar(connection, "select data_through from warehouse_state")
    last_known: date | None = scalar(connection, (views.SQL / "data_through.sql").read_text(encoding="utf-8"))
    connection.execute("update warehouse_state set data_through = ?", [last_known])
    day = last_known or date(1900, 1, 1)
    if _refresh_payers(connection) and since is not None and _is_part(connection, since, before):
        _refresh_slices(connection, day)
        for view in anew:
            connection.execute(f"create or replace table {view} as {views.text_as_of(view, day)}")
            _comment(connection, "table", view)
            rolling.make_anew(connection, view)
    elif (roots := scalar(connection, "select count(*) from root")) <= 3 * _SLICE:
        if roots > 2 * _SLICE:  # slices take twice as long, so these spill rather
            connection.execute(f"set memory_limit = '{SLICE_MEMORY}'")
        _refresh_all(connection, day)
    else:
        _refresh_all(connection, day, "limit 0")
        connection.execute("delete from touched")
        connection.execute("insert into touched select root_id from root")
        connection.execute("insert into touched_number select claim_id from work_log")
        _refresh_slices(connection, day, is_first=True)
    return last_known


def _refresh_all(connection: duckdb.DuckDBPyConnection, day: date, limit: str = "") -> None:
    for view, kind in views.KINDS.items():
        rows = f"from (\n{views.text_as_of(view, day)}\n) {limit}" if limit else views.text_as_of(view, day)
        if kind in ("kept", "tally"):
            connection.execute(f"create or replace table {view} as {rows}")
            _comment(connection, "table", view)
        elif kind == "passing":
            connection.execute(f"create or replace temp table {view} as {rows}")
        elif kind == "joined":
            _create_view(connection, view, day)
    for view, kind in views.KINDS.items():
        if kind == "passing":
            connection.execute(f"drop table temp.{view}")
    rolling.make_all(connection)


def _create_view(connection: duckdb.DuckDBPyConnection, view: str, day: date) -> None:
    connection.execute(f"create or replace view {view} as {views.text_as_of(view, day)}")
    _comment(connection, "view", view)


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, view: str) -> None:
    connection.execute(f"comment on {kind} {view} is '{views.grain(view).replace(chr(39), 2 * chr(39))}'")


def _refresh_payers(connection: duckdb.DuckDBPyConnection) -> bool:
    """Compute the payers anew. Whether those that were known are as they were."""
    connection.execute(f"create or replace table payer_key as {views.text('payer_key')}")
    _comment(connection, "table", "payer_key")
    connection.execute(f"create or replace temp table new_payer as {views.text('payer')}")
    is_new = not scalar(connection, "select count(*) from duckdb_tables() where table_name = 'payer'")
    changed = is_new or scalar(
        connection,
        """select count(*) from payer as old left join new_payer as new on new.payer_id = old.payer_id
        where (new.payer_name, new.is_billed) is distinct from (old.payer_name, old.is_billed)""",
    )
    connection.execute("create or replace table payer as from new_payer")
    connection.execute("drop table new_payer")
    _comment(connection, "table", "payer")
    return not changed


def _is_part(connection: duckdb.DuckDBPyConnection, since: Since, before: date | None) -> bool:
    """Gather the touched roots. Whether they are no more than half of all. What was decided or sent after the day
    `before`, which the warehouse stood on, may count now."""
    connection.execute(
        """
        insert into touched
        select distinct root_id from root where patient_control_number in (
            select patient_control_number from claim where claim_id >= $claim_id
            union all
            select patient_control_number from claim_payment where claim_payment_id >= $claim_payment_id
            union all
            select patient_control_number from acknowledgement where transaction_set_id >= $transaction_set_id
            union all
            select patient_control_number from touched_number
            union all
            select claim_id from appeal where sent_on > $before or outcome_on > $before
            union all
            select claim_id from attribution where decided_on > $before
        )
        """,
        {
            "claim_id": since.claim_id,
            "claim_payment_id": since.claim_payment_id,
            "transaction_set_id": since.transaction_set_id,
            "before": before,
        },
    )
    is_part: bool = scalar(
        connection,
        "select 2 * (select count(distinct root_id) from touched) <= (select count(*) from root)",
    )
    return is_part


def _refresh_slices(connection: duckdb.DuckDBPyConnection, day: date, is_first: bool = False) -> None:
    """Compute the rows of the touched roots, so many at a time that their joins need little memory. With `is_first`
    none of them has any yet."""
    connection.execute(f"set memory_limit = '{SLICE_MEMORY}'")  # also for what was read meanwhile
    connection.execute("create or replace temp table wanted as select distinct root_id from touched")
    connection.execute(
        """create or replace temp table rootless as select distinct patient_control_number from touched_number
        where patient_control_number not in (
            select patient_control_number from root  -- not all of it: that would take long in a large warehouse
            where patient_control_number in (select patient_control_number from touched_number)
        )"""
    )
    first, last = connection.execute("select min(root_id), max(root_id) from wanted").fetchall()[0]
    n = scalar(connection, "select count(*) from wanted")
    step = _SLICE * max(1, (last - first + 1) // n) if n > _SLICE else (last or 0) - (first or 0) + 1
    starts = range(first, last + 1, step) if n else (0,) * scalar(connection, "select least(count(*), 1) from rootless")
    for start in starts:
        connection.execute("delete from touched")
        connection.execute(
            "insert into touched select root_id from wanted where root_id between ? and ?", [start, start + step - 1]
        )
        _refresh_part(connection, day, is_first)
        if n > _SLICE:
            settle(connection)
    connection.execute("drop table wanted")
    connection.execute("drop table rootless")
    for view, kind in views.KINDS.items():
        if kind == "joined":
            _create_view(connection, view, day)  # the day has moved on
        elif kind == "tally":
            rolling.sum_up(connection, view)
    rolling.settle(connection)


def _refresh_part(connection: duckdb.DuckDBPyConnection, day: date, is_first: bool) -> None:
    """Compute the rows of the touched roots in the temporary schema, and put them in place of their old ones."""
    lasting = f'"{scalar(connection, "select current_database()")}".main'
    for table, condition in _PART.items():
        connection.execute(
            f"create temp table {table} as select * from {lasting}.{table} where {condition.format(lasting=lasting)}"
        )
    # where nothing is taken out, rows go to their place at once, and are read from there; what belongs to numbers is
    # computed by each slice
    placed = {view for view in views.KEPT if is_first and view not in _PLACE}
    for view, kind in views.KINDS.items():
        if view in placed:
            before = scalar(connection, f"select count(*) from {lasting}.{view}")
            connection.execute(f"insert into {lasting}.{view} by name {views.text_as_of(view, day)}")
            connection.execute(f"create temp view {view} as select * from {lasting}.{view} where rowid >= {before}")
        elif kind in ("kept", "tally", "passing"):
            connection.execute(f"create temp table {view} as {views.text_as_of(view, day)}")
        elif kind == "joined":
            connection.execute(f"create temp view {view} as {views.text_as_of(view, day)}")
    for view, kind in views.KINDS.items():
        if kind == "tally":
            rolling.add(connection, view, lasting, is_first)
    for view in views.SUMMED:
        rolling.move(connection, view, lasting, day)
    for view in (view for view in views.KEPT if view not in placed):
        rolling.move(connection, view, lasting, day)
        connection.execute(f"delete from {lasting}.{view} where {_PLACE.get(view, _OF_ROOT)}")
        connection.execute(f"insert into {lasting}.{view} by name select * from temp.{view}")
    for view, kind in reversed(views.KINDS.items()):
        if kind != "small":
            connection.execute(f"drop {'view' if kind == 'joined' or view in placed else 'table'} temp.{view}")
    for table in _PART:
        connection.execute(f"drop table temp.{table}")
