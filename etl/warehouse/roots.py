"""Which claims are one: a replacement or void belongs to the original that its REF*F8 names."""

from __future__ import annotations

import duckdb

from etl.warehouse import matching, rejections, visits
from etl.warehouse.ask import scalar
from etl.warehouse.refresh import SLICE_MEMORY, Since


def refresh(connection: duckdb.DuckDBPyConnection, since: Since | None = None) -> None:
    """Bring `root` and `payment_match` up to date: visits that share a control number get their own, new numbers get a
    key, replacements take the key of their original, payments under a number that is no claim's find their claim.

    With `since`, only what was added then is looked at, and what it can change. REF*F8 holds the payer's control number
    (CLP07) of the claim that is replaced (X12 837 loop 2300); chains are followed.
    """
    connection.execute(f"set memory_limit = '{SLICE_MEMORY}'")  # what needs more spills, and takes no longer
    since = since or Since(0, 0, 0)
    rejections.refresh(connection)
    visits.refresh(connection, since)
    _add(connection, _CLAIM_NUMBERS, since.claim_id)
    _join_replacements(connection)
    matching.refresh(connection, since)
    _add(connection, _PAYMENT_NUMBERS, since.claim_payment_id)
    _join_replacements(connection)
    connection.execute("drop table renumbered")
    connection.execute("drop table freed")


def _add(connection: duckdb.DuckDBPyConnection, numbers: str, first: int) -> None:
    """A key for each number that has none, in the order in which they were first seen."""
    connection.execute(
        f"""
        insert into root
        with n (number, seen) as materialized ({numbers})  -- all of `root` would take long to compare with

        select number, coalesce((select max(root_id) from root), 0) + row_number() over (order by seen)
        from n
        where number not in (select patient_control_number from root semi join n on n.number = patient_control_number)
        """,
        {"first": first},
    )


def _join_replacements(connection: duckdb.DuckDBPyConnection) -> None:
    """The replacement may be loaded before its original: whichever has the greater key takes the lesser, until all
    agree. Keys only fall, so this ends, in a circle too."""
    while True:
        connection.execute(_JOINED)
        if not scalar(connection, "select count(*) from joined"):
            break
        connection.execute("insert into touched select old_id from joined")
        connection.execute("update root set root_id = joined.root_id from joined where root.root_id = joined.old_id")
    connection.execute("drop table joined")


_CLAIM_NUMBERS = """
    select patient_control_number, min(claim_id)
    from claim
    where
        claim_id >= $first
        or claim_id in (select claim_id from renumbered)
        or patient_control_number in (select patient_control_number from freed)
    group by patient_control_number
"""
# a match that was lost gives the payment back its own number, which may be older than this load
_PAYMENT_NUMBERS = """
    select number, min(claim_payment_id)
    from (
        select patient_control_number as number, claim_payment_id
        from claim_payment
        where
            (claim_payment_id >= $first or patient_control_number in (select patient_control_number from freed))
            and claim_payment_id not in (select claim_payment_id from payment_match)
        union all
        select patient_control_number, claim_payment_id from payment_match
    )
    group by number
"""
_JOINED = """
    create or replace temp table joined as
    select greatest(child.root_id, original.root_id) as old_id, min(least(child.root_id, original.root_id)) as root_id
    from claim as c
    join root as child on child.patient_control_number = c.patient_control_number
    join claim_payment as p on p.payer_claim_control_number = c.original_reference
    left join payment_match as m on m.claim_payment_id = p.claim_payment_id
    join root as original
        on original.patient_control_number = coalesce(m.patient_control_number, p.patient_control_number)
    where
        c.frequency_code in ('7', '8')
        and original.root_id <> child.root_id
        -- two payers may use the same number: then neither the member nor the name agrees
        and not coalesce(p.member_key <> c.member_key and p.name_key <> c.name_key, false)
    group by old_id
"""
