"""Remittances as 835 (005010X221A1) files, each payer with its own habits."""

from __future__ import annotations

from datetime import date

from etl.sample.adjudication import allowed_amount
from etl.sample.dates import ccyymmdd
from etl.sample.envelope import Marks, Transactions
from etl.sample.events import Adjustment, ClaimPayment, Line, LinePayment
from etl.sample.money import text, trimmed
from etl.sample.people import STATE, TOWN, ZIP
from etl.sample.remittances import Remittance
from etl.sample.x12_837 import SUBMITTER

VERSION = "005010X221A1"
TRIPLETS = 6


def remittance_file(remittances: list[Remittance], day: date, control: int) -> bytes:
    """One 835 file of one payer with a transaction set for each remittance in it."""
    payer = remittances[0].payer
    habits = payer.habits
    out = Transactions(Marks(habits.element, habits.component, habits.terminator, habits.newline))
    for remittance in remittances:
        _Writer(out, remittance).write()
    return out.interchange("HP", VERSION, ("ZZ", payer.payer_id), ("ZZ", SUBMITTER[1]), day, control)


class _Writer:
    """Writes one transaction set."""

    def __init__(self, out: Transactions, remittance: Remittance) -> None:
        self.out, self.remittance = out, remittance
        self.payer, self.habits = remittance.payer, remittance.payer.habits
        self.amount = trimmed if self.habits.trims_amounts else text

    def write(self) -> None:
        out, remittance = self.out, self.remittance
        out.begin("835", None)
        self._payment()
        out.add("N1", "PR", remittance.payer_name, "XV", self.payer.payer_id)
        out.add("N3", "1 PAYER PLAZA")
        out.add("N4", TOWN, STATE, ZIP)
        out.add("PER", "BL", "PROVIDER SERVICES", "TE", "5555550199")
        out.add("N1", "PE", remittance.entity.name, "XX", remittance.entity.npi)
        out.add("REF", "TJ", remittance.entity.tin)
        out.add("LX", "1")
        self._summary()
        for payment in remittance.payments:
            self._claim(payment)
        for pair in remittance.adjustments:
            out.add("PLB", remittance.entity.npi, f"{remittance.day.year}1231",
                    out.composite(pair.reason, pair.reference), self.amount(pair.amount))  # fmt: skip
        out.end()

    def _payment(self) -> None:
        out, remittance, day = self.out, self.remittance, ccyymmdd(self.remittance.day)
        if remittance.paid:
            out.add("BPR", "I", self.amount(remittance.paid), "C", "ACH", "CCP", "01", "000000000", "DA", "000000",
                    f"1{self.payer.tin}", "", "01", "000000000", "DA", "000001", day)  # fmt: skip
        else:
            out.add("BPR", "H", "0", "C", "NON", *[""] * 11, day)
        out.add("TRN", "1", remittance.trace, f"1{self.payer.tin}")
        out.add("DTM", "405", day)

    def _summary(self) -> None:
        """TS3 for the hospital's remittances of payers that count by type of bill."""
        remittance = self.remittance
        if self.habits.has_summary and remittance.payments[0].submission.content.claim_type == "institutional":
            total = sum(payment.charge for payment in remittance.payments)
            self.out.add("TS3", remittance.entity.npi, "13", f"{remittance.day.year}1231",
                         str(len(remittance.payments)), self.amount(total))  # fmt: skip

    def _claim(self, payment: ClaimPayment) -> None:
        out, content = self.out, payment.submission.content
        professional = content.claim_type == "professional"
        owed = "" if payment.is_reversal else self.amount(payment.owed_by_patient())
        out.add("CLP", payment.submission.claim_number, payment.status, self.amount(payment.charge),
                self.amount(payment.paid), owed,
                self.payer.filing_professional if professional else self.payer.filing_institutional,
                payment.icn, content.place, payment.submission.frequency)  # fmt: skip
        self._adjustments(payment.adjustments)
        patient = content.patient
        dependent = patient.subscriber_first is not None
        member = ("", "") if dependent else ("MI", content.member_id)
        out.add("NM1", "QC", "1", patient.last, patient.first, "", "", "", *member)
        if dependent:
            out.add("NM1", "IL", "1", patient.last, patient.subscriber_first or "", "", "", "", "MI",
                    content.member_id)  # fmt: skip
        clinician = content.clinician
        out.add("NM1", "82", "1", clinician.last, clinician.first, "", "", "", "XX", clinician.npi)
        self._claim_remarks(payment, professional)
        out.add("REF", "EA", f"MR{patient.number:07d}")
        out.add("DTM", "232", ccyymmdd(content.first_day))
        out.add("DTM", "233", ccyymmdd(content.service_date))
        out.add("DTM", "050", ccyymmdd(payment.submission.day))
        if payment.paid > 0:
            out.add("AMT", "AU", self.amount(payment.charge))
        for line in payment.lines:
            self._line(line, professional)

    def _claim_remarks(self, payment: ClaimPayment, professional: bool) -> None:
        remarks = payment.remarks
        if not remarks:
            return
        if self.habits.uses_mia and not professional:
            self.out.add("MIA", "0", "", "", "", remarks[0], *[""] * 14, *remarks[1:])
        else:
            self.out.add("MOA", "", "", *remarks)

    def _line(self, paid: LinePayment, professional: bool) -> None:
        out, line = self.out, paid.line
        original_units = "" if paid.units_paid == line.units else str(line.units)
        out.add("SVC", out.composite("HC", line.procedure, *line.modifiers), self.amount(paid.charge),
                self.amount(paid.paid), "" if professional else line.revenue, str(paid.units_paid), "",
                original_units)  # fmt: skip
        self._line_dates(line)
        self._adjustments(paid.adjustments)
        if self.habits.echoes_line_control:
            out.add("REF", "6R", line.control)
        if paid.paid > 0:
            out.add("AMT", "B6", self.amount(_allowed(self.remittance, paid)))
        for remark in paid.remarks:
            out.add("LQ", "HE", remark)

    def _line_dates(self, line: Line) -> None:
        if line.first_day == line.last_day:
            self.out.add("DTM", "472", ccyymmdd(line.first_day))
        else:
            self.out.add("DTM", "150", ccyymmdd(line.first_day))
            self.out.add("DTM", "151", ccyymmdd(line.last_day))

    def _adjustments(self, adjustments: tuple[Adjustment, ...]) -> None:
        """One CAS a group, up to six triplets in each."""
        groups: dict[str, list[Adjustment]] = {}
        for adjustment in adjustments:
            groups.setdefault(adjustment.group, []).append(adjustment)
        for group, found in groups.items():
            for start in range(0, len(found), TRIPLETS):
                elements: list[str] = []
                for a in found[start : start + TRIPLETS]:
                    quantity = "" if a.quantity is None else str(a.quantity)
                    elements += [a.carc, self.amount(a.amount), quantity]
                self.out.add("CAS", group, *elements)


def _allowed(remittance: Remittance, paid: LinePayment) -> int:
    """AMT*B6: paid, patient's share and what follows payment; at most the fee-schedule amount."""
    shares = sum(a.amount for a in paid.adjustments if a.group == "PR" or a.carc == "253")
    return min(paid.paid + shares, allowed_amount(remittance.payer, paid.line))
