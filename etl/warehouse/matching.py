"""Which claim a claim payment belongs to, when its patient control number is no claim's. Nothing is guessed.

A payment (835) names its claim (837) by CLP01 = CLM01; nearly all do, and they cost nothing here. The others are
looked at anew in every load, because the claim may have come meanwhile: sql/matching says how.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import duckdb

from etl.warehouse import visits
from etl.warehouse.ask import scalar
from etl.warehouse.refresh import Since
from etl.warehouse.views import SQL

# how a claim payment or service payment was matched, in words
METHODS = {
    "patient_control_number": "were matched by the patient control number",
    "number_and_day": "were matched by the patient control number, which several visits bear, and the day of service",
    "number_and_charge": "were matched by the patient control number, which several visits bear, and the charge",
    "similar_control_number": "were matched by the control number written otherwise (case, leading zeros, punctuation)",
    "payer_claim_control_number": "were matched by the payer's own number of the claim",
    "member_date_charge": "were matched by member, day of service and charge",
    "line_control_number": "were matched by the line control number",
    "procedure_modifiers_date_charge": "were matched by procedure, modifiers, day and charge",
    "procedure_charge": "were matched by procedure and charge",
    "only_line": "were matched as the only line left, with the same charge",
    "ambiguous": "could not be matched: several fit",
    "none": "could not be matched: none fits",
}
# nothing to look at
USUAL = (
    *("patient_control_number", "line_control_number", "procedure_modifiers_date_charge", "procedure_charge"),
    "only_line",
)


def refresh(connection: duckdb.DuckDBPyConnection, since: Since) -> None:
    """Bring `payment_match` up to date with what was added since, and note the numbers whose payments moved; needs the
    roots of the claims."""
    claims = scalar(connection, "select count(*) from claim")
    is_first = claims and not scalar(connection, f"select count(*) from claim where claim_id < {since.claim_id:d}")
    first = 0 if is_first else since.claim_payment_id
    # without any claim there is nothing to match; what stands under 0, 000 or nothing has no number, so it never is one
    # claim
    connection.execute(
        """create or replace temp table looked_at as
        select claim_payment_id from claim_payment
        where
            claim_payment_id >= $first and patient_control_number not in (
                select patient_control_number from claim
                where patient_control_number in (
                    select patient_control_number from claim_payment where claim_payment_id >= $first))
            and ($claims > 0 or ltrim(patient_control_number, '0') = '')""",
        {"first": first, "claims": claims},
    )
    # nor is a number without a claim one, when its payments are of several days or people
    connection.execute(f"insert into looked_at {_OF_NUMBER if claims else _SHARED}", {} if claims else {"first": first})
    if scalar(connection, "select count(*) from payment_match"):
        connection.execute(f"insert into looked_at {_sql('concerned')}", asdict(since))
    connection.execute(
        """insert into looked_at select claim_payment_id from claim_payment
        where patient_control_number in (select sent_number from renumbered)"""
    )
    connection.execute(
        """insert into looked_at select claim_payment_id from payment_match
        where patient_control_number in (select old_number from renumbered)"""
    )
    if not scalar(connection, "select count(*) from looked_at"):
        return
    of_looked_at = "claim_payment_id in (select claim_payment_id from looked_at)"
    connection.execute(f"create or replace temp table stray as {_sql('stray')}")
    connection.execute(f"create or replace temp table matched as {_sql('payment_match')}")
    visits.tell_apart(connection, _sql("payment_part"))
    connection.execute(f"""
        update matched set patient_control_number = v.visit_number from ({_sql("payment_visit")}) as v
        where v.claim_payment_id = matched.claim_payment_id
    """)
    old = f"select * from payment_match where {of_looked_at}"
    connection.execute(f"""
        insert into touched_number
        select patient_control_number from ({old} except from matched)
        union all
        select patient_control_number from (from matched except {old})
    """)
    connection.execute(f"delete from payment_match where {of_looked_at}")
    connection.execute("insert into payment_match by name from matched")
    for table in ("looked_at", "stray", "matched", "part", "part_visit"):
        connection.execute(f"drop table {table}")


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    """How many claim payments and service payments were matched in which way, and the money paid with them."""
    return {"claims": _rows(connection, "payment_count"), "lines": _rows(connection, "line_count")}


def listed(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Claim payments not matched by the patient control number, then service payments not matched at all: what (claim,
    line), file, segment, match_method, candidates, the numbers, payer, day and money."""
    return _rows(connection, "payment_list") + _rows(connection, "line_list")


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = connection.cursor().sql(_sql(name)).pl().to_dicts()
    return rows


def _sql(name: str) -> str:
    return (SQL / "matching" / f"{name}.sql").read_text(encoding="utf-8")


# what stands beside a payment that is looked at, under the same number
_OF_NUMBER = """
    select m.claim_payment_id
    from payment_match as m
    join claim_payment as p on p.claim_payment_id = m.claim_payment_id
    where p.patient_control_number in (
        select patient_control_number from claim_payment
        where claim_payment_id in (select claim_payment_id from looked_at)
    )
"""
_SHARED = """
    select claim_payment_id
    from claim_payment
    where
        patient_control_number in (
            select patient_control_number
            from claim_payment
            where patient_control_number in (
                select patient_control_number from claim_payment where claim_payment_id >= $first
            )
            group by patient_control_number
            having min(service_date) <> max(service_date) or min(name_key) <> max(name_key)
        )
        or claim_payment_id in (select claim_payment_id from payment_match)
"""
