"""The documented maps load the examples beside them: the page cannot promise what the program does not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.load import load
from etl.tables.column_map import parse, read_maps
from etl.tables.document import examples, maps_document
from etl.warehouse.store import open_reader
from tests.etl.tables.desk import adds_up
from tests.x12_text import plain

EXAMPLES = Path(__file__).parent / "examples"
MAPS = Path(__file__).parents[3] / "etl" / "tables" / "maps"

Rows = list[tuple[object, ...]]

# example files -> question -> rows
EXPECTED: dict[tuple[str, ...], dict[str, Rows]] = {
    ("claims", "lines_alone"): {
        """select patient_control_number, submission_date, charge_amount, claim_type, place_of_service, frequency_code,
        original_reference, payer_id, claim_filing_code, service_date, rendering_npi from claim order by 1""": [
            ("0001", "2026-01-10", "1250.00", "professional", "11", "1", None, "P1", "CI", "2026-01-05", "1999999976"),
            ("0002", "2026-01-10", "80.00", "institutional", None, "7", "ICN1", "M1", "MB", "2026-01-06", "1999999976"),
        ],
        "select sequence, qualifier, diagnosis_code from diagnosis where claim_id = 1 order by 1": [
            (1, "ABK", "J45909"),
            (2, "ABF", "I10"),
        ],
        """select claim_id, line_number, procedure_code, modifier_1, charge_amount, units from service_line
        order by 1, 2""": [
            (1, 1, "99213", "25", "1000.00", "1.000"),
            (1, 2, "97110", None, "250.00", "2.000"),
            (2, 1, "99214", None, "80.00", "1.000"),
        ],
    },
    ("lines",): {
        "select patient_control_number, charge_amount, payer_name, service_date from claim order by 1": [
            ("E1", "1314.50", "Krankenkasse Süd", "2026-01-05"),
            ("E2", "-12.00", "Krankenkasse Süd", "2026-01-06"),
        ],
        "select claim_id, procedure_code, modifier_1, modifier_2, charge_amount, diagnosis_pointer from service_line": [
            (1, "99213", "25", None, "1234.50", "1:2"),
            (1, "97110", "GP", "59", "80.00", "1"),
            (2, "99214", None, None, "-12.00", None),
        ],
    },
    ("remits",): {
        "select trace_number, payment_date, payment_method, payer_id, deposit_amount from remittance order by 1": [
            ("000981", "2026-02-03", "ACH", "PAYER ONE", "630.00"),
            ("000985", "2026-02-09", "ACH", "PAYER ONE", "-80.00"),
        ],
        "select patient_control_number, status_code, charge_amount, paid_amount from claim_payment order by 1": [
            ("0001", "1", "1250.00", "630.00"),
            ("0002", "4", "80.00", "0.00"),
            ("0003", "22", "-80.00", "-80.00"),
        ],
        "select service_payment_id, group_code, carc, amount from adjustment order by 1, 2, 3": [
            (1, "CO", "45", "200.00"),
            (1, "PR", "1", "100.00"),
            (1, "PR", "2", "70.00"),
            (2, "CO", "197", "250.00"),
            (3, "CO", "50", "80.00"),
        ],
        "select service_payment_id, remark_code from remark order by 2": [(2, "M15"), (2, "N54")],
    },
    ("adjustments",): {
        "select patient_control_number, status_code, charge_amount, paid_amount from claim_payment order by 1": [
            ("A1", "1", "150.00", "100.00"),
            ("A2", "4", "60.00", "0.00"),
        ],
        "select line_control_number, charge_amount, paid_amount from service_payment order by 1": [
            ("1", "100.00", "70.00"),
            ("2", "50.00", "30.00"),
        ],
        "select claim_payment_id, service_payment_id, carc, amount from adjustment order by sequence": [
            (1, 1, "45", "10.00"),
            (1, 1, "1", "20.00"),
            (1, 2, "45", "20.00"),
            (2, None, "29", "60.00"),
        ],
    },
    ("claim_payments", "service_payments", "adjustments_alone"): {
        "select deposit_amount from remittance": [("100.00",)],
        "select claim_payment_id, line_number, charge_amount from service_payment order by 1, 2": [
            (1, 1, "100.00"),
            (1, 2, "50.00"),
        ],
        "select claim_payment_id, service_payment_id, group_code, carc, amount from adjustment order by sequence": [
            (1, 1, "CO", "45", "10.00"),
            (1, 1, "PR", "1", "20.00"),
            (1, 2, "CO", "45", "20.00"),
            (2, None, "CO", "29", "60.00"),
        ],
    },
    ("work_log",): {
        "from work_log order by 1": [
            ("0001", "C1", "B1", "2026-01-06", "2026-01-07", "2026-01-10", None),
            ("0002", "C1", "B1", "2026-01-06", "2026-01-07", None, None),
        ]
    },
    ("staff",): {
        "select staff_id, role, team, employment, credential from staff order by 1": [
            ("007", "coder", "North", "in_house", "CPC"),
            ("008", "both", "North", "outsourced", None),
        ]
    },
    ("audits",): {
        "select claim_id, line_number, field, coded_value, audited_value from coding_audit order by 2": [
            ("0001", 0, "diagnosis", "J45.909", None),
            ("0001", 1, "em_level", "99214", "99213"),
        ]
    },
    ("patient_transactions",): {
        "from patient_transaction order by 2": [
            ("0001", "2026-01-05", "copay", "20.00"),
            ("0001", "2026-02-20", "patient_payment", "1050.00"),
        ]
    },
    ("appeals",): {
        "from appeal order by 1": [
            ("0001", 0, "2026-02-10", "appeal", "overturned", "2026-03-01"),
            ("0002", 0, "2026-02-11", "corrected_claim", None, None),
        ]
    },
    ("attribution",): {
        "from attribution": [("0001", 0, "coder", "front_desk", "no referral in the record", "S1", "2026-02-20")]
    },
}


@pytest.mark.parametrize("names", EXPECTED, ids="+".join)
def test_an_example_becomes_rows_and_its_money_adds_up(names: tuple[str, ...], tmp_path: Path) -> None:
    """Every map of the folder is offered: each file finds its own."""
    report = load([EXAMPLES / f"{name}.csv" for name in names], tmp_path / "w.duckdb", None, read_maps([f"csv:{MAPS}"]))
    adds_up(report)
    assert (report.problems, report.unbalanced) == ([], [])
    connection = open_reader(tmp_path / "w.duckdb")
    for question, rows in EXPECTED[names].items():
        assert [tuple(map(plain, row)) for row in connection.execute(question).fetchall()] == rows


@pytest.mark.parametrize("names", EXPECTED, ids="+".join)
def test_an_example_that_comes_again_in_a_larger_export_changes_nothing(names: tuple[str, ...], tmp_path: Path) -> None:
    maps = read_maps([str(MAPS)])
    for name in names:
        (tmp_path / f"{name}.csv").write_bytes((EXAMPLES / f"{name}.csv").read_bytes())
    paths = [tmp_path / f"{name}.csv" for name in names]
    load(paths, tmp_path / "w.duckdb", None, maps)
    before = counts(tmp_path / "w.duckdb")
    for path in paths:
        path.write_bytes(path.read_bytes() + b"\n")
    adds_up(load(paths, tmp_path / "w.duckdb", None, maps))
    assert counts(tmp_path / "w.duckdb") == before


def counts(db: Path) -> list[int]:
    tables = ("claim", "service_line", "diagnosis", "remittance", "claim_payment", "adjustment", "remark", "work_log")
    tables += ("staff", "coding_audit", "patient_transaction", "appeal", "attribution")  # type: ignore[assignment]
    connection = open_reader(db)
    return [connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in tables]


def test_every_documented_map_is_loaded_here() -> None:
    assert {name for names in EXPECTED for name in names} == set(examples()) == {p.stem for p in MAPS.glob("*.toml")}
    for name, text in examples().items():
        assert parse(name, text).tables
        assert text in maps_document()
