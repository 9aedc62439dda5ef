"""837 professional, institutional and dental: claims, diagnoses and service lines as rows."""

from __future__ import annotations

import pytest

from tests.x12_text import (
    NPI,
    Dress,
    claim,
    claims_body,
    claims_file,
    dressed,
    group,
    interchange,
    parsed,
    transaction,
    whole,
)

PROFESSIONAL = """
    CLM*A1*250.5***11:B:1*Y*A*Y*Y
    REF*G1*AUTH77
    REF*9F*REFER9
    HI*ABK:J20.9*ABF:E119*ABF:I10
    NM1*DN*1*REFERRER*RAY****XX*1888888886
    NM1*82*1*RENDER*RITA****XX*1777777778
    NM1*77*2*EAST SITE*****XX*1666666660
    LX*1
    SV1*HC:99213:25:59:GT:XU*150.5*UN*1***1:2
    DTP*472*D8*20260105
    REF*6R*A1L1
    LX*2
    SV1*HC:J1100*100*UN*2.5*22**3
    DTP*472*RD8*20260106-20260108
    REF*6R*A1L2
"""
INSTITUTIONAL = """
    CLM*H1*900***13:A:1**A*Y*Y
    DTP*434*RD8*20260103-20260107
    CL1*1*1*01
    HI*ABK:K3580
    HI*ABJ:R1031
    HI*APR:R1031
    HI*ABF:I10*ABF:E119
    HI*ABN:W010XXA
    HI*BH:11:D8:20260103
    HI*BE:80:::4
    NM1*71*1*ATTEND*ANN****XX*1555555552
    LX*1
    SV2*0450*HC:99284:25*700*UN*1
    DTP*472*D8*20260103
    LX*2
    SV2*0250**200*UN*3
"""
DENTAL = """
    CLM*D1*180***11:B:1*Y*A*Y*Y
    DTP*472*D8*20260109
    LX*1
    SV3*AD:D0120*80**10*1*1
    LX*2
    SV3*AD:D1110*100*22***2*****1:2
    DTP*472*D8*20260110
"""

HEADER = "BHT*0019*00*1*20260110*0600*CH\nHL*1**20*1\nNM1*85*2*MAPLE CLINIC*****XX*1999999984\n"


def subscriber(hl: int, name: str, member: str, payer: str = "P1", children: int = 0) -> str:
    return f"""
        HL*{hl}*1*22*{children}
        SBR*P*18*******CI
        NM1*IL*1*{name}*PAT****MI*{member}
        N4*TOWN*OH*44001
        DMG*D8*19700101*F
        NM1*PR*2*PAYER {payer}*****PI*{payer}
    """


def dependent(hl: int, parent: int, name: str) -> str:
    return f"HL*{hl}*{parent}*23*0\nPAT*19\nNM1*QC*1*{name}*KID\nN4*TOWN*OH*44002\nDMG*D8*20150606*M\n"


# --- 837P --------------------------------------------------------------------------------------------------------


def test_a_professional_claim() -> None:
    found = parsed(claims_file(PROFESSIONAL))
    [row] = found.frames["claim"].to_dicts()
    expected = {
        "patient_control_number": "A1",
        "claim_type": "professional",
        "place_of_service": "11",
        "type_of_bill": None,
        "frequency_code": "1",
        "original_reference": None,
        "prior_authorization": "AUTH77",
        "referral_number": "REFER9",
        "payer_responsibility": "P",
        "claim_filing_code": "CI",
        "payer_name": "PAYER ONE",
        "payer_id": "P1",
        "billing_name": "MAPLE CLINIC",
        "billing_npi": NPI,
        "rendering_npi": "1777777778",
        "referring_npi": "1888888886",
        "facility_name": "EAST SITE",
        "facility_npi": "1666666660",
        "member_id": "M0001",
        "patient_last_name": "DOE",
        "patient_sex": "F",
        "patient_zip": "450010000",
    }
    assert {name: row[name] for name in expected} == expected


def test_dates_of_a_claim_are_those_of_its_lines() -> None:
    found = parsed(claims_file(PROFESSIONAL))
    assert found.table("claim", "submission_date", "service_from", "service_date", "patient_birth_date") == [
        ("2026-01-10", "2026-01-05", "2026-01-08", "1980-02-29")
    ]


def test_service_lines_with_four_modifiers_pointers_and_units() -> None:
    found = parsed(claims_file(PROFESSIONAL))
    columns = ("line_number", "procedure_code", "modifier_1", "modifier_2", "modifier_3", "modifier_4")
    assert found.table("service_line", *columns) == [
        (1, "99213", "25", "59", "GT", "XU"),
        (2, "J1100", None, None, None, None),
    ]
    columns = ("charge_amount", "unit_code", "units", "place_of_service", "diagnosis_pointer", "line_control_number")
    assert found.table("service_line", *columns) == [
        ("150.50", "UN", "1.000", "11", "1:2", "A1L1"),
        ("100.00", "UN", "2.500", "22", "3", "A1L2"),
    ]


def test_a_line_may_span_days() -> None:
    found = parsed(claims_file(PROFESSIONAL))
    assert found.table("service_line", "service_from", "service_date") == [
        ("2026-01-05", "2026-01-05"),
        ("2026-01-06", "2026-01-08"),
    ]


def test_diagnoses_are_numbered_as_pointers_count_them_without_dots() -> None:
    found = parsed(claims_file(PROFESSIONAL))
    assert found.table("diagnosis", "sequence", "qualifier", "diagnosis_code") == [
        (1, "ABK", "J209"),
        (2, "ABF", "E119"),
        (3, "ABF", "I10"),
    ]


def test_pointers_have_colons_whatever_the_component_separator_is() -> None:
    found = parsed(claims_file(PROFESSIONAL, dress=Dress(component="|")))
    assert found.column("service_line", "diagnosis_pointer") == ["1:2", "3"]


def test_rendering_of_the_claim_wins_over_that_of_a_line() -> None:
    text = PROFESSIONAL + "NM1*82*1*OTHER*OWEN****XX*1444444444\n"
    assert parsed(claims_file(text)).column("claim", "rendering_npi") == ["1777777778"]


def test_rendering_at_line_level_only_is_the_first_lines() -> None:
    text = PROFESSIONAL.replace("    NM1*82*1*RENDER*RITA****XX*1777777778\n", "")
    text = text.replace("REF*6R*A1L2", "REF*6R*A1L2\n NM1*82*1*OTHER*OWEN****XX*1444444444")
    assert parsed(claims_file(text)).column("claim", "rendering_npi") == ["1444444444"]


def test_without_rendering_and_facility_the_billing_provider_stands_in() -> None:
    found = parsed(claims_file(claim("A1", ("99213", "100"))))
    assert found.table("claim", "rendering_npi", "facility_name", "facility_npi") == [(NPI, "MAPLE CLINIC", NPI)]


def test_a_replacement_names_its_original() -> None:
    found = parsed(claims_file(claim("A1R", ("99213", "100"), frequency="7", replaces="ICN1")))
    assert found.table("claim", "frequency_code", "original_reference") == [("7", "ICN1")]


def test_a_claim_without_frequency_is_an_original() -> None:
    found = parsed(claims_file("CLM*A1*100***11\nLX*1\nSV1*HC:99213*100*UN*1***1\nDTP*472*D8*20260105"))
    assert found.table("claim", "frequency_code", "place_of_service") == [("1", "11")]


def test_a_claim_without_lines_is_a_row_without_lines() -> None:
    found = parsed(claims_file("CLM*A1*100***11:B:1"))
    assert (found.column("claim", "charge_amount"), found.column("service_line", "charge_amount")) == (["100.00"], [])


# --- 837I and 837D -------------------------------------------------------------------------------------------------


def test_an_institutional_claim_has_a_type_of_bill_and_statement_dates() -> None:
    found = parsed(claims_file(INSTITUTIONAL, kind="837I"))
    columns = ("claim_type", "type_of_bill", "place_of_service", "service_from", "service_date", "rendering_npi")
    assert found.table("claim", *columns) == [("institutional", "0131", None, "2026-01-03", "2026-01-07", "1555555552")]


def test_institutional_lines_have_revenue_codes_and_need_no_procedure() -> None:
    found = parsed(claims_file(INSTITUTIONAL, kind="837I"))
    columns = ("revenue_code", "procedure_code", "modifier_1", "charge_amount", "units", "service_date")
    assert found.table("service_line", *columns) == [
        ("0450", "99284", "25", "700.00", "1.000", "2026-01-03"),
        ("0250", None, None, "200.00", "3.000", "2026-01-07"),
    ]


def test_codes_that_are_no_diagnoses_have_days_and_amounts() -> None:
    more = "HI*DR:470\nHI*BBR:0W9.G30Z:D8:20260104*BBQ:0DTJ4ZZ:D8:2026\nHI*BI:71:RD8:20260101-20260103*BE:A2:::1,5\n"
    found = parsed(claims_file(INSTITUTIONAL.replace("HI*BE:80", f"{more}HI*BE:80"), kind="837I"))
    assert found.table("claim_code", "sequence", "qualifier", "code", "from_date", "through_date", "amount") == [
        (1, "BH", "11", "2026-01-03", None, None),
        (2, "DR", "470", None, None, None),
        (3, "BBR", "0W9G30Z", "2026-01-04", None, None),
        (4, "BBQ", "0DTJ4ZZ", None, None, None),
        (5, "BI", "71", "2026-01-01", "2026-01-03", None),
        (6, "BE", "A2", None, None, None),
        (7, "BE", "80", None, None, "4.00"),
    ]
    assert [(p.severity, p.rule, p.found) for p in found.problems] == [
        ("flagged", "not-a-date", "HI0x-4 “2026”"),
        ("flagged", "not-a-number", "HI0x-5 “1,5”"),
    ]


def test_diagnoses_that_no_pointer_can_name_follow_the_others() -> None:
    found = parsed(claims_file(INSTITUTIONAL, kind="837I"))
    assert found.table("diagnosis", "sequence", "qualifier", "diagnosis_code") == [
        (1, "ABK", "K3580"),
        (2, "ABF", "I10"),
        (3, "ABF", "E119"),
        (4, "ABJ", "R1031"),
        (5, "APR", "R1031"),
        (6, "ABN", "W010XXA"),
    ]


def test_dental_lines_take_the_day_of_the_claim_when_they_have_none() -> None:
    found = parsed(claims_file(DENTAL, kind="837D"))
    assert found.column("claim", "claim_type") == ["dental"]
    columns = ("procedure_qualifier", "procedure_code", "charge_amount", "units", "place_of_service", "service_date")
    assert found.table("service_line", *columns, "diagnosis_pointer") == [
        ("AD", "D0120", "80.00", "1.000", "11", "2026-01-09", None),
        ("AD", "D1110", "100.00", "2.000", "22", "2026-01-10", "1:2"),
    ]


def test_004010_is_read_as_far_as_the_same_elements_stand() -> None:
    body = claims_body(PROFESSIONAL).replace("ABK:J20.9*ABF:E119*ABF:I10", "BK:4660*BF:25000")
    found = parsed(dressed(interchange(group(transaction("837P", body, guide="004010X098A1")))))
    assert found.table("claim", "claim_type", "charge_amount") == [("professional", "250.50")]
    assert found.table("diagnosis", "sequence", "diagnosis_code") == [(1, "4660"), (2, "25000")]


def test_an_unnamed_guide_is_told_by_its_lines() -> None:
    data = dressed(interchange(group(transaction("837I", claims_body(INSTITUTIONAL), guide="005010"))))
    assert parsed(data).table("claim", "claim_type", "type_of_bill") == [("institutional", "0131")]


# --- who belongs to whom ---------------------------------------------------------------------------------------------


def test_the_patient_is_the_dependent_and_the_member_the_subscriber() -> None:
    body = HEADER + subscriber(2, "PARENT", "M1", children=1) + dependent(3, 2, "CHILD") + claim("A1", ("99213", "100"))
    found = parsed(whole("837P", body))
    columns = ("subscriber_last_name", "member_id", "patient_last_name", "patient_sex", "patient_zip", "payer_id")
    assert found.table("claim", *columns) == [("PARENT", "M1", "CHILD", "M", "44002", "P1")]
    assert found.column("claim", "patient_birth_date") == ["2015-06-06"]


@pytest.mark.parametrize(("pat", "expected"), [("PAT*01", "01"), ("PAT", None), ("", None)])
def test_what_the_patient_is_to_the_subscriber(pat: str, expected: str | None) -> None:
    kid = dependent(3, 2, "CHILD").replace("PAT*19", pat)
    body = HEADER + subscriber(2, "PARENT", "M1", children=1) + claim("A1", ("99213", "100")) + "\n" + kid
    body += claim("A2", ("99213", "100"))
    found = parsed(whole("837P", body))
    assert found.table("claim", "patient_last_name", "patient_relationship_code") == [
        ("PARENT", "18"),
        ("CHILD", expected),
    ]


def test_several_claims_under_one_dependent_and_then_another_subscriber() -> None:
    body = (
        HEADER
        + subscriber(2, "PARENT", "M1", children=1)
        + dependent(3, 2, "CHILD")
        + claim("A1", ("99213", "100"))
        + "\n"
        + claim("A2", ("99214", "200"))
        + dependent(4, 2, "SIBLING").replace("HL", "\nHL", 1)
        + claim("A3", ("99215", "300"))
        + subscriber(5, "OTHER", "M2", payer="P2")
        + claim("B1", ("99212", "50"))
    )
    found = parsed(whole("837P", body))
    assert found.table("claim", "patient_control_number", "patient_last_name", "member_id", "payer_id") == [
        ("A1", "CHILD", "M1", "P1"),
        ("A2", "CHILD", "M1", "P1"),
        ("A3", "SIBLING", "M1", "P1"),
        ("B1", "OTHER", "M2", "P2"),
    ]


def test_several_claims_under_one_subscriber_keep_their_own_lines_and_diagnoses() -> None:
    second = claim("A2", ("99214", "200"), ("36415", "20")).replace("ABK:J209", "ABK:I10")
    found = parsed(claims_file(claim("A1", ("99213", "100")) + "\n" + second))
    assert found.table("service_line", "claim", "line_number", "procedure_code") == [
        (0, 1, "99213"),
        (1, 1, "99214"),
        (1, 2, "36415"),
    ]
    assert found.table("diagnosis", "claim", "diagnosis_code") == [(0, "J209"), (1, "I10")]


def test_two_billing_providers_keep_their_own_claims() -> None:
    second = "HL*3**20*1\nNM1*85*2*OAK CLINIC*****XX*1888888886\n" + subscriber(4, "OTHER", "M2").replace(
        "*1*22", "*3*22"
    )
    body = (
        HEADER + subscriber(2, "DOE", "M1") + claim("A1", ("99213", "1")) + "\n" + second + claim("B1", ("99213", "1"))
    )
    found = parsed(whole("837P", body))
    assert found.table("claim", "patient_control_number", "billing_name", "member_id") == [
        ("A1", "MAPLE CLINIC", "M1"),
        ("B1", "OAK CLINIC", "M2"),
    ]


def test_a_transaction_set_never_borrows_from_the_one_before() -> None:
    """The second set has neither provider nor subscriber: nothing is known of them."""
    bare = "BHT*0019*00*2*20260111*0600*CH\n" + claim("B1", ("99213", "1"))
    sets = [transaction("837P", claims_body(claim("A1", ("99213", "1")))), transaction("837P", bare, "0002")]
    found = parsed(dressed(interchange(group(*sets))))
    columns = ("patient_control_number", "payer_id", "member_id", "billing_npi", "submission_date")
    assert found.table("claim", *columns)[1] == ("B1", None, None, None, "2026-01-11")


def test_a_transaction_set_without_a_header_takes_the_day_of_its_interchange() -> None:
    bare = claims_body(claim("B1", ("99213", "1"))).replace("BHT*0019*00*20260110*20260110*0600*CH", "")
    sets = [transaction("837P", claims_body(claim("A1", ("99213", "1")))), transaction("837P", bare, "0002")]
    found = parsed(dressed(interchange(group(*sets), day="260115")))
    assert found.column("claim", "submission_date") == ["2026-01-10", "2026-01-15"]


# --- other payers: loops 2320, 2330 and 2430 -------------------------------------------------------------------------

OTHER_PAYER = """
    SBR*P*18*GRP9******MB
    CAS*PR*1*20
    CAS*CO*45*30
    AMT*D*50
    OI***Y***Y
    NM1*IL*1*OTHERNAME*OLGA****MI*OTHERID
    N4*ELSEWHERE*TX*75001
    DMG*D8*19600101*M
    NM1*PR*2*OTHER PAYER*****PI*OTHERPAYER
    DTP*573*D8*20260120
    REF*F8*OTHERICN
    REF*G1*OTHERAUTH
    NM1*82*1*OTHERDOC*OTTO****XX*1333333338
"""
LINE_ADJUDICATED = """
    SVD*OTHERPAYER*50*HC:99213**1
    CAS*PR*1*20
    CAS*CO*45*30
    DTP*573*D8*20260120
"""


def secondary() -> str:
    text = PROFESSIONAL.replace("    NM1*82*1*RENDER*RITA****XX*1777777778\n", "").replace("    REF*G1*AUTH77\n", "")
    text = text.replace("    LX*1", OTHER_PAYER + "    LX*1").replace(
        "REF*6R*A1L1\n", "REF*6R*A1L1\n" + LINE_ADJUDICATED
    )
    return claims_body(text, responsibility="S")


def test_other_payers_do_not_leak_into_the_claim() -> None:
    columns = ("payer_id", "payer_name", "member_id", "subscriber_last_name", "patient_last_name", "patient_zip")
    found = parsed(whole("837P", secondary()))
    assert found.table("claim", *columns) == [("P1", "PAYER ONE", "M0001", "DOE", "DOE", "450010000")]


def test_the_claims_own_coverage_stays_secondary() -> None:
    found = parsed(whole("837P", secondary()))
    assert found.table("claim", "payer_responsibility", "claim_filing_code") == [("S", "CI")]


def test_other_payers_provider_and_references_are_not_the_claims() -> None:
    found = parsed(whole("837P", secondary()))
    columns = ("rendering_npi", "original_reference", "prior_authorization", "patient_birth_date")
    assert found.table("claim", *columns) == [(NPI, None, None, "1980-02-29")]


def test_what_other_payers_paid_changes_neither_lines_nor_their_dates() -> None:
    found = parsed(whole("837P", secondary()))
    assert found.table("service_line", "procedure_code", "charge_amount", "service_date") == [
        ("99213", "150.50", "2026-01-05"),
        ("J1100", "100.00", "2026-01-08"),
    ]
    assert found.table("claim", "service_date") == [("2026-01-08",)]


def test_other_payers_of_one_claim_do_not_reach_the_next() -> None:
    body = secondary() + "\n" + claim("B1", ("99213", "100"))
    found = parsed(whole("837P", body))
    assert found.table("claim", "patient_control_number", "payer_id", "payer_responsibility", "rendering_npi")[1] == (
        "B1",
        "P1",
        "S",
        NPI,
    )
