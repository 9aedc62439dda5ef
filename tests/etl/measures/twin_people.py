"""The measures of people once more, slowly, as in twin.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.etl.measures.twin import Claim, Denied, Row, Tables, claims, denied_lines

REJECTED = {"A3", "A6", "A7", "A8"}
PEOPLE_TWIN: dict[str, Callable[[Tables, date], tuple[Any, Any]]] = {}


def attributed(t: Tables, as_of: date) -> list[tuple[Claim, str, str, str, Decimal]]:
    """Each denied line: claim, payer, role by its code, role after contests, denied amount."""
    lines: dict[tuple[int, str, int], list[Denied]] = defaultdict(list)
    for one in denied_lines(t, as_of):
        lines[one.claim.root, one.payment.payer, one.line.number].append(one)
    roles = {row["name"]: row["role"] for row in t.rows["reference_role"]}
    found = []
    for (root, payer, number), parts in lines.items():
        amounts: Counter[str] = Counter()
        for one in parts:
            for _, carc, amount in one.line.denials:
                owners = [row["owner"] for row in t.rows["reference_carc"] if row["carc"] == carc]
                amounts[roles.get(owners[0], "unknown") if owners else "unknown"] += amount
        by_code = after = min(amounts, key=lambda role: (-amounts[role], role))
        decisions = sorted(
            (a["decided_on"], a["line_number"], a["from_role"], a["to_role"]) for a in t.rows["attribution"]
            if t.root_of.get(a["claim_id"]) == root and a["line_number"] in (0, number) and a["decided_on"] <= as_of
            and a["to_role"] in roles
        )  # fmt: skip
        earlier = None
        for _, _, from_role, to_role in decisions:
            if from_role is None or roles[from_role] in (by_code, earlier):
                after = roles[to_role]
            earlier = roles[to_role]
        if all(one.is_overturned_unchanged for one in parts):
            by_code = after = "payer"
        found.append((parts[0].claim, payer, by_code, after, sum(amounts.values())))
    return found


def worked(t: Tables, as_of: date, role: str) -> list[tuple[Claim, bool]]:
    """Answered claims that somebody of this role worked on; whether a payer has adjudicated them."""
    found = []
    for claim in claims(t, as_of):
        adjudicated = bool(claim.adjudications(claim.current["payer_id"]))
        if claim.work and claim.work[f"{role}_id"] and (adjudicated or is_rejected(t, claim, as_of)):
            found.append((claim, adjudicated))
    return found


def is_rejected(t: Tables, claim: Claim, as_of: date) -> bool:
    return any(
        row["category_code"] in REJECTED and row["acknowledged_date"] <= as_of
        for row in t.rows["acknowledgement"] if t.root_of.get(row["patient_control_number"]) == claim.root
    )  # fmt: skip


def at_fault(t: Tables, as_of: date, role: str, after: bool = True) -> set[int]:
    return {c.root for c, payer, code, now, _ in attributed(t, as_of)
            if payer == c.current["payer_id"] and role == (now if after else code)}  # fmt: skip


def _rate(role: str, after: bool) -> Callable[[Tables, date], tuple[int, int]]:
    def count(t: Tables, as_of: date) -> tuple[int, int]:
        judged = {c.root for c, adjudicated in worked(t, as_of, role) if adjudicated}
        return len(judged & at_fault(t, as_of, role, after)), len(judged)

    return count


def _first_pass(t: Tables, as_of: date) -> tuple[int, int]:
    of = [c for c, _ in worked(t, as_of, "biller")]
    faults = at_fault(t, as_of, "biller")
    return sum(c.root not in faults and not is_rejected(t, c, as_of) for c in of), len(of)


def _productivity(role: str, column: str) -> Callable[[Tables, date], tuple[int | None, int]]:
    def count(t: Tables, as_of: date) -> tuple[int | None, int]:
        done = [(w[f"{role}_id"], w[column]) for w in t.rows["work_log"]
                if w[f"{role}_id"] and w[column] and w[column] <= as_of]  # fmt: skip
        return len(done), len(set(done))

    return count


def _audits(t: Tables, as_of: date) -> list[Row]:
    sent = {claim.root for claim in claims(t, as_of)}
    return [r for r in t.rows["coding_audit"] if r["audited_on"] <= as_of and t.root_of.get(r["claim_id"]) in sent]


def _accuracy(t: Tables, as_of: date) -> tuple[int, int]:
    rows = [r for r in _audits(t, as_of) if r["audited_value"]]
    return sum(r["coded_value"] == r["audited_value"] for r in rows), len(rows)


def _records(t: Tables, as_of: date) -> tuple[int, int]:
    records: dict[tuple[Any, ...], list[bool]] = defaultdict(list)
    for r in _audits(t, as_of):
        records[r["claim_id"], r["auditor_id"], r["audited_on"]].append(r["coded_value"] == r["audited_value"])
    return sum(map(all, records.values())), len(records)


def _kinds(t: Tables, as_of: date) -> tuple[int, int]:
    kinds: dict[tuple[Any, ...], list[bool]] = defaultdict(list)
    for r in _audits(t, as_of):
        kinds[r["claim_id"], r["auditor_id"], r["audited_on"], r["field"]].append(
            r["coded_value"] == r["audited_value"]
        )
    return sum(map(all, kinds.values())), len(kinds)


Cell = tuple[Any, ...]


def family(t: Tables, claim: Claim) -> str:
    lines = t.of("service_line", claim_id=claim.current["claim_id"])
    if not lines:
        return "unknown"
    code = max(lines, key=lambda line: (line["charge_amount"], -line["line_number"]))["procedure_code"]
    found = [r["family"] for r in t.rows["reference_procedure_family"]
             if code and len(code) == 5 and r["first"] <= code <= r["last"]]  # fmt: skip
    return found[0] if found else "unknown"


def chances(t: Tables, as_of: date, role: str) -> list[tuple[str, Cell, int, int, float | None]]:
    """One row per person and cell: person, cell, claims, denials, chance."""
    faults = at_fault(t, as_of, role)
    count: dict[tuple[str, Cell], list[int]] = defaultdict(lambda: [0, 0])
    for claim, adjudicated in worked(t, as_of, role):
        if adjudicated and claim.work:
            now = claim.current
            cell = (now["claim_type"], family(t, claim), now["payer_id"], now["facility_name"])
            both = count[claim.work[f"{role}_id"], cell]
            both[0] += 1
            both[1] += claim.root in faults

    def total(which: int, person: str | None, cell: Cell) -> int:
        """All of a coarse cell, or all but one person's."""
        return sum(v[which] for (p, c), v in count.items() if p != person and c[: len(cell)] == cell)

    def spread(depth: int) -> float:
        cells = {c[:depth] for _, c in count}
        counted = [(total(1, None, c), total(0, None, c) * (rate(None, c, depth - 1) or 0.0)) for c in cells]
        a = 0.0
        for _ in range(8 if any(e for _, e in counted) else 0):
            over = sum(((o - e) ** 2 - e) / (1 + a * e) ** 2 for o, e in counted)
            a = max(over / sum(e * e / (1 + a * e) ** 2 for _, e in counted), 0.0)
        return a

    spreads: dict[int, float] = {}

    def rate(person: str | None, cell: Cell, depth: int) -> float | None:
        """The chance at a level: 0 all claims, then type, family, payer, site. Levels by the length of the cell."""
        if depth < 1:
            n = total(0, person, ())
            return total(1, person, ()) / n if n else None
        coarse = rate(person, cell, depth - 1)
        if coarse is None:
            return None
        a = spreads[depth]
        o, n = total(1, person, cell[:depth]), total(0, person, cell[:depth])
        return coarse * (1 + a * o) / (1 + a * n * coarse)

    for depth in (1, 2, 3, 4):
        spreads[depth] = spread(depth)
    return [(p, c, n, d, rate(p, c, 4)) for (p, c), (n, d) in count.items()]


def _expected(role: str, is_ratio: bool) -> Callable[[Tables, date], tuple[Any, Any]]:
    def count(t: Tables, as_of: date) -> tuple[Any, Any]:
        rows = chances(t, as_of, role)
        known = [n * round(chance, 6) for _, _, n, _, chance in rows if chance is not None]
        expected = round(sum(known), 6) if known else None
        return (sum(d for _, _, _, d, _ in rows), expected) if is_ratio else (expected, None)

    return count


PEOPLE_TWIN |= {
    "coder_denial_rate": _rate("coder", after=True),
    "biller_denial_rate": _rate("biller", after=True),
    "coder_denial_rate_before_contest": _rate("coder", after=False),
    "biller_denial_rate_before_contest": _rate("biller", after=False),
    "coder_expected_denials": _expected("coder", is_ratio=False),
    "biller_expected_denials": _expected("biller", is_ratio=False),
    "coder_denial_ratio": _expected("coder", is_ratio=True),
    "biller_denial_ratio": _expected("biller", is_ratio=True),
    "attributed_denied_amount": lambda t, d: (sum((x[4] for x in attributed(t, d)), Decimal("0.00")), None),
    "biller_first_pass_rate": _first_pass,
    "coder_productivity": _productivity("coder", "coded_at"),
    "biller_productivity": _productivity("biller", "submitted_at"),
    "coding_accuracy": _accuracy,
    "coding_record_accuracy": _records,
    "coding_record_kind_accuracy": _kinds,
}
