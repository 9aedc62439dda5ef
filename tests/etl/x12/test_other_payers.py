"""Coordination of benefits in an 837: other payers, what they paid and adjusted, for the claim and by line."""

from __future__ import annotations

from tests.x12_text import Dress, claim, claims_body, parsed, whole

COB = """
    CLM*A1*250***11:B:1*Y*A*Y*Y
    HI*ABK:J209
    SBR*P*01*GRP9******MB
    CAS*PR*1*20**2*5*1
    CAS*CO*45*30
    AMT*D*150
    AMT*A8*10
    AMT*EAF*25
    OI***Y***Y
    MIA*0*12.5**300*N30***************N31
    MOA*.8*40.5*MA01*****3
    NM1*IL*1*OTHERNAME*OLGA****MI*OTHERID
    NM1*PR*2*FIRST PAYER*****PI*F1
    DTP*573*D8*20260120
    REF*F8*FIRSTICN
    SBR*T*18*******CI
    NM1*IL*1*DOE*JANE****MI*T0001
    NM1*PR*2*THIRD PAYER*****PI*F3
    LX*1
    SV1*HC:99213*150*UN*1***1
    DTP*472*D8*20260105
    SVD*F1*90*HC:99212:25**1*2
    CAS*CO*45*40
    CAS*PR*1*20**3*5
    DTP*573*D8*20260120
    AMT*EAF*25
    SVD*F3*0*HC:99213**1
    CAS*OA*23*150
    LX*2
    SV1*HC:J1100*100*UN*1***1
    DTP*472*D8*20260105
    SVD*F1*60**0301*2.5
    CAS*CO*45*40
"""
ADJUSTMENT = ("claim", "line_number", "payer_id", "group_code", "carc", "amount", "quantity")


def test_each_other_payer_is_a_row() -> None:
    found = parsed(whole("837P", claims_body(COB)))
    columns = (
        "claim",
        "sequence",
        "payer_responsibility",
        "patient_relationship_code",
        "claim_filing_code",
        "payer_id",
    )
    assert found.table("other_payer", *columns) == [
        (0, 1, "P", "01", "MB", "F1"),
        (0, 2, "T", "18", "CI", "F3"),
    ]
    columns = ("payer_name", "paid_amount", "noncovered_amount", "patient_liability_amount", "adjudication_date")
    assert found.table("other_payer", *columns, "payer_claim_control_number") == [
        ("FIRST PAYER", "150.00", "10.00", "25.00", "2026-01-20", "FIRSTICN"),
        ("THIRD PAYER", None, None, None, None, None),
    ]


def test_each_answer_to_a_line_is_a_row_with_the_code_that_was_paid() -> None:
    found = parsed(whole("837P", claims_body(COB)))
    columns = (
        "claim",
        "line_number",
        "payer_id",
        "paid_amount",
        "procedure_code",
        "modifier_1",
        "revenue_code",
        "units",
    )
    assert found.table("other_payer_line", *columns) == [
        (0, 1, "F1", "90.00", "99212", "25", None, "1.000"),
        (0, 1, "F3", "0.00", "99213", None, None, "1.000"),
        (0, 2, "F1", "60.00", None, None, "0301", "2.500"),
    ]
    columns = ("bundled_line_number", "adjudication_date", "patient_liability_amount")
    assert found.table("other_payer_line", *columns) == [
        ("2", "2026-01-20", "25.00"),
        (None, None, None),
        (None, None, None),
    ]


def test_adjustments_belong_to_their_payer_and_line() -> None:
    found = parsed(whole("837P", claims_body(COB)))
    assert found.table("other_payer_adjustment", *ADJUSTMENT) == [
        (0, None, "F1", "PR", "1", "20.00", None),
        (0, None, "F1", "PR", "2", "5.00", "1.000"),
        (0, None, "F1", "CO", "45", "30.00", None),
        (0, 1, "F1", "CO", "45", "40.00", None),
        (0, 1, "F1", "PR", "1", "20.00", None),
        (0, 1, "F1", "PR", "3", "5.00", None),
        (0, 1, "F3", "OA", "23", "150.00", None),
        (0, 2, "F1", "CO", "45", "40.00", None),
    ]


def test_other_payers_belong_to_their_own_claim() -> None:
    second = "CLM*B1*10***11:B:1\nSBR*P*18*******MB\nAMT*D*4\nNM1*PR*2*OTHER*****PI*F2\nLX*1\nSV1*HC:99213*10*UN*1***1"
    body = claims_body("\n".join((claim("A0", ("99213", "100")), COB, second, claim("C1", ("99213", "100")))))
    found = parsed(whole("837P", body, Dress("|", ">", "\n")))
    assert found.table("other_payer", "claim", "sequence", "payer_id", "paid_amount") == [
        (1, 1, "F1", "150.00"),
        (1, 2, "F3", None),
        (2, 1, "F2", "4.00"),
    ]
    assert {row[0] for row in found.table("other_payer_adjustment", "claim")} == {1}


def test_a_claim_without_other_payers_has_no_rows_there() -> None:
    found = parsed(whole("837P", claims_body(claim("A1", ("99213", "100")))))
    tables = ("other_payer", "other_payer_line", "other_payer_adjustment")
    assert [found.frames[name].height for name in tables] == [0, 0, 0]


def test_an_amount_of_another_payer_that_is_no_number_quarantines_the_set() -> None:
    found = parsed(whole("837P", claims_body(COB.replace("SVD*F1*60*", "SVD*F1*6O*"))))
    assert [(p.rule, p.found) for p in found.problems] == [("not-a-number", "SVD02 “6O”")]


def test_what_another_payer_remarked_and_stated_is_that_payers() -> None:
    found = parsed(whole("837P", claims_body(COB)))
    assert found.problems == []
    assert found.table("other_payer_remark", "claim", "sequence", "payer_id", "remark_code") == [
        (0, 1, "F1", "N30"),
        (0, 1, "F1", "N31"),
        (0, 1, "F1", "MA01"),
    ]
    assert found.table("other_payer_amount", "claim", "sequence", "payer_id", "kind", "amount") == [
        (0, 1, "F1", "MIA02", "12.50"),
        (0, 1, "F1", "MIA04", "300.00"),
        (0, 1, "F1", "MOA02", "40.50"),
        (0, 1, "F1", "MOA08", "3.00"),
    ]
