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
