"""Side files that name nobody, or somebody twice: each a row with what to do, gone when what was missing comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import people_issues, quarantine
from etl.freshness import freshness
from etl.load import load
from etl.status import needs_a_person, sentences, status
from etl.warehouse import store
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import warehouse


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory):
    return warehouse(tmp_path_factory.mktemp("issues") / "w.duckdb", TABLES)


def test_what_names_nobody_is_quarantined_with_what_to_do(practice) -> None:
    found = {(one["rule"], one["file"]): one["found"] for one in people_issues.quarantined(practice)}
    assert found == {
        ("attribution-claim", "attribution.csv"): "a decision about claim NOWHERE, line 0",
        ("attribution-role", "attribution.csv"): "a denial of claim COVERAGE moved from “” to “the moon”",
        ("coding-audit-claim", "coding_audit.csv"): "1 audited codes of claim NEVER-SENT, which was never sent",
    }
    state = status(practice)
    assert [one["rule"] for one in state["quarantined"]] == [rule for rule, _ in found]
    assert needs_a_person(state)
    assert any("claim NOWHERE" in line and "correct claim_id" in line for line in sentences(state))
    assert any("claim NOWHERE" in line for line in quarantine.sentences(quarantine.open_issues(practice)))
    assert freshness(practice).quarantined == 3


def test_people_whom_staff_does_not_know_are_flagged_and_count(practice) -> None:
    flagged = {one["rule"]: one["found"] for one in people_issues.flagged(practice)}
    assert flagged == {"work-log-staff": "C9, who worked on 1 claims and is not in staff.csv"}


def test_a_decision_on_a_paid_line_and_one_for_a_role_in_which_nobody_worked(tmp_path: Path) -> None:
    tables = dict(TABLES)
    tables["attribution"] = """
    claim_id | line_number | to_role | decided_on
    PARTIAL  | 1 | coder | 2026-03-01
    COVERAGE | 0 | coder | 2026-03-01
    """
    found = [(one["rule"], one["found"]) for one in people_issues.quarantined(warehouse(tmp_path / "w.duckdb", tables))]
    assert found[:2] == [
        ("attribution-denial", "a decision about line 1 of claim PARTIAL, which has no denial there"),
        ("attribution-person", "a denial of claim COVERAGE moved to the coder, but the work log names none"),
    ]


def test_one_person_with_two_roles(tmp_path: Path) -> None:
    staff = tmp_path / "people.csv"
    head = "staff_id,role,team,employment,credential\n"
    staff.write_text(head + "S1,coder,N,in_house,CPC\nS1,biller,N,in_house,CPC\nS2,biller,N,in_house,CPB\n")
    log = tmp_path / "work_log.csv"
    log.write_text("claim_id,coder_id,biller_id,coded_at,charge_entered_at,submitted_at\nA1,S2,S1,,,2026-01-05\n")
    db = tmp_path / "w.duckdb"
    load([staff, log], db)
    flagged = {one["rule"]: (one["file"], one["found"]) for one in people_issues.flagged(store.open_reader(db))}
    assert flagged["staff-two-roles"][0] == "people.csv"
    assert flagged["staff-two-roles"][1] in ("S1 as coder and as biller", "S1 as biller and as coder")
    assert flagged["work-log-role"] == ("work_log.csv", "S2, a biller in staff.csv, as coder of 1 claims")
    # mended, it is said no more
    staff.write_text(head + "S1,both,N,in_house,CPC\nS2,both,N,in_house,CPB\n")
    load([staff], db)
    rules = {one["rule"] for one in people_issues.flagged(store.open_reader(db))}
    assert not rules & {"work-log-role", "staff-two-roles"}
