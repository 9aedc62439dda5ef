"""reconcile, matching and payers as scripts see them: exit codes, JSON, and words that say what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from etl import books_cli, cli, payers_cli
from etl.errors import UserError
from tests.x12_text import claim, claims_file, remittance_file

Run = Callable[..., Result]
GOOD = {
    "a.837": claims_file(claim("A1", ("99213", "100"))),
    "b.835": remittance_file("CLP*A1*1*100*80*0*CI*I1\nSVC*HC:99213*100*80\nCAS*CO*45*20", trace="TR1"),
}
BAD = {
    "c.835": remittance_file("CLP*A2*1*100*80*0*CI*I2\nCAS*CO*45*19\nPLB*1*20261231*WO*30", trace="TR2", deposit="51"),
    "d.835": remittance_file("CLP*A3*1*10*10*0*CI*I3\nSVC*HC:99213*12*12\nCAS*CO*45*1", trace="TR3", paid="20260302"),
}


@pytest.fixture(scope="module")
def run() -> Run:
    app = typer.Typer()
    for part in (cli, books_cli, payers_cli):
        part.register(app)

    def call(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(one) for one in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def warehouse(folder: Path, run: Run, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    run("load", *(folder / name for name in files), "--db", folder / "w.duckdb")
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return warehouse(tmp_path_factory.mktemp("good"), run, GOOD)


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return warehouse(tmp_path_factory.mktemp("bad"), run, GOOD | BAD)


def test_books_that_close(good: Path, run: Run) -> None:
    result = run("reconcile", "--db", good)
    assert result.exit_code == 0
    assert "Nothing needs a person" in result.stdout
    assert "All remittances together paid 80.00 on claims; the ledger of claims holds 80.00 of it." in result.stdout


def test_books_that_do_not_close_say_where_and_what_to_do(bad: Path, run: Run) -> None:
    result = run("reconcile", "--db", bad)
    assert result.exit_code == 1
    assert "1 remittance_balance: The deposit (BPR02) is not what" in result.stdout
    assert "c.835, segment 3, 2026-02-01, PAYER ONE: found 51.00; expected 50.00; difference 1.00" in result.stdout
    assert "What to do: Compare the bank's amount" in result.stdout


def test_the_exceptions_as_json(bad: Path, run: Run) -> None:
    found = json.loads(run("reconcile", "--db", bad, "--format", "json").stdout)
    assert [
        (row["file"], row["rule"], row["found"], row["expected"], row["difference"]) for row in found["exceptions"]
    ] == [
        ("c.835", "remittance_balance", "51.00", "50.00", "1.00"),
        ("c.835", "claim_payment_balance", "100.00", "99.00", "1.00"),
        ("d.835", "claim_payment_balance", "10.00", "11.00", "-1.00"),
        ("d.835", "claim_payment_lines", "12.00", "10.00", "2.00"),
        ("d.835", "service_payment_balance", "12.00", "13.00", "-1.00"),
    ]
    february = found["deposits"][0]
    assert (february["month"], february["deposit_amount"], february["deposit_unexplained_amount"]) == (
        "2026-02",
        "131.00",
        "1.00",
    )


def test_days_and_payers_bound_the_books(bad: Path, run: Run) -> None:
    march = json.loads(run("reconcile", "--db", bad, "--from", "2026-03-01", "--format", "json").stdout)
    assert {row["file"] for row in march["exceptions"]} == {"d.835"}
    assert run("reconcile", "--db", bad, "--to", "2026-01-31", "--payer", "PAYER ONE").exit_code == 0
    with pytest.raises(UserError, match=r"no such payer\. Known: P1, PAYER ONE"):
        run("reconcile", "--db", bad, "--payer", "P7")


@pytest.mark.parametrize("show", ["deposits", "answers", "lines", "claims", "remittances", "ledger"])
def test_each_table_as_csv(good: Path, run: Run, show: str) -> None:
    head, *rows = run("reconcile", "--db", good, "--show", show, "--format", "csv").stdout.splitlines()
    assert "payer_id" in head.split(",") and len(rows) == 1


def test_the_bank_beside_the_deposits(good: Path, run: Run) -> None:
    path = good.parent / "bank.csv"
    path.write_text("Date,Amount,Trace\n2026-02-02,$80.00,TR1\n")
    result = run("reconcile", "--db", good, "--bank", path)
    assert result.exit_code == 0
    assert "matched" in result.stdout
    path.write_text("Date,Amount,Trace\n2026-02-02,$79.00,TR1\n2026-02-03,5,?\n2026-02-03,x,?\n")
    result = run("reconcile", "--db", good, "--bank", path, "--show", "exceptions", "--format", "json")
    assert result.exit_code == 1
    assert [(row["rule"], row["segment"], row["found"], row["expected"]) for row in json.loads(result.stdout)] == [
        ("bank_file_row", 4, "Amount: x", "an amount like 1,234.50"),
        ("bank_different_amount", 3, "79.00", "80.00"),
        ("bank_only_bank", 3, "5.00", None),
    ]


def test_how_payments_were_matched(bad: Path, run: Run) -> None:
    counts = json.loads(run("matching", "--db", bad, "--format", "json").stdout)
    assert [(row["what"], row["match_method"], row["payments"]) for row in counts] == [
        ("claims", "none", 2),
        ("claims", "patient_control_number", 1),
        ("lines", "procedure_charge", 1),
    ]
    listed = json.loads(run("matching", "--list", "--db", bad, "--format", "json").stdout)
    assert [(row["file"], row["patient_control_number"]) for row in listed] == [("c.835", "A2"), ("d.835", "A3")]
    assert "2 claim payments could not be matched: none fits" in run("status", "--db", bad).stdout


def test_a_map_of_payers_from_suggestion_to_figures(good: Path, run: Run) -> None:
    path = good.parent / "payers.toml"
    assert json.loads(run("payers", "suggest", "--db", good, "--format", "json").stdout) == []
    assert run("payers", "suggest", "--db", good, "--out", path).exit_code == 0
    with pytest.raises(UserError, match="exists; it may hold your own decisions"):
        run("payers", "suggest", "--db", good, "--out", path)
    path.write_text('[[payer]]\nid = "ONE"\nname = "One"\nids = ["P1", "P0"]\n')
    said = run("payers", "apply", path, "--db", good).stdout
    assert "1 ids and names are 1 payers now (before: 1); 1 changed their payer." in said
    assert "Not seen in any file yet: P0" in said
    listed = json.loads(run("payers", "list", "--db", good, "--format", "json").stdout)
    assert [(row["payer_id"], row["payer_name"], row["spelled_as"]) for row in listed] == [("ONE", "One", "P1")]
    with pytest.raises(UserError, match="There is no warehouse"):
        run("payers", "apply", path, "--db", good.parent / "none.duckdb")
