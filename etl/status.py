"""What a warehouse holds, and what in it needs a person."""

from __future__ import annotations

from typing import Any

import duckdb

from etl import issues, people_issues
from etl.measures import data_through
from etl.warehouse import checks, matching, views
from etl.warehouse.ask import scalar

_COUNTS = {
    "files": "source_file",
    "claims": "claim",
    "service_lines": "service_line",
    "remittances": "remittance",
    "claim_payments": "claim_payment",
    "acknowledgements": "acknowledgement",
    "work_log": "work_log",
    "staff": "staff",
    "coding_audits": "coding_audit",
    "patient_transactions": "patient_transaction",
    "appeals": "appeal",
    "attributions": "attribution",
    "allowed_schedule": "allowed_schedule",
}


def status(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Counts of a warehouse, what is quarantined or flagged, and what does not balance (contract: `cleanclaim
    status`)."""
    out: dict[str, Any] = {name: scalar(connection, f"select count(*) from {table}") for name, table in _COUNTS.items()}
    last = data_through(connection)
    out["data_through"] = last.isoformat() if last else None
    out["duplicates"] = scalar(connection, "select count(*) from issue where severity = 'duplicate'")
    kept_out = issues.OPEN
    out["quarantined"] = issues.listed(connection) + people_issues.quarantined(connection)
    out["quarantined_counts"] = {
        "claims": scalar(connection, f"select coalesce(sum(claims), 0) from issue where {kept_out}"),
        "claim_payments": scalar(connection, f"select coalesce(sum(claim_payments), 0) from issue where {kept_out}"),
    }
    mended = "severity in ('rejected', 'quarantined') and closed_at is not null"
    out["mended"] = scalar(connection, f"select count(*) from issue where {mended}")
    out["flagged"] = issues.listed(connection, "severity = 'flagged'") + people_issues.flagged(connection)
    out["rejected_files"] = _rejected_files(connection)
    out["unnamed_rejections"] = _rows(connection, _sql("unnamed_rejections"))
    [out["reused_numbers"]] = _rows(connection, _sql("visits"))
    out["unbalanced"] = checks.unbalanced(connection)
    unmatched = """select count(distinct p.root_id) from payment as p
        where p.answered_claim_id is null"""
    out["unmatched_payments"] = scalar(connection, unmatched)
    counts = matching.counts(connection)
    out["matching"] = {
        what: {row["match_method"]: row[name] for row in counts[what]}
        for what, name in (("claims", "claim_payments"), ("lines", "service_payments"))
    }
    return out


def needs_a_person(found: dict[str, Any]) -> bool:
    """Whether something is quarantined, does not balance, was rejected as a file and not sent again, or whether
    payments cannot be told apart."""
    rejected = any(one["claims_not_sent_again"] for one in found["rejected_files"])
    return bool(
        found["quarantined"] or found["unbalanced"] or rejected or found["reused_numbers"]["ambiguous_payments"]
    )


def sentences(found: dict[str, Any]) -> list[str]:
    """The status in words: what is there, then what to look at."""
    day = found["data_through"] or "no day yet"
    lines = [
        f"{found['files']:,} files: {found['claims']:,} claims with {found['service_lines']:,} lines, "
        f"{found['remittances']:,} remittances with {found['claim_payments']:,} claim payments; data through {day}.",
    ]
    for name, fills in (
        ("work_log", "work_log.csv fills charge lag and the coder and biller measures"),
        ("staff", "staff.csv fills team, employment and credential"),
        ("coding_audits", "coding_audit.csv fills coding accuracy"),
        ("patient_transactions", "patient_transactions.csv fills what patients paid"),
    ):
        if not found[name]:
            lines.append(f"Missing: {fills}.")
    if found["unmatched_payments"]:
        unmatched = f"{found['unmatched_payments']:,} claims were paid or denied but never loaded as an 837"
        lines.append(f"{unmatched}; their payments count.")
    lines += _matched("claim payments", found["matching"]["claims"])
    lines += _matched("service payments", found["matching"]["lines"])
    if found["duplicates"]:
        lines.append(f"{found['duplicates']:,} files, transaction sets or claims came again and count once.")
    lines += [_rejection(one) for one in found["rejected_files"]]
    lines += [
        f"{one['file']}: a 277CA counts {one['rejected']:,} rejected claims and names {one['named']:,}; "
        "which the others are it does not say. Ask the clearinghouse."
        for one in found["unnamed_rejections"]
    ]
    lines += _reused(found["reused_numbers"])
    if found["mended"]:
        lines.append(f"{found['mended']:,} that were quarantined came mended since.")
    lines += _listed("quarantined: not counted until it is mended and loaded again", found["quarantined"])
    if found["quarantined"]:
        kept = found["quarantined_counts"]
        lines.append(
            f"  This keeps {kept['claims']:,} claims and {kept['claim_payments']:,} claim payments out. Look at one "
            "with `cleanclaim quarantine show N`, mend its file, then `cleanclaim quarantine retry`."
        )
    lines += _listed("flagged: loaded, but look at it", found["flagged"])
    lines += _listed("out of balance", found["unbalanced"])
    if not needs_a_person(found):
        lines.append("Nothing needs a person: nothing is quarantined and every remittance, claim and line balances.")
    return lines


def _matched(what: str, counts: dict[str, int]) -> list[str]:
    """How what was not matched in the usual way was matched, or not."""
    return [
        f"{counts[method]:,} {what} {words} (cleanclaim matching --list)."
        for method, words in matching.METHODS.items()
        if method in counts and method not in matching.USUAL
    ]


def _listed(title: str, problems: list[dict[str, Any]]) -> list[str]:
    if not problems:
        return []
    shown = []
    for p in problems[:50]:
        number = f"({p['issue']}) " if "issue" in p else ""
        said = f"{p['rule']}: found {p['found']}; expected {p['expected']}. {p.get('fix') or ''}"
        shown.append(f"  {number}{issues.place(p)}: {said}".rstrip())
    more = [f"  ... and {len(problems) - 50:,} more (--format json lists all)"] if len(problems) > 50 else []
    return [f"{len(problems):,} {title}", *shown, *more]


def _rejected_files(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Claim files that a receiver could not read and batches that it rejected, each with the answer that says so and
    its first errors."""
    return _rows(
        connection,
        """select
            sent_file as file, sent_segment as segment, answer_file, answered_by, answered_on::varchar as answered_on,
            interchange_control_number, group_control_number, set_control_number, batch_reference, provider_npi,
            reasons, errors, candidates, claims, claims_not_sent_again
        from file_rejection
        order by answered_on, answer_file, transaction_set_id, file_rejection.segment, sent_set_id""",
    )


def _rejection(one: dict[str, Any]) -> str:
    """A rejected file or batch in words."""
    numbers = {"interchange": "interchange_control_number", "group": "group_control_number"}
    numbers |= {"transaction set": "set_control_number", "batch": "batch_reference", "of provider": "provider_npi"}
    named = (
        ", ".join(f"{word} {one[name]}" for word, name in numbers.items() if one[name]) or "a batch without a number"
    )
    why = "; ".join(text for text in (one["reasons"], one["errors"]) if text) or "no reason given"
    said = (
        f"{one['answered_by'] or 'The receiver'} rejected {named} on {one['answered_on']} ({why}; {one['answer_file']})"
    )
    if one["candidates"] > 1:
        return (
            f"{said}: {one['candidates']} transaction sets bear that number, so nobody can say which claims are meant."
        )
    if not one["file"]:
        return f"{said}: no loaded claim file bears that number."
    claims, left = one["claims"], one["claims_not_sent_again"]
    of = (
        f"{left:,} of {claims:,} claims still to be mended and sent again"
        if left
        else "its claims were sent again since"
        if claims
        else "no claim in it is that provider's, or each has an answer of its own"
    )
    return f"{one['file']}, segment {one['segment']:,}: {said}: {of}."


def _reused(found: dict[str, Any]) -> list[str]:
    """Numbers that several visits bear, in words."""
    lines = []
    if found["numbers"]:
        lines.append(
            f"{found['numbers']:,} patient control numbers (CLM01) stand for {found['visits']:,} visits. Each visit "
            "counts as a claim, under its number and first day of service (A17/2026-01-05); side files must name it so."
        )
    if found["numbers_without_claim"]:
        lines.append(
            f"{found['numbers_without_claim']:,} numbers of payments (CLP01) whose claims were never loaded stand "
            f"for {found['visits_without_claim']:,} visits, told apart by person and day of service. Each counts as a "
            "claim."
        )
    if found["ambiguous_payments"]:
        lines.append(
            f"{found['ambiguous_payments']:,} claim payments under these numbers fit several of their visits: they "
            "count as cash, on no claim (cleanclaim matching --list). Ask the payer which visit it paid."
        )
    return lines


def _sql(name: str) -> str:
    return (views.SQL / "load" / f"{name}.sql").read_text(encoding="utf-8")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    rows = connection.execute(sql)
    names = [column[0] for column in rows.description or []]
    return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]
