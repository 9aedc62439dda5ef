"""Slow twins of the other definitions of a denial, and of the bridge to ours, reason by reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.etl.measures.twin import ZERO, Line, Payment, Tables, initial, payments, treatment
from tests.etl.measures.twin_catalogue import denied_part

KINDS = ("patient_share", "duplicate", "contractual", "pending", "unknown")


def first_answers(t: Tables, as_of: date) -> list[Payment]:
    """The first answer of every root and payer, mere duplicates included."""
    found: dict[tuple[int, str], Payment] = {}
    for payment in payments(t, as_of):
        if payment.row["status_code"] not in ("22", "23", "25"):
            found.setdefault((payment.root, payment.payer), payment)
    return list(found.values())


def by_kind(t: Tables, line: Line) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for group, carc, amount in line.adjustments:
        kind = treatment(t, group, carc)
        if kind == "denial_if_nothing_allowed":
            kind = "contractual" if line.allowed else "denial"
        found["contractual" if kind == "never" else kind] += amount
    return found


def adjustments(payment: Payment) -> list[Decimal]:
    return [a for line in payment.lines for _, _, a in line.adjustments if a]


def unpaid(payment: Payment) -> list[Line]:
    return [line for line in payment.lines if line.paid == 0 and line.charge > 0]


IS_DENIED: dict[str, Callable[[Payment], bool]] = {
    "every_cas": lambda p: bool(adjustments(p)),
    "status_4": lambda p: "4" in p.statuses,
    "zero_paid": lambda p: p.row["paid_amount"] == 0,
    "unpaid_line": lambda p: bool(unpaid(p)),
}
AMOUNT: dict[str, Callable[[Payment], Decimal]] = {
    "every_cas": lambda p: sum(adjustments(p), ZERO),
    "status_4": lambda p: p.row["charge_amount"] if "4" in p.statuses else ZERO,
    "zero_paid": lambda p: p.row["charge_amount"] if p.row["paid_amount"] == 0 else ZERO,
    "unpaid_line": lambda p: sum((line.charge for line in unpaid(p)), ZERO),
}


def bridge(t: Tables, as_of: date) -> dict[tuple[str, str], tuple[int, Decimal]]:
    """(definition, reason) -> (claims, dollars) by which it differs from ours."""
    count: dict[tuple[str, str], int] = defaultdict(int)
    money: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    ours = {(p.root, p.payer): p for p in initial(t, as_of)}
    for answer in first_answers(t, as_of):
        own = ours.get((answer.root, answer.payer))
        for name in IS_DENIED:
            there, amount = IS_DENIED[name](answer), AMOUNT[name](answer)
            if own is None or own.order != answer.order:
                count[name, "duplicate"] += int(there) - int(bool(own and own.denied))
                money[name, "duplicate"] += amount - denied_part(own)
                continue
            reason = _reason(t, name, answer, there)
            count[name, reason] += int(there) - int(bool(own.denied))
            for part, difference in _parts(t, name, answer, reason, amount):
                money[name, part] += difference
    return {key: (count[key], money[key]) for key in {*count, *money} if count[key] or money[key]}


def _reason(t: Tables, name: str, answer: Payment, there: bool) -> str:
    if there == bool(answer.denied):
        return "whole_charge"
    if answer.denied:
        return "full_denial_missed" if name == "status_4" and answer.allowed <= 0 else "partial_denial_missed"
    if name == "unpaid_line":
        reasons = {_line_reason(t, line) for line in unpaid(answer)}
        return next(kind for kind in (*KINDS, "none") if kind in reasons)
    lines = [by_kind(t, line) for line in answer.lines]
    has = {kind: sum((line[kind] for line in lines), ZERO) for kind in (*KINDS, "denial")}
    order = ("contractual", *KINDS) if name == "every_cas" else KINDS
    found = next((kind for kind in order if has[kind]), None)
    return found or ("denial_codes" if has["denial"] or name == "every_cas" else "none")


def _line_reason(t: Tables, line: Line) -> str:
    """Why a line was paid nothing."""
    has = by_kind(t, line)
    return "whole_charge" if line.denials else next((kind for kind in KINDS if has[kind]), "none")


def _parts(t: Tables, name: str, answer: Payment, reason: str, amount: Decimal) -> list[tuple[str, Decimal]]:
    if name in ("status_4", "zero_paid"):
        return [(reason, amount - denied_part(answer))]
    parts = []
    for line in answer.lines:
        denied = sum((a for _, _, a in line.denials), ZERO)
        if name == "every_cas":
            has = by_kind(t, line)
            parts += [(kind, has[kind]) for kind in KINDS] + [("denial_codes", has["denial"] - denied)]
        elif line in unpaid(answer):
            parts.append((_line_reason(t, line), line.charge - denied))
        else:
            parts.append(("partial_denial_missed", -denied))
    return parts


def _rate(name: str) -> Callable[[Tables, date], tuple[Any, Any]]:
    return lambda t, d: (sum(map(IS_DENIED[name], first_answers(t, d))), len(first_answers(t, d)))


def _amount(name: str) -> Callable[[Tables, date], tuple[Any, Any]]:
    return lambda t, d: (sum(map(AMOUNT[name], first_answers(t, d)), ZERO), None)


BRIDGE: dict[str, Callable[[Tables, date], tuple[Any, Any]]] = {
    **{f"initial_denial_rate_{name}": _rate(name) for name in IS_DENIED},
    **{f"denied_amount_{name}": _amount(name) for name in IS_DENIED},
    "definition_difference_claims": lambda t, d: (sum(n for n, _ in bridge(t, d).values()), None),
    "definition_difference_amount": lambda t, d: (sum((a for _, a in bridge(t, d).values()), ZERO), None),
}
