"""What a load did, so that every claim of the input is accounted for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from etl.errors import Problem
from etl.issues import alike, place

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
    closed: list[dict[str, Any]] = field(default_factory=list)

    def of(self, *severities: str) -> Listed:
        """The problems of these severities, each with its file."""
        return [(name, problem) for name, problem in self.problems if problem.severity in severities]

    def kept_out(self, *severities: str) -> dict[str, int]:
        """How many claims and claim payments the problems of these severities kept out."""
        chosen = [problem for _, problem in self.of(*severities)]
        return {"claims": sum(p.claims for p in chosen), "claim_payments": sum(p.claim_payments for p in chosen)}

    def needs_a_person(self) -> bool:
        """Whether something was quarantined, and not mended by another file of the load, or does not balance."""
        mended = {(one["file"], one["segment"], one["rule"]) for one in self.closed}
        kept_out = {(name, p.segment, p.rule) for name, p in self.of("rejected", "quarantined")}
        return bool(self.unbalanced or kept_out - mended)

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

    def sentences(self) -> list[str]:
        """The report in words: counts, what became of every claim seen, and what to look at."""
        lines = [f"{count:>12,}  {name.replace('_', ' ')}" for name, count in self.counts().items()]
        duplicate, quarantined = self.kept_out("duplicate"), self.kept_out("rejected", "quarantined")
        for name, seen in self.seen.items():
            loaded = self.rows.get(name.removesuffix("s"), 0)
            lines.append(
                f"Of {seen:,} {name.replace('_', ' ')} seen: {loaded:,} loaded, {duplicate[name]:,} duplicate, "
                f"{quarantined[name]:,} quarantined."
            )
        for one in self.closed:
            lines.append(
                f"closed: quarantine {one['issue']} ({place(one)}: {one['rule']}) came mended in {one['mended_in']}."
            )
        lines += _shown("duplicate", [(name, p) for name, p in self.of("duplicate") if p.rule == "duplicate-claim"])
        for severity in ("rejected", "quarantined", "flagged"):
            lines += _shown(severity, self.of(severity))
        for row in self.unbalanced[:20]:
            lines.append(
                f"out of balance: {place(row)}: {row['rule']}: found {row['found']}; expected {row['expected']}."
            )
        if len(self.unbalanced) > 20:
            lines.append(f"out of balance: ... and {len(self.unbalanced) - 20:,} more (cleanclaim status lists them)")
        for name in self.ignored:
            lines.append(f"not loaded: {name} (unsent claims, limits and a sample's truth are not for the warehouse)")
        return lines

    def line(self) -> str:
        """The report in one line, for a log: no name, no number of a claim."""
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts().items() if count)
        out = len(self.of("rejected", "quarantined"))
        parts = [counts or "nothing new", f"{out:,} quarantined" if out else "", f"{len(self.closed):,} closed"]
        unbalanced = f"{len(self.unbalanced):,} out of balance" if self.unbalanced else ""
        return "; ".join(part for part in (*parts[:2], parts[2] if self.closed else "", unbalanced) if part) + "."

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
            "closed": self.closed,
            "unbalanced": self.unbalanced,
            "ignored": self.ignored,
        }


def _shown(severity: str, chosen: Listed) -> list[str]:
    """The first twenty kinds of problems, and how many more there are."""
    lines = alike(chosen, _kind, lambda one: one[1].sentence(one[0]), 20)
    return [f"{severity}: {line}" for line in lines]


def _kind(one: tuple[str, Problem]) -> tuple[str, ...]:
    name, problem = one
    return name, problem.rule, problem.found, problem.expected


def _listed(name: str, p: Problem) -> dict[str, Any]:
    row = {"file": name, "segment": p.segment, "rule": p.rule, "found": p.found, "expected": p.expected, "fix": p.fix}
    return row
