"""837D: services, teeth, areas of the mouth, and questions that are no claims."""

from __future__ import annotations

from pathlib import Path

from etl.warehouse.store import open_reader
from tests.x12_text import (
    Dress,
    claim,
    claims_body,
    claims_file,
    dressed,
    group,
    interchange,
    loaded,
    parsed,
    transaction,
)

DENTAL = """
    CLM*D1*480***11:B:1*Y*A*Y*Y
    DTP*472*D8*20260109
    HI*ABK:K0262
    LX*1
    SV3*AD:D2391*180**10:20**1
    TOO*JP*14*M:O:D
    TOO*JP*15*B
    REF*6R*D1L1
    LX*2
    SV3*AD:D7140*100*22***2*****1
    DTP*472*D8*20260110
    TOO*JP*A
    LX*3
    SV3*AD:D1110*200
"""


def test_dental_services() -> None:
    found = parsed(claims_file(DENTAL, kind="837D"))
    columns = ("procedure_code", "charge_amount", "units", "oral_cavity_codes", "place_of_service", "diagnosis_pointer")
    assert found.table("service_line", *columns, "service_date") == [
        ("D2391", "180.00", "1.000", "10:20", "11", None, "2026-01-09"),
        ("D7140", "100.00", "2.000", None, "22", "1", "2026-01-10"),
        ("D1110", "200.00", None, None, "11", None, "2026-01-09"),
    ]


def test_each_tooth_is_a_row_of_its_line() -> None:
    found = parsed(claims_file(DENTAL, kind="837D", dress=Dress(component="\\")))
    assert found.table("tooth", "claim", "line_number", "segment", "tooth_code", "surface_codes") == [
        (0, 1, 18, "14", "M:O:D"),
        (0, 1, 19, "15", "B"),
        (0, 2, 24, "A", None),
    ]


def test_a_dental_claim_of_004010() -> None:
    body = claims_body(DENTAL)
    found = parsed(dressed(interchange(group(transaction("837D", body, guide="004010X097A1")))))
    assert found.column("claim", "claim_type") == ["dental"]
    assert found.frames["tooth"].height == 3


def test_a_predetermination_is_no_claim_that_anybody_owes(tmp_path: Path) -> None:
    asked = claim("ASK", ("D8080", "4000")).replace("*Y*A*Y*Y", "*Y*A*Y*Y**********PB")
    data = claims_file("\n".join((asked, claim("REAL", ("D1110", "100")))), kind="837D")
    assert parsed(data).table("claim", "patient_control_number", "is_predetermination") == [
        ("ASK", True),
        ("REAL", False),
    ]
    loaded(tmp_path / "in", tmp_path / "w.duckdb", a=data)
    sql = "select claim_number, balance_amount::varchar from receivable"
    assert open_reader(tmp_path / "w.duckdb").execute(sql).fetchall() == [("REAL", "100.00")]
