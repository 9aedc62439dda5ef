"""What can be wrong with what a user gives us, said so that they can act on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["rejected", "quarantined", "flagged", "duplicate"]


class UserError(Exception):
    """Wrong usage or unreadable input: the command prints the message and exits 2, without a traceback."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in an input that could not be taken as it was.

    `segment` is the position in the file, counted from 1, in `unit`s: a row in tables, a line in FHIR. `found` never
    holds a name or member id.
    """

    severity: Severity
    rule: str
    found: str
    expected: str
    fix: str
    segment: int | None = None
    claims: int = 0
    claim_payments: int = 0
    unit: str = "segment"

    def sentence(self, file_name: str) -> str:
        """The problem in one line: file, position, found, expected, what to do."""
        where = f"{file_name}, {self.unit} {self.segment:,}" if self.segment else file_name
        return f"{where}: {self.rule}: found {self.found}; expected {self.expected}. {self.fix}"
