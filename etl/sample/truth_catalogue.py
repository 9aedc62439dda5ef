"""The planted figures of the measures beyond the first ones: variants, other definitions, collection, the unbilled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from etl.sample import dates
from etl.sample.encounters import Encounter
from etl.sample.events import ClaimPayment, Root
from etl.sample.money import spread
from etl.sample.truth_rows import CLAIM_DIMS, DENIAL_DIMS, EVENT_DIMS, Measure, Row, bucket, dims_of
from etl.sample.truth_rules import NOT_ADJUDICATED, Outcome, Receivable, meanings

Counted = tuple[Measure, list[Row]]
OTHERS = ("every_cas", "status_4", "zero_paid", "unpaid_line")
DEFINITION_DIMS = (*EVENT_DIMS, "definition")


def _rate(name: str, money: bool = False, dims: tuple[str, ...] = EVENT_DIMS) -> Measure:
    return Measure(name, dims, money=money, ratio=True)


def _sum(name: str, money: bool = True, dims: tuple[str, ...] = EVENT_DIMS) -> Measure:
    return Measure(name, dims, money=money, ratio=False)


def events(
    outcomes: Sequence[Outcome], receivables: Sequence[Receivable], roots: Sequence[Root], as_of: date
) -> list[Counted]:
    """Measures that count what happened until that day."""
    of = {id(o.root): o for o in outcomes}
    work = [(o, o.root, o.day) for o in outcomes]
    pure = {id(o.root) for o in outcomes if _is_untouched(o, as_of)}
    return [
        (_sum("denied_claims", money=False), [_row(r, d, 1) for o, r, d in work if o.initial.is_denied]),
        (
            _rate("initial_denial_rate_submitted"),
            [_row(r, r.first_submitted, id(r) in of and of[id(r)].initial.is_denied, 1) for r in roots],
        ),
        (_rate("denied_amount_rate", True), [_row(r, d, _denied(o), o.initial.payment.charge) for o, r, d in work]),
        (
            _rate("denied_amount_rate_submitted", True),
            [_row(x.root, x.root.first_submitted, _denied(of.get(id(x.root))), x.charge) for x in receivables],
        ),
        (_sum("preventable_denied_amount", dims=DENIAL_DIMS), _counting(_denials(outcomes, _is_preventable))),
        (_sum("overturned_amount", dims=DENIAL_DIMS), _counting(_denials(outcomes, _is_overturned))),
        (_rate("overturned_amount_rate", True, DENIAL_DIMS), _denials(outcomes, _is_overturned)),
        (_sum("denial_write_off_amount"), _counting([row for x in receivables for row in _write_offs(x, as_of)])),
        (_rate("days_to_first_remit"), [_row(r, day, (day - r.first_submitted).days, 1) for _, r, day in work]),
        (_rate("days_denial_to_resolution"), [row for o in outcomes for row in _resolution(o, as_of)]),
        (_rate("clean_claim_rate"), [row for r in roots for row in _clean(r, as_of)]),
        (_rate("clean_claim_rate_untouched"), [_row(r, r.first_submitted, id(r) in pure, 1) for _, r, _ in work]),
        (
            _rate("first_pass_yield"),
            [_row(r, day, id(r) in pure and not o.initial.is_denied, 1) for o, r, day in work],
        ),
        (_rate("late_charge_rate", True), [_late(x) for x in receivables]),
        (
            _rate("point_of_service_collection_rate", True),
            [row for r in roots for row in _patient_payments(r, as_of)],
        ),
        (_rate("net_collection_rate", True), [_collected(x, x.charge - x.never) for x in receivables if _answered(x)]),
        (_rate("gross_collection_rate", True), [_collected(x, x.charge) for x in receivables if _answered(x)]),
        *_definitions(of, roots, as_of),
    ]


def credits(items: Sequence[Receivable], age_from: str) -> Counted:
    """Balances below zero on either side."""
    rows = [
        Row(dims_of(x.root) | {"ar_bucket": bucket(x.ages[age_from]), "ar_reason": "credit"}, None, -amount)
        for x in items
        for amount in (x.insurance, x.patient)
        if amount < 0
    ]
    return Measure("credit_balance_amount", (*CLAIM_DIMS, "ar_bucket", "ar_reason"), money=True, ratio=False), rows


def net_days(items: Sequence[Receivable], as_of: date) -> Counted:
    """An unanswered claim is expected to be cut as its payer cut what it answered (a share of four places)."""
    charged: dict[str, int] = {}
    cut: dict[str, int] = {}
    for x in items:
        if not x.is_unadjudicated:
            payer = x.root.content.payer.payer_id
            charged[payer] = charged.get(payer, 0) + x.charge
            cut[payer] = cut.get(payer, 0) + x.never
    rows = []
    for x in items:
        payer, kept = x.root.content.payer.payer_id, 10_000
        if x.is_unadjudicated and charged.get(payer, 0) > 0:
            kept -= (20_000 * cut[payer] + charged[payer]) // (2 * charged[payer])
        still_open = max(x.insurance, 0) + max(x.patient, 0)
        is_recent = dates.plus(as_of, -90) < x.root.first_submitted <= as_of
        net = x.charge - (0 if x.is_unadjudicated else x.never)
        rows.append(Row(dims_of(x.root), None, kept * still_open, kept * net if is_recent else 0))
    return Measure("days_in_ar_net", CLAIM_DIMS, money=True, ratio=True, days=90, parts=10_000), rows


def unbilled(roots: Sequence[Root], unsent: Sequence[Encounter], as_of: date) -> list[Counted]:
    """Claims entered and not sent by the day; most were sent later."""
    waiting = [(r.work, r.submissions[0].content.charge) for r in roots if r.first_submitted > as_of]
    waiting += [(e.root.work, e.content.charge) for e in unsent]
    rows = [
        Row({"coder_id": work.coder.staff_id, "biller_id": work.biller.staff_id}, None, charge)
        for work, charge in waiting
        if work.entered <= as_of
    ]
    dims = ("coder_id", "biller_id")
    return [
        (_sum("unbilled_amount", dims=dims), rows),
        (_sum("unbilled_claims", False, dims), [Row(row.dims, None, 1) for row in rows]),
    ]


def _row(root: Root, day: date, numerator: int, denominator: int = 0) -> Row:
    return Row(dims_of(root, day), day, int(numerator), denominator)


def _denied(o: Outcome | None) -> int:
    return sum(a.amount for line in o.initial.lines for a in line.denials) if o else 0


def _is_preventable(o: Outcome, line: str, carc: str) -> bool:
    return meanings()[carc].preventable == "yes"


def _is_overturned(o: Outcome, line: str, carc: str) -> bool:
    return line in o.overturned


def _counting(rows: list[Row]) -> list[Row]:
    """A sum has no group for what adds nothing to it."""
    return [row for row in rows if row.numerator]


def _denials(outcomes: Sequence[Outcome], counts: Callable[[Outcome, str, str], bool]) -> list[Row]:
    """One row a denial adjustment; one that does not count has no numerator."""
    rows = []
    for o in outcomes:
        for line in o.initial.lines:
            for a in line.denials:
                meaning = meanings()[a.carc]
                dims = dims_of(o.root, o.day) | {
                    "group_carc": f"{a.group}-{a.carc}",
                    "denial_category": meaning.category,
                    "denial_owner": meaning.owner,
                    "procedure_code": line.procedure,
                }
                rows.append(Row(dims, o.day, a.amount if counts(o, line.control, a.carc) else 0, a.amount))
    return rows


def _write_offs(x: Receivable, as_of: date) -> Iterable[Row]:
    """What a standing denial leaves open is taken in the order of posting."""
    left = x.written_off_denial
    for t in x.root.transactions:
        if t.kind == "write_off" and t.day <= as_of:
            yield _row(x.root, t.day, min(left, t.amount))
            left -= min(left, t.amount)


def _resolution(o: Outcome, as_of: date) -> Iterable[Row]:
    if not o.initial.is_denied:
        return
    ends = list(o.overturned.values())
    ends += [t.day for t in o.root.transactions if t.kind == "write_off" and o.day <= t.day <= as_of]
    if ends:
        yield _row(o.root, min(ends), (min(ends) - o.day).days, 1)


def _was_rejected(root: Root, as_of: date) -> bool:
    return any(a.is_rejection for a in root.answers if a.day <= as_of)


def _clean(root: Root, as_of: date) -> Iterable[Row]:
    if any(a.day <= as_of for a in root.answers):
        yield _row(root, root.first_submitted, not _was_rejected(root, as_of), 1)


def _is_untouched(o: Outcome, as_of: date) -> bool:
    again = sorted(s.day for s in o.root.submissions)[1:2]
    return not _was_rejected(o.root, as_of) and not (again and again[0] <= o.day)


def _late(x: Receivable) -> Row:
    entered = x.root.work.entered
    lag = (entered - x.root.content.service_date).days
    return _row(x.root, entered, x.charge if lag > 3 else 0, x.charge)


def _patient_payments(root: Root, as_of: date) -> Iterable[Row]:
    for t in root.transactions:
        if t.kind in ("copay", "patient_payment") and t.day <= as_of:
            at_desk = (t.day - root.content.service_date).days <= 7
            yield _row(root, t.day, t.amount if at_desk else 0, t.amount)


def _answered(x: Receivable) -> bool:
    return not x.is_unadjudicated


def _collected(x: Receivable, base: int) -> Row:
    return _row(x.root, x.root.first_submitted, x.collected, base)


def _definitions(of: dict[int, Outcome], roots: Sequence[Root], as_of: date) -> list[Counted]:
    """Each claim's first answer as others read it, and what that adds to (or takes from) ours."""
    firsts = [
        (r, next((p for p in r.payments if p.day <= as_of and p.status not in NOT_ADJUDICATED), None)) for r in roots
    ]
    answers = [(r, p, _readings(p)) for r, p in firsts if p is not None]
    counted: list[Counted] = []
    for name in OTHERS:
        counted += [
            (_rate(f"initial_denial_rate_{name}"), [_row(r, p.day, read[name][0], 1) for r, p, read in answers]),
            (_sum(f"denied_amount_{name}"), [_row(r, p.day, read[name][1]) for r, p, read in answers]),
        ]
    claims, amounts = [], []
    for root, payment, read in answers:
        ours = of.get(id(root))
        for name, (is_denied, amount) in read.items():
            change = int(is_denied) - int(bool(ours and ours.initial.is_denied))
            difference = amount - _denied(ours)
            if change or difference:
                dims = dims_of(root, payment.day) | {"definition": name}
                claims.append(Row(dims, payment.day, change))
                amounts.append(Row(dims, payment.day, difference))
    return [
        *counted,
        (_sum("definition_difference_claims", False, DEFINITION_DIMS), claims),
        (_sum("definition_difference_amount", True, DEFINITION_DIMS), amounts),
    ]


def _readings(payment: ClaimPayment) -> dict[str, tuple[bool, int]]:
    """Definition -> whether it calls this answer denied, and how much of it in cents."""
    adjustments = [a.amount for a in payment.all_adjustments() if a.amount]
    if payment.lines:
        lines = [(line.charge, line.paid) for line in payment.lines]
    else:
        weights = [line.charge for line in payment.submission.content.lines]
        lines = list(zip(spread(payment.charge, weights), spread(payment.paid, weights), strict=True))
    unpaid = [charge for charge, paid in lines if charge > 0 and paid == 0]
    return {
        "every_cas": (bool(adjustments), sum(adjustments)),
        "status_4": (payment.status == "4", payment.charge if payment.status == "4" else 0),
        "zero_paid": (payment.paid == 0, payment.charge if payment.paid == 0 else 0),
        "unpaid_line": (bool(unpaid), sum(unpaid)),
    }
