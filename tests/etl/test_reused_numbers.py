"""A control number that a practice gives to several visits: status says it, and what it means for the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.status import needs_a_person, sentences, status
from etl.warehouse.store import open_reader
from tests.x12_text import answer_file, claim, claims_file, loaded, remittance_file

JANUARY, MARCH, MAY = "20260105", "20260303", "20260504"


def visit(day: str, sent: str, charge: str = "100", **more: str) -> bytes:
    return claims_file(claim("ACCT", ("99213", charge), day=day, **more), sent=sent)


PAID = remittance_file("CLP*ACCT*1*100*80*0*CI*I1\nSVC*HC:99213*100*80\nCAS*CO*45*20", "20260201")
# files, numbers, visits, charges in no measure
CASES = {
    "two visits": ([visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90")], (1, 2, "100.00")),
    "three visits": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90"), visit(MAY, "20260510", "70")], (1, 3, "190.00")
    ),
    "sent again with another charge": ([visit(JANUARY, "20260110"), visit(JANUARY, "20260310", "90")], (0, 0, "0.00")),
    "a replacement": (
        [visit(JANUARY, "20260110"), PAID, visit(MARCH, "20260310", frequency="7", replaces="I1")], (0, 0, "0.00")
    ),
    "mended after a rejection": (
        [visit(JANUARY, "20260110"), answer_file([("ACCT", "A7:21")]), visit(MARCH, "20260310")], (0, 0, "0.00")
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_originals_of_different_days_under_one_number_are_said(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    loaded(tmp_path / "in", tmp_path / "w", **{f"{i}": data for i, data in enumerate(files)})
    found = status(open_reader(tmp_path / "w"))
    assert tuple(found["reused_numbers"].values()) == expected
    words = [line for line in sentences(found) if line.startswith("1 patient control numbers (CLM01) stand for")]
    assert bool(words) == bool(expected[0]) == needs_a_person(found)
