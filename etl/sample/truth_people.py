"""What is planted about people, counted from the events.

Each function yields (root, day, further dimensions, numerator, denominator).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from etl.sample.events import AuditRow, Root
from etl.sample.practice import StaffMember
from etl.sample.truth_rules import Outcome

Counted = tuple[Root | None, date, dict[str, str], int, int]


def member_of(root: Root, role: str) -> StaffMember:
    """Who did this part of the work."""
    return root.work.coder if role == "coder" else root.work.biller


def staff_dims(role: str, member: StaffMember) -> dict[str, str]:
    return {f"{role}_id": member.staff_id} | _of(member)


def blamed(outcomes: Sequence[Outcome], role: str, contested: bool) -> Iterator[Counted]:
    """Adjudicated claims, and those with a denial of the role."""
    for o in outcomes:
        own = any(found == role for _, found in o.roles(contested))
        yield o.root, o.day, staff_dims(role, member_of(o.root, role)), int(own), 1


def attributed(outcomes: Sequence[Outcome]) -> Iterator[Counted]:
    """Denied cents by the role that they fall to, before and after contests."""
    for o in outcomes:
        for (line, before), (_, after) in zip(o.roles(False), o.roles(True), strict=True):
            dims = {"responsible_role": after, "role_before_contest": before}
            yield o.root, o.day, dims, sum(a.amount for a in line.denials), 0


def first_passes(roots: Sequence[Root], outcomes: Sequence[Outcome], as_of: date) -> Iterator[Counted]:
    """Claims that were answered, and those that were neither rejected nor denied for a fault of billing."""
    known = {id(o.root): o for o in outcomes}
    for root in roots:
        rejected = any(a.is_rejection and a.day <= as_of for a in root.answers)
        found = known.get(id(root))
        if found or rejected:
            own = found is not None and any(role == "biller" for _, role in found.roles(True))
            yield root, root.first_submitted, staff_dims("biller", root.work.biller), int(not rejected and not own), 1


def days_worked(work: Iterable[tuple[StaffMember, date]], as_of: date) -> Iterator[Counted]:
    """Claims finished, a person and day at a time."""
    counts: dict[tuple[StaffMember, date], int] = {}
    for member, day in work:
        if day <= as_of:
            counts[member, day] = counts.get((member, day), 0) + 1
    for (member, day), claims in counts.items():
        yield None, day, {"staff_id": member.staff_id} | _of(member), claims, 1


def audited_records(roots: Sequence[Root], as_of: date) -> Iterator[Counted]:
    """Audited claims, and those coded without a fault."""
    for root in roots:
        audits: dict[date, list[AuditRow]] = {}
        for row in root.audits:
            if row.day <= as_of:
                audits.setdefault(row.day, []).append(row)
        for day, rows in audits.items():
            right = all(row.coded == row.audited for row in rows)
            yield root, day, staff_dims("coder", root.work.coder), int(right), 1


def audited_kinds(roots: Sequence[Root], as_of: date) -> Iterator[Counted]:
    """Audited claims by kind of code, and those coded without a fault of that kind."""
    for root in roots:
        audits: dict[tuple[date, str], list[AuditRow]] = {}
        for row in root.audits:
            if row.day <= as_of:
                audits.setdefault((row.day, row.field), []).append(row)
        for (day, field), rows in audits.items():
            dims = staff_dims("coder", root.work.coder) | {"audit_field": field}
            yield root, day, dims, int(all(row.coded == row.audited for row in rows)), 1


def _of(member: StaffMember) -> dict[str, str]:
    return {"team": member.team, "employment": member.employment, "credential": member.credential}
