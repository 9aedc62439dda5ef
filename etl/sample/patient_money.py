"""Copays, patient payments, collections, refunds and write-offs, from what the remittances left to the patient."""

from __future__ import annotations

from datetime import date
from random import Random

from etl.sample import dates
from etl.sample.events import Adjustment, ClaimPayment, Root, Transaction

SMALL_BALANCE = 1_500


def add_transactions(root: Root, rng: Random) -> None:
    """Fill `root.transactions` by date; some lie after the data's end and are cut by the caller."""
    copay = _copay(root, rng)
    posted = [p for p in root.payments if not p.is_reversal and not _only(p, "18")]
    if posted:
        first, last = posted[0], posted[-1]
        _patient_pays(root, first, copay, rng)
        denied = sum(a.amount for a in last.all_adjustments() if _is_denial(a))
        if denied and rng.random() < 0.93:
            day = dates.plus(last.day, rng.randint(30, 100))
            root.transactions.append(Transaction(day, "write_off", denied))
    root.transactions.sort(key=lambda t: t.day)


def _copay(root: Root, rng: Random) -> int:
    """Collected at check-in where the plan has one and the desk asks for it."""
    content = root.submissions[0].content
    amount = content.payer.copay
    due = content.claim_type == "professional" and any(line.family == "visit" for line in content.lines)
    if not (amount and due) or rng.random() > 0.72:
        return 0
    root.transactions.append(Transaction(content.first_day, "copay", amount))
    return amount


def _patient_pays(root: Root, payment: ClaimPayment, copay: int, rng: Random) -> None:
    left = payment.owed_by_patient() - copay
    if left < 0:
        if rng.random() < 0.6:
            _post(root, dates.plus(payment.day, rng.randint(10, 60)), "refund", -left)
        return
    if left == 0:
        return
    if left < SMALL_BALANCE and rng.random() < 0.12:
        _post(root, dates.plus(payment.day, rng.randint(30, 90)), "write_off", left)
        return
    roll = rng.random()
    if roll < 0.8:
        part = left if rng.random() < 0.75 else left // 2
        _post(root, dates.plus(payment.day, rng.randint(10, 80)), "patient_payment", part)
        left -= part
    if left > 0 and rng.random() < 0.95:
        _post(root, dates.plus(payment.day, rng.randint(75, 110)), "collections", left)


def _post(root: Root, day: date, kind: str, amount: int) -> None:
    root.transactions.append(Transaction(day, kind, amount))


def _is_denial(adjustment: Adjustment) -> bool:
    """What a biller writes off: neither contractual nor the patient's."""
    return adjustment.group != "PR" and adjustment.carc not in ("45", "253", "18")


def _only(payment: ClaimPayment, carc: str) -> bool:
    return all(a.carc == carc for a in payment.all_adjustments())
