"""Segments, counts and the ISA/GS/ST envelope that all X12 files share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from etl.sample.dates import ccyymmdd, yymmdd


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators of a file and what follows each terminator."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    newline: str = "\n"
    repetition: str = "^"


class Transactions:
    """Collects the segments of one interchange with one functional group; every count is kept while writing."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self._segments: list[str] = []
        self._in_set = 0
        self._sets = 0

    def add(self, *elements: str) -> None:
        """One segment; empty elements at its end are dropped, as the standard wants."""
        segment = self.marks.element.join(elements)
        if not elements[-1]:
            segment = segment.rstrip(self.marks.element)
        self._segments.append(segment)
        self._in_set += 1

    def composite(self, *parts: str) -> str:
        """Components of one element, empty ones at the end dropped."""
        return self.marks.component.join(parts).rstrip(self.marks.component)

    def begin(self, kind: str, version: str | None) -> str:
        """ST; returns its control number."""
        self._sets += 1
        self._in_set = 0
        number = f"{self._sets:04d}"
        self.add("ST", kind, number, version or "")
        return number

    def end(self) -> None:
        """SE with the number of segments since ST, both included."""
        self.add("SE", str(self._in_set + 1), f"{self._sets:04d}")

    def interchange(
        self, group: str, version: str, sender: tuple[str, str], receiver: tuple[str, str], day: date, control: int
    ) -> bytes:
        """The file: ISA and GS before, GE and IEA after. Sender and receiver are (qualifier, id)."""
        e, marks = self.marks.element, self.marks
        isa = e.join((
            "ISA", "00", " " * 10, "00", " " * 10, sender[0], sender[1].ljust(15), receiver[0], receiver[1].ljust(15),
            yymmdd(day), "0600", marks.repetition, "00501", f"{control:09d}", "0", "P", marks.component,
        ))  # fmt: skip
        gs = e.join(("GS", group, sender[1], receiver[1], ccyymmdd(day), "0600", str(control), "X", version))
        trailer = [e.join(("GE", str(self._sets), str(control))), e.join(("IEA", "1", f"{control:09d}"))]
        end = marks.terminator + marks.newline
        return (end.join([isa, gs, *self._segments, *trailer]) + end).encode("ascii")
