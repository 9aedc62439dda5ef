"""The product's definitions once more, in plain Python over the simulated events.

This is deliberately a second implementation: it shares no code with the warehouse, reads none of the written files,
and takes from etl/reference only what each CARC means.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from etl.sample.events import Adjustment, ClaimPayment, Root
from etl.sample.money import spread

CARC_FILE = Path(__file__).resolve().parents[1] / "reference" / "carc.csv"
DENIAL_LIKE = ("denial", "denial_if_nothing_allowed", "duplicate")
NOT_ADJUDICATED = ("22", "23", "25")
ROLES = {"coding": "coder", "billing": "biller", "none": "nobody"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a CARC means: whose it is and how it is treated."""

    category: str
    owner: str
    treatment: str
    follows_payment: bool
    preventable: str


@lru_cache(maxsize=1)
def meanings() -> dict[str, Meaning]:
    """CARC -> meaning, from the shipped reference table."""
    with CARC_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["carc"]: Meaning(
                row["category"], row["owner"], row["treatment"], row["follows_payment"] == "yes", row["preventable"]
            )
            for row in csv.DictReader(file)
        }


def treatment(adjustment: Adjustment) -> str:
    """The treatment of one triplet before anything is known of its line."""
    meaning = meanings().get(adjustment.carc)
    if meaning is None:
        return "unknown"
    if meaning.treatment == "patient_share" and adjustment.group != "PR":
        return "never"
    return meaning.treatment


@dataclass(slots=True)
class JudgedLine:
    """One service line of one adjudication. `denials` are capped at the charge; amounts in cents."""

    control: str
    procedure: str
    allowed: int
    denials: list[Adjustment]
    never: int


@dataclass(slots=True)
class Judged:
    """One claim payment, its claim-level money spread over its lines."""

    payment: ClaimPayment
    lines: list[JudgedLine]

    @property
    def is_denied(self) -> bool:
        return any(line.denials for line in self.lines)

    @property
    def allowed(self) -> int:
        return sum(line.allowed for line in self.lines)

    @property
    def never(self) -> int:
        return sum(line.never for line in self.lines)


def judge(payment: ClaimPayment) -> Judged:
    """Spread claim-level amounts by line charge and work out each line's allowed and denied money."""
    if payment.lines:
        sources = [line.line for line in payment.lines]
        charges = [line.charge for line in payment.lines]
        paid = [line.paid for line in payment.lines]
        adjustments = [list(line.adjustments) for line in payment.lines]
    else:
        sources = list(payment.submission.content.lines)
        weights = [line.charge for line in sources]
        charges, paid = spread(payment.charge, weights), spread(payment.paid, weights)
        adjustments = [[] for _ in sources]
    for whole in payment.adjustments:
        for own, share in zip(adjustments, spread(whole.amount, [s.charge for s in sources]), strict=True):
            own.append(Adjustment(whole.group, whole.carc, share))
    lines = [
        _judge_line(source.control, source.procedure, charge, money, own)
        for source, charge, money, own in zip(sources, charges, paid, adjustments, strict=True)
    ]
    return Judged(payment, lines)


def _judge_line(control: str, procedure: str, charge: int, paid: int, adjustments: list[Adjustment]) -> JudgedLine:
    allowed = paid
    for a in adjustments:
        if treatment(a) == "patient_share" or (a.carc in meanings() and meanings()[a.carc].follows_payment):
            allowed += a.amount
    denials, never = [], 0
    for a in adjustments:
        kind = treatment(a)
        if kind == "denial_if_nothing_allowed":
            kind = "denial" if allowed == 0 else "never"
        if kind == "denial" and a.amount:
            denials.append(a)
        elif kind == "never" and a.group != "PR":
            never += a.amount
    if sum(a.amount for a in denials) <= 0:
        denials = []
    return JudgedLine(control, procedure, allowed, _capped(denials, charge), never)


def _capped(denials: list[Adjustment], charge: int) -> list[Adjustment]:
    """At most the line's charge; the excess is cut from the last adjustments."""
    kept, left = [], charge
    for a in denials:
        amount = min(a.amount, left)
        left -= amount
        if amount:
            kept.append(Adjustment(a.group, a.carc, amount))
    return kept


def is_adjudication(payment: ClaimPayment) -> bool:
    """Neither a reversal, nor routing or a predetermination, nor the answer to a claim sent twice."""
    if payment.status in NOT_ADJUDICATED:
        return False
    kinds = [treatment(a) for a in payment.all_adjustments() if a.amount]
    denial_like = [kind for kind in kinds if kind in DENIAL_LIKE]
    duplicate_only = bool(denial_like) and all(kind == "duplicate" for kind in denial_like)
    return not (duplicate_only and judge(payment).allowed <= 0)


@dataclass(slots=True)
class History:
    """A root with its payments judged once; asked again for every as-of date."""

    root: Root
    judged: list[Judged | None]  # None where the payment is no adjudication; same order as root.payments

    @classmethod
    def of(cls, root: Root) -> History:
        return cls(root, [judge(p) if is_adjudication(p) else None for p in root.payments])

    def adjudications(self, as_of: date) -> list[Judged]:
        """Adjudications known on that day, in order."""
        return [j for j in self.judged if j is not None and j.payment.day <= as_of]

    def standing(self, as_of: date) -> Judged | None:
        """The last adjudication, unless a later reversal of the same claim control number negates it."""
        found: Judged | None = None
        for payment, judged in zip(self.root.payments, self.judged, strict=True):
            if payment.day > as_of:
                break
            if judged is not None:
                found = judged
            elif payment.is_reversal and found is not None and payment.icn == found.payment.icn:
                found = None
        return found


@dataclass(slots=True)
class Outcome:
    """The initial adjudication of one root as known on a day."""

    root: Root
    initial: Judged
    overturned: dict[str, date]  # denied lines that a later adjudication allowed, and when first
    forgiven: set[str]  # lines that the payer came to allow although nobody changed the claim
    as_of: date

    @property
    def day(self) -> date:
        return self.initial.payment.day

    @property
    def is_overturned(self) -> bool:
        return bool(self.overturned)

    @property
    def is_zero_pay(self) -> bool:
        return self.initial.is_denied and self.initial.allowed <= 0

    def roles(self, contested: bool) -> list[tuple[JudgedLine, str]]:
        """Each denied line and whose denial it is; with `contested`, after the decisions known by the day."""
        return [(line, self._role(line, contested)) for line in self.initial.lines if line.denials]

    def _role(self, line: JudgedLine, contested: bool) -> str:
        if line.control in self.forgiven:
            return "payer"
        moves = [c for c in self.root.contests if c.control == line.control and c.day <= self.as_of]
        return moves[-1].to_role if contested and moves else role_by_code(line)


def role_by_code(line: JudgedLine) -> str:
    """The role of the reason with the largest amount; empty when nothing was denied."""
    amounts: dict[str, int] = {}
    for a in line.denials:
        role = ROLES.get(meanings()[a.carc].owner, meanings()[a.carc].owner)
        amounts[role] = amounts.get(role, 0) + a.amount
    return min(amounts, key=lambda role: (-amounts[role], role), default="")


def outcome(history: History, as_of: date) -> Outcome | None:
    """The initial adjudication and whether it was overturned by that day; None when there is none yet."""
    known = history.adjudications(as_of)
    if not known:
        return None
    initial = known[0]
    denied = {line.control: max(line.allowed, 0) for line in initial.lines if line.denials}
    overturned: dict[str, date] = {}
    for later in known[1:]:
        for line in later.lines:
            if line.control in denied and line.allowed > denied[line.control]:
                overturned.setdefault(line.control, later.payment.day)
    sent = [submission.day for submission in history.root.submissions]
    forgiven = {
        control for control, until in overturned.items() if not any(initial.payment.day < day <= until for day in sent)
    }
    return Outcome(history.root, initial, overturned, forgiven, as_of)


@dataclass(slots=True)
class Receivable:
    """One root's open money on a day, in cents, with its ages in days."""

    root: Root
    charge: int
    insurance: int
    patient: int
    reason: str
    ages: dict[str, int]
    is_unadjudicated: bool
    never: int
    collected: int
    written_off_denial: int


def receivable(history: History, as_of: date) -> Receivable | None:
    """Balances of a root as of a day; None before it was first sent."""
    root = history.root
    sent = [s for s in root.submissions if s.day <= as_of]
    if not sent:
        return None
    current = sent[-1]
    is_void = current.frequency == "8"  # a void takes the charge back, and with it what was adjusted
    charge = 0 if is_void else current.content.claimed
    payments = [p for p in root.payments if p.day <= as_of]
    standing = None if is_void else history.standing(as_of)
    owed = standing.payment.owed_by_patient() if standing else 0
    never = standing.never if standing else 0
    insurance = charge - sum(p.paid for p in payments) - never - owed
    denied_open = max(insurance, 0) if standing is not None and standing.is_denied else 0
    patient, insurance_write_off = _patient_side(root, owed, denied_open, as_of)
    insurance -= insurance_write_off
    last_remit = payments[-1].day if payments else root.first_submitted
    ages = {
        "service": (as_of - current.content.service_date).days,
        "submission": (as_of - root.first_submitted).days,
        "remit": (as_of - last_remit).days,
    }
    reason = _reason(root, as_of, insurance, bool(payments), standing)
    collected = sum(p.paid for p in payments) + sum(
        {"refund": -t.amount, "copay": t.amount, "patient_payment": t.amount}.get(t.kind, 0)
        for t in root.transactions
        if t.day <= as_of
    )
    written_off = sum(t.amount for t in root.transactions if t.kind == "write_off" and t.day <= as_of)
    on_denial = min(written_off, denied_open)
    return Receivable(root, charge, insurance, patient, reason, ages, not payments, never, collected, on_denial)


def _patient_side(root: Root, owed: int, denied_open: int, as_of: date) -> tuple[int, int]:
    """The patient's balance, and the part of the write-offs that falls on the insurance side.

    A write-off falls on what a standing denial leaves open, then on what the patient owes, then on the insurance side.
    """
    left, written_off = owed, 0
    for t in root.transactions:
        if t.day > as_of:
            continue
        if t.kind == "write_off":
            written_off += t.amount
        else:
            left += t.amount if t.kind == "refund" else -t.amount
    by_patient = min(written_off - min(written_off, denied_open), max(left, 0))
    return left - by_patient, written_off - by_patient


def _reason(root: Root, as_of: date, insurance: int, answered: bool, standing: Judged | None) -> str:
    if insurance < 0:
        return "credit"
    if not answered:
        answers = [a for a in root.answers if a.day <= as_of]
        return "rejected" if answers and answers[-1].is_rejection else "awaiting_payer"
    return "denied" if standing is not None and standing.is_denied else "awaiting_payer"
