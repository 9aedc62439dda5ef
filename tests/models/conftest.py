"""Hand-made claims, a small answered past, and a small sample in a warehouse with its model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.load import load
from etl.sample import write_sample
from models.cli import train_into
from models.frames import Claims, shape
from models.history import Outcomes

START = date(2026, 1, 1)
CLAIM_SCHEMA = {
    "claim_id": pl.Int64, "submission_date": pl.Date, "patient_control_number": pl.String, "claim_type": pl.String,
    "charge_amount": pl.Decimal(18, 2), "place_of_service": pl.String, "type_of_bill": pl.String,
    "frequency_code": pl.String, "prior_authorization": pl.String, "payer_responsibility": pl.String,
    "claim_filing_code": pl.String, "payer_id": pl.String, "billing_npi": pl.String, "rendering_npi": pl.String,
    "referring_npi": pl.String, "facility_npi": pl.String, "member_key": pl.Int64, "patient_age": pl.Int32,
    "patient_sex": pl.String, "service_date": pl.Date,
}  # fmt: skip
LINE_SCHEMA = {
    "claim_id": pl.Int64, "line_number": pl.Int64, "procedure_qualifier": pl.String, "procedure_code": pl.String,
    "modifier_1": pl.String, "modifier_2": pl.String, "modifier_3": pl.String, "modifier_4": pl.String,
    "revenue_code": pl.String, "charge_amount": pl.Decimal(18, 2), "units": pl.Decimal(18, 3),
    "diagnosis_pointer": pl.String, "service_date": pl.Date,
}  # fmt: skip
DIAGNOSIS_SCHEMA = {
    "claim_id": pl.Int64, "sequence": pl.Int32, "qualifier": pl.String, "diagnosis_code": pl.String,
}  # fmt: skip


@dataclass
class Tables:
    """Rows of the tables claim, service_line and diagnosis; sensible values for what a test does not care about."""

    claim: list[dict[str, Any]] = field(default_factory=list)
    line: list[dict[str, Any]] = field(default_factory=list)
    diagnosis: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[date | None, list[str | None]]] = field(default_factory=list)

    def add(
        self,
        day: int = 10,
        lines: tuple[dict[str, Any], ...] = ({},),
        diagnoses: tuple[str, ...] = ("M5450",),
        answer: tuple[int, list[str | None]] | None = None,
        **claim: Any,
    ) -> Tables:
        """One claim sent `day` days after the start; answer = (day, the denial category of each line or None)."""
        claim_id = len(self.claim)
        sent = START + timedelta(days=day)
        rows = [self._line(claim_id, number, sent, one) for number, one in enumerate(lines, start=1)]
        given = {
            "claim_id": claim_id, "submission_date": sent, "patient_control_number": f"P{claim_id}",
            "claim_type": "professional", "charge_amount": sum(row["charge_amount"] or 0 for row in rows),
            "place_of_service": "11", "frequency_code": "1", "payer_responsibility": "P", "claim_filing_code": "12",
            "payer_id": "A", "billing_npi": "1234567893", "rendering_npi": "1993999998", "member_key": claim_id,
            "patient_age": 45, "patient_sex": "F", "service_date": sent - timedelta(days=3),
        }  # fmt: skip
        self.claim.append({name: None for name in CLAIM_SCHEMA} | given | claim)
        self.line += rows
        self.diagnosis += [
            {"claim_id": claim_id, "sequence": n, "qualifier": "ABK" if n == 1 else "ABF", "diagnosis_code": code}
            for n, code in enumerate(diagnoses, start=1)
        ]
        self.answers.append((START + timedelta(days=answer[0]), answer[1]) if answer else (None, [None] * len(rows)))
        return self

    @staticmethod
    def _line(claim_id: int, number: int, sent: date, values: dict[str, Any]) -> dict[str, Any]:
        given = {
            "claim_id": claim_id, "line_number": number, "procedure_qualifier": "HC", "procedure_code": "97110",
            "charge_amount": Decimal("100.00"), "units": Decimal(1), "diagnosis_pointer": "1",
            "service_date": sent - timedelta(days=3),
        }  # fmt: skip
        return {name: None for name in LINE_SCHEMA} | given | values

    def frames(self) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        return (
            pl.DataFrame(self.claim, schema=CLAIM_SCHEMA),
            pl.DataFrame(self.line, schema=LINE_SCHEMA),
            pl.DataFrame(self.diagnosis, schema=DIAGNOSIS_SCHEMA),
        )

    def claims(self) -> Claims:
        return shape(*self.frames())

    def past(self) -> Outcomes:
        """The claims as a past; those without an answer have no remit date."""
        claims = self.claims()
        rows = [(day, category) for day, categories in self.answers for category in categories]
        line = pl.DataFrame(
            {
                "remit_date": [day for day, _ in rows],
                "is_denied": [float(category is not None) for _, category in rows],
                "denial_category": [category for _, category in rows],
                "denied_amount": [100.0 if category else 0.0 for _, category in rows],
            },
            schema_overrides={"remit_date": pl.Date, "denial_category": pl.String},
        ).with_row_index("row")
        claim = pl.DataFrame(
            {
                "claim_id": list(range(len(self.answers))),
                "remit_date": [day for day, _ in self.answers],
                "is_denied": [any(categories) for _, categories in self.answers],
                "denied_amount": [100.0 * sum(c is not None for c in categories) for _, categories in self.answers],
            },
            schema_overrides={"remit_date": pl.Date},
        )
        return Outcomes(claims, line, claim)


@pytest.fixture(scope="session")
def tables() -> Callable[[], Tables]:
    return Tables


@dataclass(frozen=True)
class Trained:
    """A sample of 1,500 claims, loaded and learned from."""

    folder: Path
    db: Path
    report: dict[str, Any]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("models")
    write_sample(folder / "sample", 1_500, 7)
    db = folder / "practice.duckdb"
    load([folder / "sample"], db)
    return Trained(folder / "sample", db, train_into(db))
