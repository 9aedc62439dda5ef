"""Files of X12 as pieces that never cut a transaction set in two, each with the separators that its ISA declares.

Separators are sniffed at every ISA by walking its 16 elements: 11 of 608 public samples pad it wrongly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from etl.errors import Problem
from etl.x12.wide import narrowed

# larger ones read no faster, and what is made of one stands in memory at once
CHUNK = 4 << 20
_BLANK = b" \t\r\n\x00\x1a"
# the ids between which pieces are cut; few files have them in small letters, so they are only looked for where ISA has
_CAPITALS = (b"ISA", b"SE")
_SMALL = (b"isa", b"se")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators of an interchange, each one byte; component and repetition may be absent (empty)."""

    element: bytes
    component: bytes
    segment: bytes
    repetition: bytes = b""


class UnreadableError(Exception):
    """The bytes hold no usable interchange. `problem` says what was found."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.rule)
        self.problem = problem


def sniff(data: bytes, at: int) -> Delimiters | None:
    """The separators that the ISA at byte `at` declares, or None when it has no 16 elements (X12.5: ISA11, ISA16)."""
    element = data[at + 3 : at + 4]
    if not element or element.isalnum() or (element.isspace() and element != b"\t"):
        return None
    cuts = [at + 3]
    for _ in range(15):
        cut = data.find(element, cuts[-1] + 1, at + 400)
        if cut < 0:
            return None
        cuts.append(cut)
    if element == b"\t" and not data[cuts[11] + 1 : cuts[12]].strip().isdigit():
        return None  # the heading of a table: ISA12 is the version
    behind = data[cuts[15] + 1 : cuts[15] + 7]
    unwrapped = behind.translate(None, b"\r\n")
    if len(unwrapped) > 1 and not unwrapped[1:2].isalnum() and not unwrapped[1:2].isspace():
        behind = unwrapped  # a line end stands beside ISA16 because the file is wrapped there
    component, terminator = behind[:1], behind[1:2]
    if terminator.isalnum() or not terminator:
        component, terminator = b"", component  # ISA16 left empty: the terminator follows at once
    elif terminator in (b"\r", b"\n") and _next_line(data, cuts[15] + 2).endswith(component):
        component, terminator = b"", component  # the same, and the line end is only a line end
    elif terminator == b" ":
        terminator = _behind_blanks(data[cuts[15] + 2 : cuts[15] + 40], element)
    if not terminator or terminator.isalnum() or terminator in (element, b" "):
        return None
    repetition = data[cuts[10] + 1 : cuts[11]].strip()
    is_separator = len(repetition) == 1 and not repetition.isalnum()
    return Delimiters(element, component, terminator, repetition if is_separator else b"")


def read(stream: BinaryIO, chunk: int = CHUNK) -> Iterator[tuple[bytes, Delimiters]]:
    """A file's pieces of about `chunk` bytes, cut before an ISA or after an SE (a longer set makes a longer piece).

    Line ends that are not the terminator are taken out, and the last segment is terminated; UTF-16 becomes UTF-8.
    Raises UnreadableError when the first bytes hold no usable ISA.
    """
    data, rest = narrowed(stream, chunk)
    ids = _CAPITALS
    at = _find_isa(data, 0, b"", ids)
    if at < 0 and b"isa" in data:
        ids = _SMALL
        at = _find_isa(data, 0, b"", ids)
    delimiters = sniff(data, at) if at >= 0 else None
    if delimiters is None:
        raise UnreadableError(_no_isa(data))
    before = data[:at]  # the end of another file: claims in it are said, all else is left out
    if not count_loose(before, b"CLM") + count_loose(before, b"CLP"):
        data = data[at:]
    done, start = False, 3  # start: where the next ISA may stand
    while not done:
        cut = _cut(data, delimiters, start, ids)
        while cut < 0 and not done:
            more = rest.read(chunk)
            done = not more
            data += more
            cut = _cut(data, delimiters, start, ids)
        piece, data = (data[:cut], data[cut:]) if cut >= 0 else (data, b"")
        if piece[:64].strip(_BLANK) or piece.strip(_BLANK):
            held = [_plain(piece, delimiters)]
            piece = b""
            yield held.pop(), delimiters  # a long one is not kept here while it is read
        if not data and not done:
            data = rest.read(chunk)
            done = not data
        opened = sniff(data, 0) if data.startswith(ids[0]) else None
        delimiters, start = (opened, 3) if opened else (delimiters, 0)
    if data.strip(_BLANK):
        yield _plain(data, delimiters), delimiters


def count_loose(data: bytes, segment_id: bytes) -> int:
    """How often a segment id seems to begin a segment in bytes whose separators are unknown."""
    count, at = 0, data.find(segment_id)
    while at >= 0:
        before, after = data[max(at - 1, 0) : at], data[at + 3 : at + 4]
        count += not before.isalnum() and len(after) == 1 and not after.isalnum() and not after.isspace()
        at = data.find(segment_id, at + 3)
    return count


def _plain(piece: bytes, delimiters: Delimiters) -> bytes:
    """The piece on one line: line ends that are not the terminator go, and the last segment is terminated.

    What is no UTF-8 becomes it, piece by piece: one file in latin-1 must not spoil the names of the others.
    """
    if not piece.isascii() and (delimiters.element + delimiters.component + delimiters.segment).isascii():
        piece = _utf_8(piece)
    if b"\n" in piece or b"\r" in piece:
        piece = piece.translate(None, bytes(c for c in b"\r\n" if c != delimiters.segment[0]))
    if not piece.endswith(delimiters.segment):
        piece = piece.rstrip(b" \t\x00\x1a") + delimiters.segment
    return _without_padding(piece, delimiters.segment)


def _without_padding(piece: bytes, terminator: bytes) -> bytes:
    """The piece without the blanks before its terminators, when every segment (but perhaps ISA, whose length is fixed)
    has some: they are the writer's, not data."""
    if piece[-2:-1] not in (b" ", b"\t"):
        return piece  # as most files are
    trimmed, count = re.subn(rb"[ \t]+" + re.escape(terminator), lambda _: terminator, piece)
    return trimmed if piece.count(terminator) - count <= (piece[:3].upper() == b"ISA") else piece


def _behind_blanks(behind: bytes, element: bytes) -> bytes:
    """The terminator of an ISA that is padded with blanks: what stands before the next GS or TA1; else nothing."""
    unpadded = behind.lstrip(b" \t")
    following = unpadded[1:].lstrip(b" \t\r\n").upper()
    return unpadded[:1] if following.startswith((b"GS" + element, b"TA1" + element)) else b""


def _utf_8(piece: bytes) -> bytes:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return piece.decode("latin-1").encode()
    return piece


def _next_line(data: bytes, at: int) -> bytes:
    """The first line with something in it after byte `at`."""
    lines = data[at : at + 400].splitlines()
    return next((line.rstrip() for line in lines if line.strip()), b"")


def _cut(data: bytes, delimiters: Delimiters, start: int, ids: tuple[bytes, bytes]) -> int:
    """Where to cut what has been read: before the next ISA (from `start` on), else after the last whole SE, else -1."""
    cut = _find_isa(data, start, delimiters.segment, ids)
    return cut if cut >= 0 else _after_last_se(data, delimiters, ids)


def _find_isa(data: bytes, start: int, terminator: bytes, ids: tuple[bytes, bytes]) -> int:
    """Where an ISA segment begins at or after `start`. Without a known terminator only a line's end, blanks, a
    byte-order mark or something that is no word may stand before it; -1 when there is none."""
    at = data.find(ids[0], start)
    while at >= 0:
        before = data[max(at - 8, 0) : at].rstrip(
            b" \t\x00\x1a" if terminator in (b"\n", b"\r") else b" \t\r\n\x00\x1a"
        )
        # a line of an e-mail or a transfer's log may stand before the first
        is_line = data[at - 1 : at] in (b"\r", b"\n")
        opens = not before or before.endswith(terminator) if terminator else is_line or not before[-1:].isalnum()
        if opens and sniff(data, at):
            return at
        at = data.find(ids[0], at + 3)
    return -1


def _after_last_se(data: bytes, d: Delimiters, ids: tuple[bytes, bytes]) -> int:
    """The end of the last whole SE segment, or -1. Only line ends and blanks may stand before its id."""
    at = data.rfind(ids[1] + d.element)
    while at > 0:
        before = data[max(at - 40, 0) : at].rstrip(b" \t" if d.segment in (b"\n", b"\r") else b" \t\r\n")
        end = data.find(d.segment, at)
        if before.endswith(d.segment) and end >= 0:
            return end + 1
        at = data.rfind(ids[1] + d.element, 0, at)
    return -1


def _no_isa(data: bytes) -> Problem:
    start = data[:8].lstrip()
    if not data.strip():
        found = "an empty file"
    elif start.startswith(b"%PDF"):
        found = "a PDF"
    elif start.startswith(b"PK"):
        found = "a zip or Excel file"
    elif b"ISA" in data[:4096].upper():
        found = "an ISA segment without 16 elements"
    else:
        found = "no ISA segment"
    return Problem(
        "rejected",
        "no-interchange",
        found,
        "an X12 interchange that begins with ISA and its 16 elements",
        "Ask the sender for the X12 file itself, then load it again.",
    )
