"""Slow twins of denials, the front of the cycle, cash and A/R beyond those of twin.py. Written from MEASURES.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.etl.measures.twin import (
    ZERO,
    Books,
    Claim,
    Payment,
    Tables,
    balances,
    books,
    claims,
    denied_lines,
    initial,
    postings,
)  # fmt: skip

Figure = tuple[Any, Any]
Twin = Callable[[Tables, date], Figure]
CENT = Decimal("0.01")


def first_at_billed_payer(claim: Claim) -> Payment | None:
    return next(iter(claim.adjudications(claim.current["payer_id"])), None)


def charge(claim: Claim) -> Decimal:
    return ZERO if claim.current["frequency_code"] == "8" else claim.current["charge_amount"]


def denied_part(payment: Payment | None) -> Decimal:
    return sum((a for line in payment.denied for _, _, a in line.denials), ZERO) if payment else ZERO


def _submitted(t: Tables, d: date) -> Figure:
    firsts = [first_at_billed_payer(c) for c in claims(t, d)]
    return sum(bool(p and p.denied) for p in firsts), len(firsts)


def _amount_of_submitted(t: Tables, d: date) -> Figure:
    found = claims(t, d)
    return (sum((denied_part(first_at_billed_payer(c)) for c in found), ZERO),
            sum((charge(c) for c in found), ZERO))  # fmt: skip


def _amount_of_remitted(t: Tables, d: date) -> Figure:
    firsts = initial(t, d)
    return (sum((denied_part(p) for p in firsts), ZERO),
            sum((p.row["charge_amount"] for p in firsts), ZERO))  # fmt: skip


def _preventable(t: Tables, d: date) -> Figure:
    codes = {row["carc"] for row in t.rows["reference_carc"] if row["preventable"] == "yes"}
    return sum((a for x in denied_lines(t, d) for _, carc, a in x.line.denials if carc in codes), ZERO), None


def _overturned(t: Tables, d: date) -> Decimal:
    return sum((a for x in denied_lines(t, d) if x.overturned for _, _, a in x.line.denials), ZERO)


def _denied(t: Tables, d: date) -> Decimal:
    return sum((a for x in denied_lines(t, d) for _, _, a in x.line.denials), ZERO)


def _first_remit(t: Tables, d: date) -> Figure:
    pairs = [(c, p) for c in claims(t, d) if (p := first_at_billed_payer(c))]
    return sum((p.day - c.submitted).days for c, p in pairs), len(pairs)


def _resolution(t: Tables, d: date) -> Figure:
    """The first of: a denied line allowed later; a write-off on the day of the denial or after."""
    lines = denied_lines(t, d)
    days = []
    for payment in {id(x.payment): x.payment for x in lines}.values():
        own = [x for x in lines if x.payment is payment]
        ends = [x.overturned.day for x in own if x.overturned]
        ends += [x["date"] for x in postings(t, own[0].claim, d)
                 if x["kind"] == "write_off" and x["date"] >= payment.day]  # fmt: skip
        if ends:
            days.append((min(ends) - payment.day).days)
    return sum(days), len(days)


def rejections(t: Tables, d: date) -> dict[int, bool]:
    """Claim root with any 277CA answer -> whether one of them turned it away."""
    found: dict[int, bool] = {}
    for row in t.rows["acknowledgement"]:
        root = t.root_of.get(row["patient_control_number"])
        if row["acknowledged_date"] <= d and root is not None:
            found[root] = found.get(root, False) or row["category_code"] in ("A3", "A6", "A7", "A8")
    return found


def second_sending(t: Tables, claim: Claim, d: date) -> date | None:
    number = {c["claim_id"]: c["patient_control_number"] for c in t.rows["claim"]}
    days = [c["submission_date"] for c in t.rows["claim"] if t.root_of[c["patient_control_number"]] == claim.root]
    days += [a["submission_date"] for a in t.rows["claim_sent_again"]
             if t.root_of[number[a["claim_id"]]] == claim.root]  # fmt: skip
    return next(iter(sorted(day for day in days if day <= d)[1:]), None)


def is_untouched(t: Tables, claim: Claim, first: Payment, d: date) -> bool:
    again = second_sending(t, claim, d)
    return not rejections(t, d).get(claim.root, False) and (again is None or again > first.day)


def _clean(t: Tables, d: date) -> Figure:
    sent = {c.root for c in claims(t, d)}
    answers = [was_rejected for root, was_rejected in rejections(t, d).items() if root in sent]
    return sum(not was_rejected for was_rejected in answers), len(answers)


def _untouched(asks_paid: bool) -> Twin:
    def count(t: Tables, d: date) -> Figure:
        pairs = [(c, p) for c in claims(t, d) if (p := first_at_billed_payer(c))]
        clean = [p for c, p in pairs if is_untouched(t, c, p, d)]
        return sum(not (asks_paid and p.denied) for p in clean), len(pairs)

    return count


def _late(t: Tables, d: date) -> Figure:
    logged = [(c, (c.work["charge_entered_at"] - c.current["service_date"]).days) for c in claims(t, d)
              if c.work and c.work["charge_entered_at"]]  # fmt: skip
    return sum((charge(c) for c, lag in logged if lag > 3), ZERO), sum((charge(c) for c, _ in logged), ZERO)


def _point_of_service(t: Tables, d: date) -> Figure:
    paid = [(x, (x["date"] - c.current["service_date"]).days) for c in claims(t, d) for x in postings(t, c, d)
            if x["kind"] in ("copay", "patient_payment")]  # fmt: skip
    return sum((x["amount"] for x, lag in paid if lag <= 7), ZERO), sum((x["amount"] for x, _ in paid), ZERO)


def _credit(t: Tables, d: date) -> Figure:
    return sum((max(-value, ZERO) for _, *both in balances(t, d) for value in both), ZERO), None


def unbilled(t: Tables, d: date) -> list[dict[str, Any]]:
    sent = {c.root for c in claims(t, d)}
    return [w for w in t.rows["work_log"] if w["charge_entered_at"] and w["charge_entered_at"] <= d
            and t.root_of.get(w["claim_id"]) not in sent]  # fmt: skip


def collected(items: Iterable[Books]) -> Decimal:
    return sum((b.paid + b.patient_paid for b in items), ZERO)


def _collection(is_net: bool) -> Twin:
    def count(t: Tables, d: date) -> Figure:
        answered = [b for b in books(t, d) if b.claim.payments]
        return collected(answered), sum((b.charge - (b.never if is_net else ZERO) for b in answered), ZERO)

    return count


def _net_days(t: Tables, d: date) -> Figure:
    found = books(t, d)
    share: dict[str, Decimal] = {}
    for payer in {b.claim.current["payer_id"] for b in found}:
        answered = [b for b in found if b.claim.payments and b.claim.current["payer_id"] == payer]
        charged, cut = sum((b.charge for b in answered), ZERO), sum((b.never for b in answered), ZERO)
        kept = (1 - cut / charged).quantize(Decimal("0.0001"), ROUND_HALF_UP) if charged > 0 and cut > 0 else Decimal(1)
        share[payer] = kept
    net_open = net_charge = ZERO
    for b in found:
        kept = Decimal(1) if b.claim.payments else share[b.claim.current["payer_id"]]
        net_open += b.open * kept
        if b.claim.submitted > d - timedelta(days=90):
            net_charge += (b.charge - b.never) * kept
    return net_open.quantize(CENT, ROUND_HALF_UP), (net_charge / 90).quantize(CENT, ROUND_HALF_UP)


CATALOGUE: dict[str, Twin] = {
    "denied_claims": lambda t, d: (sum(bool(p.denied) for p in initial(t, d)), None),
    "initial_denial_rate_submitted": _submitted,
    "denied_amount_rate": _amount_of_remitted,
    "denied_amount_rate_submitted": _amount_of_submitted,
    "preventable_denied_amount": _preventable,
    "overturned_amount": lambda t, d: (_overturned(t, d), None),
    "overturned_amount_rate": lambda t, d: (_overturned(t, d), _denied(t, d)),
    "denial_write_off_amount": lambda t, d: (sum((b.written_off_denial for b in books(t, d)), ZERO), None),
    "days_to_first_remit": _first_remit,
    "days_denial_to_resolution": _resolution,
    "clean_claim_rate": _clean,
    "clean_claim_rate_untouched": _untouched(asks_paid=False),
    "first_pass_yield": _untouched(asks_paid=True),
    "late_charge_rate": _late,
    "point_of_service_collection_rate": _point_of_service,
    "credit_balance_amount": _credit,
    "unbilled_amount": lambda t, d: (sum((w["charge_amount"] or ZERO for w in unbilled(t, d)), ZERO), None),
    "unbilled_claims": lambda t, d: (len(unbilled(t, d)), None),
    "net_collection_rate": _collection(is_net=True),
    "gross_collection_rate": _collection(is_net=False),
    "days_in_ar_net": _net_days,
}
