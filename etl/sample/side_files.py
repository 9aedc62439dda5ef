"""The practice's own files: work log, staff, coding audit, patient transactions, attribution, appeals, the contracts'
schedule and limits. Dates are ISO."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from random import Random

from etl.sample import dates
from etl.sample.catalogue import PROCEDURES
from etl.sample.encounters import Encounter
from etl.sample.events import AuditRow, Root
from etl.sample.money import percent, text
from etl.sample.practice import PAYERS, UNPAID_RAISE, WORK_LIMITS, StaffMember

AUDITORS = ("A01", "A02")
EVALUATIONS = ("visit", "emergency")
# a procedure whose invented price is that of so many units
UNITS = {"J1745": 40}


def add_audits(root: Root, rng: Random) -> None:
    """Audit about one claim in sixteen some weeks after it was sent; an auditor finds nine slips in ten."""
    if rng.random() > 0.06:
        return
    auditor = rng.choice(AUDITORS)
    day = dates.plus(root.first_submitted, rng.randint(7, 60))
    content = root.submissions[0].content
    wrong = {(e.line_number, e.field): e for e in root.errors if rng.random() < 0.9}
    looked_at = [(0, "diagnosis", content.diagnoses[0])]
    for line in content.lines:
        looked_at.append((line.number, "em_level" if line.family in EVALUATIONS else "procedure", line.procedure))
    looked_at += [(line.number, "modifier", line.modifiers[0]) for line in content.lines if line.modifiers]
    for number, field, coded in looked_at:
        error = wrong.pop((number, field), None)
        audited = coded if error is None else error.right
        if rng.random() < 0.02:
            audited = ""  # the record does not support it
        root.audits.append(AuditRow(number, auditor, day, field, error.coded if error else coded, audited))
    for error in wrong.values():
        root.audits.append(AuditRow(error.line_number, auditor, day, error.field, error.coded, error.right))


def write_side_files(
    out: Path, roots: list[Root], unsent: list[Encounter], people: tuple[tuple[StaffMember, ...], ...]
) -> None:
    """Write the CSV files and the limits. Claims not yet sent stand in the work log without a submission date."""
    _write(out / "work_log.csv",
           ("claim_id", "coder_id", "biller_id", "coded_at", "charge_entered_at", "submitted_at",
            "charge_amount"),
           [*map(_sent, roots), *map(_not_sent, unsent)])  # fmt: skip
    members = [member for group in people for member in group]
    _write(out / "staff.csv", ("staff_id", "role", "team", "employment", "credential", "hired_on"),
           ((m.staff_id, m.role, m.team, m.employment, m.credential, m.hired_on) for m in members))  # fmt: skip
    _write(out / "coding_audit.csv",
           ("claim_id", "line_number", "auditor_id", "audited_on", "field", "coded_value", "audited_value"),
           ((root.claim_number, str(row.line_number), row.auditor, row.day.isoformat(), row.field, row.coded,
             row.audited) for root in roots for row in root.audits))  # fmt: skip
    _write(out / "patient_transactions.csv", ("claim_id", "date", "kind", "amount"),
           ((root.claim_number, t.day.isoformat(), t.kind, text(t.amount))
            for root in roots for t in root.transactions))  # fmt: skip
    _write(out / "attribution.csv",
           ("claim_id", "line_number", "from_role", "to_role", "reason", "decided_by", "decided_on"),
           ((root.claim_number, str(c.line_number), c.from_role, c.to_role, c.reason, c.decided_by, c.day.isoformat())
            for root in roots for c in root.contests))  # fmt: skip
    _write(out / "appeal.csv", ("claim_id", "line_number", "sent_on", "kind", "outcome", "outcome_on"),
           ((root.claim_number, "0", a.sent.isoformat(), "appeal", a.outcome, str(a.decided or ""))
            for root in roots for a in root.appeals))  # fmt: skip
    _write(out / "allowed_schedule.csv",
           ("payer", "procedure_code", "modifier", "effective_from", "effective_to", "allowed_amount"),
           ((payer, code, "", since.isoformat(), until.isoformat() if until else "", text(amount))
            for payer, code, since, until, amount in schedule()))  # fmt: skip
    _write_limits(out / "limits.toml")


def schedule() -> Iterator[tuple[str, str, date, date | None, int]]:
    """What each contract allows: payer, procedure, first and last day of service, cents for one unit.

    Two payers have no schedule. A planted raise is in the schedule and not in what the payer allows.
    """
    first = date(2025, 1, 1)
    for payer in PAYERS[:4]:
        since, raised = UNPAID_RAISE.get(payer.payer_id, (date.max, 0))
        for code, procedure in PROCEDURES.items():
            price = percent(procedure.base, payer.fee_percent) // UNITS.get(code, 1)
            yield payer.payer_id, code, first, dates.plus(since, -1) if raised else None, price
            if raised:
                yield payer.payer_id, code, since, None, price + price * raised // 1000


def _write_limits(path: Path) -> None:
    """The limits of each contract, for `cleanclaim limits apply`."""
    blocks = [
        f'[[payer]]\nid = "{payer.payer_id}"\nfiling_days = {payer.filing_limit}\n'
        f"corrected_days = {WORK_LIMITS[payer.payer_id][0]}\nappeal_days = {WORK_LIMITS[payer.payer_id][1]}\n"
        for payer in PAYERS
    ]
    path.write_text("\n".join(blocks), encoding="utf-8")


def cut_after(roots: list[Root], last_day: date) -> None:
    """Drop side events that the practice cannot know yet."""
    for root in roots:
        root.transactions = [t for t in root.transactions if t.day <= last_day]
        root.audits = [row for row in root.audits if row.day <= last_day]


def _sent(root: Root) -> tuple[str, ...]:
    return (*_work(root), root.first_submitted.isoformat(), text(root.submissions[0].content.charge))


def _not_sent(encounter: Encounter) -> tuple[str, ...]:
    return (*_work(encounter.root), "", text(encounter.content.charge))


def _work(root: Root) -> tuple[str, ...]:
    work = root.work
    return (root.claim_number, work.coder.staff_id, work.biller.staff_id, work.coded.isoformat(),
            work.entered.isoformat())  # fmt: skip


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
