"""277CA: what a clearinghouse or payer says of a claim before adjudication, one row per status."""

from __future__ import annotations

from tests.x12_text import answer_file, parsed, whole

ANSWERS = """
    BHT*0085*08*1*20260112*0700*TH
    HL*1**20*1
    NM1*PR*2*PAYER ONE*****PI*P1
    TRN*1*BATCH
    HL*2*1*21*1
    NM1*41*2*CLEARING*****46*1
    TRN*2*BATCH7
    STC*A1:19:PR*20260112*WQ*300
    HL*3*2*19*1
    NM1*85*2*MAPLE CLINIC*****XX*1999999984
    TRN*2*PROVIDER7
    STC*A1:19:PR**WQ*300
    HL*4*3*PT
    NM1*QC*1*DOE*JANE****MI*M0001
    TRN*2*A1
    STC*A2:20:PR*20260112*WQ*100
    REF*1K*ICN1
    DTP*472*D8*20260105
    HL*5*3*PT
    TRN*2*A2
    STC*A3:21:85*20260113*U*200******A7:562:85*A8:746
    STC*A7:33:IL**U*200
    SVC*HC:99213*200
    STC*A7:454**U
"""
COLUMNS = ("patient_control_number", "category_code", "status_code", "entity_code", "acknowledged_date")


def test_every_status_of_a_claim_is_a_row_and_those_of_batches_and_lines_are_none() -> None:
    found = parsed(whole("277", ANSWERS))
    assert found.table("acknowledgement", *COLUMNS) == [
        ("A1", "A2", "20", "PR", "2026-01-12"),
        ("A2", "A3", "21", "85", "2026-01-13"),
        ("A2", "A7", "562", "85", "2026-01-13"),
        ("A2", "A8", "746", None, "2026-01-13"),
        ("A2", "A7", "33", "IL", "2026-01-12"),
    ]


def test_action_amount_and_the_payers_control_number() -> None:
    found = parsed(whole("277", ANSWERS))
    columns = ("action_code", "charge_amount", "payer_claim_control_number")
    assert found.table("acknowledgement", *columns)[:2] == [("WQ", "100.00", "ICN1"), ("U", "200.00", None)]


def test_a_claim_may_be_answered_twice() -> None:
    found = parsed(answer_file([("A1", "A1:19"), ("A1", "A2:20")]))
    assert found.table("acknowledgement", *COLUMNS[:3]) == [("A1", "A1", "19"), ("A1", "A2", "20")]


LEVELS = """
    BHT*0085*08*1*20260112*0700*TH
    HL*1**20*1
    NM1*PR*2*PAYER ONE*****PI*P1
    TRN*1*SOURCE1
    HL*2*1*21*1
    NM1*41*2*CLEARING*****46*1
    TRN*2*BATCH7
    STC*A1:19:PR*20260112*WQ*600
    QTY*90*2
    QTY*AA*1
    AMT*YU*450
    AMT*YY*150.25
    HL*3*2*19*1
    NM1*85*2*MAPLE CLINIC*****XX*1999999984
    TRN*1*0
    STC*A3:24:85*20260113*U*150.25******A7:562:85
    QTY*QC*1
    AMT*YY*150.25
    HL*4*3*PT
    NM1*QC*1*DOE*JANE****MI*M0001
    TRN*2*A1
    STC*A7:21*20260113*U*150.25
    SVC*HC:99213*100*****1
    STC*A7:454*20260113*U*******A6:21
    REF*FJ*A1L1
    SVC*HC:99214*50.25
    STC*A7:453**U
    HL*5*2*19*0
    NM1*85*2*OAK CLINIC*****XX*1999999976
"""


def test_a_batch_is_answered_at_each_level_above_its_claims() -> None:
    found = parsed(whole("277", LEVELS))
    assert found.problems == []
    columns = ("segment", "level", "reference", "batch_reference", "provider_npi", "category_code", "acknowledged_date")
    assert found.table("batch_acknowledgement", *columns) == [
        (5, "source", "SOURCE1", None, None, None, "2026-01-12"),
        (11, "receiver", "BATCH7", "BATCH7", None, "A1", "2026-01-12"),
        (19, "provider", "0", "BATCH7", "1999999984", "A3", "2026-01-13"),
        (19, "provider", "0", "BATCH7", "1999999984", "A7", "2026-01-13"),
        (31, "provider", None, "BATCH7", "1999999976", None, "2026-01-12"),
    ]


def test_the_totals_of_a_level_stand_once() -> None:
    found = parsed(whole("277", LEVELS))
    columns = ("charge_amount", "accepted_count", "rejected_count", "accepted_amount", "rejected_amount")
    assert found.table("batch_acknowledgement", *columns) == [
        (None, None, None, None, None),
        ("600.00", 2, 1, "450.00", "150.25"),
        ("150.25", None, 1, None, "150.25"),
        ("150.25", None, None, None, None),
        (None, None, None, None, None),
    ]


def test_every_status_of_a_line_is_a_row_with_what_names_the_line() -> None:
    found = parsed(whole("277", LEVELS))
    columns = ("patient_control_number", "procedure_code", "charge_amount", "line_control_number", *COLUMNS[1:3])
    assert found.table("line_acknowledgement", *columns) == [
        ("A1", "99213", "100.00", "A1L1", "A7", "454"),
        ("A1", "99213", "100.00", "A1L1", "A6", "21"),
        ("A1", "99214", "50.25", None, "A7", "453"),
    ]
    assert found.column("line_acknowledgement", "acknowledged_date") == ["2026-01-13", "2026-01-13", "2026-01-12"]
