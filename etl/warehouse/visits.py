"""Which visit a claim is of, when a practice gives one patient control number (CLM01) to several.

The number names the claim everywhere: in `root`, in answers, in side files. So each visit of such a number gets a
number of its own, CLM01 and its first day of service (`A17/2026-01-05`), which takes the place of CLM01 in `claim` and
`acknowledgement`. `claim_visit` and `acknowledgement_visit` keep what was sent. The bare number is then no claim's, and
`matching` asks which visit a payment under it is of. (A second column beside CLM01 would have to stand in every join.)
Payments (835) under a number that no claim bears are told apart in the same way, by `tell_apart`. An empty CLM01, or
one of zeros, is no number: each claim under it is its own.
"""

from __future__ import annotations

import duckdb

from etl.warehouse.ask import scalar
from etl.warehouse.refresh import Since
from etl.warehouse.views import SQL


def refresh(connection: duckdb.DuckDBPyConnection, since: Since) -> None:
    """Number the visits of what was added since. Leaves the temporary tables `renumbered` (claim_id, sent_number,
    old_number, new_number: claims that changed their number) and `freed` (numbers whose key was taken from `root`)."""
    first = {"claim_id": since.claim_id, "transaction_set_id": since.transaction_set_id}
    connection.execute(f"create or replace temp table looked_at_number as {_LOOKED_AT}", first)
    tell_apart(connection, _sql("claim_part"))
    connection.execute(f"create or replace temp table now_visit as {_sql('claim_visit')}")
    connection.execute("drop table part")
    connection.execute("drop table part_visit")
    connection.execute(f"create or replace temp table renumbered as {_RENUMBERED}")
    connection.execute(f"create or replace temp table freed as {_FREED}")
    if scalar(connection, "select count(*) from renumbered"):
        _renumber(connection)
    if scalar(connection, "select count(*) from looked_at_number"):
        _answers(connection)
    connection.execute("drop table looked_at_number")
    connection.execute("drop table now_visit")


def tell_apart(connection: duckdb.DuckDBPyConnection, parts: str) -> None:
    """Tell the visits of each number apart. Leaves the temporary tables `part` (what the query `parts` gives: part_id,
    sent_number, kind, member_key, name_key, first_day, last_day, mark, follows and its own) and `part_visit` (those
    that follow no other, with their visit_number)."""
    connection.execute(f"create or replace temp table part as {parts}")
    connection.execute(f"create or replace temp table part_visit as {_sql('part_visit')}")


def _renumber(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("""
        insert into touched select root_id from root
        where patient_control_number in (select patient_control_number from freed)
    """)
    connection.execute("delete from root where patient_control_number in (select patient_control_number from freed)")
    connection.execute("""
        insert into touched_number
        select patient_control_number from freed union select new_number from renumbered
    """)
    connection.execute("""
        update claim set patient_control_number = r.new_number from renumbered as r where r.claim_id = claim.claim_id
    """)
    connection.execute("delete from claim_visit where sent_number in (select sent_number from looked_at_number)")
    connection.execute("insert into claim_visit select claim_id, sent_number from now_visit")


def _answers(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the answers of 277CAs to these numbers to their visits anew."""
    of_looked_at = "sent_number in (select sent_number from looked_at_number)"
    connection.execute(f"create or replace temp table old_answer as from acknowledgement_visit where {of_looked_at}")
    connection.execute("""
        insert into touched_number select a.patient_control_number
        from acknowledgement as a
        join old_answer as o on o.transaction_set_id = a.transaction_set_id and o.segment = a.segment
    """)
    _number_answers(connection, "select *, sent_number as number from old_answer")
    connection.execute(f"delete from acknowledgement_visit where {of_looked_at}")
    connection.execute(f"create or replace temp table now_answer as {_sql('acknowledgement_visit')}")
    _number_answers(connection, "select *, visit_number as number from now_answer")
    connection.execute(
        "insert into acknowledgement_visit select transaction_set_id, segment, sent_number from now_answer"
    )
    connection.execute("insert into touched_number select visit_number from now_answer")
    connection.execute("drop table old_answer")
    connection.execute("drop table now_answer")


def _number_answers(connection: duckdb.DuckDBPyConnection, numbers: str) -> None:
    connection.execute(f"""
        update acknowledgement set patient_control_number = n.number from ({numbers}) as n
        where n.transaction_set_id = acknowledgement.transaction_set_id and n.segment = acknowledgement.segment
    """)


def _sql(name: str) -> str:
    return (SQL / "load" / f"{name}.sql").read_text(encoding="utf-8")


# the numbers of what is new or was touched, where several claims bear them or did
_LOOKED_AT = """
    with news as (
        select patient_control_number as number from claim
        where claim_id >= $claim_id
        group by number having count(*) > 1 or ltrim(number, '0') = ''
        union
        select patient_control_number from claim
        where
            claim_id >= $claim_id
            and patient_control_number in (
                select patient_control_number from root union all select sent_number from claim_visit
            )
        union
        select patient_control_number from acknowledgement where transaction_set_id >= $transaction_set_id
        union
        select patient_control_number from touched_number
    ),

    sent as (
        select number as sent_number from news
        union
        select v.sent_number
        from claim_visit as v
        join claim as c on c.claim_id = v.claim_id
        where $claim_id = 0 or c.patient_control_number in (select number from news)
    )

    select sent_number from sent
    where
        sent_number in (
            select patient_control_number from claim
            where patient_control_number in (select sent_number from sent)
            group by patient_control_number having count(*) > 1
        )
        or sent_number in (select sent_number from claim_visit)
        or ltrim(sent_number, '0') = ''
    union
    select sent_number from acknowledgement_visit
    where sent_number in (select sent_number from sent) or $claim_id = 0
"""
_RENUMBERED = """
    select
        c.claim_id, s.patient_control_number as sent_number, c.patient_control_number as old_number,
        coalesce(n.visit_number, s.patient_control_number) as new_number
    from claim_as_sent as s
    join claim as c on c.claim_id = s.claim_id
    left join now_visit as n on n.claim_id = s.claim_id
    where
        s.patient_control_number in (select sent_number from looked_at_number)
        and c.patient_control_number <> coalesce(n.visit_number, s.patient_control_number)
"""
# the key of a claim root that a number left may rest on that number alone: all its numbers get new keys
_FREED = """
    select patient_control_number from root
    where root_id in (
        select root_id from root
        where patient_control_number in (
            select old_number from renumbered union select new_number from renumbered
            union select sent_number from renumbered
        )
    )
"""
