"""The clearinghouse's answers to claims as 277CA (005010X214) files."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from etl.sample.dates import ccyymmdd
from etl.sample.envelope import Marks, Transactions
from etl.sample.events import Answer
from etl.sample.money import trimmed
from etl.sample.practice import GROUP, HOSPITAL
from etl.sample.x12_837 import CLEARINGHOUSE, SUBMITTER, batch_reference

VERSION = "005010X214"


def answer_file(batches: Iterable[tuple[date, str, list[Answer]]], day: date, control: int) -> bytes:
    """One 277CA file: a transaction set for each (submission day, claim type) with its answers."""
    out = Transactions(Marks())
    for sent, claim_type, answers in batches:
        _batch(out, sent, claim_type, answers)
    return out.interchange("HN", VERSION, ("ZZ", CLEARINGHOUSE[1]), ("ZZ", SUBMITTER[1]), day, control)


def _batch(out: Transactions, sent: date, claim_type: str, answers: list[Answer]) -> None:
    day = ccyymmdd(answers[0].day)
    reference = batch_reference(sent, claim_type)
    good = [a for a in answers if not a.is_rejection]
    bad = [a for a in answers if a.is_rejection]
    total = sum(a.submission.content.claimed for a in answers)
    out.begin("277", VERSION)
    out.add("BHT", "0085", "08", f"A{reference}", day, "0700", "TH")
    out.add("HL", "1", "", "20", "1")
    out.add("NM1", "AY", "2", CLEARINGHOUSE[0], "", "", "", "", "46", CLEARINGHOUSE[1])
    out.add("TRN", "1", f"T{reference}")
    out.add("DTP", "050", "D8", ccyymmdd(sent))
    out.add("DTP", "009", "D8", day)
    out.add("HL", "2", "1", "21", "1")
    out.add("NM1", "41", "2", SUBMITTER[0], "", "", "", "", "46", SUBMITTER[1])
    out.add("TRN", "2", reference)
    out.add("STC", out.composite("A1", "19", "PR"), day, "WQ", trimmed(total))
    _totals(out, good, bad, ("90", "AA"))
    entity = GROUP if claim_type == "professional" else HOSPITAL
    out.add("HL", "3", "2", "19", "1")
    out.add("NM1", "85", "2", entity.name, "", "", "", "", "XX", entity.npi)
    out.add("TRN", "1", "0")
    out.add("STC", out.composite("A1", "19", "PR"), day, "WQ", trimmed(total))
    _totals(out, good, bad, ("QA", "QC"))
    for level, answer in enumerate(answers, start=4):
        _answer(out, level, answer)
    out.end()


def _totals(out: Transactions, good: list[Answer], bad: list[Answer], counts: tuple[str, str]) -> None:
    for qualifier, found in zip(counts, (good, bad), strict=True):
        if found:
            out.add("QTY", qualifier, str(len(found)))
    for qualifier, found in zip(("YU", "YY"), (good, bad), strict=True):
        if found:
            out.add("AMT", qualifier, trimmed(sum(a.submission.content.claimed for a in found)))


def _answer(out: Transactions, level: int, answer: Answer) -> None:
    submission = answer.submission
    content = submission.content
    out.add("HL", str(level), "3", "PT")
    out.add("NM1", "QC", "1", content.patient.last, content.patient.first, "", "", "", "MI", content.member_id)
    out.add("TRN", "2", submission.claim_number)
    status = out.composite(answer.category, answer.status, answer.entity)
    action = "U" if answer.is_rejection else "WQ"
    out.add("STC", status, ccyymmdd(answer.day), action, trimmed(content.claimed))
    if not answer.is_rejection:
        out.add("REF", "1K", submission.icn)
    if content.first_day == content.service_date:
        out.add("DTP", "472", "D8", ccyymmdd(content.service_date))
    else:
        out.add("DTP", "472", "RD8", f"{ccyymmdd(content.first_day)}-{ccyymmdd(content.service_date)}")
