"""Which claims are one: a replacement or void belongs to the original that its REF*F8 names."""

from __future__ import annotations

import duckdb

from etl.warehouse.ask import scalar


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring `root` up to date: new control numbers get a key, replacements take the key of their original.

    REF*F8 holds the payer's control number (CLP07) of the claim that is replaced (X12 837 loop 2300); chains are
    followed.
    """
    connection.execute("""
        insert into root
        select n.patient_control_number, coalesce((select max(root_id) from root), 0) + row_number() over (order by
        n.first_seen) from (
            select patient_control_number, min(seen) as first_seen
            from (
                select patient_control_number, claim_id as seen from claim
                union all
                select patient_control_number, 1000000000000 + claim_payment_id from claim_payment
            )
            where patient_control_number not in (select patient_control_number from root)
            group by patient_control_number
        ) as n
    """)
    # The replacement may be loaded before its original: whichever has the greater key takes the lesser, until all
    # agree. Keys only fall, so this ends, in a circle too.
    while True:
        connection.execute(_JOINED)
        if not scalar(connection, "select count(*) from joined"):
            break
        connection.execute("insert into touched select old_id from joined")
        connection.execute("update root set root_id = joined.root_id from joined where root.root_id = joined.old_id")
    connection.execute("drop table joined")


_JOINED = """
    create or replace temp table joined as
    select greatest(child.root_id, original.root_id) as old_id, min(least(child.root_id, original.root_id)) as root_id
    from claim as c
    join root as child on child.patient_control_number = c.patient_control_number
    join claim_payment as p on p.payer_claim_control_number = c.original_reference
    join root as original on original.patient_control_number = p.patient_control_number
    where
        c.frequency_code in ('7', '8')
        and original.root_id <> child.root_id
        -- two payers may use the same number: then neither the member nor the name agrees
        and not coalesce(p.member_key <> c.member_key and p.name_key <> c.name_key, false)
    group by old_id
"""
