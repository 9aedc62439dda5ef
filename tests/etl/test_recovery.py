"""On the simulated practice: planted changes are found, the worklist's order pays, and limits come from contracts."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl import behaviour, limits
from etl.errors import UserError
from etl.load import load
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from etl.worklist import worklist
from tests.etl.recovery_order import dollars_of_top_fifth


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recovery")
    write_sample(folder / "sample", claims=8_000, seed=2)
    load([folder / "sample"], folder / "practice.duckdb")
    return folder


@pytest.fixture(scope="module")
def connection(practice: Path) -> duckdb.DuckDBPyConnection:
    return open_reader(practice / "practice.duckdb")


def test_the_planted_changes_are_found(practice: Path, connection: duckdb.DuckDBPyConnection):
    planted = json.loads((practice / "sample" / "truth.json").read_text())["payer_changes"]
    found = {(one.payer_id, one.kind, one.denial_category): one for one in behaviour.changes(connection)}
    slower = next(one for one in planted if one["kind"] == "days_to_pay")
    said = found[slower["payer_id"], "days_to_pay", None]
    assert said.after - said.before == pytest.approx(slower["more_days"], abs=4)
    # few of its claims are answered a week in so small a practice: the interval is wide
    assert (said.since_earliest - date.fromisoformat(slower["since"])).days <= 60 and said.since.year == 2026
    bundling = next(one for one in planted if one.get("denial_category") == "bundling")
    said = found[bundling["payer_id"], "denial_rate", "bundling"]
    assert said.after > 0.4 and said.before < 0.05 and not said.is_mix
    assert 0 <= (said.since - date.fromisoformat(bundling["since"])).days <= 60
    assert said.amount_low is not None and 0 < said.amount_low < said.amount
    claims = behaviour.first_claims(connection, said)
    assert claims["first_remit_date"][0] >= said.since
    assert set(claims["procedure_code"]) == {bundling["procedure_code"]}


@pytest.mark.parametrize("days", [0, 30, 60, 61, 64, 67, 70])
def test_the_first_weeks_of_a_warehouse_tell_nothing(days: int, connection: duckdb.DuckDBPyConnection):
    [(first,)] = connection.execute("select min(submission_date) from claim").fetchall()
    assert behaviour.changes(connection, first + timedelta(days)) == []


def test_the_order_in_which_the_database_gives_rows_changes_nothing(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
):
    found, read = behaviour.changes(connection), behaviour._read
    monkeypatch.setattr(behaviour, "_read", lambda *asked: read(*asked).sample(fraction=1, shuffle=True, seed=1))
    for one, other in zip(found, behaviour.changes(connection), strict=True):
        assert asdict(one) == pytest.approx(asdict(other))


def test_a_look_at_an_earlier_day_knows_nothing_of_what_came_later(connection: duckdb.DuckDBPyConnection):
    early = behaviour.changes(connection, date(2026, 2, 1))
    assert all(one.since <= date(2026, 2, 1) for one in early)
    assert not any(one.denial_category == "bundling" and one.after > 0.4 for one in early)


@pytest.fixture(scope="module")
def truth(practice: Path) -> list[dict[str, str]]:
    with (practice / "sample" / "recovery_truth.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_list_brings_more_than_age_or_amount(
    practice: Path, connection: duckdb.DuckDBPyConnection, truth: list[dict[str, str]]
):
    """tests/etl/recovery_order.py says what is compared; payer_changes.py prints it for 20,000 claims."""
    listed = worklist(connection, limits=limits.read(practice / "sample" / "limits.toml"))
    brought = dollars_of_top_fifth(listed, truth, connection)
    print({name: round(dollars) for name, dollars in brought.items()})
    assert brought["list"] > 2 * brought["age"]
    # with what work truly brings in hand one would get little more, so 2 x the amount's order is nobody's to reach
    assert brought["list"] > 1.1 * brought["amount"]
    assert 0.8 * brought["best possible"] < brought["list"] <= brought["best possible"]


def test_expected_dollars_are_what_work_brings(
    practice: Path, connection: duckdb.DuckDBPyConnection, truth: list[dict[str, str]]
):
    """In all, those in limit: the sum of the list's expectations is that of the simulation's own chances."""
    listed = worklist(connection, limits=limits.read(practice / "sample" / "limits.toml"))
    in_limit = {row["claim_id"]: row for row in truth if row["is_in_limit"] == "yes"}
    said = listed.filter(pl.col("claim_number").is_in(list(in_limit)))
    brings = [float(in_limit[name]["chance"]) * float(in_limit[name]["recoverable_amount"])
              for name in said["claim_number"]]  # fmt: skip
    assert float(said["expected_amount"].sum()) == pytest.approx(sum(brings), rel=0.15)


def test_before_any_outcome_is_known_the_reason_code_says_what_work_may_bring(connection: duckdb.DuckDBPyConnection):
    [(first,)] = connection.execute("select min(first_remit_date) from denial").fetchall()
    early = worklist(connection, first + timedelta(100)).filter(pl.col("ar_reason") == "denied")
    chance = {row["group_carc"].split("-")[1]: row["chance"] for row in early.iter_rows(named=True)}
    usual = {"yes": 0.75, "maybe": 0.5, "rarely": 0.15}
    marks = dict(connection.execute("select carc, recoverable from reference_carc").fetchall())
    alone = connection.execute(
        """select min(carc) from denial join reference_carc using (carc) where first_remit_date <= ?
        group by denial_category having count(distinct recoverable) = 1""",
        [first + timedelta(100)],
    ).fetchall()
    seen = {marks[carc]: chance[carc] for (carc,) in alone if carc in chance}
    assert len(seen) > 1
    assert seen == pytest.approx({mark: usual[mark] for mark in seen})


def test_every_place_in_the_list_has_its_reason(connection: duckdb.DuckDBPyConnection):
    found = worklist(connection)
    assert found["rank"].to_list() == list(range(1, found.height + 1))
    lapsed = found["days_left"] < 0
    assert lapsed.to_list() == sorted(lapsed)  # those whose limit has passed come last
    for row in found.iter_rows(named=True):
        assert "expected" in row["why"] and ("left" in row["why"] or "passed" in row["why"])
        assert row["what_to_do"]


def test_limits_are_tried_and_applied(practice: Path, connection: duckdb.DuckDBPyConnection, tmp_path: Path):
    path = practice / "sample" / "limits.toml"
    tried = worklist(connection, limits=limits.read(path))
    db = tmp_path / "own.duckdb"
    write_sample(tmp_path / "sample", claims=300, seed=4)
    load([tmp_path / "sample"], db)
    limits.apply(db, limits.read(path))
    applied = open_reader(db)
    assert limits.known(applied)["is_contract"].all()
    assert worklist(applied).equals(worklist(applied, limits=limits.read(path)))
    (tmp_path / "again.toml").write_text(limits.example(applied))
    assert {one.payer_id: one for one in limits.read(tmp_path / "again.toml")} == {
        one.payer_id: one for one in limits.read(path)
    }
    assert not tried.select("rank", "root_id").equals(worklist(connection).select("rank", "root_id"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[payer]]\nid = 'P1'\nappeal_days = 0", "appeal_days = 0; expected whole days"),
        ("[[payer]]\nid = 'P1'\ndays = 3", "found days; expected id"),
        ("[[payer]]\nid = 'P1'\n[[payer]]\nid = 'P1'", "stands twice"),
        ("payers = 3", "expected [[payer]] tables"),
        ("[[payer]", "is not TOML"),
    ],
)
def test_a_wrong_limits_file_says_where_and_what(text: str, said: str, tmp_path: Path):
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(UserError) as error:
        limits.read(path)
    assert said in str(error.value)
