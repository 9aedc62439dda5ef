"""The slow twins of what is at risk, what work may bring, and what contracts say: plain Python over the base tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.etl.measures import twin

CENT = Decimal("0.01")
# what work on a denial usually brings, by its code's mark in reference_carc
USUAL = {"yes": 0.75, "rarely": 0.15, "no": 0.15}


@dataclass
class Work:
    reason: str
    payer: str
    category: str
    charge: Decimal
    amount: Decimal
    procedure: str | None
    days_left: int
    is_in_progress: bool


def limits(t: twin.Tables, payer: str) -> tuple[int, int, int]:
    """Days to file, to correct, to appeal: the payer's own, else its class's."""
    classes = {row["code"]: row["default_payer_class"] for row in t.rows["reference_claim_filing_indicator"]}
    used = [c["claim_filing_code"] for c in t.rows["claim"] if c["payer_id"] == payer]
    kind = next((classes[code] for code in used if code in classes), None)
    filing = {r["payer_class"]: int(r["days_default"].split()[0]) for r in t.rows["reference_timely_filing_defaults"]
              if r["days_default"].split()[0].isdigit()}  # fmt: skip
    appeal = {r["payer_class"]: r["appeal_days"] for r in t.rows["reference_appeal_limit_defaults"]}
    own = next(iter(t.of("payer_limit", payer_id=payer)), {})
    return (
        own.get("filing_days") or filing.get(kind, 120),
        own.get("corrected_days") or 180,
        own.get("appeal_days") or appeal.get(kind, 180),
    )


def work(t: twin.Tables, as_of: date) -> Iterator[Work]:
    carcs = {row["carc"]: row for row in t.rows["reference_carc"]}
    for claim, insurance, _ in twin.balances(t, as_of):
        if insurance <= 0:
            continue
        payer = claim.current["payer_id"]
        answers = [r for r in t.rows["acknowledgement"] if r["acknowledged_date"] <= as_of
                   and t.root_of.get(r["patient_control_number"]) == claim.root]  # fmt: skip
        last = max(answers, key=lambda r: r["acknowledged_date"], default=None)
        if not claim.payments:
            if last and last["category_code"] in ("A3", "A6", "A7", "A8"):
                left = limits(t, payer)[0] - (as_of - claim.current["service_date"]).days
                yield Work("rejected", payer, "rejected", insurance, insurance, None, left, False)
            continue
        unused = insurance
        for standing in sorted(twin._all_standing(claim), key=lambda p: p.row["claim_payment_id"]):
            for line in standing.denied:
                own = [(c, a) for g, c, a in line.adjustments if g != "PR" and _denies(t, line, g, c)]
                amount = min(sum((a for _, a in own), twin.ZERO), max(line.charge, twin.ZERO))
                taken = min(amount, unused)
                unused -= amount
                if taken <= 0:
                    continue
                carc = max(own, key=lambda pair: pair[1])[0]
                _, corrected, appeal = limits(t, standing.payer)
                limit = appeal if "appeal" in (carcs[carc]["next_step"] or "call the payer") else corrected
                sent = [
                    c["submission_date"]
                    for c in t.rows["claim"]
                    if t.root_of[c["patient_control_number"]] == claim.root
                ]
                waits = [a for a in t.rows["appeal"] if t.root_of.get(a["claim_id"]) == claim.root
                         and standing.day <= a["sent_on"] <= as_of
                         and (not a["outcome_on"] or a["outcome_on"] > as_of)]  # fmt: skip
                again = any(standing.day < day <= as_of for day in sent) or bool(waits)
                yield Work("denied", standing.payer, carcs[carc]["category"], max(line.charge, twin.ZERO), taken,
                           line.procedure, limit - (as_of - standing.day).days, again)  # fmt: skip


def _denies(t: twin.Tables, line: twin.Line, group: str, carc: str) -> bool:
    kind = twin.treatment(t, group, carc)
    return kind == "denial" or (kind == "denial_if_nothing_allowed" and not line.allowed)


def chances(t: twin.Tables, as_of: date) -> dict[tuple[str, str], float]:
    """Payer and category -> mean of the beta-binomial; the prior by moments over payers within categories, theirs by
    what their reason codes usually bring."""
    carcs = {row["carc"]: row for row in t.rows["reference_carc"]}
    denials: dict[tuple[int, str, str], list[twin.Denied]] = defaultdict(list)
    for one in twin.denied_lines(t, as_of):
        for _, carc, _amount in one.line.denials:
            denials[one.claim.root, one.payment.payer, carcs[carc]["category"]].append(one)
    cells: dict[tuple[str, str], list[bool]] = defaultdict(list)
    kinds: dict[float, list[bool]] = defaultdict(list)
    usual_of: dict[str, list[float]] = defaultdict(list)
    for (root, payer, category), ones in denials.items():
        usual = max(USUAL.get(carcs[carc]["recoverable"], 0.5) for one in ones for _, carc, _ in one.line.denials
                    if carcs[carc]["category"] == category)  # fmt: skip
        day, won = ones[0].payment.day, any(one.overturned for one in ones)
        sent = [c["submission_date"] for c in t.rows["claim"]
                if t.root_of[c["patient_control_number"]] == root and c["submission_date"] <= as_of]  # fmt: skip
        decided = [p.day for p in ones[0].claim.adjudications(payer)]
        appealed = [
            a["sent_on"] for a in t.rows["appeal"] if t.root_of.get(a["claim_id"]) == root and a["sent_on"] <= as_of
        ]
        worked = won or max(sent) > day or max(decided) > day or any(sent_on >= day for sent_on in appealed)
        found = [won] if worked and day <= as_of - timedelta(days=120) else []
        cells[payer, category] += found
        kinds[usual] += found
        usual_of[category].append(usual)
    of_kind = {usual: (sum(found) + 8 * usual) / (len(found) + 8) for usual, found in kinds.items()}
    rate = {}
    for category, usuals in usual_of.items():
        own = [won for (_, c), found in cells.items() if c == category for won in found]
        prior = sum(of_kind[usual] for usual in usuals) / len(usuals)
        rate[category] = (sum(own) + 8 * prior) / (len(own) + 8)
    worked = {cell: found for cell, found in cells.items() if found}
    total = sum((sum(f) - len(f) * rate[c]) ** 2 / (len(f) * rate[c] * (1 - rate[c])) for (_, c), f in worked.items())
    pairs = sum(len(f) - 1 for f in worked.values())
    alike = (total - len(worked) + len({c for _, c in worked})) / pairs if pairs else 0.1
    strength = 1 / min(max(alike, 0.02), 0.5) - 1
    return {cell: (sum(f) + strength * rate[cell[1]]) / (len(f) + strength) for cell, f in cells.items()}


def usual(t: twin.Tables, as_of: date) -> Callable[[str, str | None], float]:
    """The share of its charge that a payer allows of a procedure when nothing of it is denied."""
    paid: dict[tuple[str, str], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for payment in twin.payments(t, as_of):
        for line in payment.lines if payment.is_adjudication else ():
            if not line.denials and not line.duplicate and 0 < line.allowed <= line.charge:
                paid[payment.payer, line.procedure or ""].append((line.allowed, line.charge))

    def share(payer: str, procedure: str | None) -> float:
        every = [pair for (p, _), pairs in paid.items() if p == payer for pair in pairs]
        if not every:
            return 1.0
        whole = _ratio(every)
        own = paid.get((payer, procedure or "")) if procedure else None
        return (len(own) * _ratio(own) + 3 * whole) / (len(own) + 3) if own else whole

    return share


def _ratio(pairs: list[tuple[Decimal, Decimal]]) -> float:
    return float(sum(a for a, _ in pairs)) / float(sum(c for _, c in pairs))


def expected(t: twin.Tables, as_of: date) -> tuple[Decimal, None]:
    known, share, total = chances(t, as_of), usual(t, as_of), twin.ZERO
    first = twin.initial(t, as_of)
    for one in work(t, as_of):
        if one.days_left < 0 or one.is_in_progress:
            continue
        answered = [p for p in first if p.payer == one.payer]
        paid = 1 - (sum(bool(p.denied) for p in answered) + 1) / (len(answered) + 8)
        chance = paid if one.reason == "rejected" else known.get((one.payer, one.category), 0.5)
        amount = min(float(one.amount), float(one.charge) * share(one.payer, one.procedure)) * chance
        total += Decimal(repr(amount)).quantize(CENT, ROUND_HALF_UP)
    return total, None


def _late(wanted: Callable[[int], bool]) -> Callable[[twin.Tables, date], tuple[Any, None]]:
    return lambda t, d: (
        sum((w.amount for w in work(t, d) if not w.is_in_progress and wanted(w.days_left)), twin.ZERO),
        None,
    )


def variances(t: twin.Tables, as_of: date) -> Iterator[Decimal]:
    """Allowed less contract of each covered line."""
    for claim in twin.claims(t, as_of):
        standing = [p for p in twin._all_standing(claim) if p.payer == claim.current["payer_id"]]
        if claim.current["frequency_code"] == "8" or not standing:
            continue
        services = t.of("service_payment", claim_payment_id=standing[0].row["claim_payment_id"])
        for service, line in zip(services, standing[0].lines, strict=False):
            if line.denials or line.duplicate or line.allowed <= 0:
                continue
            day = service["service_date"] or claim.current["service_date"]
            own = [service[f"modifier_{i}"] for i in (1, 2, 3, 4)]
            fitting = [
                row for row in t.rows["allowed_schedule"]
                if row["payer"] == standing[0].payer and row["procedure_code"] == service["procedure_code"]
                and (row["modifier"] is None or row["modifier"] in own)
                and row["effective_from"] <= day and (row["effective_to"] is None or day <= row["effective_to"])
            ]  # fmt: skip
            if fitting:
                best = max(fitting, key=lambda row: (row["modifier"] is not None, row["effective_from"]))
                units = Decimal(1) if service["units"] is None else service["units"]
                yield line.allowed - (best["allowed_amount"] * units).quantize(CENT, ROUND_HALF_UP)


TWIN: dict[str, Callable[[twin.Tables, date], tuple[Any, Any]]] = {
    "expected_recoverable_amount": expected,
    "timely_filing_at_risk_amount": _late(lambda left: 0 <= left <= 30),
    "timely_filing_lapsed_amount": _late(lambda left: left < 0),
    "contract_variance_amount": lambda t, d: (sum(variances(t, d), twin.ZERO), None),
    "underpaid_amount": lambda t, d: (sum((max(-v, twin.ZERO) for v in variances(t, d)), twin.ZERO), None),
    "overpaid_amount": lambda t, d: (sum((max(v, twin.ZERO) for v in variances(t, d)), twin.ZERO), None),
}
