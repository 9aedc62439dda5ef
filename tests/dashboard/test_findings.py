"""The sentence under a chart's title says what the figures say, and nothing of people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from dashboard import findings
from dashboard.question import Question, Scope

SCOPE = Scope(date(2026, 1, 1), date(2026, 3, 20))
DENIED = pl.DataFrame(
    {
        "denial_category": ["authorization", "coding", "authorization"],
        "payer_name": ["ALPHA HEALTH", "ALPHA HEALTH", "BETA"],
        "numerator": [Decimal("300.00"), Decimal("500.00"), Decimal("400.00")],
    }
)


def test_the_largest_part_and_its_share() -> None:
    question = Question("denied_amount", SCOPE)
    of_category = DENIED.group_by("denial_category", maintain_order=True).agg(pl.col("numerator").sum())
    assert findings.first(question.by("denial_category"), of_category, {}) == (
        "Most: Authorization, $700 (58.3% of $1,200)"
    )
    assert findings.first(question.by("denial_category", "payer_name"), DENIED, {}) == (
        "Most: Coding, Alpha Health, $500 (41.7% of $1,200)"
    )


def test_an_age_is_not_singled_out() -> None:
    frame = DENIED.rename({"denial_category": "ar_bucket"})
    assert findings.first(Question("insurance_ar_amount", SCOPE).by("payer_name", "ar_bucket"), frame, {}) == (
        "Most: Alpha Health, $800 (66.7% of $1,200)"
    )


def test_months_that_are_not_whole_are_left_out() -> None:
    months = pl.DataFrame({"month": [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)], "value": [0.2, 0.1, 0.9]})
    question = Question("initial_denial_rate", SCOPE).by("month")
    assert findings.first(question, months, {}) == "Whole months lie between 10.0% (Feb 2026) and 20.0% (Jan 2026)"
    young = months.with_columns(is_provisional=pl.Series([False, True, True]))
    assert findings.first(question.sent().by("month"), young, {}) == ""


def test_nobody_is_singled_out() -> None:
    frame = pl.DataFrame({"coder_id": ["C1", "C2"], "numerator": [1, 2], "denominator": [3, 4], "value": [0.3, 0.5]})
    assert findings.first(Question("coder_denial_rate", SCOPE).by("coder_id"), frame, {}) == ""
    teams = pl.DataFrame({"team": ["A", "B"], "numerator": [Decimal(1), Decimal(2)]})
    assert findings.first(Question("denied_amount", SCOPE).by("team"), teams, {}) == ""
