"""What a rule of the scrubber is, what it sees, and what it says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl

import etl
from models.history import Outcomes

Severity = Literal["error", "warning", "info"]
Need = Literal["warehouse"]
_REFERENCE = Path(etl.__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class Batch:
    """The claims of a file, as rows of the tables claim, service_line and diagnosis; claim_id counts from 0.

    sent_on: the day the claims are taken to be sent. warehouse, past: what was sent and answered before; None without
    one.
    """

    claim: pl.DataFrame
    line: pl.DataFrame
    diagnosis: pl.DataFrame
    sent_on: date
    warehouse: duckdb.DuckDBPyConnection | None = None
    past: Outcomes | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule's word on one claim: it fired, or (with is_checked False) it could not look. `line` is null for the
    claim.
    """

    claim_id: int
    message: str
    line: int | None = None
    severity: Severity | None = None
    is_checked: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `carc` is what the payer would answer, `needs` what must be there; else it says "not checked", never
    "passed".
    """

    id: str
    severity: Severity
    carc: str
    fix: str
    find: Callable[[Batch], Iterable[Hit]]
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about a claim, ready to be shown. Severity info and "Not checked" when it could not look."""

    rule: str
    severity: Severity
    message: str
    fix: str
    line: int | None
    carc: str | None = None
    is_checked: bool = True

    def to_json(self) -> dict[str, object]:
        """The contract's form: rule, severity, message, fix, line."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message,
            "fix": self.fix,
            "line": self.line,
        }


_NEED_WORDS: dict[Need, tuple[str, str]] = {
    "warehouse": ("there is no warehouse with the claims sent before", "Load your 837 and 835 files, then check again.")
}


def apply(rule: Rule, batch: Batch) -> list[tuple[int, Finding]]:
    """(claim_id, finding) of every claim on which this rule has something to say."""
    for need in rule.needs:
        if getattr(batch, need) is None:
            found, fix = _NEED_WORDS[need]
            return [(claim_id, _not_checked(rule, found, fix)) for claim_id in batch.claim["claim_id"].to_list()]
    return [(hit.claim_id, _finding(rule, hit)) for hit in rule.find(batch)]


def _finding(rule: Rule, hit: Hit) -> Finding:
    if not hit.is_checked:
        return _not_checked(rule, hit.message, "Look at this yourself.", hit.line)
    message = f"{hit.message} A payer would answer with CARC {rule.carc}."
    return Finding(rule.id, hit.severity or rule.severity, message, rule.fix, hit.line, rule.carc)


def _not_checked(rule: Rule, why: str, fix: str, line: int | None = None) -> Finding:
    return Finding(rule.id, "info", f"Not checked: {why}.", fix, line, None, is_checked=False)


def to_read(findings: Iterable[Finding]) -> list[Finding]:
    """The findings as a person reads them: rules that could not look for the same reason are one, which names them."""
    found, unseen = [], dict[tuple[str, str, int | None], list[Finding]]()
    for one in findings:
        if one.is_checked:
            found.append(one)
        else:
            unseen.setdefault((one.message, one.fix, one.line), []).append(one)
    for (message, *_), alike in unseen.items():
        names = ", ".join(dict.fromkeys(one.rule.replace("_", " ") for one in alike))
        found.append(replace(alike[0], message=message.replace("Not checked", f"Not checked ({names})", 1)))
    return found


def first_per_claim(hits: Iterable[Hit]) -> list[Hit]:
    """At most one hit a claim, the first: for what need not be said line by line."""
    return list({hit.claim_id: hit for hit in reversed(list(hits))}.values())[::-1]


@cache
def reference(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a shipped code list (etl/reference/<name>.csv)."""
    with (_REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def pattern(field: str) -> re.Pattern[str]:
    """The shape of a field, from etl/reference/formats.csv."""
    return re.compile(next(row["regex"] for row in reference("formats") if row["field"] == field))
