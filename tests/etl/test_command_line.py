"""The commands that fill and ask the warehouse: exit codes and JSON shapes are a contract that scripts rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from etl import cli, maturity_cli
from etl.errors import UserError
from etl.measures import MEASURES
from etl.progress import Progress
from tests.x12_text import claim, claims_file, remittance_file

Run = Callable[..., Result]

CLAIMS = claims_file(claim("A1", ("99213", "100")) + "\n" + claim("A2", ("99214", "50")))
PAID = remittance_file(
    "CLP*A1*4*100*0*0*CI*I1\nSVC*HC:99213*100*0\nCAS*CO*197*100\nCLP*A2*1*50*40*0*CI*I2\nSVC*HC:99214*50*40\nCAS*CO*45*10"
)
DAMAGED = remittance_file("CLP*A3*1*100*12,50*0*CI*I3", trace="T3", deposit="12.50")
UNBALANCED = remittance_file("CLP*A4*1*100*80*0*CI*I4\nCAS*CO*45*19", trace="T4")


@pytest.fixture(scope="module")
def run() -> Run:
    """Runs a command; a UserError comes out as it does in the whole program, where it is turned into exit code 2."""
    app = typer.Typer()
    cli.register(app)
    maturity_cli.register(app)
    runner = CliRunner()

    def call(*arguments: object) -> Result:
        result = runner.invoke(app, [str(one) for one in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    """A warehouse in which nothing needs a person."""
    folder = tmp_path_factory.mktemp("books")
    (folder / "a.837").write_bytes(CLAIMS)
    (folder / "b.835").write_bytes(PAID)
    assert run("load", folder, "--db", folder / "w.duckdb").exit_code == 0
    return folder / "w.duckdb"


def inbox(folder: Path, **files: bytes) -> Path:
    folder = folder / "in"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def read(result: Result) -> Any:
    return json.loads(result.stdout)


# --- load -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [[""], ["a.837", " "], ["--watch", ""]])
def test_an_empty_path_is_wrong_usage(named: list[str], run: Run) -> None:
    """Path makes it this folder: `load "$INBOX"` of a script that forgot the variable would load whatever is here."""
    with pytest.raises(UserError, match="path is empty"):
        run("load", *named)


def test_load_ends_with_0_and_reports_what_it_added(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, a=CLAIMS, b=PAID), "--db", tmp_path / "w.duckdb", "--format", "json")
    report = read(result)
    assert result.exit_code == 0
    expected = {
        "files": 2,
        "claims": 2,
        "service_lines": 2,
        "remittances": 1,
        "claim_payments": 2,
        "seen": {"claims": 2, "claim_payments": 2},
        "duplicates": 0,
        "quarantined": [],
        "unbalanced": [],
    }
    assert {name: report[name] for name in expected} == expected


def test_load_ends_with_1_when_something_is_quarantined(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, a=CLAIMS, c=DAMAGED), "--db", tmp_path / "w.duckdb", "--format", "json")
    report = read(result)
    assert (result.exit_code, report["claims"], report["seen"]) == (1, 2, {"claims": 2, "claim_payments": 1})
    [problem] = report["quarantined"]
    expected = {
        "file": "c",
        "segment": 9,
        "rule": "not-a-number",
        "found": "CLP04 “12,50”",
        "expected": "a decimal like 12.50",
    }
    assert {name: problem[name] for name in expected} == expected


def test_load_ends_with_1_when_books_do_not_balance_but_loads_them(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, d=UNBALANCED), "--db", tmp_path / "w.duckdb", "--format", "json")
    report = read(result)
    assert (result.exit_code, report["claim_payments"], report["quarantined"]) == (1, 1, [])
    assert report["unbalanced"] == [
        {
            "file": "d",
            "segment": 9,
            "unit": "segment",
            "rule": "claim_payment_balance",
            "found": "100.00",
            "expected": "99.00",
            "difference": "1.00",
        }
    ]


def test_load_ends_with_2_when_nothing_could_be_read(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, e=b"%PDF-1.7"), "--db", tmp_path / "w.duckdb")
    assert result.exit_code == 2
    assert "e: no-interchange: found a PDF; expected an X12 interchange" in result.stdout


def test_load_again_ends_with_0_and_says_duplicate(tmp_path: Path, run: Run) -> None:
    folder = inbox(tmp_path, a=CLAIMS)
    run("load", folder, "--db", tmp_path / "w.duckdb")
    result = run("load", folder, "--db", tmp_path / "w.duckdb", "--format", "json")
    report = read(result)
    assert (result.exit_code, report["claims"], report["duplicates"], report["seen"]["claims"]) == (0, 0, 1, 2)


def test_a_message_says_file_segment_found_expected_and_what_to_do(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, c=DAMAGED), "--db", tmp_path / "w.duckdb")
    assert (
        "quarantined: c, segment 9: not-a-number: found CLP04 “12,50”; expected a decimal like 12.50. "
        "Transaction set 0001 was quarantined." in result.stdout
    )
    assert "Of 1 claim payments seen: 0 loaded, 0 duplicate, 1 quarantined." in result.stdout


def test_load_reports_as_csv(tmp_path: Path, run: Run) -> None:
    result = run("load", inbox(tmp_path, a=CLAIMS), "--db", tmp_path / "w.duckdb", "--format", "csv")
    assert result.stdout.splitlines()[:3] == ["what,count", "files,1", "claims,2"]


def test_a_missing_path_is_a_user_error(tmp_path: Path, run: Run) -> None:
    with pytest.raises(UserError, match="no such file or folder"):
        run("load", tmp_path / "nothing", "--db", tmp_path / "w.duckdb")


# --- status -----------------------------------------------------------------------------------------------------------


def test_status_ends_with_0_when_nothing_needs_a_person(books: Path, run: Run) -> None:
    result = run("status", "--db", books, "--format", "json")
    report = read(result)
    assert result.exit_code == 0
    expected = {"files": 2, "claims": 2, "service_lines": 2, "remittances": 1, "claim_payments": 2, "duplicates": 0}
    assert {name: report[name] for name in expected} == expected
    assert (report["quarantined"], report["unbalanced"], report["data_through"]) == ([], [], "2026-02-01")


def test_status_lists_what_is_quarantined_and_ends_with_1(tmp_path: Path, run: Run) -> None:
    run("load", inbox(tmp_path, c=DAMAGED, d=UNBALANCED), "--db", tmp_path / "w.duckdb")
    result = run("status", "--db", tmp_path / "w.duckdb", "--format", "json")
    report = read(result)
    assert result.exit_code == 1
    assert [(p["file"], p["segment"], p["rule"]) for p in report["quarantined"]] == [("c", 9, "not-a-number")]
    assert [(p["file"], p["rule"]) for p in report["unbalanced"]] == [("d", "claim_payment_balance")]


def test_status_in_words_says_which_side_files_are_missing(books: Path, run: Run) -> None:
    words = run("status", "--db", books).stdout
    assert "Missing: work_log.csv fills charge lag" in words
    assert "Nothing needs a person" in words


def test_status_without_a_warehouse_is_a_user_error(tmp_path: Path, run: Run) -> None:
    with pytest.raises(UserError, match="There is no warehouse"):
        run("status", "--db", tmp_path / "none.duckdb")


# --- quarantine and unload --------------------------------------------------------------------------------------------


def test_quarantine_list_ends_with_1_while_something_is_in_it(tmp_path: Path, run: Run, books: Path) -> None:
    run("load", inbox(tmp_path, c=DAMAGED), "--db", tmp_path / "w.duckdb")
    result = run("quarantine", "list", "--db", tmp_path / "w.duckdb", "--format", "json")
    [row] = read(result)
    assert (result.exit_code, row["issue"], row["file"], row["claim_payments"]) == (1, 1, "c", 1)
    assert "cleanclaim quarantine show N" in run("quarantine", "list", "--db", tmp_path / "w.duckdb").stdout
    empty = run("quarantine", "list", "--db", books)
    assert (empty.exit_code, empty.stdout) == (0, "Nothing is quarantined.\n")


def test_quarantine_show_marks_the_bad_segment(tmp_path: Path, run: Run) -> None:
    run("load", inbox(tmp_path, c=DAMAGED), "--db", tmp_path / "w.duckdb")
    result = run("quarantine", "show", 1, "--db", tmp_path / "w.duckdb")
    assert (result.exit_code, ">      9  CLP*A3*1*100*12,50*0*CI*A9" in result.stdout) == (0, True)
    assert "CI*I3" in run("quarantine", "show", 1, "--reveal", "--db", tmp_path / "w.duckdb").stdout


def test_quarantine_retry_loads_what_was_mended_and_says_that_it_is_closed(tmp_path: Path, run: Run) -> None:
    db, folder = tmp_path / "w.duckdb", inbox(tmp_path, c=DAMAGED)
    run("load", folder, "--db", db)
    assert run("quarantine", "retry", "--db", db).exit_code == 1
    (folder / "c").write_bytes(DAMAGED.replace(b"12,50", b"12.50"))
    result = run("quarantine", "retry", 1, "--db", db)
    assert "closed: quarantine 1 (c, segment 9: not-a-number) came mended in c." in result.stdout
    assert run("quarantine", "list", "--db", db).exit_code == 0
    assert run("quarantine", "retry", "--db", db).exit_code == 0


def test_quarantine_retry_names_a_file_that_is_gone(tmp_path: Path, run: Run) -> None:
    folder = inbox(tmp_path, c=DAMAGED)
    run("load", folder, "--db", tmp_path / "w.duckdb")
    (folder / "c").unlink()
    result = run("quarantine", "retry", "--db", tmp_path / "w.duckdb")
    assert (result.exit_code, "c is no longer where it was" in result.stderr) == (1, True)


def test_unload_says_what_went_and_ends_with_1_when_something_must_come_again(tmp_path: Path, run: Run) -> None:
    db = tmp_path / "w.duckdb"
    run("load", inbox(tmp_path, a=CLAIMS, b=PAID, z=CLAIMS), "--db", db)
    result = run("unload", "b", "--db", db, "--format", "json")
    assert (result.exit_code, read(result)["removed"]["claim_payment"], read(result)["load_again"]) == (0, 2, [])
    result = run("unload", "a", "--db", db)
    assert (result.exit_code, "Load z again" in result.stdout) == (1, True)


def test_unload_of_an_unknown_file_is_a_user_error(books: Path, run: Run) -> None:
    with pytest.raises(UserError, match="No file named nothing"):
        run("unload", "nothing", "--db", books)


# --- progress ---------------------------------------------------------------------------------------------------------


def test_progress_is_plain_lines_on_stderr_when_that_is_no_terminal(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.progress._EVERY", {True: 0.0, False: 0.0})
    result = run("load", inbox(tmp_path, a=CLAIMS, b=PAID), "--db", tmp_path / "w.duckdb", "--format", "json")
    lines = result.stderr.splitlines()
    assert lines[-1].startswith("Loaded 2 files into ") and "\x1b" not in result.stderr
    assert lines[-2].startswith("100 %, 0 of 0 MB, 4 claims, counting")
    assert read(result)["files"] == 2


def test_progress_on_a_terminal_rewrites_its_line_and_says_the_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("etl.progress._EVERY", {True: 0.0, False: 0.0})
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    progress = Progress()
    progress.started -= 10
    progress("era.835", 250_000_000, 500_000_000, 1_234)
    assert capsys.readouterr().err == "\r\x1b[K 50 %, 250 of 500 MB, 1,234 claims, era.835, about 10 s left"


# --- measure ----------------------------------------------------------------------------------------------------------


def test_money_is_a_string_with_cents_and_a_rate_a_number(books: Path, run: Run) -> None:
    rows = read(run("measure", "denied_amount", "initial_denial_rate", "--db", books, "--format", "json"))
    assert rows == [
        {"measure": "denied_amount", "unit": "money", "numerator": "100.00", "denominator": None, "value": "100.00"},
        {"measure": "initial_denial_rate", "unit": "rate", "numerator": 1, "denominator": 2, "value": 0.5},
    ]


def test_a_dimension_is_a_column_and_a_filter_holds(books: Path, run: Run) -> None:
    arguments = ("measure", "denied_amount", "--db", books, "--by", "group_carc", "--format", "json")
    [row] = read(run(*arguments, "--where", "payer_id=P1"))
    assert (row["group_carc"], row["value"]) == ("CO-197", "100.00")
    assert read(run(*arguments, "--where", "payer_id=P9")) == []


def test_an_empty_denominator_gives_null(books: Path, run: Run) -> None:
    [row] = read(run("measure", "initial_denial_rate", "--db", books, "--from", "2027-01-01", "--format", "json"))
    assert (row["numerator"], row["denominator"], row["value"]) == (0, 0, None)


def test_csv_is_a_header_and_rows(books: Path, run: Run) -> None:
    result = run("measure", "denied_amount", "--db", books, "--format", "csv")
    assert result.stdout == "measure,unit,numerator,denominator,value\ndenied_amount,money,100.00,,100.00\n"


def test_a_table_is_for_people(books: Path, run: Run) -> None:
    header, rule, row = run("measure", "denied_amount", "--db", books).stdout.splitlines()
    assert (header.split(), set(rule) <= {"-", " "}) == (["measure", "unit", "numerator", "denominator", "value"], True)
    assert row.split() == ["denied_amount", "money", "100.00", "100.00"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nonsense",), "No such measure: nonsense"),
        (("denied_amount", "--by", "shoe_size"), "shoe_size"),
        (("denied_amount", "--by", "payer_id; drop table claim"), "drop table"),
        (("denied_amount", "--where", "payer_id"), "expected DIM=VALUE"),
        (("denied_amount", "--where", "shoe_size=9"), "shoe_size"),
        (("denied_amount", "--from", "01.02.2026"), "expected a day like"),
        (("denied_amount", "--as-of", "yesterday"), "expected a day like"),
    ],
)
def test_wrong_questions_are_user_errors(books: Path, run: Run, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        run("measure", *arguments, "--db", books)


@pytest.mark.parametrize(
    "arguments",
    [
        ("load",),
        ("load", "x", "--watch", "y"),
        ("quarantine", "show"),
        ("measure",),
        ("measure", "denied_amount", "--age-from", "birth"),
        ("status", "--format", "xml"),
        ("no",),
    ],
)
def test_wrong_usage_ends_with_2_without_a_traceback(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "command", ["sample", "load", "status", "unload", "quarantine", "measures", "measure", "definitions", "docs"]
)
def test_every_command_has_help(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert (result.exit_code, len(result.stdout) > 200) == (0, True)


def test_measures_lists_the_catalogue(run: Run) -> None:
    rows = read(run("measures", "--format", "json"))
    assert [row["measure"] for row in rows] == list(MEASURES)
    assert set(rows[0]) == {"measure", "label", "unit", "definition", "formula", "better", "source", "caveat",
                            "benchmark", "date", "dimensions"}  # fmt: skip
    assert "Benchmark:" in run("measures").stdout


def test_a_sample_needs_a_new_folder(tmp_path: Path, run: Run) -> None:
    with pytest.raises(UserError, match="is not empty"):
        run("sample", inbox(tmp_path, a=CLAIMS))


def test_maturity_says_how_many_claims_are_answered(books: Path, run: Run) -> None:
    rows = read(run("maturity", "initial_denial_rate", "denied_amount", "--db", books, "--format", "json"))
    assert {row["measure"] for row in rows} == {"initial_denial_rate", "denied_amount"}
    whole = read(run("measure", "claims_adjudicated", "--db", books, "--format", "json"))[0]["value"]
    rates = [row for row in rows if row["measure"] == "initial_denial_rate"]
    assert sum(row["answered"] for row in rates) == sum(row["denominator"] for row in rates) == whole
    assert all(row["is_provisional"] and row["completed"] is None for row in rows)  # too little history
    with pytest.raises(UserError, match="deposit_amount cannot be followed by when claims were sent"):
        run("maturity", "deposit_amount", "--db", books)
