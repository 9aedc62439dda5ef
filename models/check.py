"""Check an unsent 837: each claim's findings, and its risk, expected denied dollars, likely category and reasons.

The day of sending is `today` when given; else the file's own date (BHT04, the latest of its sets), as a file is made
to be sent; else the clock's. Histories, the filing limit and "in the future" all use that day, and the filing limit's
message names it.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import numpy as np
import polars as pl

from etl.errors import UserError
from etl.tables.column_map import ColumnMap
from etl.warehouse.identity import Key, find_key
from etl.warehouse.store import open_reader
from models import explain, rules, saved, score, unsent
from models.features import compute
from models.frames import shape
from models.history import Past, outcomes
from models.risk import Model
from models.rules import Finding


@dataclass(frozen=True, slots=True)
class LineRisk:
    """The chance (0 to 1) that this line of the claim is denied."""

    line: int
    risk: float


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What is to be said about one claim. risk (0 to 1), amount and category are None without a model; `note` says
    why.
    """

    claim: str
    risk: float | None
    expected_denied_amount: Decimal | None
    likely_category: str | None
    reasons: list[str]
    findings: list[Finding]
    note: str | None = None
    lines: list[LineRisk] = field(default_factory=list)

    @property
    def has_error(self) -> bool:
        """Whether a rule of severity error fired."""
        return any(finding.severity == "error" for finding in self.findings)

    def to_read(self) -> list[Finding]:
        """The findings as a person reads them; `to_json` has each rule's own."""
        return rules.to_read(self.findings)

    def to_json(self) -> dict[str, Any]:
        """The contract's form; money as text with cents. `note` is there only when something could not be said."""
        found: dict[str, Any] = {
            "claim": self.claim,
            "risk": None if self.risk is None else round(self.risk, 4),
            "expected_denied_amount": None
            if self.expected_denied_amount is None
            else f"{self.expected_denied_amount:.2f}",
            "likely_category": self.likely_category,
            "reasons": self.reasons,
            "findings": [finding.to_json() for finding in self.findings],
            "lines": [{"line": one.line, "risk": round(one.risk, 4)} for one in self.lines],
        }
        return found | ({"note": self.note} if self.note else {})


@dataclass(frozen=True, slots=True)
class _Said:
    """What the model says of each claim, by position."""

    risk: list[float]
    amount: list[Decimal]
    category: list[str | None]
    reasons: dict[int, list[str]]
    lines: list[list[LineRisk]]


class Checker:
    """A warehouse and a model, read once, to check several files against.

    model: a file that `train` wrote; by default the one beside the warehouse, if there is one. Without a warehouse or a
    model the rules still run, what they cannot check says so, and risk is None with a note. Raises UserError when a
    model was named but is missing, or cannot be trusted.
    """

    def __init__(self, db: Path | None, model: Path | None = None) -> None:
        # without the warehouse's key nothing in it can be recognised, but within the file it can
        self.key = (find_key(db) if db is not None else None) or Key(secrets.token_bytes(32))
        self.warehouse = open_reader(db) if db is not None and db.exists() else None
        self.past = outcomes(self.warehouse) if self.warehouse is not None else None
        self.model, self.note = _model(db, model, self.warehouse)
        self.index = Past(self.past) if self.past is not None and self.model is not None else None

    def check(
        self, stream: BinaryIO, name: str, today: date | None = None, maps: list[ColumnMap] | None = None
    ) -> list[ClaimCheck]:
        """Check every claim of an 837, or by `maps` of a table, in file order. Raises UserError on unreadable input."""
        claims = unsent.read_table(stream.read(), name, maps, self.key) if maps else unsent.read(stream, name, self.key)
        return self.check_claims(claims, name, today)

    def check_claims(
        self, claims: unsent.Unsent, name: str, today: date | None = None, explained_share: float = 1.0
    ) -> list[ClaimCheck]:
        """Check claims already read. Reasons are given for the riskiest `explained_share` of them."""
        sent_on = today or claims.claim["submission_date"].max() or date.today()
        if not isinstance(sent_on, date):
            raise UserError(f"{name}: BHT04 is no date.")
        batch = rules.Batch(claims.claim, claims.service_line, claims.diagnosis, sent_on, self.warehouse, self.past)
        findings = rules.run(batch)
        said = None
        if self.model is not None and self.index is not None:
            said = _say(self.model, claims, self.index, sent_on, findings, explained_share)
        return [
            ClaimCheck(
                claim=number,
                risk=said.risk[claim_id] if said else None,
                expected_denied_amount=said.amount[claim_id] if said else None,
                likely_category=said.category[claim_id] if said else None,
                reasons=said.reasons.get(claim_id, []) if said else [],
                findings=findings[claim_id],
                note=self.note,
                lines=said.lines[claim_id] if said else [],
            )
            for claim_id, number in enumerate(claims.claim["patient_control_number"].to_list())
        ]


def check_file(
    stream: BinaryIO, name: str, db: Path | None, model: Path | None = None, today: date | None = None
) -> list[ClaimCheck]:
    """Check one file (see Checker): every claim of the 837 `stream` against the warehouse at `db`, in file order."""
    return Checker(db, model).check(stream, name, today)


def _model(
    db: Path | None, path: Path | None, warehouse: duckdb.DuckDBPyConnection | None
) -> tuple[Model | None, str | None]:
    """The model to use, or why there is none."""
    if warehouse is None or db is None:
        where = f" at {db}" if db is not None else ""
        return (
            None,
            f"Rules only: there is no warehouse{where} to compare with. Load your files first: cleanclaim load.",
        )
    chosen = path or saved.beside(db)
    if path is None and not chosen.exists():
        return None, f"Rules only: no model was trained on this warehouse yet. Train one: cleanclaim train --db {db}."
    learned = saved.load(chosen)
    few = "The risk is a payer x procedure denial rate: there is too little history to train a model."
    return learned, few if learned.kind == "rates" else None


def _say(
    model: Model,
    claims: unsent.Unsent,
    past: Past,
    sent_on: date,
    findings: dict[int, list[Finding]],
    explained_share: float,
) -> _Said:
    """Risk, dollars, category and reasons of every claim as of the day of sending."""
    shaped = shape(claims.claim.with_columns(submission_date=pl.lit(sent_on)), claims.service_line, claims.diagnosis)
    lines = compute(shaped, past)
    scored = score.score(model, lines)
    riskiest = np.argsort(-scored.risk, kind="stable")[: math.ceil(explained_share * lines.claim_count)]
    fired = {claim_id: [one.rule for one in mine if one.is_checked] for claim_id, mine in findings.items()}
    reasons = explain.reasons(model, lines, scored, past, fired, np.sort(riskiest))
    numbers = shaped.line["line_number"].to_list()
    of_lines: list[list[LineRisk]] = [[] for _ in range(lines.claim_count)]
    for claim, number, risk in zip(lines.claim.tolist(), numbers, scored.line_risk.tolist(), strict=True):
        of_lines[claim].append(LineRisk(number, risk))
    return _Said(
        scored.risk.tolist(),
        [Decimal(f"{value:.2f}") for value in scored.amount],
        score.categories(model, lines, scored),
        {claim: [one.text for one in mine] for claim, mine in reasons.items()},
        of_lines,
    )
