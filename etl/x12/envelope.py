"""Envelopes: which segments form a transaction set (or answer an interchange, TA1), and whether the set is whole.

What is broken is a Problem on its set: a missing SE or another control number in the SE quarantines it, a wrong count
in a trailer is only flagged (of 608 public samples a quarter count wrongly).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from etl.errors import Problem
from etl.x12.tokens import Tokens

# kinds whose BHT03 names them: a 277CA answers an 837 by it
_BATCHES = ("837", "277")
_SENT_ALL = "It was loaded; check that the sender sent all of it."


@dataclass(slots=True)
class TransactionSet:
    """One ST to SE, or a TA1 by itself; `start` and `end` are segments of the stretch, `segment` the position of the
    first in its file."""

    file: int
    kind: str
    control_number: str | None
    version: str | None
    sender_id: str | None
    interchange_control_number: str | None
    interchange_date: date | None
    start: int
    end: int
    segment: int
    receiver_id: str | None = None
    group_control_number: str | None = None
    batch_reference: str | None = None
    content_hash: str = ""
    problems: list[Problem] = field(default_factory=list)


class Envelope:
    """Follows ISA, GS, ST, SE, GE and IEA through a file, piece by piece."""

    def __init__(self, file: int) -> None:
        self.file = file
        self.segments_before = 0
        self.isa: list[str | None] = [None] * 17
        self.gs: list[str | None] = [None] * 9
        self.sets_in_group = 0
        self.groups = 0
        self.opened: int | None = None  # where the ISA stands that no IEA has closed

    def follow(
        self, tokens: Tokens, segments: list[int], start: int, end: int
    ) -> tuple[list[TransactionSet], list[Problem]]:
        """The sets in one piece (segments `start` to `end`) and what is wrong outside of them.

        `segments` are the envelope segments in the piece.
        """
        shift = self.segments_before - start + 1
        sets: list[TransactionSet] = []
        problems: list[Problem] = []
        opened: TransactionSet | None = None
        for at in segments:
            kind = tokens.id_at(at)
            if kind == "TA1" and opened is not None:
                continue  # it has no meaning inside of a transaction set
            if kind == "SE":
                if opened is not None:
                    _close(tokens, opened, at, at + shift)
                opened = None
            elif opened is not None:
                _missing_se(opened, at - 1, f"{kind} before SE")
                opened = None
            if kind == "ST":
                opened = self._open(tokens, at, at + shift)
                sets.append(opened)
            elif kind == "TA1":
                sets.append(self._answer(tokens, at, at + shift))
            elif kind != "SE":
                problems += self._frame(tokens, kind, at, at + shift)
        if opened is not None:
            _missing_se(opened, end - 1, "the end of the file")
            self.opened = None  # said with the set
        for one in sets:
            one.content_hash = content_hash(tokens, one)
            _count_claims(tokens, one)
        self.segments_before += end - start
        return sets, problems

    def finish(self) -> list[Problem]:
        """What is wrong when the file ends here: cut off after an SE, it looks whole but for its IEA."""
        position, self.opened = self.opened, None
        if position is None:
            return []
        expected = f"IEA for interchange {self.isa[13]}"
        return [Problem("flagged", "missing-iea", "the end of the file", expected, _SENT_ALL, position)]

    def _open(self, tokens: Tokens, at: int, position: int) -> TransactionSet:
        self.sets_in_group += 1
        st = tokens.elements(at, 4)
        one = self._set((st[1] or "").strip(), st[2], self.gs[8] or st[3], at, position)
        if one.kind in _BATCHES and at + 1 < tokens.n and tokens.id_at(at + 1) == "BHT":
            one.batch_reference = tokens.elements(at + 1, 4)[3]
        return one

    def _answer(self, tokens: Tokens, at: int, position: int) -> TransactionSet:
        """A TA1, the receiver's word on an interchange: it stands between ISA and GS, in no transaction set."""
        return self._set("TA1", tokens.elements(at, 2)[1], None, at, position)

    def _set(self, kind: str, control: str | None, version: str | None, at: int, position: int) -> TransactionSet:
        return TransactionSet(
            file=self.file,
            kind=kind,
            control_number=control,
            version=version,
            sender_id=(self.isa[6] or "").strip() or None,
            receiver_id=(self.isa[8] or "").strip() or None,
            interchange_control_number=self.isa[13],
            interchange_date=_short_date(self.isa[9]),
            group_control_number=None if kind == "TA1" else self.gs[6],
            start=at,
            end=at,
            segment=position,
        )

    def _frame(self, tokens: Tokens, kind: str, at: int, position: int) -> list[Problem]:
        """Remember an opening segment; compare a trailer with what it closes."""
        if kind == "ISA":
            unclosed = self.finish()
            self.isa, self.groups, self.opened = tokens.elements(at, 17), 0, position
            return unclosed
        if kind == "GS":
            self.gs, self.sets_in_group = tokens.elements(at, 9), 0
            self.groups += 1
            return []
        if kind == "IEA":
            self.opened = None
        trailer = tokens.elements(at, 3)
        count, control = (self.sets_in_group, self.gs[6]) if kind == "GE" else (self.groups, self.isa[13])
        wrong = []
        if _number(trailer[1]) != str(count):
            found = f"{kind}01 {trailer[1]}"
            wrong.append(Problem("flagged", "trailer-count", found, str(count), _SENT_ALL, position))
        if (trailer[2] or "").strip() != (control or "").strip():
            found = f"{kind}02 {trailer[2]}"
            wrong.append(Problem("flagged", "trailer-control-number", found, str(control), _SENT_ALL, position))
        return wrong


def claim_counts(tokens: Tokens, start: int, end: int) -> tuple[int, int]:
    """How many CLM and CLP segments lie in this span of a stretch."""
    clm, clp = tokens.where("CLM"), tokens.where("CLP")
    return int(((clm >= start) & (clm <= end)).sum()), int(((clp >= start) & (clp <= end)).sum())


def with_counts(problem: Problem, claims: int, claim_payments: int) -> Problem:
    """The same problem, saying how many claims and claim payments it keeps out."""
    return replace(problem, claims=claims, claim_payments=claim_payments)


def content_hash(tokens: Tokens, one: TransactionSet) -> str:
    """Hash of what stands between ST and SE in canonical separators: re-wrapping and control numbers do not change
    it."""
    if one.kind == "TA1":
        answer = [one.sender_id, one.interchange_control_number, *tokens.elements(one.start, 6)]
        return hashlib.sha256(repr(answer).encode()).hexdigest()[:32]
    if one.end <= one.start + 1:
        return hashlib.sha256(f"{one.kind} {one.control_number} {one.segment}".encode()).hexdigest()[:32]
    body = tokens.bytes_at(one.start + 1, one.end)
    d = tokens.delimiters
    if not tokens.is_plain and (d.segment + b" " in body or d.segment + b"\t" in body):
        body = re.sub(re.escape(d.segment) + rb"[ \t]+", d.segment, body.lstrip(b" \t"))  # indents are no content
    source, target = b"", b""
    for mine, canonical in zip(
        (d.element, d.component, d.segment, d.repetition), (b"*", b":", b"~", b"^"), strict=True
    ):
        if mine and mine not in source:
            source, target = source + mine, target + canonical
    if source != target:  # in the usual separators the text is canonical as it stands
        source, target = source + target.translate(None, source), target + source.translate(None, target)
        body = body.translate(bytes.maketrans(source, target))
    digest = hashlib.sha256(one.kind.encode())
    digest.update(body)
    return digest.hexdigest()[:32]


def _close(tokens: Tokens, one: TransactionSet, at: int, position: int) -> None:
    one.end = at
    se = tokens.elements(at, 3)
    if (se[2] or "").strip() != (one.control_number or "").strip():
        fix = "The transaction set was quarantined. Ask the sender for the whole file."
        found, expected = f"SE02 {se[2]}", f"ST02 {one.control_number}"
        one.problems.append(Problem("quarantined", "control-number", found, expected, fix, position))
    length = at - one.start + 1
    if _number(se[1]) != str(length):
        found, expected = f"SE01 {se[1]}", f"{length} segments"
        one.problems.append(Problem("flagged", "segment-count", found, expected, _SENT_ALL, position))


def _missing_se(one: TransactionSet, end: int, found: str) -> None:
    one.end = end
    fix = "The transaction set was quarantined: the file seems cut off. Ask the sender for it again."
    expected = f"SE for transaction set {one.control_number}"
    one.problems.append(Problem("quarantined", "missing-se", found, expected, fix, one.segment))


def _count_claims(tokens: Tokens, one: TransactionSet) -> None:
    """Let the first problem that quarantines a set say which claims it keeps out."""
    for i, problem in enumerate(one.problems):
        if problem.severity == "quarantined":
            one.problems[i] = with_counts(problem, *claim_counts(tokens, one.start, one.end))
            break


def _number(text: str | None) -> str:
    """A count without leading zeros, as text: what is no number equals no count."""
    return (text or "").strip().lstrip("0") or "0"


def _short_date(text: str | None) -> date | None:
    """ISA09, YYMMDD."""
    try:
        return datetime.strptime((text or "").strip()[-6:], "%y%m%d").date()
    except ValueError:
        return None
