"""The life of a claim after it is sent: answers, payments, corrections, appeals, resends and voids, in date order.

Nothing happens after the window's end, and people act only on what they have been told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from etl.sample import dates
from etl.sample.adjudication import DUPLICATE, Adjudicator, Decision, draw, expected_denial
from etl.sample.corrections import corrected, recharged
from etl.sample.encounters import Encounter
from etl.sample.events import Answer, Appeal, ClaimPayment, Content, Root, Submission
from etl.sample.practice import SLOWER
from etl.sample.rules import Risk, exposure
from etl.sample.work_rates import LOST_IS_ANSWERED, REACTIONS, TRIES_AGAIN, appeal_is_won, replaced_is_paid

LAST_ANSWERED = date(2026, 10, 23)  # claims sent in the last week have no 277CA yet
ACCEPTED = (("A2", "20", "PR"), ("A1", "19", "PR"))
REJECTED = (("A7", "164", "IL"), ("A6", "164", "IL"), ("A3", "21", "IL"), ("A8", "97", "IL"))

RETRO = Risk("background", "252", 1.0, ("N706",))


class Years:
    """Lives claims to the window's end, one after the other in order of service."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"{seed}:lives")
        self.adjudicator = Adjudicator(seed)
        self.icns: dict[str, int] = {}
        self.replacements = 0

    def live(self, encounter: Encounter) -> Root:
        """Everything that happens to one claim; the root comes back filled, its events in date order."""
        root, content, day = encounter.root, encounter.content, encounter.submitted
        answered = self._reach_payer(root, content, day)
        known_day = answered.day if answered else day
        exposed = exposure(content, known_day)
        root.denial_probability = exposed.denial_probability
        root.expected_denied, root.mechanism = expected_denial(content, exposed)
        if answered is not None and self.rng.random() > 0.008:  # a few are never answered at all
            self._adjudicate_first(root, answered, draw(content, exposed, self.rng))
        root.submissions.sort(key=lambda s: s.day)
        root.answers.sort(key=lambda a: a.day)
        root.payments.sort(key=lambda p: p.day)
        return root

    # -- to the payer's door ------------------------------------------------------------------------------------

    def _reach_payer(self, root: Root, content: Content, day: date) -> Submission | None:
        """Send the claim; a rejected one is mostly corrected and sent again. None if it never gets in."""
        rng = self.rng
        if rng.randrange(1000) >= 18 + root.work.biller.error_per_mille // 6:
            return self._send(root, content, day)
        wrong = replace(content, member_id=content.member_id[:-3])
        rejected = self._send(root, wrong, day, rejected=True)
        if rejected is None or not root.answers or rng.random() < 0.14:
            return None
        again = dates.submission_day(dates.plus(root.answers[-1].day, rng.randint(4, 25)))
        return self._send(root, content, again)

    def _send(
        self,
        root: Root,
        content: Content,
        day: date,
        *,
        frequency: str = "1",
        number: str | None = None,
        reference: str | None = None,
        rejected: bool = False,
    ) -> Submission | None:
        """One CLM and its 277CA answer; None when the day lies beyond the window."""
        if day > dates.LAST_SUBMISSION:
            return None
        icn = self._icn(content.payer.payer_id, day)
        submission = Submission(number or root.claim_number, frequency, reference, day, content, icn)
        root.submissions.append(submission)
        code = self.rng.choice(REJECTED) if rejected else ACCEPTED[int(content.payer.payer_id) % 2]
        if day <= LAST_ANSWERED:
            root.answers.append(Answer(submission, dates.plus(day, 1), *code))
        return submission

    def _icn(self, payer_id: str, day: date) -> str:
        """The payer's next claim control number."""
        serial = self.icns.get(payer_id, 0) + 1
        self.icns[payer_id] = serial
        return f"{payer_id[-1]}{dates.yymmdd(day)}{serial:07d}"

    def _payment_day(self, submission: Submission, not_before: date | None = None) -> date:
        payer = submission.content.payer
        lag = self.rng.randint(*payer.lag) + (self.rng.randint(20, 70) if self.rng.random() < 0.05 else 0)
        slower_since, more = SLOWER.get(payer.payer_id, (date.max, 0))
        day = dates.plus(submission.day, lag + (more if submission.day >= slower_since else 0))
        return dates.weekday_on_or_after(max(day, not_before or day), payer.pay_weekday)

    # -- the first decision and what follows --------------------------------------------------------------------

    def _adjudicate_first(self, root: Root, submission: Submission, decision: Decision) -> None:
        day = self._payment_day(submission)
        sends_twice = self.rng.random() < 0.013
        if day > dates.END:
            if sends_twice:
                self._send(root, submission.content, self._later_day(submission.day, 14, 40))
            return
        payment = self.adjudicator.decide(submission, day, decision, submission.icn)
        root.payments.append(payment)
        free = self._send_twice(root, submission, day) if sends_twice else day
        if free > dates.END:
            return
        if decision.is_denial:
            root.denied_for = decision.mechanism
            self._work_denial(root, payment, decision, free, rounds=2)
        else:
            self._second_thoughts(root, payment, free)

    def _send_twice(self, root: Root, submission: Submission, answered: date) -> date:
        """The same claim by mistake; returns the day from which the claim's story goes on."""
        again = self._send(root, submission.content, self._later_day(submission.day, 14, 40))
        if again is None:
            return dates.plus(dates.END, 1)
        day = self._payment_day(again, dates.plus(answered, 1))
        if day <= dates.END:
            root.payments.append(self.adjudicator.decide(again, day, Decision(DUPLICATE), again.icn))
        return day

    def _later_day(self, day: date, least: int, most: int) -> date:
        return dates.submission_day(dates.plus(day, self.rng.randint(least, most)))

    def _work_denial(self, root: Root, payment: ClaimPayment, decision: Decision, free: date, rounds: int) -> None:
        """Correct and replace, appeal, or let it stand."""
        correct, appeal = REACTIONS[decision.mechanism]
        roll = self.rng.randrange(100)
        if roll < correct:
            outcome = self._replace(root, payment, decision, free)
        elif roll < correct + appeal:
            outcome = self._appeal(root, payment, decision, free)
        else:
            return
        if outcome is not None and outcome[1].is_denial and rounds > 1 and self.rng.random() < TRIES_AGAIN:
            self._work_denial(root, outcome[0], outcome[1], outcome[0].day, rounds - 1)

    def _replace(
        self, root: Root, payment: ClaimPayment, decision: Decision, free: date
    ) -> tuple[ClaimPayment, Decision] | None:
        """Send a corrected claim (frequency 7) and adjudicate it anew."""
        content = corrected(root, payment.submission.content, decision.mechanism)
        number = payment.submission.claim_number
        if self.rng.random() < 0.3:
            self.replacements += 1
            number = f"WR{self.replacements:07d}"
        sent = self._send(root, content, self._later_day(free, 8, 40), frequency="7", number=number,
                          reference=payment.icn)  # fmt: skip
        if sent is None:
            return None
        is_paid = self.rng.randrange(100) < replaced_is_paid(decision.mechanism)
        result = Decision() if is_paid else decision
        return self._readjudicate(root, payment, sent, self._payment_day(sent), result, sent.icn)

    def _appeal(
        self, root: Root, payment: ClaimPayment, decision: Decision, free: date
    ) -> tuple[ClaimPayment, Decision] | None:
        """Contest the decision without changing the claim; a lost appeal is often not answered by an 835."""
        payer = payment.submission.content.payer
        day = dates.weekday_on_or_after(dates.plus(free, self.rng.randint(28, 90)), payer.pay_weekday)
        is_won = self.rng.randrange(100) < appeal_is_won(payer.payer_id, decision.mechanism)
        self._note_appeal(root, free, day, is_won)
        if is_won:
            icn = f"{payment.icn}A" if payer.habits.renumbers else payment.icn
            return self._readjudicate(root, payment, payment.submission, day, Decision(), icn)
        if day <= dates.END and self.rng.random() < LOST_IS_ANSWERED:
            again = self.adjudicator.decide(payment.submission, day, decision, payment.icn)
            root.payments.append(again)
            return again, decision
        return None

    def _note_appeal(self, root: Root, free: date, day: date, is_won: bool) -> None:
        """The practice's own note of an appeal, sent two weeks after the answer; also of one that no 835 answers."""
        sent = dates.plus(free, 14)
        if sent <= dates.LAST_SUBMISSION:
            is_decided = day <= dates.END
            outcome = ("overturned" if is_won else "upheld") if is_decided else ""
            root.appeals.append(Appeal(sent, outcome, day if is_decided else None))

    def _readjudicate(
        self,
        root: Root,
        old: ClaimPayment,
        submission: Submission,
        day: date,
        decision: Decision,
        icn: str,
        *,
        fee_cut: int = 0,
        gap_days: int = 0,
    ) -> tuple[ClaimPayment, Decision] | None:
        """Reverse the old payment where the payer does so, then decide again (`gap_days` later)."""
        if day > dates.END:
            return None
        if old.paid or submission.content.payer.habits.reverses_unpaid:
            root.payments.append(self.adjudicator.reverse(old, day))
        day = dates.plus(day, gap_days)
        if day > dates.END:
            return None
        new = self.adjudicator.decide(submission, day, decision, icn, fee_cut)
        root.payments.append(new)
        return new, decision

    def _second_thoughts(self, root: Root, payment: ClaimPayment, free: date) -> None:
        """What may still happen to a paid claim: a payer's correction, a void, a corrected charge."""
        roll = self.rng.random()
        if roll < 0.012:
            self._payer_corrects(root, payment, free)
        elif roll < 0.018:
            sent = self._send(root, payment.submission.content, self._later_day(free, 8, 40), frequency="8",
                              reference=payment.icn)  # fmt: skip
            if sent is not None and (day := self._payment_day(sent)) <= dates.END:
                root.payments.append(self.adjudicator.reverse(payment, day))
        elif roll < 0.027:
            content = recharged(payment.submission.content)
            sent = self._send(root, content, self._later_day(free, 8, 40), frequency="7", reference=payment.icn)
            if sent is not None:
                self._readjudicate(root, payment, sent, self._payment_day(sent), Decision(), sent.icn)

    def _payer_corrects(self, root: Root, payment: ClaimPayment, free: date) -> None:
        payer = payment.submission.content.payer
        day = dates.weekday_on_or_after(dates.plus(free, self.rng.randint(30, 110)), payer.pay_weekday)
        takes_back = self.rng.random() < 0.35
        decision = Decision(lines={1: RETRO}) if takes_back else Decision()
        icn = f"{payment.icn}A" if payer.habits.renumbers else payment.icn
        gap = 7 if self.rng.random() < 0.25 else 0
        self._readjudicate(root, payment, payment.submission, day, decision, icn,
                           fee_cut=0 if takes_back else 8, gap_days=gap)  # fmt: skip
