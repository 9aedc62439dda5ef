"""How a payer decides on a claim and what it pays: from the rules' risks to CAS triplets that balance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from etl.sample.events import Adjustment, ClaimPayment, Content, Line, LinePayment, Submission
from etl.sample.money import percent
from etl.sample.practice import MEDICAID, Payer
from etl.sample.rules import Exposure, Risk

DUPLICATE = Risk("duplicate", "18", 1.0, group="OA")
MEDICAID_COPAY = 300


@dataclass(slots=True)
class Decision:
    """Why a claim, or which of its lines (by number), is denied; nothing in it means paid."""

    claim: Risk | None = None
    lines: dict[int, Risk] = field(default_factory=dict)

    @property
    def is_denial(self) -> bool:
        return self.claim is not None or bool(self.lines)

    @property
    def mechanism(self) -> str:
        """The claim-wide cause, else that of the first denied line."""
        if self.claim is not None:
            return self.claim.mechanism
        return self.lines[min(self.lines)].mechanism if self.lines else "none"

    def for_line(self, number: int) -> Risk | None:
        return self.claim or self.lines.get(number)


class Deductibles:
    """What each patient has yet to pay this year before the plan pays, in cents."""

    def __init__(self, seed: int) -> None:
        self._left: dict[tuple[int, int], int] = {}
        self._rng = Random(f"{seed}:deductibles")

    def take(self, content: Content, amount: int) -> int:
        """Use up to `amount` of what is left and return it; part of it was met elsewhere."""
        if content.payer.deductible == 0:
            return 0
        key = (content.patient.number, content.service_date.year)
        if key not in self._left:
            self._left[key] = content.payer.deductible * self._rng.choice((0, 0, 0, 10, 30, 60, 100)) // 100
        used = min(self._left[key], amount)
        self._left[key] -= used
        return used

    def give_back(self, payment: ClaimPayment) -> None:
        """A reversed payment returns the deductible that it used."""
        used = sum(a.amount for a in payment.all_adjustments() if a.group == "PR" and a.carc == "1")
        content = payment.submission.content
        key = (content.patient.number, content.service_date.year)
        if key in self._left:
            self._left[key] += used


def draw(content: Content, exposure: Exposure, rng: Random) -> Decision:
    """Decide by the rules' exact probabilities: each cause fires on its own; the first that fires is the reason."""
    decision = Decision()
    for risk in exposure.claim:
        if rng.random() < risk.probability and decision.claim is None:
            decision.claim = risk
    for line, risks in zip(content.lines, exposure.lines, strict=True):
        for risk in risks:
            if rng.random() < risk.probability and line.number not in decision.lines:
                decision.lines[line.number] = risk
    return decision


def expected_denial(content: Content, exposure: Exposure) -> tuple[int, str]:
    """Expected denied cents at the first adjudication, and the mechanism that contributes most probability."""
    survives, expected = 1.0, 0.0
    weight: dict[str, float] = {}
    payer = content.payer
    for risk in exposure.claim:
        expected += survives * risk.probability * sum(_denied(payer, line, risk) for line in content.lines)
        survives *= 1.0 - risk.probability
        weight[risk.mechanism] = weight.get(risk.mechanism, 0.0) + risk.probability
    for line, risks in zip(content.lines, exposure.lines, strict=True):
        still_open = survives
        for risk in risks:
            expected += still_open * risk.probability * _denied(payer, line, risk)
            still_open *= 1.0 - risk.probability
            weight[risk.mechanism] = weight.get(risk.mechanism, 0.0) + risk.probability
    return int(expected + 0.5), max(weight, key=lambda name: weight[name])


def allowed_amount(payer: Payer, line: Line) -> int:
    """The payer's fee-schedule amount for the line, in cents."""
    return percent(line.base, payer.fee_percent)


def _denied(payer: Payer, line: Line, risk: Risk) -> int:
    """What a denial of the line for that cause amounts to, in cents."""
    whole = allowed_amount(payer, line) if payer.habits.splits_denials else line.charge
    if not risk.keeps_units:
        return whole
    return whole - whole * risk.keeps_units // line.units


class Adjudicator:
    """A payer's claims department with the patients' deductibles."""

    def __init__(self, seed: int) -> None:
        self.deductibles = Deductibles(seed)

    def decide(self, submission: Submission, day: date, decision: Decision, icn: str, fee_cut: int = 0) -> ClaimPayment:
        """The claim payment that follows from the decision. `fee_cut` percent corrects a price downwards."""
        content = submission.content
        payer = content.payer
        lines = tuple(self._line(content, line, decision.for_line(line.number), fee_cut) for line in content.lines)
        paid = sum(line.paid for line in lines)
        adjustments: tuple[Adjustment, ...] = ()
        if payer.payer_id == MEDICAID and content.claim_type == "institutional" and not decision.is_denial:
            copay = min(MEDICAID_COPAY, paid)  # on the claim, not on a line
            adjustments = (Adjustment("PR", "3", copay),)
            paid -= copay
        all_denied = all(decision.for_line(line.number) is not None for line in content.lines) and paid == 0
        payment = ClaimPayment(
            submission, day, payer.habits.denied_status if all_denied else "1", icn, content.charge, paid,
            adjustments, lines,
        )  # fmt: skip
        self._place_remarks(payment, decision)
        if all_denied and _as_a_whole(payer, content, decision):
            _fold(payment)
        return payment

    def _line(self, content: Content, line: Line, risk: Risk | None, fee_cut: int) -> LinePayment:
        payer = content.payer
        allowed = percent(allowed_amount(payer, line), 100 - fee_cut)
        if risk is None:
            paid, adjustments = self._share(content, line, allowed)
            contractual = Adjustment("CO", "45", line.charge - allowed)
            return LinePayment(line, line.charge, paid, line.units, (contractual, *adjustments))
        group = risk.group or payer.habits.denial_group
        denied = _denied(payer, line, risk)
        kept = allowed * risk.keeps_units // line.units if risk.keeps_units else 0
        paid, adjustments = self._share(content, line, kept) if kept else (0, ())
        reduction = line.charge - denied - kept
        found = [Adjustment("CO", "45", reduction)] if reduction else []
        found.append(Adjustment(group, risk.carc, denied, line.units - risk.keeps_units if kept else None))
        return LinePayment(line, line.charge, paid, risk.keeps_units, (*found, *adjustments), risk.remarks)

    def _share(self, content: Content, line: Line, allowed: int) -> tuple[int, tuple[Adjustment, ...]]:
        """What is paid of the allowed amount and what the patient and the sequester take."""
        payer = content.payer
        shares = []
        copay = payer.copay if line.family == "visit" and content.claim_type == "professional" else 0
        deductible = 0 if copay else self.deductibles.take(content, allowed)
        rest = allowed - deductible
        coinsurance = 0 if copay else percent(rest, payer.coinsurance)
        for carc, amount in (("1", deductible), ("2", coinsurance), ("3", min(copay, rest))):
            if amount:
                shares.append(Adjustment("PR", carc, amount))
                allowed -= amount
        sequester = percent(allowed, 2) if payer.sequesters else 0
        if sequester:
            shares.append(Adjustment("CO", "253", sequester))
        return allowed - sequester, tuple(shares)

    def _place_remarks(self, payment: ClaimPayment, decision: Decision) -> None:
        """MA remarks stand at the claim; some payers put all of them there."""
        habits = payment.submission.content.payer.habits
        found: list[str] = []
        for line in payment.lines:
            moved = [r for r in line.remarks if habits.remarks_in_moa or r.startswith("MA")]
            line.remarks = tuple(r for r in line.remarks if r not in moved)
            found.extend(r for r in moved if r not in found)
        if decision.is_denial and habits.remarks_in_moa:
            found.append("MA01")
        payment.remarks = tuple(found[:5])

    def reverse(self, payment: ClaimPayment, day: date) -> ClaimPayment:
        """The same claim payment with all signs turned, under the same claim control number."""
        self.deductibles.give_back(payment)
        lines = tuple(
            LinePayment(line.line, -line.charge, -line.paid, line.units_paid,
                        tuple(a.negated() for a in line.adjustments))
            for line in payment.lines
        )  # fmt: skip
        return ClaimPayment(payment.submission, day, "22", payment.icn, -payment.charge, -payment.paid,
                            tuple(a.negated() for a in payment.adjustments), lines)  # fmt: skip


def _as_a_whole(payer: Payer, content: Content, decision: Decision) -> bool:
    if decision.claim is not None:
        return payer.habits.whole_claim_denials
    causes = [(decision.lines[line.number].carc, decision.lines[line.number].group) for line in content.lines]
    return payer.habits.all_lines_as_claim and len(dict.fromkeys(causes)) == 1


def _fold(payment: ClaimPayment) -> None:
    """Turn line adjustments into claim adjustments and drop the lines."""
    sums: dict[tuple[str, str], int] = {}
    remarks = list(payment.remarks)
    for line in payment.lines:
        remarks.extend(r for r in line.remarks if r not in remarks)
        for a in line.adjustments:
            sums[a.group, a.carc] = sums.get((a.group, a.carc), 0) + a.amount
    payment.adjustments = tuple(Adjustment(group, carc, amount) for (group, carc), amount in sums.items())
    payment.remarks = tuple(remarks[:5])
    payment.lines = ()
