"""Exports by a column map: whatever a spreadsheet did to them, and whatever is wrong in them."""

from __future__ import annotations

import gzip
import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from tests.etl.tables.desk import Desk, said
from tests.x12_text import claim as x12_claim
from tests.x12_text import claims_file, remittance_file

CLAIMS = """
[claim]
patient_control_number = "Claim"
submission_date = "Sent"
charge_amount = "Charge"
payer_name = "Payer"
"""
LINES = """
[file]
dates = ["%m/%d/%Y"]
[claim]
patient_control_number = "Claim"
submission_date = "Sent"
diagnosis_codes = ["Dx"]
[service_line]
procedure_code = "CPT"
charge_amount = "Charge"
"""
PAYMENTS = """
[remittance]
payment_date = "Paid on"
trace_number = "Check"
[claim_payment]
patient_control_number = "Claim"
charge_amount = "Charge"
paid_amount = "Paid"
[[adjustment]]
carc = "Reason"
group_code = "Group"
amount = "Adjusted"
"""
HEADER = "Claim,Sent,Charge,Payer\n"
LINE_HEADER = "Claim,Sent,Dx,CPT,Charge\n"
PAID_HEADER = "Claim,Paid on,Check,Charge,Paid,Group,Reason,Adjusted\n"
ALL = "select patient_control_number, submission_date, charge_amount, payer_name from claim order by 1"
AN_AMOUNT = "an amount like 1,234.50"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def workbook(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    """An .xlsx; a date becomes a cell formatted as a date."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    day = book.add_format({"num_format": "mm/dd/yyyy"})
    for name, rows in sheets:
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(i, j, datetime(cell.year, cell.month, cell.day), day)
                else:
                    sheet.write(i, j, cell)
    book.close()
    return out.getvalue()


# --- how files are written ------------------------------------------------------------------------------------------

ROW = [("001", "2026-01-10", "1234.50", "Süd, Inc")]
WRITTEN: dict[str, bytes] = {
    "plain": (HEADER + '001,2026-01-10,1234.50,"Süd, Inc"\n').encode(),
    "a byte-order mark and CRLF": ("\ufeff" + HEADER + '001,2026-01-10,"$1,234.50","Süd, Inc"\n')
    .replace("\n", "\r\n")
    .encode(),
    "semicolons and cp1252": (HEADER.replace(",", ";") + "001;2026-01-10;1234.50;Süd, Inc\n").encode("cp1252"),
    "tabs and UTF-16": (HEADER.replace(",", "\t") + "001\t2026-01-10\t1234.50\tSüd, Inc\n").encode("utf-16"),
    "bars, no last line end": (HEADER.replace(",", "|") + "001|2026-01-10|1234.50|Süd, Inc").encode(),
    "line ends of old Macs": (HEADER + '001,2026-01-10,1234.50,"Süd, Inc"\n').replace("\n", "\r").encode(),
    "titles above, blanks and a total below": (
        "Claims by day,,,\nPrinted 1/31,,,\n,,,\n"
        + HEADER
        + '001,2026-01-10,1234.50,"Süd, Inc"\n,,,\n\nGrand Total:,,1234.50,\n'
    ).encode(),
    "header in other case and blanks": (
        ' CLAIM ,"sent ",Charge,  payer,More\n001 ,2026-01-10, 1234.50 ,"Süd, Inc ",x\n'.encode()
    ),
    "a time behind the date": (HEADER + '001,2026-01-10 08:30:00,1234.50,"Süd, Inc"\n').encode(),
    "gzip": gzip.compress((HEADER + '001,2026-01-10,1234.50,"Süd, Inc"\n').encode()),
    "parquet": b"",
    "xlsx": b"",
    "xlsx with empty rows above": b"",
}


def parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame(
        {"Claim": ["001"], "Sent": [date(2026, 1, 10)], "Charge": [1234.5], "Payer": ["Süd, Inc"], "Tags": [["a"]]}
    ).write_parquet(out)
    return out.getvalue()


WRITTEN["parquet"] = parquet()
_SHEET = [HEADER.strip().split(","), ["001", date(2026, 1, 10), 1234.5, "Süd, Inc"], ["Total", None, 1234.5]]
WRITTEN["xlsx"] = workbook(("Claims", _SHEET))
WRITTEN["xlsx with empty rows above"] = workbook(("Claims", [[], ["", "Report"], [], *_SHEET]))


@pytest.mark.parametrize("how", WRITTEN)
def test_the_same_claim_however_it_is_written(desk: Desk, how: str) -> None:
    ending = {"gzip": ".gz", "xlsx": ".xlsx"}.get(how.split()[0], "")
    report = desk.load({f"export{ending}": WRITTEN[how]}, CLAIMS)
    assert desk.rows(ALL) == ROW
    assert not report.needs_a_person()


@pytest.mark.parametrize(
    ("written", "form", "expected"),
    [
        ("1/5/2026", "%m/%d/%Y", "2026-01-05"),
        ("01/05/2026 12:00:00 AM", "%m/%d/%Y", "2026-01-05"),
        ("5.1.2026", "%d.%m.%Y", "2026-01-05"),
        ("1/5/26", "%m/%d/%y", "2026-01-05"),
        ("05-Jan-2026", "%d-%b-%Y", "2026-01-05"),
        ("20260105", "%Y%m%d", "2026-01-05"),
        ("46027", "excel", "2026-01-05"),
        ("2026-01-05", "%m/%d/%Y", "2026-01-05"),
    ],
)
def test_dates_as_the_map_says(desk: Desk, written: str, form: str, expected: str) -> None:
    desk.load({"a.csv": f"{HEADER}A1,{written},10,P\n"}, f'[file]\ndates = ["{form}"]\n{CLAIMS}')
    assert desk.rows("select submission_date from claim") == [(expected,)]


@pytest.mark.parametrize("written", ["1/5/2026", "46027", "5.1.2026", "soon", "0026-01-05"])
def test_a_date_that_the_map_does_not_name_is_wrong(desk: Desk, written: str) -> None:
    report = desk.load({"a.csv": f"{HEADER}A1,{written},10,P\n"}, CLAIMS)
    assert said(report) == [("claim.submission_date", 2, f"“{written}” in column “Sent”", "a date like 2026-04-30")]


def test_a_two_digit_year_is_not_the_year_26(desk: Desk) -> None:
    report = desk.load({"a.csv": f"{HEADER}A1,1/5/26,10,P\n"}, f'[file]\ndates = ["%m/%d/%Y"]\n{CLAIMS}')
    assert said(report) == [("claim.submission_date", 2, "“1/5/26” in column “Sent”", "a date like 04/30/2026")]


def test_a_serial_in_a_workbook_is_a_date(desk: Desk) -> None:
    desk.load({"a.xlsx": workbook(("S", [HEADER.strip().split(","), ["A1", 46027, 10, "P"]]))}, CLAIMS)
    assert desk.rows("select submission_date from claim") == [("2026-01-05",)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("(12.00)", "-12.00"), ("($1,012.50)", "-1012.50"), ("12.00-", "-12.00"), ("$ 12", "12.00"), ("−5", "-5.00")],
)
def test_amounts_as_accountants_write_them(desk: Desk, written: str, expected: str) -> None:
    desk.load({"a.csv": f'{HEADER}A1,2026-01-10,"{written}",P\n'}, CLAIMS)
    assert desk.rows("select charge_amount from claim") == [(expected,)]


def test_an_amount_that_no_sum_could_hold(desk: Desk) -> None:
    report = desk.load({"a.csv": f"{HEADER}A1,2026-01-10,100000000000,P\n"}, CLAIMS)
    assert [problem.found for _, problem in report.of("quarantined")] == ["“100000000000” in column “Charge”"]


@pytest.mark.parametrize(("written", "expected"), [("1.234,50", "1234.50"), ("12,5", "12.50"), ("(0,99)", "-0.99")])
def test_a_decimal_comma_when_the_map_says_so(desk: Desk, written: str, expected: str) -> None:
    desk.load({"a.csv": f'{HEADER}A1,2026-01-10,"{written}",P\n'}, f'[file]\ndecimal = ","\n{CLAIMS}')
    assert desk.rows("select charge_amount from claim") == [(expected,)]


def test_a_point_is_no_decimal_comma(desk: Desk) -> None:
    report = desk.load({"a.csv": f"{HEADER}A1,2026-01-10,12.50,P\n"}, f'[file]\ndecimal = ","\n{CLAIMS}')
    assert [one[2:] for one in said(report)] == [("“12.50” in column “Charge”", "an amount like 1.234,50")]


@pytest.mark.parametrize("number", ["4.5E+11", "1E+05"])
def test_a_number_that_excel_shortened_is_not_guessed(desk: Desk, number: str) -> None:
    report = desk.load({"a.csv": f"{HEADER}{number},2026-01-10,10,P\n"}, CLAIMS)
    assert [one[3] for one in said(report)] == ["the whole number; a spreadsheet shortened it"]


def test_numbers_of_a_workbook_and_of_pandas_are_whole(desk: Desk) -> None:
    floats = io.BytesIO()
    frame = {
        "Claim": [7.0, 123456789012.0],
        "Sent": ["2026-01-10"] * 2,
        "Charge": [0.1 + 0.2, 5.0],
        "Payer": ["P", None],
    }
    pl.DataFrame(frame).write_parquet(floats)
    book = workbook(("S", [HEADER.strip().split(","), [8, date(2026, 1, 10), 0.1 + 0.2, "P"]]))
    desk.load({"a.parquet": floats.getvalue(), "a.xlsx": book}, CLAIMS)
    assert desk.rows("select patient_control_number, charge_amount from claim order by 1") == [
        ("123456789012", "5.00"),
        ("7", "0.30"),
        ("8", "0.30"),
    ]


def test_the_sheet_that_the_map_names(desk: Desk) -> None:
    book = workbook(("Cover", [["Hello", "x"]]), ("Claims", _SHEET))
    desk.load({"a.xlsx": book}, f'[file]\nsheet = "Claims"\n{CLAIMS}')
    assert desk.rows(ALL) == ROW
    other = workbook(("Cover", []), ("Claims", _SHEET))
    report = desk.load({"b.xlsx": other}, f'[file]\nsheet = "Claim"\n{CLAIMS}')
    [(_, problem)] = report.problems
    assert (problem.severity, problem.found, problem.expected) == (
        "rejected",
        "no sheet “Claim”",
        "one of Cover, Claims",
    )


def test_codes_get_back_the_zeros_that_a_spreadsheet_took(desk: Desk) -> None:
    text = LINES.replace(
        'procedure_code = "CPT"', 'procedure_code = "CPT"\nplace_of_service = "POS"\nrevenue_code = "Rev"'
    )
    desk.load({"a.csv": "Claim,Sent,Dx,CPT,Charge,POS,Rev\nA1,1/5/2026,j45.909,99213,5,2,450\n"}, text)
    assert desk.rows("select place_of_service, revenue_code from service_line") == [("02", "0450")]
    assert desk.rows("select diagnosis_code from diagnosis") == [("J45909",)]


# --- rows -----------------------------------------------------------------------------------------------------------


def test_bad_rows_are_said_by_row_and_column_and_the_others_are_loaded(desk: Desk) -> None:
    report = desk.load(
        {"a.csv": HEADER + "A1,2026-01-10,10,P\n,2026-01-10,10,P\nA3,2026-01-10,ten,P\nA4,,10,P\nA5,2026-01-10,5,P\n"},
        CLAIMS,
    )
    assert sorted(said(report), key=lambda one: one[1] or 0) == [
        ("claim.patient_control_number", 3, "nothing in column “Claim”", "a value"),
        ("claim.charge_amount", 4, "“ten” in column “Charge”", AN_AMOUNT),
        ("claim.submission_date", 5, "nothing in column “Sent”", "a date like 2026-04-30"),
    ]
    assert report.to_json()["seen"]["claims"] == 5
    assert desk.rows("select patient_control_number from claim order by 1") == [("A1",), ("A5",)]


def test_a_bad_line_keeps_its_whole_claim_out(desk: Desk) -> None:
    rows = (
        "A1,1/5/2026,I10,99213,10\nA2,1/5/2026,I10,99213,10\nA2,1/5/2026,I10,99214,12.345\nA2,1/5/2026,I10,99215,10\n"
    )
    report = desk.load({"a.csv": LINE_HEADER + rows}, LINES)
    [(_, problem)] = report.problems
    assert (problem.segment, problem.claims) == (4, 1)
    assert "with all its rows" in problem.fix
    assert desk.rows("select patient_control_number, charge_amount from claim") == [("A1", "10.00")]


def test_a_bad_line_of_another_file_keeps_the_claim_out(desk: Desk) -> None:
    alone = '[service_line]\npatient_control_number = "Of"\ncharge_amount = "Amount"\nprocedure_code = "CPT"'
    lines = "Of,CPT,Amount\nA1,99213,10\nA2,99213,x\nA9,99213,5\n"
    report = desk.load({"a.csv": HEADER + "A1,2026-01-10,10,P\nA2,2026-01-10,10,P\n", "b.csv": lines}, CLAIMS, alone)
    assert [(name, p.rule, p.segment, p.claims) for name, p in report.of("quarantined")] == [
        ("b.csv", "service_line.charge_amount", 3, 1),
        ("b.csv", "no-such-claim", 4, 0),
    ]
    assert desk.rows("select patient_control_number from claim") == [("A1",)]


def test_a_word_that_the_map_does_not_translate_is_wrong(desk: Desk) -> None:
    mapped = CLAIMS.replace('"Payer"', '{ column = "Payer", values = { "Blue" = "BCBS", "Red" = "RED" } }')
    report = desk.load({"a.csv": HEADER + "A1,2026-01-10,10,BLUE\nA2,2026-01-10,10,Green\n"}, mapped)
    assert said(report) == [("claim.payer_name", 3, "“Green” in column “Payer”", "one of Blue, Red")]
    assert desk.rows("select payer_name from claim") == [("BCBS",)]


def test_who_the_patient_is_is_not_quoted(desk: Desk) -> None:
    report = desk.load(
        {"a.csv": "Claim,Sent,Charge,Payer,DOB\nA1,2026-01-10,10,P,Jane Doe\n"}, CLAIMS + 'patient_birth_date = "DOB"'
    )
    assert [one[2] for one in said(report)] == ["a value in column “DOB”"]


def test_a_whole_column_in_another_format_is_told_shortly(desk: Desk) -> None:
    rows = "".join(f"A{i},1/5/2026,10,P\n" for i in range(500))
    report = desk.load({"a.csv": HEADER + rows}, CLAIMS)
    assert len(report.problems) == 101
    assert report.problems[-1][1].found == "400 more rows that are wrong in column “Sent”"
    assert report.kept_out("quarantined")["claims"] == 500


# --- what comes again -----------------------------------------------------------------------------------------------


def test_an_overlapping_export_counts_once_and_says_so(desk: Desk) -> None:
    january = "A1,1/5/2026,I10,99213,10\nA1,1/5/2026,I10,99214,20\nA2,1/5/2026,I10,99213,10\n"
    desk.load({"a.csv": LINE_HEADER + january}, LINES)
    report = desk.load({"b.csv": LINE_HEADER + january + "A3,2/5/2026,I10,99213,5\n"}, LINES)
    assert [(p.severity, p.rule, p.claims) for _, p in report.problems] == [("duplicate", "duplicate-claim", 2)]
    assert desk.rows("select patient_control_number, charge_amount from claim order by 1") == [
        ("A1", "30.00"),
        ("A2", "10.00"),
        ("A3", "5.00"),
    ]


def test_a_claim_with_another_line_is_another_version(desk: Desk) -> None:
    desk.load({"a.csv": LINE_HEADER + "A1,1/5/2026,I10,99213,10\n"}, LINES)
    desk.load({"b.csv": LINE_HEADER + "A1,1/5/2026,I10,99214,10\n"}, LINES)
    assert desk.rows(
        "select count(*), count(distinct root_id) from claim join root using (patient_control_number)"
    ) == [(2, 1)]


def test_a_claim_that_came_as_an_837_counts_once(desk: Desk) -> None:
    sent = claims_file(x12_claim("A1", ("99213", "100"), day="20260105"), sent="20260110")
    mapped = CLAIMS.replace('payer_name = "Payer"', "")
    report = desk.load({"a.837": sent, "b.csv": HEADER + "A1,2026-01-10,100,P\nA2,2026-01-10,100,P\n"}, mapped)
    assert report.kept_out("duplicate")["claims"] == 1
    assert desk.rows("select patient_control_number from claim order by 1") == [("A1",), ("A2",)]


def test_a_payment_that_came_as_an_835_counts_once(desk: Desk) -> None:
    paid = remittance_file("CLP*A1*1*100*80*0*CI*I1\nCAS*CO*45*20", trace="T1", deposit="80")
    [[day]] = (desk.load({"a.835": paid}), desk.rows("select payment_date from remittance"))[1]
    report = desk.load({"b.csv": f"{PAID_HEADER}A1,{day},T1,100,80,CO,45,20\n"}, PAYMENTS)
    assert report.kept_out("duplicate")["claim_payments"] == 1
    assert desk.rows("select sum(paid_amount) from claim_payment") == [("80.00",)]


@pytest.mark.parametrize(("check", "seen"), [("", 1), ("T9", 1), ("T8", 0)])
def test_an_835_of_a_payment_that_came_in_an_export_counts_once(desk: Desk, check: str, seen: int) -> None:
    """Another check of the same day and amounts is another payment."""
    desk.load({"a.csv": f"{PAID_HEADER}A1,2026-02-03,{check},100,80,CO,45,20\n"}, PAYMENTS)
    paid = remittance_file("CLP*A1*1*100*80*0*CI*I1\nCAS*CO*45*20", "20260203", trace="T9", deposit="80")
    report = desk.load({"b.835": paid})
    assert report.kept_out("duplicate")["claim_payments"] == seen
    assert desk.rows("select count(*) from claim_payment") == [(2 - seen,)]


def test_an_835_that_shares_only_some_payments_with_an_export_is_said(desk: Desk) -> None:
    desk.load({"a.csv": f"{PAID_HEADER}A1,2026-02-03,,100,80,CO,45,20\n"}, PAYMENTS)
    payments = "CLP*A1*1*100*80*0*CI*I1\nCAS*CO*45*20\nCLP*A2*1*50*50*0*CI*I2"
    both = remittance_file(payments, "20260203", trace="T9", deposit="130")
    report = desk.load({"b.835": both})
    assert [(p.rule, p.found) for _, p in report.of("flagged")] == [
        ("exported-before", "1 of 2 claim payments that were loaded from an export before")
    ]
    assert desk.rows("select count(*) from claim_payment") == [(3,)]


def test_a_payment_that_arrives_in_two_exports_is_paid_once_and_wholly(desk: Desk) -> None:
    first = "A1,2026-02-03,T1,100,80,CO,45,20\n"
    desk.load({"a.csv": PAID_HEADER + first}, PAYMENTS)
    desk.load({"b.csv": PAID_HEADER + first + "A2,2026-02-03,T1,50,50,,,\n"}, PAYMENTS)
    assert desk.rows("select sum(deposit_amount) from remittance") == [("130.00",)]
    assert desk.rows("select patient_control_number from claim_payment order by 1") == [("A1",), ("A2",)]


def test_a_deposit_that_grows_is_not_counted_twice(desk: Desk) -> None:
    mapped = PAYMENTS.replace('"Check"', '"Check"\ndeposit_amount = "Deposit"')
    header = "Deposit," + PAID_HEADER
    desk.load({"a.csv": header + "130,A1,2026-02-03,T1,100,80,CO,45,20\n"}, mapped)
    report = desk.load(
        {"b.csv": header + "130,A1,2026-02-03,T1,100,80,CO,45,20\n130,A2,2026-02-03,T1,50,50,,,\n"}, mapped
    )
    assert [(p.rule, p.claim_payments) for _, p in report.of("quarantined")] == [("payment-grew", 1)]
    assert desk.rows("select sum(deposit_amount) from remittance") == [("130.00",)]


def test_the_same_bytes_are_counted_as_what_they_were(desk: Desk) -> None:
    desk.load({"a.csv": HEADER + "A1,2026-01-10,10,P\nA1,2026-01-10,10,P\n"}, CLAIMS)
    report = desk.load({"copy.csv": HEADER + "A1,2026-01-10,10,P\nA1,2026-01-10,10,P\n"}, CLAIMS)
    assert [(p.rule, p.claims) for _, p in report.problems] == [("duplicate-file", 2)]


def test_what_a_payment_does_not_explain_is_out_of_balance(desk: Desk) -> None:
    report = desk.load({"a.csv": PAID_HEADER + "A1,2026-02-03,T1,100,70,CO,45,20\n"}, PAYMENTS)
    assert [(one["rule"], one["unit"], one["segment"], one["difference"]) for one in report.unbalanced] == [
        ("claim_payment_balance", "row", 2, "10.00")
    ]


def test_two_lines_that_look_the_same_stay_two(desk: Desk) -> None:
    mapped = """
    [remittance]
    payment_date = "day"
    [claim_payment]
    patient_control_number = "claim"
    [service_payment]
    procedure_code = "cpt"
    charge_amount = "charge"
    paid_amount = "paid"
    [adjustment]
    carc = "reason"
    amount = "amount"
    """
    twice = "2026-02-03,A1,97110,50,40,CO-45,8\n2026-02-03,A1,97110,50,40,PR-2,2\n" * 2
    report = desk.load({"a.csv": "day,claim,cpt,charge,paid,reason,amount\n" + twice}, mapped)
    assert report.unbalanced == []
    assert desk.rows("select charge_amount, paid_amount from claim_payment") == [("100.00", "80.00")]
    assert desk.rows("select service_payment_id, group_code, carc from adjustment order by 1, 2") == [
        (1, "CO", "45"),
        (1, "PR", "2"),
        (2, "CO", "45"),
        (2, "PR", "2"),
    ]


def test_a_side_file_may_be_a_workbook(desk: Desk) -> None:
    rows = [["claim_id", "date", "kind", "amount"], ["007", date(2026, 1, 5), "copay", 20]]
    desk.load({"payments.xlsx": workbook(("S", rows))})
    assert desk.rows("from patient_transaction") == [("007", "2026-01-05", "copay", "20.00")]
