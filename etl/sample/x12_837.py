"""Claims as 837P (005010X222A1) and 837I (005010X223A2) files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from etl.sample.dates import ccyymmdd
from etl.sample.envelope import Marks, Transactions
from etl.sample.events import Content, Line, Submission
from etl.sample.money import trimmed
from etl.sample.people import STATE, TOWN, ZIP
from etl.sample.practice import GROUP, HOSPITAL, Clinician, Entity

VERSION = {"professional": "005010X222A1", "institutional": "005010X223A2"}
SUBMITTER = ("WILLOW BEND HEALTH", "WB0001")
CLEARINGHOUSE = ("EXAMPLE CLEARINGHOUSE", "ECH001")


def batch_reference(day: date, claim_type: str) -> str:
    """BHT03 of one day's batch; the 277CA answers to it by this number."""
    return f"{'P' if claim_type == 'professional' else 'I'}{ccyymmdd(day)}"


def claim_file(batches: Iterable[tuple[date, list[Submission]]], claim_type: str, day: date, control: int) -> bytes:
    """One 837 file with a transaction set for each day's batch of submissions of that claim type."""
    out = Transactions(Marks())
    for batch_day, submissions in batches:
        _batch(out, claim_type, batch_day, submissions)
    return out.interchange("HC", VERSION[claim_type], ("ZZ", SUBMITTER[1]), ("ZZ", CLEARINGHOUSE[1]), day, control)


def _batch(out: Transactions, claim_type: str, day: date, submissions: list[Submission]) -> None:
    out.begin("837", VERSION[claim_type])
    out.add("BHT", "0019", "00", batch_reference(day, claim_type), ccyymmdd(day), "0600", "CH")
    out.add("NM1", "41", "2", SUBMITTER[0], "", "", "", "", "46", SUBMITTER[1])
    out.add("PER", "IC", "BILLING OFFICE", "TE", "5555550100")
    out.add("NM1", "40", "2", CLEARINGHOUSE[0], "", "", "", "", "46", CLEARINGHOUSE[1])
    entity = GROUP if claim_type == "professional" else HOSPITAL
    _billing_provider(out, entity)
    level = 1
    for submission in submissions:
        level = _subscriber(out, submission.content, level)
        _claim(out, submission)
        for line in submission.content.lines:
            _line(out, submission.content, line)
    out.end()


def _billing_provider(out: Transactions, entity: Entity) -> None:
    out.add("HL", "1", "", "20", "1")
    out.add("PRV", "BI", "PXC", entity.taxonomy)
    out.add("NM1", "85", "2", entity.name, "", "", "", "", "XX", entity.npi)
    _address(out, entity.street)
    out.add("REF", "EI", entity.tin)


def _address(out: Transactions, street: str) -> None:
    out.add("N3", street)
    out.add("N4", TOWN, STATE, ZIP)


def _subscriber(out: Transactions, content: Content, level: int) -> int:
    """The subscriber's loop and, for a dependent, the patient's; returns the last HL number."""
    patient, payer = content.patient, content.payer
    dependent = patient.subscriber_first is not None
    level += 1
    own_level = str(level)
    professional = content.claim_type == "professional"
    filing = payer.filing_professional if professional else payer.filing_institutional
    out.add("HL", own_level, "1", "22", "1" if dependent else "0")
    out.add("SBR", "P", "" if dependent else "18", "", "", "", "", "", "", filing)
    out.add("NM1", "IL", "1", patient.last, patient.subscriber_first or patient.first, "", "", "", "MI",
            content.member_id)  # fmt: skip
    if not dependent:
        _address(out, patient.street)
        out.add("DMG", "D8", ccyymmdd(patient.born), patient.sex)
    out.add("NM1", "PR", "2", payer.names[0], "", "", "", "", "PI", payer.payer_id)
    if dependent:
        level += 1
        out.add("HL", str(level), own_level, "23", "0")
        out.add("PAT", patient.relation)
        out.add("NM1", "QC", "1", patient.last, patient.first)
        _address(out, patient.street)
        out.add("DMG", "D8", ccyymmdd(patient.born), patient.sex)
    return level


def _claim(out: Transactions, submission: Submission) -> None:
    content = submission.content
    professional = content.claim_type == "professional"
    place = out.composite(content.place, "B" if professional else "A", submission.frequency)
    out.add("CLM", submission.claim_number, trimmed(content.claimed), "", "", place, "Y" if professional else "", "A",
            "Y", "Y")  # fmt: skip
    if not professional:
        span = f"{ccyymmdd(content.first_day)}-{ccyymmdd(content.service_date)}"
        out.add("DTP", "434", "RD8", span)
        out.add("CL1", "1" if content.lines[0].family == "emergency" else "3", "1", "01")
    if content.authorization is not None:
        out.add("REF", "G1", content.authorization)
    if submission.original_reference is not None:
        out.add("REF", "F8", submission.original_reference)
    out.add("REF", "D9", f"ECH{submission.claim_number}{ccyymmdd(submission.day)[2:]}")
    if professional:
        codes = [code.replace(".", "") for code in content.diagnoses]
        out.add("HI", *(out.composite("ABF" if i else "ABK", code) for i, code in enumerate(codes)))
        if content.referring is not None:
            _person(out, "DN", content.referring)
        _person(out, "82", content.clinician)
        out.add("PRV", "PE", "PXC", content.clinician.taxonomy)
        _facility(out, content)
    else:
        _institutional_information(out, content)
        _person(out, "71", content.clinician)
        out.add("PRV", "AT", "PXC", content.clinician.taxonomy)
        _facility(out, content)
        if content.referring is not None:
            _person(out, "DN", content.referring)


def _institutional_information(out: Transactions, content: Content) -> None:
    """The HI segments that an outpatient department sends; some only now and then."""
    codes = [code.replace(".", "") for code in content.diagnoses]
    out.add("HI", out.composite("ABK", codes[0]))
    first = content.lines[0]
    if first.family == "emergency":
        out.add("HI", out.composite("APR", codes[0]))
    if len(codes) > 1:
        out.add("HI", *(out.composite("ABF", code) for code in codes[1:]))
    if first.family == "surgery":
        out.add("HI", out.composite("BBR", "0SBC4ZZ", "D8", ccyymmdd(content.service_date)))
    if content.patient.number % 9 == 0:
        out.add("HI", out.composite("BH", "11", "D8", ccyymmdd(content.first_day)))


def _person(out: Transactions, role: str, clinician: Clinician) -> None:
    out.add("NM1", role, "1", clinician.last, clinician.first, "", "", "", "XX", clinician.npi)


def _facility(out: Transactions, content: Content) -> None:
    """Loop NM1*77, needed only where care was given elsewhere than at the billing provider's address."""
    site = content.site
    if not site.is_main:
        out.add("NM1", "77", "2", site.name, "", "", "", "", "XX", site.npi)
        _address(out, site.street)


def _line(out: Transactions, content: Content, line: Line) -> None:
    out.add("LX", str(line.number))
    procedure = out.composite("HC", line.procedure, *line.modifiers)
    if content.claim_type == "professional":
        pointers = out.composite(*map(str, line.pointers))
        out.add("SV1", procedure, trimmed(line.charge), "UN", str(line.units), "", "", pointers)
    else:
        out.add("SV2", line.revenue, procedure, trimmed(line.charge), "UN", str(line.units))
    if line.last_day == line.first_day:
        out.add("DTP", "472", "D8", ccyymmdd(line.first_day))
    else:
        out.add("DTP", "472", "RD8", f"{ccyymmdd(line.first_day)}-{ccyymmdd(line.last_day)}")
    out.add("REF", "6R", line.control)
