"""835: remittances, claim payments, service payments, adjustments, remarks and provider adjustments as rows."""

from __future__ import annotations

import pytest

from tests.x12_text import (
    NPI,
    dressed,
    group,
    interchange,
    parsed,
    remittance_body,
    remittance_file,
    transaction,
    whole,
)

ADJUSTMENT = ("claim_payment", "service_payment", "group_code", "carc", "amount", "quantity")


def test_a_remittance() -> None:
    found = parsed(remittance_file("CLP*A1*1*100*80*20*CI*ICN1", paid="20260201", trace="T9"))
    columns = ("payment_date", "deposit_amount", "payment_method", "trace_number", "originator_id")
    assert found.table("remittance", *columns) == [("2026-02-01", "80.00", "ACH", "T9", "1999999999")]
    columns = ("payer_name", "payer_id", "payee_name", "payee_npi")
    assert found.table("remittance", *columns) == [("PAYER ONE", "P1", "MAPLE CLINIC", NPI)]


def test_a_debit_is_a_negative_deposit() -> None:
    body = remittance_body("PLB*1*20261231*WO:X*60", deposit="60").replace("*60*C*ACH", "*60*D*ACH")
    assert parsed(whole("835", body)).column("remittance", "deposit_amount") == ["-60.00"]


def test_without_bpr16_the_production_date_is_the_payment_date() -> None:
    body = remittance_body("CLP*A1*1*100*80*20*CI*ICN1").replace("************20260201", "")
    body = body.replace("N1*PR", "DTM*405*20260203\nN1*PR")
    assert parsed(whole("835", body)).column("remittance", "payment_date") == ["2026-02-03"]


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        ("N1*PR*PAYER ONE*XV*P1\nREF*2U*SECOND", "P1"),
        ("N1*PR*PAYER ONE\nREF*2U*SECOND", "SECOND"),
        ("N1*PR*PAYER ONE", "1999999999"),
    ],
    ids=["N104", "REF*2U", "TRN03"],
)
def test_the_payer_id_is_the_best_there_is(payer: str, expected: str) -> None:
    body = remittance_body("CLP*A1*1*100*80*20*CI*ICN1").replace("N1*PR*PAYER ONE*XV*P1", payer)
    assert parsed(whole("835", body)).column("remittance", "payer_id") == [expected]


def test_a_claim_payment() -> None:
    text = """
        CLP*A1*1*150.5*100.25*20*MC*ICN1*11*1
        NM1*QC*1*DOE*JANE****MI*M0001
        NM1*82*1*RENDER*RITA****XX*1777777778
        DTM*232*20260103
        DTM*233*20260107
        DTM*050*20260112
    """
    [row] = parsed(remittance_file(text)).frames["claim_payment"].to_dicts()
    expected = {
        "patient_control_number": "A1",
        "status_code": "1",
        "claim_filing_code": "MC",
        "payer_claim_control_number": "ICN1",
        "facility_code": "11",
        "frequency_code": "1",
        "patient_last_name": "DOE",
        "member_id": "M0001",
        "rendering_npi": "1777777778",
    }
    assert {name: row[name] for name in expected} == expected
    money = [str(row[name]) for name in ("charge_amount", "paid_amount", "patient_responsibility_amount")]
    assert money == ["150.50", "100.25", "20.00"]
    assert [str(row[name]) for name in ("service_from", "service_date", "received_date")] == [
        "2026-01-03",
        "2026-01-07",
        "2026-01-12",
    ]


def test_the_insured_is_the_member_and_a_corrected_insured_is_not() -> None:
    text = """
        CLP*A1*1*100*80*20*CI*ICN1
        NM1*QC*1*CHILD*KID****MI*PATIENTID
        NM1*IL*1*PARENT*PAT****MI*INSUREDID
        NM1*74*1*CORRECT*PAT****C*CORRECTID
        NM1*TT*2*NEXT PAYER*****PI*NEXT
    """
    found = parsed(remittance_file(text))
    assert found.table("claim_payment", "member_id", "patient_last_name") == [("INSUREDID", "CHILD")]


def test_what_the_payer_corrects_and_where_it_forwards_to() -> None:
    text = """
        CLP*A1*19*100*80*20*CI*ICN1*11*1**470
        NM1*QC*1*CHILD*KID
        NM1*74*1*CORRECT*PAT****C*CORRECTID
        NM1*TT*2*NEXT PAYER*****PI*NEXT
        NM1*PR*2*FIRST PAYER*****XV*FIRST
        REF*F8*OLDICN
        DTM*036*20251231
        CLP*A2*1*50*50*0*CI*ICN2
    """
    found = parsed(remittance_file(text))
    columns = ("corrected_last_name", "corrected_first_name", "corrected_member_id", "original_reference", "drg_code")
    assert found.table("claim_payment", *columns) == [("CORRECT", "PAT", "CORRECTID", "OLDICN", "470"), (None,) * 5]
    columns = ("forwarded_payer_name", "forwarded_payer_id", "priority_payer_name", "priority_payer_id")
    assert found.table("claim_payment", *columns, "coverage_expires_date") == [
        ("NEXT PAYER", "NEXT", "FIRST PAYER", "FIRST", "2025-12-31"),
        (None,) * 5,
    ]


def test_cas_with_six_triplets_and_quantities_at_both_levels() -> None:
    text = """
        CLP*A1*1*100*0*0*CI*ICN1
        CAS*CO*45*1*1*A1*2*2*50*3*3*96*4*4*97*5*5*29*6*6
        CAS*PR*1*7
        SVC*HC:99213*100*0
        CAS*OA*23*1.5*9*94*-2.5**18*3***4
    """
    found = parsed(remittance_file(text))
    assert found.table("adjustment", *ADJUSTMENT) == [
        (0, None, "CO", "45", "1.00", "1.000"),
        (0, None, "CO", "A1", "2.00", "2.000"),
        (0, None, "CO", "50", "3.00", "3.000"),
        (0, None, "CO", "96", "4.00", "4.000"),
        (0, None, "CO", "97", "5.00", "5.000"),
        (0, None, "CO", "29", "6.00", "6.000"),
        (0, None, "PR", "1", "7.00", None),
        (0, 0, "OA", "23", "1.50", "9.000"),
        (0, 0, "OA", "94", "-2.50", None),
        (0, 0, "OA", "18", "3.00", None),
        (0, 0, "OA", "unknown", "4.00", None),
    ]


def test_reason_codes_lose_leading_zeros_and_blanks() -> None:
    found = parsed(remittance_file("CLP*A1*1*100*0*0*CI*ICN1\nCAS*co*045*60* * 1 *40"))
    assert found.table("adjustment", "group_code", "carc", "amount") == [("CO", "45", "60.00"), ("CO", "1", "40.00")]


def test_an_amount_without_a_reason_has_the_reason_unknown_and_is_said() -> None:
    found = parsed(remittance_file("CLP*A1*1*100*70*0*CI*I1\nCAS*CO**20*1*45*10\nCAS*OA**0\nCAS*PR*0*0"))
    assert found.table("adjustment", "group_code", "carc", "amount") == [
        ("CO", "unknown", "20.00"),
        ("CO", "45", "10.00"),
    ]
    [problem] = found.problems
    assert (problem.severity, problem.rule, problem.segment) == ("flagged", "no-reason", 10)
    assert (problem.found, problem.expected) == ("no reason before CAS amount “20”", "a reason code (CARC)")


def test_a_second_bpr_is_no_deposit_and_is_said() -> None:
    body = remittance_body("CLP*A1*1*100*80*20*CI*ICN1").replace("TRN*1", "BPR*I*50*C*ACH\nTRN*1")
    found = parsed(whole("835", body))
    assert found.column("remittance", "deposit_amount") == ["80.00"]
    [problem] = found.problems
    assert (problem.rule, problem.segment, problem.found) == ("second-payment", 5, "a second BPR of “50”")


def test_a_claim_payment_without_lines_keeps_its_adjustments() -> None:
    found = parsed(remittance_file("CLP*A1*4*100*0*0*CI*ICN1\nCAS*CO*29*100\nCLP*A2*1*50*50*0*CI*ICN2"))
    assert found.table("adjustment", *ADJUSTMENT) == [(0, None, "CO", "29", "100.00", None)]
    assert found.frames["service_payment"].height == 0


def test_a_claim_level_adjustment_after_another_claims_line_is_not_that_lines() -> None:
    text = """
        CLP*A1*1*100*80*0*CI*ICN1
        SVC*HC:99213*100*80
        CAS*CO*45*20
        CLP*A2*1*50*0*0*CI*ICN2
        CAS*CO*29*50
    """
    found = parsed(remittance_file(text))
    assert found.table("adjustment", *ADJUSTMENT) == [
        (0, 0, "CO", "45", "20.00", None),
        (1, None, "CO", "29", "50.00", None),
    ]


def test_service_payments() -> None:
    text = """
        CLP*A1*1*400*300*0*CI*ICN1
        SVC*HC:99213:25:59:GT:XU*100*80**2
        DTM*472*20260105
        REF*6R*A1L1
        AMT*B6*80
        SVC*NU:0450*200*150
        DTM*150*20260105
        DTM*151*20260107
        SVC*HC:80053*50*40*0301*1*HC:80048
        SVC*HC:J1100*50*30*0250*1.5
    """
    found = parsed(remittance_file(text))
    columns = ("line_number", "procedure_qualifier", "procedure_code", "revenue_code", "submitted_procedure_code")
    assert found.table("service_payment", *columns) == [
        (1, "HC", "99213", None, None),
        (2, "NU", None, "0450", None),
        (3, "HC", "80053", "0301", "80048"),
        (4, "HC", "J1100", "0250", None),
    ]
    columns = ("charge_amount", "paid_amount", "allowed_amount", "units")
    assert found.table("service_payment", *columns) == [
        ("100.00", "80.00", "80.00", "2.000"),
        ("200.00", "150.00", None, None),
        ("50.00", "40.00", None, "1.000"),
        ("50.00", "30.00", None, "1.500"),
    ]
    columns = ("modifier_1", "modifier_4", "service_from", "service_date", "line_control_number")
    assert found.table("service_payment", *columns) == [
        ("25", "XU", "2026-01-05", "2026-01-05", "A1L1"),
        (None, None, "2026-01-05", "2026-01-07", None),
        (None, None, None, None, None),
        (None, None, None, None, None),
    ]


def test_a_code_that_the_payer_changed_is_kept_beside_the_one_that_was_sent() -> None:
    text = """
        CLP*A1*1*300*80*0*CI*ICN1
        SVC*HC:80053*150*80**1*HC:80048:25:GW*3
        REF*6R*A1L1
        SVC*HC:80053*150*0**1*HC:84443
        CAS*CO*97*150
        REF*6R*A1L2
    """
    columns = ("procedure_code", "submitted_procedure_code", "submitted_modifiers", "units", "submitted_units")
    assert parsed(remittance_file(text)).table("service_payment", *columns, "line_control_number") == [
        ("80053", "80048", "25:GW", "1.000", "3.000", "A1L1"),
        ("80053", "84443", None, "1.000", None, "A1L2"),
    ]


def test_further_amounts_that_a_payer_states() -> None:
    text = """
        CLP*A1*1*100*80*0*CI*ICN1
        MIA*3*100**5000.5*MA01*7***********9
        AMT*AU*90
        AMT*I*1.25
        QTY*CA*3
        SVC*HC:99213*100*80
        AMT*B6*80
        AMT*KH*2
        CLP*A2*1*50*50*0*CI*ICN2
        MOA*.8*40.5*MA01*****3
    """
    found = parsed(remittance_file(text))
    assert found.table("stated_amount", "claim_payment", "service_payment", "segment", "kind", "amount") == [
        (0, None, 10, "MIA02", "100.00"),
        (0, None, 10, "MIA04", "5000.50"),
        (0, None, 10, "MIA06", "7.00"),
        (0, None, 10, "MIA17", "9.00"),
        (0, None, 11, "AU", "90.00"),
        (0, None, 12, "I", "1.25"),
        (0, 0, 16, "KH", "2.00"),
        (1, None, 18, "MOA02", "40.50"),
        (1, None, 18, "MOA08", "3.00"),
    ]
    assert found.column("service_payment", "allowed_amount") == ["80.00"]


def test_without_dates_of_its_own_a_claim_payment_spans_its_lines() -> None:
    text = """
        CLP*A1*1*200*200*0*CI*ICN1
        SVC*HC:99213*100*100
        DTM*472*20260107
        SVC*HC:99214*100*100
        DTM*472*20260105
    """
    found = parsed(remittance_file(text))
    assert found.table("claim_payment", "service_from", "service_date") == [("2026-01-05", "2026-01-07")]


def test_remarks_of_lines_and_of_inpatient_and_outpatient_claims() -> None:
    text = """
        CLP*A1*4*100*0*0*CI*ICN1
        MOA***MA01*MA07*MA18
        SVC*HC:99213*100*0
        CAS*CO*16*100
        LQ*HE*M51
        LQ*HE*N290
        LQ*RX*75
        CLP*A2*4*100*0*0*CI*ICN2
        MIA*0****N30***************N31**N33*N34
        CAS*CO*16*100
    """
    found = parsed(remittance_file(text))
    columns = ("claim_payment", "service_payment", "code_list", "remark_code")
    assert sorted(found.table("remark", *columns), key=str) == [
        (0, 0, "HE", "M51"),
        (0, 0, "HE", "N290"),
        (0, 0, "RX", "75"),
        (0, None, "HE", "MA01"),
        (0, None, "HE", "MA07"),
        (0, None, "HE", "MA18"),
        (1, None, "HE", "N30"),
        (1, None, "HE", "N31"),
        (1, None, "HE", "N33"),
        (1, None, "HE", "N34"),
    ]


def test_plb_with_several_pairs() -> None:
    text = "CLP*A1*1*100*100*0*CI*ICN1\nPLB*1999999984*20261231*WO:ICN7*25.5*FB*-10*L6:INT*-0.5\nPLB*1*20261231*72*1"
    found = parsed(remittance_file(text))
    columns = ("provider_id", "fiscal_period_date", "reason_code", "reference", "amount")
    assert found.table("provider_adjustment", *columns) == [
        ("1999999984", "2026-12-31", "WO", "ICN7", "25.50"),
        ("1999999984", "2026-12-31", "FB", None, "-10.00"),
        ("1999999984", "2026-12-31", "L6", "INT", "-0.50"),
        ("1", "2026-12-31", "72", None, "1.00"),
    ]
    assert found.column("remittance", "deposit_amount") == ["84.00"]


def test_a_reversal_and_its_correction() -> None:
    text = """
        CLP*A1*22*-100*-80*0*CI*ICN1
        SVC*HC:99213*-100*-80
        CAS*CO*45*-20
        CLP*A1*1*100*90*0*CI*ICN1
        SVC*HC:99213*100*90
        CAS*CO*45*10
    """
    found = parsed(remittance_file(text))
    assert found.table("claim_payment", "status_code", "charge_amount", "paid_amount") == [
        ("22", "-100.00", "-80.00"),
        ("1", "100.00", "90.00"),
    ]
    assert found.column("adjustment", "amount") == ["-20.00", "10.00"]


def test_several_st_keep_their_own_claims_and_provider_adjustments() -> None:
    first = remittance_body("CLP*A1*1*100*100*0*CI*ICN1\nPLB*1*20261231*WO:X*10", trace="T1")
    second = remittance_body("CLP*B1*1*50*50*0*CI*ICN2\nPLB*1*20261231*FB:Y*-5", trace="T2")
    found = parsed(dressed(interchange(group(transaction("835", first), transaction("835", second, "0002")))))
    assert found.table("remittance", "set", "trace_number", "deposit_amount") == [
        (0, "T1", "90.00"),
        (1, "T2", "55.00"),
    ]
    assert found.table("claim_payment", "set", "patient_control_number") == [(0, "A1"), (1, "B1")]
    assert found.table("provider_adjustment", "set", "reason_code") == [(0, "WO"), (1, "FB")]


def test_batch_totals_are_rows_of_their_own() -> None:
    text = """
        TS3*1999999984*13*20261231*1*100
        TS2*2178.45*1919.71
        CLP*A1*1*100*100*0*CI*ICN1
        LX*2
        TS3*1999999984*11*20261231*2*50****40
        CLP*A2*1*50*50*0*CI*ICN2
    """
    found = parsed(remittance_file(text))
    assert found.column("claim_payment", "patient_control_number") == ["A1", "A2"]
    columns = ("set", "segment", "facility_code", "fiscal_period_date", "claim_count", "charge_amount")
    assert found.table("provider_summary", *columns, "paid_amount", "drg_amount") == [
        (0, 9, "13", "2026-12-31", 1, "100.00", None, "2178.45"),
        (0, 13, "11", "2026-12-31", 2, "50.00", "40.00", None),
    ]


def test_a_bad_service_date_is_said_by_the_element_that_holds_it() -> None:
    found = parsed(remittance_file("CLP*A1*1*100*100*0*CI*ICN1\nSVC*HC:99213*100*100\nDTM*472*20260230"))
    assert [(p.rule, p.segment, p.found) for p in found.problems] == [("not-a-date", 11, "DTM02 “20260230”")]


@pytest.mark.parametrize("orphan", ["SVC*HC:99213*100*80", "CAS*CO*45*20", "LQ*HE*M51", "MOA***MA01"])
def test_what_precedes_the_first_claim_payment_is_not_given_to_the_set_before(orphan: str) -> None:
    first = remittance_body("CLP*A1*1*100*100*0*CI*ICN1", trace="T1")
    second = remittance_body(f"{orphan}\nCLP*B1*1*50*50*0*CI*ICN2", trace="T2")
    found = parsed(dressed(interchange(group(transaction("835", first), transaction("835", second, "0002")))))
    rows = [found.frames[name].height for name in ("service_payment", "adjustment", "remark")]
    assert rows == [0, 0, 0]
