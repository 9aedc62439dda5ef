"""Maps that are wrong are said before anything is read; maps that do not fit say what is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.cli import app
from etl.errors import UserError
from etl.tables.column_map import parse, read_maps
from etl.tables.starter import starter_map
from tests.etl.tables.desk import Desk

CLAIMS = '[claim]\npatient_control_number = "Claim"\nsubmission_date = "Sent"\ncharge_amount = "Charge"\n'
EXAMPLES = Path(__file__).parent / "examples"

WRONG = {
    "no TOML": ("[claim", "m.toml: not valid TOML"),
    "nothing in it": ("", "no section; expected one of claim, service_line"),
    "an unknown table": (
        '[claims]\na = "b"',
        r"section claims: not known \(nearest: “claim”.*\). Known: claim, service_line",
    ),
    "an unknown column": (
        CLAIMS + 'payer_nam = "Payer"',
        r"\[claim\] payer_nam: not known \(nearest: “payer_name”, “payer_id”\). Known: submission_date",
    ),
    "an unknown key of a source": (
        CLAIMS + 'payer_name = { colum = "P" }',
        r"payer_name colum: not known \(nearest: “column”",
    ),
    "an unknown key of the file": ('[file]\ndate = ["%Y"]\n' + CLAIMS, r"\[file\] date: not known \(nearest: “dates”"),
    "a needed column left out": (
        '[claim]\npatient_control_number = "Claim"',
        r"\[claim\] lacks submission_date, charge_amount, which every row must have",
    ),
    "a payment without its day": (
        '[claim_payment]\npatient_control_number = "C"\ncharge_amount = "A"\npaid_amount = "B"',
        r"needs a section \[remittance\] with payment_date",
    ),
    "lines of nothing": (
        '[service_line]\ncharge_amount = "C"',
        r"\[service_line\] needs a section \[claim\], or patient_control",
    ),
    "two families in one row": (CLAIMS + '[work_log]\nclaim_id = "C"', "cannot be filled by one row"),
    "a column and a value": (CLAIMS + 'payer_id = { column = "P", value = "X" }', "either column or value"),
    "a number": (CLAIMS + "payer_id = 5", "expected a column's name"),
    "claims side by side": (
        '[[claim]]\npatient_control_number = "C"',
        r"only \[\[adjustment\]\] may stand several times",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_map_says_what_is_wrong_and_what_may_stand_there(case: str) -> None:
    text, message = WRONG[case]
    with pytest.raises(UserError, match=message):
        parse("m.toml", text)


@pytest.mark.parametrize("argument", ["csv:nowhere.toml", "nowhere.toml", "ods:nowhere.toml"])
def test_a_map_that_is_not_there(argument: str) -> None:
    with pytest.raises(UserError, match="no such map; expected --as csv:MAP"):
        read_maps([argument])


def test_a_column_that_the_file_has_not_is_named_with_the_nearest(tmp_path: Path) -> None:
    report = Desk(tmp_path).load({"a.csv": "Claim No,Sent,Charge\nA1,2026-01-10,5\n"}, CLAIMS)
    [(_, problem)] = report.problems
    assert problem.found == "the columns Claim No, Sent, Charge"
    assert problem.expected == "the columns of map0.toml: it has no “Claim” (nearest: “Claim No”)"
    assert report.unreadable()


def test_of_several_maps_that_do_not_fit_the_nearest_is_named(tmp_path: Path) -> None:
    """Three columns of five are nearer than none of two, and than two of five."""
    far = '[patient_transaction]\nclaim_id = "Id"\ndate = "Day"\nkind = "K"\namount = "A"\n'
    near = CLAIMS + 'payer_id = "Payer"\npayer_name = "Name"\n'
    report = Desk(tmp_path).load(
        {"a.csv": "Claim,Sent,Charge\nA1,2026-01-10,5\n"}, far, near.replace("Sent", "S"), near
    )
    assert [p.expected for _, p in report.problems] == ["the columns of map2.toml: it has no “Payer”, no “Name”"]


def test_of_several_maps_the_one_that_names_most_columns_is_taken(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.load({"a.csv": "Claim,Sent,Charge,Payer\nA1,2026-01-10,5,P\n"}, CLAIMS, CLAIMS + 'payer_name = "Payer"')
    assert desk.rows("select payer_name, version from claim join transaction_set using (transaction_set_id)") == [
        ("P", "map1.toml")
    ]


def test_a_better_map_loads_what_a_worse_one_kept_out(tmp_path: Path) -> None:
    """The bytes are the same: neither is the file a duplicate, nor stays what was wrong with it in the books."""
    desk, files = Desk(tmp_path), {"a.csv": "Claim,Sent,Charge\nA1,2026-01-10,5\nA2,1/11/2026,5\n"}
    desk.load(files, CLAIMS.replace("Charge", "Amount"))
    assert desk.rows("select rule from issue") == [("map-columns",)]
    desk.load(files, CLAIMS)
    assert desk.rows("select rule, segment from issue") == [("claim.submission_date", 3)]
    desk.load(files, '[file]\ndates = ["%m/%d/%Y"]\n' + CLAIMS)
    assert desk.rows("select severity, claims from issue") == [("duplicate", 1)]
    assert desk.rows(
        """select patient_control_number, name from claim
        join transaction_set using (transaction_set_id) join source_file using (file_id) order by 1"""
    ) == [("A1", "a.csv"), ("A2", "a.csv")]


# --- as a user ------------------------------------------------------------------------------------------------------


def test_load_by_a_map_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(CLAIMS)
    (tmp_path / "a.csv").write_text("Claim,Sent,Charge\n001,2026-01-10,5\n002,2026-01-10,x\n")
    arguments = [
        "load",
        str(tmp_path / "a.csv"),
        "--db",
        str(tmp_path / "w.duckdb"),
        "--as",
        f"csv:{tmp_path / 'm.toml'}",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "Of 2 claims seen: 1 loaded, 0 duplicate, 1 quarantined." in result.stdout
    assert "a.csv, row 3: claim.charge_amount: found “x” in column “Charge”" in result.stdout


def test_a_table_that_nobody_knows_says_how_to_write_a_map(tmp_path: Path) -> None:
    report = Desk(tmp_path).load({"a.csv": "Claim No,Date Billed,Total\nA1,2026-01-10,5\n"})
    [(_, problem)] = report.problems
    assert "cleanclaim map FILE" in problem.fix


@pytest.mark.parametrize("name", ["lines", "remits", "adjustments", "work_log"])
def test_a_map_to_start_from_is_a_map(name: str) -> None:
    """It may lack what cannot be guessed; what it guesses fits the file."""
    data = (EXAMPLES / f"{name}.csv").read_bytes()
    text = starter_map(f"{name}.csv", data)
    made = parse("m.toml", text)
    assert made.missing(data.decode("cp1252").splitlines()[0].replace(";", ",").split(",")) == []


def test_a_map_to_start_from_loads_the_file_that_it_was_made_for(tmp_path: Path) -> None:
    desk, data = Desk(tmp_path), (EXAMPLES / "remits.csv").read_bytes()
    report = desk.load({"remits.csv": data}, starter_map("remits.csv", data))
    assert report.rows["claim_payment"] == 3
    assert desk.rows("select sum(paid_amount) from claim_payment") == [("550.00",)]


def test_a_side_file_needs_no_map() -> None:
    with pytest.raises(UserError, match="load it without a map"):
        starter_map("m.csv", b"claim_id,date,kind,amount\nA1,2026-01-05,copay,20\n")
