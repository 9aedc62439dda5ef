"""A claim that its payer splits over several claim payments of one remittance: every measure equals its slow twin."""
# ruff: noqa: E501  (tables are wide)

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from etl.measures import MEASURES
from tests.etl.measures.tables import warehouse
from tests.etl.measures.twin import read
from tests.etl.measures.twins import TWIN

TABLES = {
    "claim": """
    claim_id | submission_date | patient_control_number | charge_amount | frequency_code | payer_id | service_date
    1 | 2026-01-05 | SPLIT    | 150.00 | 1 | P1 | 2026-01-02
    2 | 2026-01-05 | MENDED   | 150.00 | 1 | P1 | 2026-01-02
    3 | 2026-01-05 | HALF     | 150.00 | 1 | P1 | 2026-01-02
    4 | 2026-01-05 | TWOPAYER | 150.00 | 1 | P1 | 2026-01-02
    """,
    "service_line": """
    claim_id | line_number | procedure_code | charge_amount | line_control_number
    1 | 1 | 99213 | 100.00 | A
    1 | 2 | 97110 |  50.00 | B
    2 | 1 | 99213 | 100.00 | A
    2 | 2 | 97110 |  50.00 | B
    3 | 1 | 99213 | 100.00 | A
    3 | 2 | 97110 |  50.00 | B
    4 | 1 | 99213 | 100.00 | A
    4 | 2 | 97110 |  50.00 | B
    """,
    "remittance": """
    remittance_id | payment_date | deposit_amount | payer_id | trace_number
    1 | 2026-01-26 | 220.00 | P1 | T1
    2 | 2026-01-27 |   0.00 | P2 | T2
    3 | 2026-02-16 |  50.00 | P1 | T3
    """,
    "claim_payment": """
    claim_payment_id | remittance_id | patient_control_number | status_code | charge_amount | paid_amount | payer_claim_control_number
    1 | 1 | SPLIT    | 1 | 100.00 | 70.00 | I1A
    2 | 1 | SPLIT    | 4 |  50.00 |  0.00 | I1B
    3 | 1 | MENDED   | 4 |  50.00 |  0.00 | I2B
    4 | 1 | MENDED   | 1 | 100.00 | 80.00 | I2A
    5 | 3 | MENDED   | 1 | 150.00 | 50.00 | I2C
    6 | 1 | HALF     | 1 | 100.00 |  0.00 | I3A
    7 | 1 | TWOPAYER | 1 | 100.00 | 70.00 | I4A
    8 | 2 | TWOPAYER | 4 |  50.00 |  0.00 | J4
    """,
    "service_payment": """
    service_payment_id | claim_payment_id | line_number | procedure_code | charge_amount | paid_amount | line_control_number
    1 | 1 | 1 | 99213 | 100.00 | 70.00 | A
    2 | 2 | 1 | 97110 |  50.00 |  0.00 | B
    3 | 3 | 1 | 97110 |  50.00 |  0.00 | B
    4 | 4 | 1 | 99213 | 100.00 | 80.00 | A
    5 | 5 | 1 | 99213 | 100.00 |  0.00 | A
    6 | 5 | 2 | 97110 |  50.00 | 50.00 | B
    7 | 6 | 1 | 99213 | 100.00 |  0.00 | A
    8 | 7 | 1 | 99213 | 100.00 | 70.00 | A
    9 | 8 | 1 | 97110 |  50.00 |  0.00 | B
    """,
    "adjustment": """
    claim_payment_id | service_payment_id | group_code | carc | amount
    1 | 1 | CO | 45  |  10.00
    1 | 1 | PR | 1   |  20.00
    2 | 2 | CO | 197 |  50.00
    3 | 3 | CO | 197 |  50.00
    4 | 4 | CO | 45  |  20.00
    5 | 5 | CO | 16  | 100.00
    6 | 7 | CO | 50  | 100.00
    7 | 8 | CO | 45  |  30.00
    8 | 9 | CO | 50  |  50.00
    """,
    "staff": "staff_id | role\nC1 | coder",
}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return warehouse(tmp_path_factory.mktemp("split") / "w.duckdb", TABLES)


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_a_measure_equals_its_slow_twin(practice: duckdb.DuckDBPyConnection, name: str) -> None:
    tables = read(practice)
    for day in (date(2026, 1, 31), date(2026, 2, 28)):
        asked = MEASURES[name].by(practice, as_of=day).to_dicts()[0]
        assert (asked["numerator"], asked["denominator"]) == TWIN[name](tables, day), day


def test_a_split_claim_counts_once_and_a_claim_answered_in_part_is_no_split(
    practice: duckdb.DuckDBPyConnection,
) -> None:
    count = MEASURES["claims_adjudicated"].by(practice, as_of=date(2026, 1, 31))["value"].to_list()
    assert count == [4]
    sql = """select patient_control_number, count(*) from adjudication as a join root using (root_id)
        where a.is_initial and payer_id = 'P1' group by all order by all"""
    assert practice.execute(sql).fetchall() == [("HALF", 1), ("MENDED", 1), ("SPLIT", 1), ("TWOPAYER", 1)]
