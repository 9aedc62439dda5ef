"""What a load did, so that every claim of the input is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from etl.errors import Problem

Listed = list[tuple[str, Problem]]


@dataclass(slots=True)
class LoadReport:
    """What one load did. For claims and claim payments: seen = loaded + duplicate + quarantined."""

    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=lambda: {"claims": 0, "claim_payments": 0})
    problems: Listed = field(default_factory=list)
    unbalanced: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def of(self, *severities: str) -> Listed:
        """The problems of these severities, each with its file."""
        return [(name, problem) for name, problem in self.problems if problem.severity in severities]

    def kept_out(self, *severities: str) -> dict[str, int]:
        """How many claims and claim payments the problems of these severities kept out."""
        chosen = [problem for _, problem in self.of(*severities)]
        return {"claims": sum(p.claims for p in chosen), "claim_payments": sum(p.claim_payments for p in chosen)}

    def needs_a_person(self) -> bool:
        """Whether something was quarantined or does not balance."""
        return bool(self.unbalanced or self.of("rejected", "quarantined"))

    def unreadable(self) -> bool:
        """Whether there was input, and none of it could be read."""
        return self.files == 0 and bool(self.of("rejected")) and not self.of("duplicate")

    def counts(self) -> dict[str, int]:
        """What the load added, and how many files or transaction sets had arrived before."""
        return {
            "files": self.files,
            "claims": self.rows.get("claim", 0),
            "service_lines": self.rows.get("service_line", 0),
            "remittances": self.rows.get("remittance", 0),
            "claim_payments": self.rows.get("claim_payment", 0),
            "duplicates": len(self.of("duplicate")),
        }

    def to_json(self) -> dict[str, Any]:
        """The report as `cleanclaim load --format json` prints it."""
        return {
            **self.counts(),
            "rows": dict(sorted(self.rows.items())),
            "seen": self.seen,
            "duplicate_counts": self.kept_out("duplicate"),
            "quarantined_counts": self.kept_out("rejected", "quarantined"),
            "quarantined": [_listed(name, problem) for name, problem in self.of("rejected", "quarantined")],
            "flagged": [_listed(name, problem) for name, problem in self.of("flagged")],
            "unbalanced": self.unbalanced,
            "ignored": self.ignored,
        }


def _listed(name: str, p: Problem) -> dict[str, Any]:
    row = {"file": name, "segment": p.segment, "rule": p.rule, "found": p.found, "expected": p.expected, "fix": p.fix}
    return row
