"""The side files: checked row by row, loaded once, whatever a spreadsheet made of them."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl import quarantine
from etl.errors import Problem
from etl.load import load
from etl.load_report import LoadReport
from etl.tables import side_rows
from etl.tables.recognise import Table, recognise
from etl.warehouse.store import open_reader
from tests.x12_text import plain

WORK_LOG = "claim_id,coder_id,biller_id,coded_at,charge_entered_at,submitted_at\n"
STAFF = "staff_id,role,team,employment,credential\n"
AUDIT = "claim_id,line_number,auditor_id,audited_on,field,coded_value,audited_value\n"
MONEY = "claim_id,date,kind,amount\n"
AN_AMOUNT = "an amount like 1,234.50"


class Desk:
    """A folder and a warehouse: `put` writes a file and loads it, `rows` reads a table."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.db = folder, folder / "warehouse.duckdb"

    def put(self, text: str | bytes, name: str = "export.csv") -> LoadReport:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load([path], self.db)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        connection: duckdb.DuckDBPyConnection = open_reader(self.db)
        return connection.execute(sql).fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def said(report: LoadReport) -> list[tuple[str, int | None, str, str]]:
    return [(p.rule, p.segment, p.found, p.expected) for _, p in report.problems if p.severity == "quarantined"]


def read(text: str) -> tuple[pl.DataFrame, list[Problem]]:
    """A side file's good rows and what is wrong with the others, without a warehouse."""
    found = recognise(lambda: io.BytesIO(text.encode()), [])
    assert isinstance(found, Table) and found.side_file is not None
    return side_rows.read(found.side_file, found.header, found.batches)


def cells(text: str, *names: str) -> list[tuple[object, ...]]:
    """These columns of a side file in which nothing is wrong."""
    rows, problems = read(text)
    assert problems == []
    return [tuple(map(plain, row)) for row in rows.select(names).iter_rows()]


# --- rows -----------------------------------------------------------------------------------------------------------


def test_a_bad_row_is_quarantined_and_the_others_are_loaded(desk: Desk) -> None:
    report = desk.put(
        MONEY + "A1,2026-01-05,copay,20\nA2,05.01.2026,copay,20\nA3,2026-01-05,gift,20\n,2026-01-05,copay,20\n"
        "A5,2026-01-05,copay,twenty\nA6,2026-01-05,copay,\nA7,2026-01-06,refund,7.50\n"
    )
    kinds = "one of copay, patient_payment, refund, write_off, collections"
    assert sorted(said(report), key=lambda one: one[1] or 0) == [
        ("patient_transaction.date", 3, "“05.01.2026” in column “date”", "a date like 2026-04-30"),
        ("patient_transaction.kind", 4, "“gift” in column “kind”", kinds),
        ("patient_transaction.claim_id", 5, "nothing in column “claim_id”", "a value"),
        ("patient_transaction.amount", 6, "“twenty” in column “amount”", AN_AMOUNT),
        ("patient_transaction.amount", 7, "nothing in column “amount”", AN_AMOUNT),
    ]
    assert desk.rows("select claim_id, amount::varchar from patient_transaction order by 1") == [
        ("A1", "20.00"),
        ("A7", "7.50"),
    ]


@pytest.mark.parametrize("amount", ["12,50", '"12,50"', "12.345", "1,2,3", '"1,23.00"', "€5", "1e"])
def test_an_amount_that_could_mean_two_things_is_quarantined(amount: str) -> None:
    """12,50 is twelve and a half in a German spreadsheet; read as 1250 it would be a hundred times too much."""
    text = MONEY.replace(",", ";") + f"A1;2026-01-05;copay;{amount}\n"
    rows, problems = read(text)
    assert (rows.height, [(p.rule, p.found, p.expected) for p in problems]) == (
        0,
        [("patient_transaction.amount", f"“{amount.strip(chr(34))}” in column “amount”", AN_AMOUNT)],
    )


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("12.5", "12.50"),
        ("$12.50", "12.50"),
        ("-3", "-3.00"),
        ('"1,234.50"', "1234.50"),
        ('"$1,234,567"', "1234567.00"),
    ],
)
def test_amounts_as_people_write_them(amount: str, expected: str) -> None:
    assert cells(f"{MONEY}A1,2026-01-05,copay,{amount}\n", "amount") == [(expected,)]


def test_staff_and_audits_have_fixed_words() -> None:
    _, problems = read(STAFF + "C1,coder,n,in_house,CPC\nC2,manager,n,in_house,CPC\nC3,both,n,freelance,\n")
    assert [(p.rule, p.segment, p.found, p.expected) for p in problems] == [
        ("staff.role", 3, "“manager” in column “role”", "one of coder, biller, both"),
        ("staff.employment", 4, "“freelance” in column “employment”", "one of in_house, outsourced"),
    ]
    _, problems = read(AUDIT + "A1,one,X,2026-01-05,procedure,99213,99214\n")
    assert [(p.rule, p.segment, p.found) for p in problems] == [
        ("coding_audit.line_number", 2, "“one” in column “line_number”")
    ]


# --- what spreadsheets do -------------------------------------------------------------------------------------------


def test_a_csv_from_excel_with_semicolons_and_a_byte_order_mark() -> None:
    text = "\ufeff" + (MONEY + "A1,2026-01-05,copay,20.00\n").replace(",", ";").replace("\n", "\r\n")
    assert cells(text, "claim_id", "date", "kind", "amount") == [("A1", "2026-01-05", "copay", "20.00")]


def test_header_in_another_order_case_and_with_further_columns() -> None:
    text = '"Amount",Kind,Note,DATE,Claim_ID\n20,copay,"said: ""thanks""",2026-01-05,A1\n'
    assert cells(text, "claim_id", "amount") == [("A1", "20.00")]


def test_quotes_commas_and_blanks_in_values() -> None:
    text = STAFF + 'C1 , coder,"North, East",in_house,CPC\n'
    assert cells(text, "staff_id", "role", "team") == [("C1", "coder", "North, East")]


def test_timestamps_count_as_days() -> None:
    text = WORK_LOG + "A1,C1,B1,2026-01-05 08:30:00,2026-01-06T09:00:00,2026-01-07\n"
    assert cells(text, "coded_at", "charge_entered_at") == [("2026-01-05", "2026-01-06")]


def test_an_export_with_a_header_only_is_loaded_and_empty(desk: Desk) -> None:
    report = desk.put(MONEY)
    assert (report.files, report.problems, desk.rows("from patient_transaction")) == (1, [], [])


@pytest.mark.parametrize("tail", ['A2,2026-01-05,copay,"20\n', "A2\n", "A2,2026-01-05,copay,20,extra\n", "\x00\n"])
def test_a_mangled_row_never_stops_the_others(tail: str) -> None:
    rows, _ = read(MONEY + "A1,2026-01-05,copay,20\n" + tail)
    assert "A1" in rows["claim_id"].to_list()


# --- loading again --------------------------------------------------------------------------------------------------


def test_an_overlapping_export_does_not_double(desk: Desk) -> None:
    january = "A1,2026-01-05,copay,20\nA2,2026-01-06,copay,30\n"
    desk.put(MONEY + january)
    report = desk.put(MONEY + january + "A3,2026-02-01,copay,40\n")
    assert report.rows["patient_transaction"] == 1
    assert desk.rows("select count(*), sum(amount)::varchar from patient_transaction") == [(3, "90.00")]


def test_two_equal_rows_in_one_file_stay_two(desk: Desk) -> None:
    twice = "A1,2026-01-05,copay,20\n" * 2
    desk.put(MONEY + twice)
    desk.put(MONEY + twice + "A2,2026-01-05,copay,20\n")
    desk.put(MONEY + "A1,2026-01-05,copay,20\n")
    assert desk.rows("select claim_id, count(*) from patient_transaction group by 1 order by 1") == [
        ("A1", 2),
        ("A2", 1),
    ]


def test_empty_cells_do_not_make_a_row_new(desk: Desk) -> None:
    desk.put(AUDIT + "A1,0,,2026-01-05,drg,291,\n")
    desk.put(AUDIT + "A1,0,,2026-01-05,drg,291,\nA2,0,,2026-01-05,drg,291,\n")
    assert desk.rows("select claim_id from coding_audit order by 1") == [("A1",), ("A2",)]


def test_a_later_work_log_replaces_the_row_of_a_claim(desk: Desk) -> None:
    desk.put(WORK_LOG + "A1,C1,B1,2026-01-05,2026-01-06,2026-01-07\nA2,C1,B1,2026-01-05,2026-01-06,2026-01-07\n")
    desk.put(WORK_LOG + "A1,C2,B2,2026-01-05,2026-01-08,2026-01-09\n")
    assert desk.rows("select claim_id, coder_id, charge_entered_at::varchar from work_log order by 1") == [
        ("A1", "C2", "2026-01-08"),
        ("A2", "C1", "2026-01-06"),
    ]


def test_the_last_row_of_a_claim_in_one_file_counts(desk: Desk) -> None:
    desk.put(WORK_LOG + "".join(f"A1,C{i},B1,2026-01-05,2026-01-06,2026-01-07\n" for i in range(50)))
    assert desk.rows("select coder_id from work_log") == [("C49",)]


def test_the_same_export_twice_is_a_duplicate(desk: Desk) -> None:
    desk.put(MONEY + "A1,2026-01-05,copay,20\n")
    report = desk.put(MONEY + "A1,2026-01-05,copay,20\n", "other name.csv")
    assert [(p.severity, p.rule) for _, p in report.problems] == [("duplicate", "duplicate-file")]
    assert not report.needs_a_person()


@pytest.mark.parametrize("first", ["DOE,JANE,1980-02-29,M0001", "DOE|JANE|120.50", "99213\tDOE\tJANE"])
def test_a_row_in_the_place_of_the_header_is_not_repeated(tmp_path: Path, first: str) -> None:
    (tmp_path / "export.csv").write_text(f"{first}\n{first}\n")
    report = load([tmp_path / "export.csv"], tmp_path / "w.duckdb")
    [(_, problem)] = report.problems
    assert (problem.rule, problem.found) == ("unknown-table", "a table without a header")
    assert "DOE" not in "\n".join(quarantine.show(open_reader(tmp_path / "w.duckdb"), 1, reveal=False))


def test_a_table_with_strange_columns_says_which_columns_there_should_be(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("Claim No,Coder Name\n1,2\n")
    report = load([tmp_path / "export.csv"], tmp_path / "w.duckdb")
    [(_, problem)] = report.problems
    assert problem.rule == "unknown-table"
    assert problem.found == "a table with the columns Claim No, Coder Name"
    assert "work_log: claim_id, coder_id, biller_id" in problem.expected
    assert report.unreadable()


def test_a_schedule_that_contradicts_itself_or_names_nobody_is_said(desk: Desk) -> None:
    report = desk.put(
        "payer,procedure_code,modifier,effective_from,effective_to,allowed_amount\n"
        "P1,99213,,2025-01-01,2026-02-28,90.00\nP1,99213,,2026-01-01,,95.00\nP1,99213,25,2025-01-01,,99.00\n"
        "P1,99214,,2025-01-01,,cheap\n"
    )
    assert said(report) == [
        ("allowed_schedule.allowed_amount", 5, "“cheap” in column “allowed_amount”", AN_AMOUNT),
    ]
    flagged = [(p.rule, p.found) for _, p in report.problems if p.severity == "flagged"]
    assert flagged == [
        ("schedule-payer", "3 rows for the payer “P1”"),
        ("schedule-overlap", "99213 of payer P1 from 2025-01-01 until 2026-02-28, and from 2026-01-01"),
    ]
    assert all(p.fix for _, p in report.problems)
    # corrected: the row of the same day replaces the old one, and nothing overlaps any more
    mended = desk.put(
        "payer,procedure_code,effective_from,effective_to,allowed_amount\nP1,99213,2025-01-01,2025-12-31,90.00\n",
        "new.csv",
    )
    assert [p.rule for _, p in mended.problems] == ["schedule-payer"]
    assert desk.rows("select count(*) from allowed_schedule") == [(3,)]
