"""What can be wrong with what a user gives us, said so that they can act on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["rejected", "quarantined", "flagged", "duplicate"]


class UserError(Exception):
    """Wrong usage or unreadable input: the command prints the message and exits 2, without a traceback."""


class BusyError(UserError):
    """Another process writes the warehouse: the same command will work when that one is done."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a quarantined transaction set is known again when it comes mended: hashes, so that no number is kept.

    `control`: of its control numbers; `first_claim` and `claims`: of its CLM01 and CLP01, None when it has none.
    """

    control: str
    first_claim: str | None = None
    claims: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in an input that could not be taken as it was.

    `segment` is the position in the file, counted from 1, in `unit`s: a row in tables, a line in FHIR. `found` never
    holds a name or member id. `repeats` is the file_id of what a duplicate repeats.
    """

    severity: Severity
    rule: str
    found: str
    expected: str
    fix: str
    segment: int | None = None
    claims: int = 0
    claim_payments: int = 0
    mark: Mark | None = None
    repeats: int | None = None
    unit: str = "segment"

    def sentence(self, file_name: str) -> str:
        """The problem in one line: file, position, found, expected, what to do."""
        where = f"{file_name}, {self.unit} {self.segment:,}" if self.segment else file_name
        return f"{where}: {self.rule}: found {self.found}; expected {self.expected}. {self.fix}"
