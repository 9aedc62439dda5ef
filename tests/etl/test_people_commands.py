"""`cleanclaim scorecard` and `training-needs` on the drawn practice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dashboard.cli import app
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import warehouse


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "w.duckdb"
    warehouse(path, TABLES).close()
    return path


def asked(*words: str) -> list[dict[str, object]]:
    answer = CliRunner().invoke(app, [*words, "--format", "json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_a_scorecard_is_in_the_order_of_ids_and_keeps_both_figures(db: Path) -> None:
    rows = asked("scorecard", "coder", "--db", str(db))
    shown = [(r["person"], r["claims"], r["observed"], r["observed_before_contest"], r["verdict"]) for r in rows]
    assert shown == [
        ("C1", 3, 0, 0, "too few to judge"),
        ("C2", 3, 0, 1, "too few to judge"),
        ("C9", 1, 1, 1, "too few to judge"),  # not in staff.csv, and there all the same
    ]


def test_whom_one_asks_for_does_not_change_what_is_expected(db: Path) -> None:
    of_all = asked("scorecard", "coder", "--db", str(db))
    alone = asked("scorecard", "coder", "--db", str(db), "--where", "coder_id=C2")
    assert alone == [row for row in of_all if row["person"] == "C2"]
    by_team = asked("measure", "coder_denial_ratio", "--db", str(db), "--by", "team", "--where", "team=SOUTH")
    assert [(row["numerator"], row["denominator"]) for row in by_team] == [(0, alone[0]["expected"])]


def test_training_needs_stand_beside_the_teams_rate(db: Path) -> None:
    rows = asked("training-needs", "--db", str(db))
    missed = [(r["coder_id"], r["code_family"], r["missed"], r["audited"], r["team_missed_rate"]) for r in rows]
    assert missed == [("C1", "muscle and skeleton", 1, 1, 1.0), ("C1", "modifier GP", 1, 1, 1.0)]
