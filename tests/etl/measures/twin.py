"""Every measure once more, slowly: plain Python over the base tables, one claim at a time, no SQL beyond `select *`.

Written from the definitions (GLOSSARY.md, MEASURES.md), not from the views. A figure is (numerator, denominator).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
ZERO = Decimal("0.00")
# of the payments of a day, whose come after the primary payer's
_AFTER = {"2": 1, "20": 1, "3": 2, "21": 2}


@dataclass
class Tables:
    """The base tables as lists of rows, and the claim root of each patient control number."""

    rows: dict[str, list[Row]]
    root_of: dict[str, int] = field(default_factory=dict)

    def of(self, table: str, **match: object) -> list[Row]:
        return [row for row in self.rows[table] if all(row[name] == value for name, value in match.items())]


def read(connection) -> Tables:
    names = ("claim", "service_line", "remittance", "claim_payment", "service_payment", "adjustment", "acknowledgement",
             "work_log", "staff", "coding_audit", "patient_transaction", "attribution", "reference_carc",
             "reference_role", "reference_procedure_family", "root", "claim_sent_again", "appeal", "allowed_schedule",
             "payer_limit", "reference_claim_filing_indicator", "reference_timely_filing_defaults",
             "reference_appeal_limit_defaults")  # fmt: skip
    rows = {}
    for name in names:
        answer = connection.execute(f"select * from {name}")
        columns = [column[0] for column in answer.description]
        rows[name] = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    tables = Tables(rows)
    tables.root_of = _roots(tables)
    return tables


def _roots(t: Tables) -> dict[str, int]:
    """Follow each replacement's REF*F8 to the claim payment that it names, as far as it goes."""
    numbers = [row["patient_control_number"] for row in t.rows["claim"] + t.rows["claim_payment"]]
    parent = {number: number for number in numbers}
    for claim in t.rows["claim"]:
        if claim["frequency_code"] in "78" and claim["original_reference"]:
            for payment in t.of("claim_payment", payer_claim_control_number=claim["original_reference"]):
                if payment["patient_control_number"] != claim["patient_control_number"]:
                    parent[claim["patient_control_number"]] = payment["patient_control_number"]
    keys: dict[str, int] = {}
    for number in numbers:
        top = number
        while parent[top] != top:
            top = parent[top]
        keys[number] = keys.setdefault(top, len(keys) + 1)
    return keys


def treatment(t: Tables, group: str, carc: str) -> str:
    known = {row["carc"]: row for row in t.rows["reference_carc"]}
    if carc not in known:
        return "unknown"
    if (group, carc) == ("OA", "23"):
        return "pending"
    kind = known[carc]["treatment"]
    return "never" if kind == "patient_share" and group != "PR" else kind


def spread(amount: Decimal, weights: list[Decimal]) -> list[Decimal]:
    """Largest remainder: the cents add up."""
    cents, total = int(abs(amount) * 100), sum(int(abs(w) * 100) for w in weights)
    if not total:
        return [amount] + [ZERO] * (len(weights) - 1)
    exact = [cents * int(abs(w) * 100) for w in weights]
    shares = [e // total for e in exact]
    for i in sorted(range(len(weights)), key=lambda i: (-(exact[i] % total), i))[: cents - sum(shares)]:
        shares[i] += 1
    return [Decimal(s) / 100 * (-1 if amount < 0 else 1) for s in shares]


@dataclass
class Line:
    number: int
    procedure: str | None
    charge: Decimal
    paid: Decimal
    adjustments: list[tuple[str, str, Decimal]]
    allowed: Decimal = ZERO
    denials: list[tuple[str, str, Decimal]] = field(default_factory=list)
    never: Decimal = ZERO
    duplicate: Decimal = ZERO

    def judge(self, t: Tables) -> None:
        follows = {row["carc"] for row in t.rows["reference_carc"] if row["follows_payment"] == "yes"}
        kinds = [(treatment(t, g, c), g, c, a) for g, c, a in self.adjustments]
        self.allowed = self.paid + sum((a for k, g, c, a in kinds if k == "patient_share" or c in follows), ZERO)
        left = max(self.charge, ZERO)
        for kind, group, carc, amount in kinds:
            if kind == "denial_if_nothing_allowed":
                kind = "never" if self.allowed else "denial"
            if kind == "denial":
                self.denials.append((group, carc, min(amount, left)))
                left -= min(amount, left)
            elif kind == "never" and group != "PR":
                self.never += amount
            elif kind == "duplicate":
                self.duplicate += amount
        if sum(amount for _, _, amount in self.denials) <= 0:
            self.denials = []


@dataclass
class Payment:
    row: Row
    root: int
    payer: str
    day: date
    order: tuple[date, int, int, int]
    lines: list[Line]
    statuses: set[str]
    answered: Row | None = None
    are_matched: bool = False  # each service payment names a line of the claim

    def join(self, others: list[Payment]) -> None:
        """Take in the other parts of a claim that its payer split over several claim payments of one remittance."""
        self.are_matched = False
        for other in others:
            self.lines += other.lines
            self.statuses |= other.statuses
            self.row |= {name: self.row[name] + other.row[name] for name in ("charge_amount", "paid_amount")}

    @property
    def is_reversal(self) -> bool:
        return self.row["status_code"] == "22"

    @property
    def denied(self) -> list[Line]:
        return [line for line in self.lines if line.denials]

    @property
    def allowed(self) -> Decimal:
        return sum((line.allowed for line in self.lines), ZERO)

    @property
    def is_adjudication(self) -> bool:
        duplicate_only = any(line.duplicate for line in self.lines) and not self.denied and self.allowed <= 0
        return self.row["status_code"] not in ("22", "23", "25") and not duplicate_only


def payments(t: Tables, as_of: date) -> list[Payment]:
    """Every claim payment known by the day, judged line by line, in order of time."""
    remittances = {row["remittance_id"]: row for row in t.rows["remittance"]}
    parts: dict[tuple[Any, ...], list[Payment]] = {}
    billed = {row["payer_id"] for row in t.rows["claim"]}
    taken_back = {
        (row["remittance_id"], t.root_of[row["patient_control_number"]])
        for row in t.rows["claim_payment"]
        if row["status_code"] == "22"
    }
    place_in_day = _places_in_day(t, remittances)
    found = []
    for row in t.rows["claim_payment"]:
        remittance, root = remittances[row["remittance_id"]], t.root_of[row["patient_control_number"]]
        day = remittance["payment_date"]
        versions = sorted(
            (c for c in t.rows["claim"] if t.root_of[c["patient_control_number"]] == root),
            key=lambda c: (c["submission_date"], c["claim_id"]),
        )
        answered = next(
            (c for c in reversed(versions) if c["submission_date"] <= day), versions[0] if versions else None
        )
        own = remittance["payer_id"]
        pays_after = row["status_code"] in ("2", "3", "20", "21") and answered and not answered["payer_responsibility"]
        payer = own if own in billed or not answered or pays_after else answered["payer_id"]
        if day <= as_of:
            later = 3 * ((row["remittance_id"], root) in taken_back) + _AFTER.get(row["status_code"], 0)
            order = (day, later, place_in_day[root, row["remittance_id"]], row["claim_payment_id"])
            lines, matched = _lines(t, row, answered), _are_matched(t, row, answered)
            found.append(Payment(dict(row), root, payer, day, order, lines, {row["status_code"]}, answered, matched))
            whole = answered["charge_amount"] if answered else ZERO
            if 0 < row["charge_amount"] < whole and row["status_code"] not in ("22", "23", "25"):
                parts.setdefault((root, payer, row["remittance_id"], whole), []).append(found[-1])
    for (*_, whole), split in parts.items():
        if sum(p.row["charge_amount"] for p in split) == whole:
            found = [p for p in found if p not in split[1:]]
            split[0].join(split[1:])
    return sorted(found, key=lambda p: p.order)


def _places_in_day(t: Tables, remittances: dict[int, Row]) -> dict[tuple[int, int], int]:
    """Of the remittances of a payer and day for a claim: the one that paid less first, then by trace number."""
    days: dict[tuple[Any, ...], dict[int, Decimal]] = {}
    for row in t.rows["claim_payment"]:
        root, remittance = t.root_of[row["patient_control_number"]], remittances[row["remittance_id"]]
        day = days.setdefault((root, remittance["payment_date"], remittance["payer_id"]), {})
        day[row["remittance_id"]] = day.get(row["remittance_id"], ZERO) + row["paid_amount"]

    def rank(one: tuple[int, Decimal]) -> tuple[Any, ...]:
        trace = remittances[one[0]]["trace_number"] or ""
        return one[1], len(trace), trace

    return {
        (key[0], remittance): place
        for key, paid in days.items()
        for place, (remittance, _) in enumerate(sorted(paid.items(), key=rank))
    }


def _are_matched(t: Tables, row: Row, answered: Row | None) -> bool:
    sent = t.of("service_line", claim_id=answered["claim_id"]) if answered else []
    numbers = {line["line_control_number"] for line in sent} - {None}
    services = t.of("service_payment", claim_payment_id=row["claim_payment_id"])
    return bool(services) and all(s["line_control_number"] in numbers for s in services)


def _lines(t: Tables, row: Row, answered: Row | None) -> list[Line]:
    services = t.of("service_payment", claim_payment_id=row["claim_payment_id"])
    adjustments = t.of("adjustment", claim_payment_id=row["claim_payment_id"])
    sent = t.of("service_line", claim_id=answered["claim_id"]) if answered else []
    if services:
        control = {line["line_control_number"]: line["line_number"] for line in sent if line["line_control_number"]}
        lines = [
            Line(
                control.get(s["line_control_number"], s["line_number"]),
                s["procedure_code"],
                s["charge_amount"],
                s["paid_amount"],
                [(a["group_code"], a["carc"], a["amount"]) for a in adjustments
                 if a["service_payment_id"] == s["service_payment_id"]],
            )
            for s in services
        ]  # fmt: skip
        weights = [line.charge for line in lines]
    else:
        sent = sent or [{"line_number": 0, "procedure_code": None, "charge_amount": row["charge_amount"]}]
        weights = [line["charge_amount"] for line in sent]
        charge, paid = spread(row["charge_amount"], weights), spread(row["paid_amount"], weights)
        lines = [
            Line(s["line_number"], s["procedure_code"], c, p, []) for s, c, p in zip(sent, charge, paid, strict=True)
        ]
    for a in adjustments:
        if a["service_payment_id"] is None:
            for line, share in zip(lines, spread(a["amount"], weights), strict=True):
                line.adjustments.append((a["group_code"], a["carc"], share))
    for line in lines:
        line.judge(t)
    return lines


@dataclass
class Claim:
    """A claim root as of a day."""

    root: int
    current: Row
    submitted: date
    payments: list[Payment]
    work: Row | None

    def adjudications(self, payer: str) -> list[Payment]:
        return [p for p in self.payments if p.payer == payer and p.is_adjudication]

    def standing(self, payer: str) -> list[Payment]:
        """The payer's adjudications of which something stands, each with the lines that do."""
        stand: list[Payment] = []
        before: Row | None = None
        for p in self.payments:
            if p.payer != payer or not (p.is_adjudication or p.is_reversal):
                continue
            spoken = sum((abs(x.charge) for x in p.lines if p.is_reversal or x.charge > 0), ZERO)
            takes_back = not p.is_reversal and any(x.charge < 0 for x in p.lines)
            is_same_claim = before is not None and p.answered is before
            in_part = is_same_claim and p.are_matched and (spoken < p.answered["charge_amount"] or takes_back)
            numbers, before = {x.number for x in p.lines}, p.answered
            if p.is_reversal:
                control = p.row["payer_claim_control_number"]
                hit = [x for x in stand if x.row["payer_claim_control_number"] == control]
                for x in hit:
                    if in_part and spoken < x.row["charge_amount"]:
                        x.lines = [line for line in x.lines if line.number not in numbers]
                    else:
                        stand.remove(x)
                continue
            if in_part:
                for x in stand:
                    x.lines = [line for line in x.lines if line.number not in numbers]
            else:
                stand = []
            stand.append(replace(p, lines=[x for x in p.lines if not in_part or x.charge >= 0]))
        return stand


def claims(t: Tables, as_of: date) -> list[Claim]:
    known = payments(t, as_of)
    versions: dict[int, list[Row]] = {}
    for row in sorted(t.rows["claim"], key=lambda c: (c["submission_date"], c["claim_id"])):
        if row["submission_date"] <= as_of:
            versions.setdefault(t.root_of[row["patient_control_number"]], []).append(row)
    work = {t.root_of.get(row["claim_id"]): row for row in t.rows["work_log"]}
    return [
        Claim(root, rows[-1], rows[0]["submission_date"], [p for p in known if p.root == root], work.get(root))
        for root, rows in versions.items()
    ]


@dataclass
class Denied:
    """A line that an initial adjudication denied."""

    claim: Claim
    payment: Payment
    line: Line
    overturned: Payment | None
    changed: bool

    @property
    def is_overturned_unchanged(self) -> bool:
        return self.overturned is not None and not self.changed


def denied_lines(t: Tables, as_of: date) -> list[Denied]:
    found = []
    for claim in claims(t, as_of):
        for payer in dict.fromkeys(p.payer for p in claim.payments):
            rounds = claim.adjudications(payer)
            stand = [p for p in claim.standing(payer) if rounds and p.order > rounds[0].order]
            for line in rounds[0].denied if rounds else ():
                allowing = [
                    p for p in (*rounds[1:], *stand)
                    if any(x.number == line.number and x.allowed > max(line.allowed, 0) for x in p.lines)
                ]  # fmt: skip
                later = allowing[0] if any(p in stand for p in allowing) else None
                sent = [c["submission_date"] for c in t.rows["claim"]
                        if t.root_of[c["patient_control_number"]] == claim.root]  # fmt: skip
                changed = later is not None and any(rounds[0].day < day <= later.day for day in sent)
                found.append(Denied(claim, rounds[0], line, later, changed))
    return found


def initial(t: Tables, as_of: date) -> list[Payment]:
    """The first adjudication of every root and payer, sent by us or not."""
    first: dict[tuple[int, str], Payment] = {}
    for payment in payments(t, as_of):
        if payment.is_adjudication:
            first.setdefault((payment.root, payment.payer), payment)
    return list(first.values())


def _rate(wanted: Callable[[Payment], bool]) -> Callable[[Tables, date], tuple[Any, Any]]:
    return lambda t, d: (sum(wanted(p) for p in initial(t, d)), len(initial(t, d)))


def _overturn(t: Tables, as_of: date) -> tuple[int, int]:
    lines = denied_lines(t, as_of)
    return len({id(x.payment) for x in lines if x.overturned}), len({id(x.payment) for x in lines})


@dataclass
class Books:
    """Where the charge of a claim went; the two balances are what is left of it."""

    claim: Claim
    charge: Decimal
    paid: Decimal
    never: Decimal
    patient_paid: Decimal
    written_off: Decimal
    written_off_denial: Decimal
    insurance: Decimal
    patient: Decimal

    @property
    def open(self) -> Decimal:
        return max(self.insurance, ZERO) + max(self.patient, ZERO)


def postings(t: Tables, claim: Claim, as_of: date) -> list[Row]:
    rows = [x for x in t.rows["patient_transaction"]
            if t.root_of.get(x["claim_id"]) == claim.root and x["date"] <= as_of]  # fmt: skip
    return sorted(rows, key=lambda x: x["date"])


def books(t: Tables, as_of: date) -> list[Books]:
    found = []
    for claim in claims(t, as_of):
        is_void = claim.current["frequency_code"] == "8"
        standing = [] if is_void else _all_standing(claim)
        last = max(standing, key=lambda p: p.order, default=None)
        lines = [line for p in standing if last and p.payer == last.payer for line in p.lines]
        owed = sum((a for line in lines for g, _, a in line.adjustments if g == "PR"), ZERO)
        never = sum((line.never for p in standing for line in p.lines), ZERO)
        posted = postings(t, claim, as_of)
        amounts = {kind: sum((x["amount"] for x in posted if x["kind"] == kind), ZERO)
                   for kind in ("copay", "patient_payment", "refund", "collections")}  # fmt: skip
        patient_paid = amounts["copay"] + amounts["patient_payment"] - amounts["refund"]
        written_off = sum((x["amount"] for x in posted if x["kind"] == "write_off"), ZERO)
        charge = ZERO if is_void else claim.current["charge_amount"]
        paid = sum((p.row["paid_amount"] for p in claim.payments), ZERO)
        insurance, patient = charge - paid - never - owed, owed - patient_paid - amounts["collections"]
        on_denial = min(written_off, max(insurance, ZERO)) if any(p.denied for p in standing) else ZERO
        on_patient = min(written_off - on_denial, max(patient, ZERO))
        insurance -= written_off - on_patient
        found.append(Books(claim, charge, paid, never, patient_paid, written_off, on_denial, insurance,
                           patient - on_patient))  # fmt: skip
    return found


def balances(t: Tables, as_of: date) -> list[tuple[Claim, Decimal, Decimal]]:
    """(claim, insurance balance, patient balance)."""
    return [(b.claim, b.insurance, b.patient) for b in books(t, as_of)]


def _all_standing(claim: Claim) -> list[Payment]:
    """What stands of each payer's adjudications."""
    return [p for payer in dict.fromkeys(p.payer for p in claim.payments) for p in claim.standing(payer)]


def _open(values: Iterable[Decimal]) -> Decimal:
    return sum((max(value, ZERO) for value in values), ZERO)


def _both(t: Tables, as_of: date) -> Decimal:
    return _open(value for _, *both in balances(t, as_of) for value in both)


def _over_90(t: Tables, as_of: date) -> tuple[Decimal, Decimal]:
    old = [both for claim, *both in balances(t, as_of) if (as_of - claim.current["service_date"]).days > 90]
    return _open(value for both in old for value in both), _both(t, as_of)


def _days_in_ar(t: Tables, as_of: date) -> tuple[Decimal, Decimal]:
    recent = [c for c in claims(t, as_of) if c.submitted > as_of - timedelta(days=90)]
    charges = sum((c.current["charge_amount"] for c in recent if c.current["frequency_code"] != "8"), ZERO)
    return _both(t, as_of), (charges / 90).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _unadjudicated(t: Tables, as_of: date) -> tuple[Decimal, None]:
    open_claims = [c.current for c in claims(t, as_of) if not c.payments]
    return sum((c["charge_amount"] for c in open_claims if c["frequency_code"] != "8"), ZERO), None


def _rejection(t: Tables, as_of: date) -> tuple[int, int]:
    sent = {claim.root for claim in claims(t, as_of)}
    answers: dict[int, list[str]] = {}
    for row in t.rows["acknowledgement"]:
        root = t.root_of.get(row["patient_control_number"])
        if root in sent and row["acknowledged_date"] <= as_of:
            answers.setdefault(root, []).append(row["category_code"])
    return sum(bool({"A3", "A6", "A7", "A8"} & set(codes)) for codes in answers.values()), len(answers)


def _charge_lag(t: Tables, as_of: date) -> tuple[int, int]:
    lags = [(c.work["charge_entered_at"] - c.current["service_date"]).days for c in claims(t, as_of)
            if c.work and c.work["charge_entered_at"]]  # fmt: skip
    return sum(lags), len(lags)


def _coding_lag(t: Tables, as_of: date) -> tuple[int, int]:
    lags = [(c.work["coded_at"] - c.current["service_date"]).days for c in claims(t, as_of)
            if c.work and c.work["coded_at"]]  # fmt: skip
    return sum(lags), len(lags)


def _submission_lag(t: Tables, as_of: date) -> tuple[int, int]:
    lags = [(c.submitted - c.current["service_date"]).days for c in claims(t, as_of)]
    return sum(lags), len(lags)


def _sum(values: Iterable[Decimal]) -> tuple[Decimal, None]:
    return sum(values, ZERO), None


TWIN: dict[str, Callable[[Tables, date], tuple[Any, Any]]] = {
    "claims_adjudicated": lambda t, d: (len(initial(t, d)), None),
    "initial_denial_rate": _rate(lambda p: bool(p.denied)),
    "zero_pay_denial_rate": _rate(lambda p: bool(p.denied) and p.allowed <= 0),
    "partial_pay_denial_rate": _rate(lambda p: bool(p.denied) and p.allowed > 0),
    "denied_amount": lambda t, d: _sum(a for x in denied_lines(t, d) for _, _, a in x.line.denials),
    "denial_overturn_rate": _overturn,
    "insurance_paid_amount": lambda t, d: _sum(p.row["paid_amount"] for p in payments(t, d)),
    "deposit_amount": lambda t, d: _sum(r["deposit_amount"] for r in t.rows["remittance"] if r["payment_date"] <= d),
    "insurance_ar_amount": lambda t, d: (_open(insurance for _, insurance, _ in balances(t, d)), None),
    "patient_ar_amount": lambda t, d: (_open(patient for _, _, patient in balances(t, d)), None),
    "ar_over_90_share": _over_90,
    "days_in_ar": _days_in_ar,
    "unadjudicated_amount": _unadjudicated,
    "rejection_rate": _rejection,
    "charge_lag": _charge_lag,
    "submission_lag": _submission_lag,
    "coding_lag": _coding_lag,
}
