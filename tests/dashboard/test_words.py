"""How things are written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboard import riskmodel, words
from etl.measures import MEASURES

JO = {
    "patient_last_name": "DOE",
    "patient_first_name": "JO",
    "patient_birth_date": date(1980, 1, 31),
    "member_id": "ABC001234",
}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.money(Decimal("1234567.89")), "$1,234,568"),
        (words.money(Decimal("-1234.5"), cents=True), "\u2212$1,234.50"),
        (words.money(None), "–"),
        (words.rate(0.12345), "12.3%"),
        (words.day(date(2026, 11, 3)), "3 Nov 2026"),
        (
            words.dated("sent 2026-09-10 (2026-1-1, 12026-09-10) to 2026-11-03"),
            "sent 10 Sep 2026 (2026-1-1, 12026-09-10) to 3 Nov 2026",
        ),
        (words.plain("timely_filing"), "Timely filing"),
        (words.plain("WILLOW BEND EAST CLINIC"), "Willow Bend East Clinic"),
        (words.plain("CO-197"), "CO-197"),
        (words.person(JO), "Doe, Jo, born 1980-01-31, member ABC001234"),
        (words.person(JO | {"patient_first_name": None, "patient_birth_date": None, "member_id": None}), "Doe"),
        (words.person(dict.fromkeys(JO)), "–"),
    ],
)
def test_written(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("name", "now", "before", "expected"),
    [
        ("initial_denial_rate", 0.125, 0.1, "+2.5 points"),
        ("initial_denial_rate", 0.1, 0.1001, 0),
        ("denied_amount", Decimal(100), Decimal(1500), "-$1,400"),
        ("charge_lag", 3.0, 2.5, "+0.5"),
        ("claims_adjudicated", 3, None, None),
    ],
)
def test_change(name: str, now: float, before: float | None, expected: object) -> None:
    assert words.change(MEASURES[name], now, before) == expected


def test_a_count_and_a_share_of_the_model_bear_different_names() -> None:
    """Formats go by a column's name: one name for both showed 173 denied claims as 17,300 %."""
    names = ("denied", "denied_share", "claims", "claims_a_day", "denied_amount", "at_random_amount", "mean_risk")
    assert len({riskmodel._label(name) for name in names}) == len(names)
