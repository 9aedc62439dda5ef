"""What is quarantined, flagged or a duplicate, said with segment, found and expected; the rest is loaded."""

from __future__ import annotations

import polars as pl
import pytest

from etl.errors import Problem
from etl.x12.sound import Known
from tests.x12_text import (
    Dress,
    Parsed,
    claim,
    claims_body,
    claims_file,
    dressed,
    group,
    interchange,
    parsed,
    remittance_body,
    remittance_file,
    transaction,
    whole,
)

GOOD = claims_file(claim("GOOD", ("99213", "100")))
PAID = """
    CLP*A1*1*100*80*0*CI*ICN1
    SVC*HC:99213*100*80
    CAS*CO*45*20
    CLP*A2*1*50*50*0*CI*ICN2
"""


def said(problem: Problem) -> tuple[str, str, int | None, str, str]:
    return problem.severity, problem.rule, problem.segment, problem.found, problem.expected


def adds_up(found: Parsed) -> None:
    """seen = loaded + duplicate + quarantined."""
    for name, (seen, accounted) in found.accounts().items():
        assert seen == accounted, name


def claims_text(*numbers: str) -> str:
    return claims_body("\n".join(claim(number, ("99213", "100")) for number in numbers))


# --- quarantined: the transaction set, with all its claims -----------------------------------------------------------


def test_a_missing_se_quarantines_its_set_and_only_that() -> None:
    sets = [
        transaction("837P", claims_text(*names), f"000{i}") for i, names in enumerate([("A1",), ("B1", "B2"), ("C1",)])
    ]
    sets[1] = sets[1].rsplit("\n", 1)[0]
    found = parsed(dressed(interchange(group(*sets))))
    assert found.column("claim", "patient_control_number") == ["A1", "C1"]
    [problem] = found.problems
    assert said(problem) == ("quarantined", "missing-se", 20, "ST before SE", "SE for transaction set 0001")
    assert (problem.claims, problem.claim_payments) == (2, 0)
    adds_up(found)


def test_a_file_cut_off_in_the_middle_of_a_segment() -> None:
    whole_file = remittance_file(PAID)
    found = parsed(GOOD, whole_file[: whole_file.index(b"CAS*CO*45") + 7])
    assert found.column("claim", "patient_control_number") == ["GOOD"]
    problem = found.problems[0]
    assert said(problem) == ("quarantined", "missing-se", 3, "the end of the file", "SE for transaction set 0001")
    assert problem.claim_payments == 1
    adds_up(found)


def test_another_control_number_in_se() -> None:
    found = parsed(remittance_file(PAID).replace(b"SE*11*0001", b"SE*11*0002"))
    [problem] = found.problems
    assert said(problem) == ("quarantined", "control-number", 13, "SE02 0002", "ST02 0001")
    assert problem.claim_payments == 2
    adds_up(found)


@pytest.mark.parametrize("amount", ["12,50", "abc", "12.345", "1 000", "$80", "--5", "NaN", "99999999999999999999"])
def test_an_amount_that_is_no_number(amount: str) -> None:
    found = parsed(remittance_file(PAID.replace("*100*80*0*", f"*100*{amount}*0*"), deposit="130"), GOOD)
    assert found.column("claim", "patient_control_number") == ["GOOD"]
    [problem] = found.problems
    assert said(problem) == ("quarantined", "not-a-number", 9, f"CLP04 “{amount}”", "a decimal like 12.50")
    assert found.frames["claim_payment"].height == 0
    adds_up(found)


@pytest.mark.parametrize(
    ("good", "bad", "segment", "element"),
    [
        ("BPR*I*130", "BPR*I*x", 4, "BPR02"),
        ("CLP*A1*1*100", "CLP*A1*1*x", 9, "CLP03"),
        ("SVC*HC:99213*100*80", "SVC*HC:99213*x*80", 10, "SVC02"),
        ("SVC*HC:99213*100*80", "SVC*HC:99213*100*x", 10, "SVC03"),
        ("CAS*CO*45*20", "CAS*CO*45*20**96*x", 11, "CAS amount"),
        ("CAS*CO*45*20", "CAS*CO*45*20*x", 11, "CAS quantity"),
        ("LX*1", "PLB*1*20261231*WO:X*x\nLX*1", 8, "PLB amount"),
    ],
)
def test_any_amount_of_a_remittance_may_be_none(good: str, bad: str, segment: int, element: str) -> None:
    body = remittance_body(PAID)
    assert good in body
    found = parsed(whole("835", body.replace(good, bad)))
    assert [said(p)[1:4] for p in found.problems] == [("not-a-number", segment, f"{element} “x”")]
    adds_up(found)


@pytest.mark.parametrize("amount", ["100000000000", "-9999999999999999.99"])
def test_an_amount_that_no_sum_could_hold(amount: str) -> None:
    found = parsed(remittance_file(PAID.replace("*100*80*0*", f"*100*{amount}*0*"), deposit="130"), GOOD)
    [problem] = found.problems
    expected = "an amount below 100,000,000,000"
    assert said(problem) == ("quarantined", "not-a-number", 9, f"CLP04 “{amount}”", expected)
    adds_up(found)


def test_the_largest_amount() -> None:
    found = parsed(remittance_file("CLP*A1*1*99999999999.99*99999999999.99*0*CI*ICN1"))
    assert (found.column("claim_payment", "paid_amount"), found.problems) == (["99999999999.99"], [])


@pytest.mark.parametrize(
    ("good", "bad", "segment", "element"),
    [
        ("CLM*A1*100", "CLM*A1*x", 13, "CLM02"),
        ("SV1*HC:99213*100", "SV1*HC:99213*x", 16, "line charge"),
        ("*UN*1*", "*UN*x*", 16, "units"),
    ],
)
def test_any_amount_of_a_claim_may_be_none(good: str, bad: str, segment: int, element: str) -> None:
    found = parsed(whole("837P", claims_text("A1", "A2").replace(good, bad, 1)), GOOD)
    assert [said(p)[1:4] for p in found.problems] == [("not-a-number", segment, f"{element} “x”")]
    assert found.problems[0].claims == 2
    assert found.column("claim", "patient_control_number") == ["GOOD"]
    adds_up(found)


def test_a_claim_outside_of_any_transaction_set_is_quarantined_by_itself() -> None:
    text = interchange(group(transaction("837P", claims_text("A1"))))
    stray = "CLM*STRAY*100***11:B:1\nLX*1\nSV1*HC:99213*x*UN*1***1"
    found = parsed(dressed(text.replace("GE*", f"{stray}\nGE*")))
    assert found.column("claim", "patient_control_number") == ["A1"]
    assert found.frames["service_line"].height == 1
    [problem] = found.problems
    assert said(problem) == ("quarantined", "outside-set", 20, "a CLM outside ST and SE", "ST before it")
    adds_up(found)


def test_a_claim_payment_before_the_first_transaction_set_is_quarantined_by_itself() -> None:
    text = interchange(group(transaction("835", remittance_body(PAID))))
    found = parsed(dressed(text.replace("ST*835", "CLP*STRAY*1*100*x*0*CI*ICN9\nST*835")))
    assert found.column("claim_payment", "patient_control_number") == ["A1", "A2"]
    assert [(p.rule, p.segment, p.claim_payments) for p in found.problems] == [("outside-set", 3, 1)]
    adds_up(found)


def test_a_claim_payment_among_claims_is_quarantined_by_itself() -> None:
    found = parsed(whole("837P", claims_text("A1") + "\nCLP*STRAY*1*100*80*0*CI*ICN9"))
    assert found.column("claim", "patient_control_number") == ["A1"]
    [problem] = found.problems
    assert said(problem) == ("quarantined", "wrong-set", 19, "a CLP in a 837", "835")
    adds_up(found)


def unread(body: str) -> bytes:
    """An eligibility question: a kind of transaction set that nothing here reads."""
    return dressed(interchange(group(transaction("270", body, guide="005010X279A1"))))


def test_claims_in_a_kind_that_is_not_read_are_set_aside() -> None:
    found = parsed(unread("BHT*0022*13*1\nCLM*A1*100"))
    [problem] = found.problems
    kinds = "837 or 835 or 277 or 999 or 997 or TA1"
    assert said(problem) == ("quarantined", "kind-not-read", 3, "ST01 270", kinds)
    adds_up(found)


def test_another_kind_is_only_noted() -> None:
    assert parsed(unread("BHT*0022*13*1")).rules() == [("flagged", "kind-not-read")]


# --- quarantined by itself: what stands below nothing ----------------------------------------------------------------


@pytest.mark.parametrize(
    "orphan", ["SVC*HC:99213*100*80", "CAS*CO*45*20**1*5", "LQ*HE*M51", "MOA***MA01", "MIA*0****N30"]
)
def test_what_precedes_the_first_claim_payment_is_quarantined(orphan: str) -> None:
    found = parsed(whole("835", remittance_body(f"{orphan}\n{PAID}", deposit="130")))
    [problem] = found.problems
    name = orphan.split("*")[0]
    assert said(problem) == ("quarantined", "orphan-segment", 9, f"{name} without its CLP", "CLP before it")
    assert found.column("claim_payment", "patient_control_number") == ["A1", "A2"]
    assert found.table("adjustment", "carc", "amount") == [("45", "20.00")]
    adds_up(found)


def test_thousands_of_orphans_are_one_problem_for_each_set_and_kind_of_segment() -> None:
    lost = "\n".join(["SVC*HC:99213*100*80", "CAS*CO*45*20"] * 3_000)
    sets = [transaction("835", remittance_body(f"{lost}\n{PAID}", trace=f"T{i}"), f"000{i}") for i in (1, 2)]
    found = parsed(dressed(interchange(group(*sets))))
    words = ["3,000 SVC without their CLP", "3,000 CAS without their CLP"]
    assert [(p.segment, p.found) for p in found.problems] == [
        (9, words[0]),
        (10, words[1]),
        (6_020, words[0]),
        (6_021, words[1]),
    ]
    assert found.frames["claim_payment"].height == 4


@pytest.mark.parametrize(
    ("orphan", "expected"),
    [
        ("LX*1\nSV1*HC:99213*100*UN*1", [(13, "LX without its CLM"), (14, "SV1 without its LX")]),
        ("SV1*HC:99213*100*UN*1", [(13, "SV1 without its LX")]),
    ],
    ids=["a line", "a service"],
)
def test_a_line_without_a_claim_is_quarantined(orphan: str, expected: list[tuple[int, str]]) -> None:
    found = parsed(whole("837P", claims_body(f"{orphan}\n{claim('A1', ('99213', '100'))}")))
    assert [(p.segment, p.found) for p in found.problems] == expected
    assert {p.severity for p in found.problems} == {"quarantined"}
    assert found.table("service_line", "claim", "charge_amount") == [(0, "100.00")]
    adds_up(found)


def test_a_second_service_in_one_line_is_quarantined() -> None:
    text = claims_text("A1").replace("DTP*472", "SV1*HC:99214*50*UN*1***1\nDTP*472")
    found = parsed(whole("837P", text))
    assert [(p.rule, p.segment, p.found) for p in found.problems] == [("orphan-segment", 17, "SV1 without its LX")]
    assert found.column("service_line", "charge_amount") == ["100.00"]


def test_an_adjustment_of_no_other_payer_is_quarantined() -> None:
    found = parsed(whole("837P", claims_text("A1").replace("HI*", "CAS*CO*45*10\nHI*")))
    assert [(p.rule, p.found, p.expected) for p in found.problems] == [
        ("orphan-segment", "CAS without its SBR or SVD", "SBR or SVD before it")
    ]
    assert found.frames["other_payer_adjustment"].height == 0


# --- flagged: loaded, but said ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "bad", "expected"),
    [
        (b"SE*11*0001", b"SE*12*0001", ("segment-count", 13, "SE01 12", "11 segments")),
        (b"SE*11*0001", b"SE*x*0001", ("segment-count", 13, "SE01 x", "11 segments")),
        (b"GE*1*1", b"GE*2*1", ("trailer-count", 14, "GE01 2", "1")),
        (b"GE*1*1", b"GE*1*7", ("trailer-control-number", 14, "GE02 7", "1")),
        (b"IEA*1*000000001", b"IEA*3*000000001", ("trailer-count", 15, "IEA01 3", "1")),
        (b"IEA*1*000000001", b"IEA*1*000000009", ("trailer-control-number", 15, "IEA02 000000009", "000000001")),
    ],
    ids=["SE01", "SE01 no number", "GE01", "GE02", "IEA01", "IEA02"],
)
def test_a_wrong_count_is_loaded_and_said(good: bytes, bad: bytes, expected: tuple[str, int, str, str]) -> None:
    data = remittance_file(PAID)
    assert good in data
    found = parsed(data.replace(good, bad))
    assert [said(problem) for problem in found.problems] == [("flagged", *expected)]
    assert found.frames["claim_payment"].height == 2
    adds_up(found)


def test_counts_may_have_leading_zeros_and_blanks() -> None:
    assert parsed(remittance_file(PAID).replace(b"SE*11*", b"SE*0011 *")).problems == []


@pytest.mark.parametrize("day", ["20261341", "2026011", "260105", "tomorrow", "00000000", "20260230", "99991231"])
def test_a_bad_date_is_left_empty_and_said_once(day: str) -> None:
    text = claims_text("A1").replace("D8*20260105", f"D8*{day}")
    found = parsed(whole("837P", text))
    assert found.table("service_line", "service_from", "service_date") == [(None, None)]
    assert [said(problem) for problem in found.problems] == [
        ("flagged", "not-a-date", 17, f"DTP*472 “{day}”", "a date CCYYMMDD, 1900 to 2099")
    ]
    adds_up(found)


def test_a_range_whose_days_are_reversed_is_loaded_and_said() -> None:
    found = parsed(whole("837P", claims_text("A1").replace("D8*20260105", "RD8*20260107-20260105")))
    assert found.table("service_line", "service_from", "service_date") == [("2026-01-07", "2026-01-05")]
    assert [said(problem) for problem in found.problems] == [
        ("flagged", "days-reversed", 17, "DTP*472 “20260107-20260105”", "a first day no later than the last")
    ]


def test_a_period_of_a_line_or_a_claim_whose_days_are_reversed_is_loaded_and_said() -> None:
    paid = """
        CLP*A1*1*100*80**12*ICN1
        DTM*232*20260109
        DTM*233*20260108
        SVC*HC:99213*100*80
        DTM*150*20260107
        DTM*151*20260105
        CAS*CO*45*20"""
    found = parsed(remittance_file(paid))
    assert found.table("claim_payment", "service_from", "service_date") == [("2026-01-09", "2026-01-08")]
    assert found.table("service_payment", "service_from", "service_date") == [("2026-01-07", "2026-01-05")]
    expected = "a first day no later than the last"
    assert [(one.rule, one.found, one.expected) for one in found.problems] == [
        ("days-reversed", "DTM*233 “20260108”", expected),
        ("days-reversed", "DTM*151 “20260105”", expected),
    ]


@pytest.mark.parametrize("written", ["202601051430", "20260105143000"])
def test_a_time_behind_a_day_does_not_matter(written: str) -> None:
    found = parsed(whole("837P", claims_text("A1").replace("D8*20260105", f"DT*{written}")))
    assert found.table("service_line", "service_from", "service_date") == [("2026-01-05", "2026-01-05")]
    assert found.problems == []


def test_a_range_with_one_bad_day_keeps_the_good_one() -> None:
    text = claims_text("A1").replace("D8*20260105", "RD8*20260105-20260199")
    found = parsed(whole("837P", text))
    assert found.table("service_line", "service_from", "service_date") == [("2026-01-05", None)]
    assert found.rules() == [("flagged", "not-a-date")]


def test_a_bad_birth_date_is_nobodys_business() -> None:
    found = parsed(whole("837P", claims_text("A1").replace("D8*19800229", "D8*19800230")))
    assert (found.column("claim", "patient_birth_date"), found.problems) == ([None], [])


def test_claims_without_a_number_are_loaded_and_said() -> None:
    found = parsed(whole("837P", claims_text("", "A1", "000", "007")))
    assert found.column("claim", "patient_control_number") == ["", "A1", "000", "007"]
    assert [said(problem) for problem in found.problems] == [
        ("flagged", "no-number", 13, "no CLM01", "a patient control number"),
        ("flagged", "no-number", 25, "CLM01 “000”", "a patient control number"),
    ]
    adds_up(found)


@pytest.mark.parametrize(
    ("good", "bad", "segment", "name"),
    [
        ("CLP*A1*1*100*80", "CLP*A1*1**80", 9, "charge_amount"),
        ("CLP*A1*1*100*80", "CLP*A1*1*100*", 9, "paid_amount"),
        ("SVC*HC:99213*100*80", "SVC*HC:99213*100", 10, "paid_amount"),
        ("CAS*CO*45*20", "CAS*CO*45", 11, "amount"),
        ("CAS*CO*45*20", "CAS*CO*45* ", 11, "amount"),
    ],
)
def test_a_missing_amount_counts_as_nothing_and_is_said(good: str, bad: str, segment: int, name: str) -> None:
    body = remittance_body(PAID)
    assert good in body
    found = parsed(whole("835", body.replace(good, bad)))
    assert [said(problem) for problem in found.problems] == [
        ("flagged", "missing-amount", segment, f"no {name}", "an amount")
    ]
    assert found.frames["claim_payment"].height == 2
    types = [dtype for frame in found.frames.values() for column, dtype in frame.schema.items() if column == name]
    assert set(types) == {pl.Decimal(18, 2)}
    adds_up(found)


@pytest.mark.parametrize("kept", [b"GE*1*1~", b""], ids=["IEA", "GE and IEA"])
def test_a_file_cut_off_between_transaction_sets_is_said(kept: bytes) -> None:
    """Nothing proves that no further transaction set was sent."""
    data = GOOD[: GOOD.index(b"GE*1*1")] + kept
    found = parsed(data)
    assert found.column("claim", "patient_control_number") == ["GOOD"]
    assert [said(problem)[:3] for problem in found.problems] == [("flagged", "missing-iea", 1)]
    adds_up(found)


# --- duplicates: count once ------------------------------------------------------------------------------------------


def test_the_same_content_in_another_interchange_and_other_separators_counts_once() -> None:
    body = claims_text("A1", "A2")
    again = whole("837P", body, Dress("|", ">", "\n", "U"), control="000000777", day="260120")
    found = parsed(whole("837P", body), again)
    assert found.column("claim", "patient_control_number") == ["A1", "A2"]
    [problem] = found.problems
    assert (problem.severity, problem.rule, problem.segment, problem.claims) == ("duplicate", "duplicate-set", 3, 2)
    adds_up(found)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n    "], ids=["LF", "CRLF", "indented"])
def test_the_same_content_wrapped_otherwise_counts_once(line_end: str) -> None:
    body = claims_text("A1")
    again = whole("837P", body, Dress(line_end=line_end), control="000000777")
    found = parsed(whole("837P", body), again)
    assert found.rules() == [("duplicate", "duplicate-set")]
    adds_up(found)


def test_the_same_content_under_another_set_control_number_counts_once() -> None:
    sets = [transaction("837P", claims_text("A1"), control) for control in ("0001", "0002")]
    found = parsed(dressed(interchange(group(*sets))))
    assert [(p.rule, p.segment) for p in found.problems] == [("duplicate-set", 20)]
    adds_up(found)


def test_the_same_payment_in_another_content_counts_once() -> None:
    """TRN03, TRN02, BPR16 and BPR02 make a payment; a note in the second file does not make another."""
    body = remittance_body(PAID, trace="T1")
    again = body.replace("N1*PE", "PER*CX*HELP DESK\nN1*PE")
    found = parsed(whole("835", body), whole("835", again))
    assert found.frames["claim_payment"].height == 2
    [problem] = found.problems
    assert (problem.severity, problem.claim_payments) == ("duplicate", 2)
    assert problem.found == "payment T1 of 2026-02-01 was loaded before"
    adds_up(found)


@pytest.mark.parametrize(
    ("mine", "other"),
    [("TRN*1*T1", "TRN*1*T2"), ("1999999999", "1888888888"), ("20260201", "20260208"), ("BPR*I*130", "BPR*I*131")],
    ids=["another trace", "another originator", "another day", "another amount"],
)
def test_trn02_alone_makes_no_duplicate(mine: str, other: str) -> None:
    body = remittance_body(PAID, trace="T1")
    found = parsed(whole("835", body), whole("835", body.replace(mine, other)))
    assert (found.frames["claim_payment"].height, found.problems) == (4, [])


def test_payments_without_a_trace_number_are_not_taken_for_one_another() -> None:
    body = remittance_body(PAID, trace="T1").replace("TRN*1*T1*1999999999", "REF*EV*X")
    found = parsed(whole("835", body), whole("835", body.replace("A1", "B1")))
    assert (found.frames["claim_payment"].height, found.problems) == (4, [])


def test_what_was_loaded_before_is_known() -> None:
    known = Known()
    assert parsed(GOOD, known=known).problems == []
    again = parsed(claims_file(claim("GOOD", ("99213", "100")), dress=Dress("|")), known=known)
    assert again.rules() == [("duplicate", "duplicate-set")]
    adds_up(again)


def test_a_quarantined_set_can_be_sent_again() -> None:
    """The mended file holds the same payment; the damaged one never counted."""
    known = Known()
    bad = remittance_file(PAID.replace("*45*20", "*45*20,00"), trace="T1")
    assert parsed(bad, known=known).rules() == [("quarantined", "not-a-number")]
    assert parsed(remittance_file(PAID, trace="T1"), known=known).problems == []


def test_a_mended_remittance_is_loaded_even_beside_the_damaged_one() -> None:
    bad = remittance_file(PAID.replace("*45*20", "*45*20,00"), trace="T1")
    found = parsed(bad, remittance_file(PAID, trace="T1"))
    assert found.frames["claim_payment"].height == 2
    assert found.rules() == [("quarantined", "not-a-number")]
    adds_up(found)


def test_an_unreadable_amount_in_thousands_of_sets_quarantines_each() -> None:
    sets = [
        transaction("835", remittance_body("CLP*A1*1*x*80*0*CI*ICN1", trace=f"T{i}"), f"{i:04}") for i in range(1_200)
    ]
    good = transaction("835", remittance_body("CLP*OK*1*80*80*0*CI*ICN1", trace="OK"), "9999")
    found = parsed(dressed(interchange(group(*sets, good))))
    assert found.column("claim_payment", "patient_control_number") == ["OK"]
    assert len(found.problems) == 1_200
    adds_up(found)


def test_no_name_and_no_member_id_stands_in_a_problem() -> None:
    body = claims_text("A1").replace("DOE*JANE", "SECRETNAME*JANE").replace("M0001", "SECRETID")
    body = body.replace("CLM*A1*100", "CLM*A1*1x0").replace("DTP*472*D8*20260105", "DTP*472*D8*x")
    found = parsed(whole("837P", body))
    assert found.problems
    assert not any("SECRET" in problem.sentence("a.837") for problem in found.problems)
