"""TA1, 999 and 997: whether a receiver could read what was sent, one row per answer and per error."""

from __future__ import annotations

import pytest

from tests.x12_text import Dress, claim, claims_body, dressed, group, interchange, parsed, transaction, whole

ANSWER = """
    AK1*HC*17456*005010X222A1
    AK2*837*0001*005010X222A1
    IK5*A
    AK2*837*0002
    IK3*CLM*22*2300*8
    CTX*SITUATIONAL TRIGGER*CLM*43**5:3*1325
    CTX*CLM01:PCN7
    IK4*5:3*1325*7*SECRET
    IK4*2*782*1
    IK3*REF*57**3
    IK5*R*5*I5
    AK9*P*2*2*1
"""
TA1 = "TA1*000000286*260115*0600*{}*{}"


def test_a_group_and_its_transaction_sets() -> None:
    found = parsed(whole("999", ANSWER))
    columns = ("functional_code", "group_control_number", "version", "status_code", "error_codes")
    assert found.table("group_acknowledgement", *columns) == [("HC", "17456", "005010X222A1", "P", None)]
    assert found.table("group_acknowledgement", "included_count", "received_count", "accepted_count") == [(2, 2, 1)]
    columns = ("segment", "group_control_number", "set_kind", "set_control_number", "status_code", "error_codes")
    assert found.table("set_acknowledgement", *columns) == [
        (5, "17456", "837", "0001", "A", None),
        (7, "17456", "837", "0002", "R", "5 I5"),
    ]


def test_each_segment_and_element_in_error_is_a_row_and_what_stood_there_is_not_kept() -> None:
    found = parsed(whole("999", ANSWER))
    columns = ("set_control_number", "wrong_segment_id", "wrong_segment", "loop_code", "wrong_element", "error_code")
    assert found.table("syntax_error", *columns, "patient_control_number") == [
        ("0002", "CLM", 22, "2300", None, "8", "PCN7"),
        ("0002", "CLM", 22, "2300", "5:3", "7", "PCN7"),
        ("0002", "CLM", 22, "2300", "2", "1", "PCN7"),
        ("0002", "REF", 57, None, None, "3", None),
    ]
    assert found.column("syntax_error", "element_reference") == [None, "1325", "782", None]
    assert "SECRET" not in str(found.frames["syntax_error"].to_dicts())


def test_a_997_says_the_same_in_other_segments() -> None:
    text = ANSWER.replace("IK", "AK")
    old = parsed(dressed(interchange(group(transaction("997", text, guide="004010"))), Dress(component=">")))
    new = parsed(whole("999", ANSWER))
    for name in ("group_acknowledgement", "set_acknowledgement", "syntax_error"):
        assert old.frames[name].to_dicts() == new.frames[name].to_dicts()


def test_a_group_rejected_as_a_whole_names_no_transaction_set() -> None:
    found = parsed(whole("999", "AK1*HC*7\nAK9*R*1*1*0*1*5"))
    assert found.table("group_acknowledgement", "status_code", "error_codes") == [("R", "1 5")]
    assert found.frames["set_acknowledgement"].height == 0


def test_two_answers_in_one_file_keep_to_themselves() -> None:
    sets = [transaction("999", ANSWER), transaction("999", "AK1*HC*8\nAK2*837*0009\nIK5*E\nAK9*E*1*1*1", "0002")]
    found = parsed(dressed(interchange(group(*sets))))
    assert found.table("set_acknowledgement", "set", "group_control_number", "set_control_number", "status_code") == [
        (0, "17456", "0001", "A"),
        (0, "17456", "0002", "R"),
        (1, "8", "0009", "E"),
    ]


# --- TA1 -----------------------------------------------------------------------------------------------------------

COLUMNS = ("set", "segment", "interchange_control_number", "interchange_date", "status_code", "error_code")


def test_an_interchange_that_holds_only_a_ta1() -> None:
    found = parsed(dressed(interchange(TA1.format("R", "006")).replace("IEA*1", "IEA*0")))
    assert found.table("interchange_acknowledgement", *COLUMNS) == [(0, 2, "000000286", "2026-01-15", "R", "006")]
    assert found.problems == []


def test_a_ta1_before_a_group_leaves_the_group_alone() -> None:
    claims = group(transaction("837P", claims_body(claim("A1", ("99213", "100")))))
    found = parsed(dressed(interchange(TA1.format("A", "000"), claims).replace("IEA*2", "IEA*1")))
    assert found.table("interchange_acknowledgement", *COLUMNS) == [(0, 2, "000000286", "2026-01-15", "A", "000")]
    assert found.table("claim", "set", "segment", "patient_control_number") == [(0, 14, "A1")]
    assert found.problems == []


def test_several_ta1_are_several_answers() -> None:
    text = interchange(TA1.format("A", "000"), TA1.format("R", "025").replace("286", "287")).replace("IEA*2", "IEA*0")
    assert parsed(dressed(text)).column("interchange_acknowledgement", "status_code") == ["A", "R"]


def test_the_same_ta1_counts_once_and_the_same_words_in_another_interchange_are_another() -> None:
    first = dressed(interchange(TA1.format("A", "000")).replace("IEA*1", "IEA*0"))
    other = dressed(interchange(TA1.format("A", "000"), control="000000002").replace("IEA*1", "IEA*0"))
    found = parsed(first, dressed(first.decode().replace("~", "\n"), Dress(line_end="\n")), other)
    assert found.frames["interchange_acknowledgement"].height == 2
    assert found.rules() == [("duplicate", "duplicate-set")]


@pytest.mark.parametrize("day", ["999999", "", "26011"])
def test_a_ta1_with_a_bad_date_is_kept_without_it(day: str) -> None:
    text = interchange(TA1.format("A", "000").replace("260115", day)).replace("IEA*1", "IEA*0")
    assert parsed(dressed(text)).column("interchange_acknowledgement", "interchange_date") == [None]


def test_a_ta1_inside_of_a_transaction_set_means_nothing() -> None:
    body = claims_body(claim("A1", ("99213", "100"))) + "\n" + TA1.format("R", "006")
    found = parsed(whole("837P", body))
    assert found.column("claim", "patient_control_number") == ["A1"]
    assert "interchange_acknowledgement" not in found.frames
