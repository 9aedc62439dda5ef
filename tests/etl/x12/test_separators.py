"""Whatever separators, line ends and encodings a file is written in, its rows are the same."""

from __future__ import annotations

import re
from io import BytesIO

import pytest

from etl.x12.pieces import Delimiters, UnreadableError, read, sniff
from tests.x12_text import (
    Dress,
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

TWO_LINES = claim("A1", ("99213", "100"), ("99214", "50.50"))
PAID = """
    CLP*A1*1*150.50*120.50*0*CI*ICN1
    SVC*HC:99213:25*100*80
    CAS*CO*45*20
    SVC*HC:99214*50.50*40.50
    CAS*CO*45*10
"""
FIRST_FILE = claims_file(TWO_LINES)
OTHER = Dress("|", ">", "'")


def same_rows(data: bytes) -> None:
    """The claims file with the two lines, however it is dressed."""
    found = parsed(data)
    assert found.table("claim", "patient_control_number", "charge_amount", "payer_id") == [("A1", "150.50", "P1")]
    assert found.table("service_line", "procedure_code", "charge_amount", "service_date") == [
        ("99213", "100.00", "2026-01-05"),
        ("99214", "50.50", "2026-01-05"),
    ]
    assert found.problems == []


DRESSES = {
    "no line ends": Dress(),
    "LF after the terminator": Dress(line_end="\n"),
    "CRLF after the terminator": Dress(line_end="\r\n"),
    "blanks and LF after the terminator": Dress(line_end=" \t\n"),
    "empty lines": Dress(line_end="\n\n"),
    "LF is the terminator": Dress(segment="\n"),
    "CRLF is the terminator": Dress(segment="\r", line_end="\n"),
    "element separator |": Dress(element="|"),
    "element separator a tab": Dress(element="\t"),
    "element separator a tab and terminator LF": Dress(element="\t", segment="\n"),
    "element separator ~ and terminator LF": Dress(element="~", segment="\n"),
    "component separator >": Dress(component=">"),
    "component separator |": Dress(component="|"),
    "component separator ^": Dress(component="^", repetition="U"),
    "component separator <": Dress(component="<"),
    "terminator '": Dress(segment="'"),
    "terminator a control character": Dress(element="\x1d", segment="\x1c", component="\x1f"),
    "ISA11 is U, as in 4010": Dress(repetition="U"),
    "ISA11 is empty": Dress(repetition=" "),
}


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES.keys())
def test_rows_are_the_same_in_any_separators(dress: Dress) -> None:
    same_rows(claims_file(TWO_LINES, dress=dress))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("chunk", [501, 1 << 20])
def test_utf_16_is_decoded(encoding: str, chunk: int) -> None:
    body = claims_body(TWO_LINES).replace("JANE", "J\xfcrgen")
    data = whole("837P", body).decode().encode(encoding)
    assert parsed(data, chunk=chunk).table("claim", "patient_first_name", "charge_amount") == [("J\xfcrgen", "150.50")]


@pytest.mark.parametrize("dress", [Dress(segment=" ~"), Dress(segment=" ~", line_end="\n"), Dress(segment="  \n")])
def test_blanks_before_every_terminator_are_no_data(dress: Dress) -> None:
    same_rows(claims_file(TWO_LINES, dress=dress))


def test_isa_may_be_the_only_segment_without_a_blank() -> None:
    same_rows(claims_file(TWO_LINES, dress=Dress(segment=" ~")).replace(b"*: ~", b"*:~", 1))


def test_blanks_before_one_terminator_may_be_data() -> None:
    found = parsed(FIRST_FILE.replace(b"HI*ABK:J209~", b"HI*ABK:J209 ~"))
    assert found.column("diagnosis", "diagnosis_code") == ["J209 "]


def test_st01_may_have_a_blank_behind_it() -> None:
    same_rows(FIRST_FILE.replace(b"ST*837*", b"ST*837 *"))


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES.keys())
def test_a_remittance_is_the_same_in_any_separators(dress: Dress) -> None:
    found = parsed(remittance_file(PAID, dress=dress))
    assert found.table("service_payment", "procedure_code", "modifier_1", "paid_amount") == [
        ("99213", "25", "80.00"),
        ("99214", None, "40.50"),
    ]
    assert found.problems == []


@pytest.mark.parametrize("width", [80, 103, 104, 105, 106])
def test_wrapped_even_beside_isa16(width: int) -> None:
    data = FIRST_FILE
    same_rows(b"\r\n".join(data[i : i + width] for i in range(0, len(data), width)))


def test_a_byte_order_mark_is_no_part_of_isa() -> None:
    same_rows(b"\xef\xbb\xbf" + FIRST_FILE)


def test_blank_lines_before_isa_do_not_count() -> None:
    same_rows(b"\r\n\r\n" + FIRST_FILE)


def test_indented_segments() -> None:
    text = claims_file(TWO_LINES, dress=Dress(line_end="\n")).decode()
    same_rows(text.replace("\n", "\n      ").encode())


def test_lower_case_segment_ids() -> None:
    text = FIRST_FILE.decode()
    for name in ("NM1", "CLM", "LX", "SV1", "DTP", "SE", "GE", "IEA"):
        text = text.replace(f"~{name}*", f"~{name.lower()}*")
    same_rows(text.encode())


@pytest.mark.parametrize("chunk", [150, 300, 1 << 20])
def test_a_file_all_of_whose_ids_are_in_small_letters(chunk: int) -> None:
    first = re.sub(rb"(^|~)[A-Z0-9]+(?=\*)", lambda found: found[0].lower(), FIRST_FILE)
    second = re.sub(
        rb"(^|')[A-Z0-9]+(?=\|)",
        lambda found: found[0].lower(),
        whole("837P", one_claim("B1"), OTHER, control="000000002"),
    )
    assert first.startswith(b"isa*") and b"~clm*" in first and b"'se|" in second
    found = parsed(first + second, chunk=chunk)
    assert found.table("claim", "patient_control_number", "charge_amount") == [("A1", "150.50"), ("B1", "100.00")]
    assert found.problems == []


@pytest.mark.parametrize("blanks", [1, 14], ids=["one blank short", "no padding"])
def test_isa_wrongly_padded(blanks: int) -> None:
    same_rows(FIRST_FILE.replace(b" " * 9 + b"*ZZ*", b" " * (9 - blanks) + b"*ZZ*").replace(b" " * 10, b""))


def test_trailing_garbage_after_iea_is_ignored() -> None:
    same_rows(FIRST_FILE + b"\r\n\x1a\x00\x00")


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_isa16_may_be_empty(line_end: str) -> None:
    """Then the terminator follows ISA15's separator at once, and no element is a composite."""
    plain = "CLP*A1*1*100*80*20*CI*ICN1\nCAS*PR*1*20"
    data = remittance_file(plain, dress=Dress(component="", line_end=line_end))
    found = parsed(data)
    assert found.table("claim_payment", "patient_control_number", "paid_amount") == [("A1", "80.00")]
    assert found.table("adjustment", "carc", "amount") == [("1", "20.00")]
    assert found.problems == []


def test_latin_1_names() -> None:
    text = claims_body(TWO_LINES).replace("DOE*JANE", "MUÑOZ*JOSÉ")
    found = parsed(whole("837P", text, Dress(encoding="latin-1")))
    assert found.table("claim", "patient_last_name", "patient_first_name") == [("MUÑOZ", "JOSÉ")]


def test_a_latin_1_file_does_not_spoil_the_utf_8_file_beside_it() -> None:
    text = claims_body(TWO_LINES).replace("DOE*JANE", "MUÑOZ*JOSÉ")
    other = text.replace("A1", "B1")
    found = parsed(whole("837P", text, Dress(encoding="latin-1")), whole("837P", other))
    assert found.column("claim", "patient_last_name") == ["MUÑOZ", "MUÑOZ"]


def test_utf_8_names() -> None:
    text = claims_body(TWO_LINES).replace("DOE*JANE", "MUÑOZ*李")
    assert parsed(whole("837P", text)).table("claim", "patient_last_name", "patient_first_name") == [("MUÑOZ", "李")]


# --- several of everything -----------------------------------------------------------------------------------------


def one_claim(number: str) -> str:
    return claims_body(claim(number, ("99213", "100")))


def test_several_isa_each_in_its_own_separators() -> None:
    first = whole("837P", one_claim("A1"), Dress())
    second = whole("837P", one_claim("B1"), Dress("|", ">", "\n"), control="000000002")
    third = whole("837P", one_claim("C1"), Dress("^", "<", "'", "U", "\r\n"), control="000000003")
    found = parsed(first + b"\r\n" + second + third)
    assert sorted(found.column("claim", "patient_control_number")) == ["A1", "B1", "C1"]
    assert sorted(found.column("service_line", "procedure_code")) == ["99213"] * 3
    assert found.problems == []


@pytest.mark.parametrize("chunk", [150, 256, 300, 512, 700])
def test_several_isa_are_found_wherever_the_chunks_end(chunk: int) -> None:
    first = whole("837P", one_claim("A1"), Dress())
    second = whole("837P", one_claim("B1"), Dress("|", ">", "'", line_end="\n"), control="000000002")
    found = parsed(first + second + whole("837P", one_claim("C1"), control="000000003"), chunk=chunk)
    assert sorted(found.column("claim", "patient_control_number")) == ["A1", "B1", "C1"]
    assert found.problems == []


@pytest.mark.parametrize("cut", range(4))
def test_an_isa_right_after_se_is_found_wherever_the_chunks_end(cut: int) -> None:
    """Two cut-off interchanges glued together: GE and IEA of the first are missing."""
    first = whole("837P", one_claim("A1")).split(b"GE*")[0] + b"\n"
    second = whole("837P", one_claim("B1"), Dress("|", ">", "'"), control="000000002")
    found = parsed(first + second, chunk=len(first) - 1 + cut)
    assert sorted(found.column("claim", "patient_control_number")) == ["A1", "B1"]


def test_several_groups_and_transaction_sets() -> None:
    sets = [transaction("837P", one_claim(number), control) for number, control in (("A1", "0001"), ("B1", "0002"))]
    data = dressed(interchange(group(*sets), group(transaction("837P", one_claim("C1"), "0003"), control="2")))
    found = parsed(data)
    assert found.table("claim", "patient_control_number", "set") == [("A1", 0), ("B1", 1), ("C1", 2)]
    assert found.problems == []


def test_mixed_kinds_in_one_file() -> None:
    paid = remittance_body("CLP*A1*1*100*100*0*CI*ICN1")
    data = dressed(
        interchange(group(transaction("837P", one_claim("A1"))), group(transaction("835", paid, "0002"), control="2"))
    )
    found = parsed(data)
    assert found.column("claim", "patient_control_number") == ["A1"]
    assert found.column("claim_payment", "patient_control_number") == ["A1"]


def test_segments_are_counted_in_their_own_file() -> None:
    """Many small files are parsed at once; a position is still that of the file."""
    found = parsed(claims_file(claim("A1", ("99213", "100"))), claims_file(claim("B1", ("99213", "100"))))
    assert found.table("claim", "patient_control_number", "segment") == [("A1", 13), ("B1", 13)]


def test_segments_are_counted_over_pieces_of_a_file() -> None:
    sets = [transaction("837P", one_claim(f"A{i}"), f"000{i}") for i in range(1, 4)]
    found = parsed(dressed(interchange(group(*sets))), chunk=450)
    assert found.table("claim", "patient_control_number", "segment") == [("A1", 13), ("A2", 30), ("A3", 47)]


# --- the separators themselves ---------------------------------------------------------------------------------------


def test_the_separators_are_those_of_the_isa() -> None:
    data = remittance_file(PAID, dress=Dress("|", ">", "\n", "!"))
    assert sniff(data, 0) == Delimiters(b"|", b">", b"\n", b"!")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"  \r\n", "an empty file"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04 ...", "a zip or Excel file"),
        (b"ST*837*0001~CLM*A1*100~SE*3*0001~", "no ISA segment"),
        (b"GS*HC*A*B*20260115*0600*1*X*005010~", "no ISA segment"),
        (b"ISA*00*too short~", "an ISA segment without 16 elements"),
        (b"\x00\x01\xfe\xff" * 200, "no ISA segment"),
    ],
)
def test_what_is_no_interchange_is_named(data: bytes, found: str) -> None:
    with pytest.raises(UnreadableError) as error:
        list(read(BytesIO(data)))
    assert (error.value.problem.severity, error.value.problem.found) == ("rejected", found)


@pytest.mark.parametrize("end", [b"\n", b"\r\n\r\n", b"\r"])
def test_lines_of_an_e_mail_may_stand_before_the_first_interchange(end: bytes) -> None:
    data = b"Subject: your remittance" + end + remittance_file("CLP*A1*1*100*100*0*CI*ICN1")
    found = parsed(data)
    assert (found.column("claim_payment", "paid_amount"), found.problems) == (["100.00"], [])
