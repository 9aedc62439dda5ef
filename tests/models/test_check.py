"""Checking an unsent 837, from its text to the answer of the command."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from etl.errors import UserError
from models import cli
from models.check import ClaimCheck, check_file

CLAIM_837 = """
ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261103*1200*^*00501*000000001*0*T*:~
GS*HC*SENDER*RECEIVER*20261103*1200*1*X*005010X222A1~
ST*837*0001*005010X222A1~
BHT*0019*00*1*20261103*1200*CH~
HL*1**20*1~
NM1*85*2*TEST PRACTICE*****XX*1234567893~
HL*2*1*22*0~
SBR*P*18*******12~
NM1*IL*1*TESTPERSON*ANN****MI*MEM123456~
DMG*D8*19800101*F~
NM1*PR*2*TEST PAYER*****PI*99999~
CLM*TEST1*100***11:B:1*Y*A*Y*Y~
HI*ABK:M5450~
NM1*82*1*TESTDOCTOR*JO****XX*1993999998~
LX*1~
SV1*HC:97110:GP*100*UN*2***1~
DTP*472*D8*20261026~
SE*16*0001~
GE*1*1~
IEA*1*000000001~
"""


def check(text: str, db: Path | None = None, today: date | None = None) -> list[ClaimCheck]:
    return check_file(io.BytesIO(text.encode()), "claims.837", db, today=today)


def fired(one: ClaimCheck) -> list[tuple[str, int | None]]:
    return [(finding.rule, finding.line) for finding in one.findings if finding.is_checked]


def test_a_good_claim_without_a_warehouse() -> None:
    [one] = check(CLAIM_837)
    assert (one.claim, one.risk, one.expected_denied_amount, one.likely_category) == ("TEST1", None, None, None)
    assert fired(one) == []
    assert [f.rule for f in one.findings] == ["missing_authorization", "duplicate"]
    assert one.note is not None
    assert one.note.startswith("Rules only: there is no warehouse")


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("1993999998", "1993999990", ("npi_check_digit", None)),
        ("CLM*TEST1*100*", "CLM*TEST1*110*", ("charges_do_not_add_up", None)),
        ("UN*2***1~", "UN*2***4~", ("diagnosis_pointer", 1)),
        ("D8*20261026", "D8*20260401", ("filing_limit_passed", None)),
        ("D8*20261026", "D8*20260710", ("filing_limit_near", None)),
        ("D8*20261026", "D8*20261104", ("service_date_in_future", 1)),
        ("HC:97110:GP", "HC:97110:GP:GP", ("modifier_repeated", 1)),
        ("HC:97110:GP", "HC:97110:G", ("modifier_shape", 1)),
        ("HC:97110:GP", "HC:9711:GP", ("procedure_code_shape", 1)),
        ("UN*2*", "UN*0*", ("units_not_positive", 1)),
        ("ABK:M5450", "ABK:5450", ("diagnosis_code_shape", None)),
    ],
)
def test_one_mistake_is_one_finding(old: str, new: str, finding: tuple[str, int | None]) -> None:
    [one] = check(CLAIM_837.replace(old, new))
    assert fired(one) == [finding]


def test_a_line_without_its_service_is_a_finding() -> None:
    start = CLAIM_837.index("SV1*")
    [one] = check(CLAIM_837[:start] + CLAIM_837[CLAIM_837.index("~", start) + 1 :])
    assert ("charges_do_not_add_up", None) in fired(one)


def test_the_day_of_sending_is_the_files_unless_given() -> None:
    assert fired(check(CLAIM_837)[0]) == []
    assert fired(check(CLAIM_837, today=date(2027, 3, 1))[0]) == [("filing_limit_passed", None)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found an empty file"),
        ("%PDF-1.7", "found a PDF"),
        (CLAIM_837.split("SE*16")[0], "missing-se"),
        (CLAIM_837.replace("GP*100*", "GP*1O0*"), "line charge “1O0”"),
        (CLAIM_837.replace("ST*837", "ST*835"), "found transaction set 835; expected an 837"),
        (CLAIM_837.split("CLM*")[0] + "SE*10*0001~", "found no claim"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, message: str) -> None:
    with pytest.raises(UserError, match=r"claims\.837") as error:
        check(text)
    assert message in str(error.value)


def test_no_message_holds_a_member_id(trained: Any) -> None:
    found = [json.dumps(one.to_json()) for one in check(CLAIM_837, trained.db)]
    assert "MEM123456" not in "".join(found)
    assert "TESTPERSON" not in "".join(found)


@pytest.fixture(scope="module")
def answers(trained: Any) -> dict[str, dict[str, Any]]:
    """Claim number -> JSON of the check of the sample's unsent files."""
    found = {}
    for path in sorted((trained.folder / "unsent").glob("*.837")):
        with path.open("rb") as stream:
            found |= {one.claim: one.to_json() for one in check_file(stream, path.name, trained.db)}
    return found


def test_every_planted_mistake_is_found_and_nothing_else(trained: Any, answers: dict[str, dict[str, Any]]) -> None:
    expected = json.loads((trained.folder / "unsent" / "expected.json").read_text())["claims"]
    assert {one["claim"] for one in expected} == set(answers)
    for one in expected:
        errors = {f["rule"] for f in answers[one["claim"]]["findings"] if f["severity"] == "error"}
        if one["mistake"] is None:
            assert errors == set(), one
        elif one["mistake"] != "missing_authorization":  # a small sample holds too few such denials for an error
            assert one["mistake"] in errors, one


def test_answers_have_the_contracts_form(answers: dict[str, dict[str, Any]]) -> None:
    keys = {"claim", "risk", "expected_denied_amount", "likely_category", "reasons", "findings", "lines"}
    for one in answers.values():
        assert set(one) == keys
        assert 0 < one["risk"] < 1
        assert one["expected_denied_amount"] == f"{Decimal(one['expected_denied_amount']):.2f}"
        assert all(0 < line["risk"] < 1 for line in one["lines"])
        assert all(set(f) == {"rule", "severity", "message", "fix", "line"} for f in one["findings"])


def run(*arguments: str) -> Any:
    app = typer.Typer()
    cli.register(app)
    return CliRunner().invoke(app, list(arguments))


def test_the_command_fails_on_an_error(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.837", tmp_path / "bad.837"
    good.write_text(CLAIM_837)
    bad.write_text(CLAIM_837.replace("1993999998", "1993999990"))
    none = str(tmp_path / "none.duckdb")
    assert run("check", str(good), "--db", none).exit_code == 0
    found = run("check", str(good), str(bad), "--db", none, "--format", "json")
    assert found.exit_code == 1
    assert [one["claim"] for one in json.loads(found.stdout)] == ["TEST1", "TEST1"]


def test_a_file_without_claims_beside_others_is_named_and_the_others_answered(tmp_path: Path) -> None:
    good, empty, none = tmp_path / "good.837", tmp_path / "empty.837", str(tmp_path / "none.duckdb")
    good.write_text(CLAIM_837)
    empty.write_text(CLAIM_837.split("CLM*")[0] + "SE*10*0001~")
    found = run("check", str(empty), str(good), "--db", none, "--format", "json")
    assert (found.exit_code, found.exception.__class__) == (1, SystemExit)
    assert [one["claim"] for one in json.loads(found.stdout)] == ["TEST1"]
    assert found.stderr.startswith("empty.837: found no claim (CLM)")
    assert isinstance(run("check", str(empty), "--db", none).exception, UserError)


def test_the_command_fails_above_a_risk(trained: Any) -> None:
    path, db = str(trained.folder / "unsent" / "clean.837"), str(trained.db)
    Path(path).write_text(CLAIM_837)
    assert run("check", path, "--db", db, "--fail-above", "0.99").exit_code == 0
    assert run("check", path, "--db", db, "--fail-above", "0").exit_code == 1
    assert run("check", path, "--db", db, "--format", "csv").stdout.startswith("claim,risk,expected_denied_amount")


def test_the_command_says_what_it_cannot_read(tmp_path: Path) -> None:
    found = run("check", str(tmp_path / "no.837"), "--db", str(tmp_path / "none.duckdb"))
    assert isinstance(found.exception, UserError)
    assert "no such file" in str(found.exception)


def test_train_reports(trained: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "train_into", lambda *_, **__: trained.report)
    found = run("train", "--db", str(trained.db))
    assert found.exit_code == 0
    for words in ("denied at first adjudication", "payer x procedure rate", "Calibration", "not counted as paid"):
        assert words in found.stdout
