"""A claim sent again unchanged counts once; a claim in which anything changed is a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.unload import unload
from etl.warehouse.store import open_reader
from tests.x12_text import (
    Dress,
    claim,
    claims_body,
    claims_file,
    dressed,
    group,
    interchange,
    loaded,
    transaction,
    whole,
)

FIRST = claim("A1", ("99213", "100"))
OTHER = claim("B1", ("99214", "50"))


def claims_in(db: Path) -> list[str]:
    rows = open_reader(db).execute("select patient_control_number from claim order by 1").fetchall()
    return [row[0] for row in rows]


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "w.duckdb"


def test_a_claim_that_another_file_brings_again_counts_once_and_is_said(tmp_path: Path, db: Path) -> None:
    loaded(tmp_path, db, a=claims_file(FIRST))
    report = loaded(tmp_path, db, b=claims_file(FIRST + "\n" + OTHER, sent="20260220"))
    assert claims_in(db) == ["A1", "B1"]
    [(name, problem)] = report.problems
    assert (name, problem.severity, problem.rule, problem.segment) == ("b", "duplicate", "duplicate-claim", 13)
    assert problem.found == "a claim that was sent before, unchanged"
    assert (report.seen["claims"], report.rows["claim"], report.kept_out("duplicate")["claims"]) == (2, 1, 1)
    assert report.rows["service_line"] == 1


def test_both_files_in_one_load(tmp_path: Path, db: Path) -> None:
    again = claims_file(FIRST + "\n" + OTHER, sent="20260220")
    report = loaded(tmp_path, db, a=claims_file(FIRST), b=again)
    assert claims_in(db) == ["A1", "B1"]
    assert (report.seen["claims"], report.rows["claim"], report.kept_out("duplicate")["claims"]) == (3, 2, 1)


def test_the_claim_is_no_longer_untouched(tmp_path: Path, db: Path) -> None:
    others = [claim(number, ("99214", "50")) for number in ("B1", "C1", "D1")]
    loaded(tmp_path, db, a=claims_file("\n".join([FIRST, *others])))
    loaded(tmp_path, db, b=claims_file(FIRST, sent="20260220"))
    touched = (
        """select distinct patient_control_number from claim_outcome join root using (root_id) where is_sent_again"""
    )
    assert open_reader(db).execute(touched).fetchall() == [("A1",)]


SENT = "select submission_date::varchar, (select name from source_file where file_id = t.file_id) from"
SENT += " {table} join transaction_set as t using (transaction_set_id) order by 1, 2"


@pytest.mark.parametrize("is_one_load", [True, False])
@pytest.mark.parametrize("order", ["bca", "cab"])
def test_the_first_sent_counts_in_whatever_order_they_are_loaded(
    tmp_path: Path, db: Path, order: str, is_one_load: bool
) -> None:
    days = {"a": "20260110", "b": "20260114", "c": "20260118"}
    files = {name: claims_file(claim(f"{name}1", ("99214", "50")) + "\n" + FIRST, sent=days[name]) for name in order}
    reports = [loaded(tmp_path, db, **part) for part in ([files] if is_one_load else [{n: files[n]} for n in order])]
    for report in reports:
        out = report.kept_out("duplicate")["claims"]
        assert report.seen["claims"] == report.counts()["claims"] + out
    assert sum(report.counts()["claims"] for report in reports) == len(claims_in(db)) == 4
    reader = open_reader(db)
    assert reader.execute(SENT.format(table="claim")).fetchall() == [
        ("2026-01-10", "a"), ("2026-01-10", "a"), ("2026-01-14", "b"), ("2026-01-18", "c")
    ]  # fmt: skip
    assert reader.execute(SENT.format(table="claim_sent_again")).fetchall() == [
        ("2026-01-14", "b"),
        ("2026-01-18", "c"),
    ]
    lag = "select submission_date - service_date from claim_outcome join root using (root_id) where "
    assert reader.execute(lag + "patient_control_number = 'A1'").fetchall() == [(5,)]


def test_what_an_older_sending_takes_the_place_of_is_said_and_comes_back_with_it(tmp_path: Path, db: Path) -> None:
    loaded(tmp_path, db, late=claims_file(FIRST + "\n" + OTHER, sent="20260118"))
    report = loaded(tmp_path, db, early=claims_file(FIRST))
    [(name, problem)] = report.problems
    assert (name, problem.found) == ("early", "a claim that was sent again later, unchanged, and loaded before")
    assert unload("early", db)["load_again"] == ["late"]
    assert claims_in(db) == ["B1"]
    loaded(tmp_path, db, late=claims_file(FIRST + "\n" + OTHER, sent="20260118"))
    assert open_reader(db).execute(SENT.format(table="claim")).fetchall() == [("2026-01-18", "late")] * 2


def test_of_three_sendings_loaded_in_reverse_both_later_ones_come_back_with_the_first(tmp_path: Path, db: Path) -> None:
    late, later = (claims_file(FIRST, sent=day) for day in ("20260118", "20260125"))
    for part in ({"later": later}, {"late": late}, {"early": claims_file(FIRST)}):
        loaded(tmp_path, db, **part)
    assert unload("early", db)["load_again"] == ["late", "later"]
    assert claims_in(db) == []
    loaded(tmp_path, db, late=late, later=later)
    assert open_reader(db).execute(SENT.format(table="claim")).fetchall() == [("2026-01-18", "late")]
    assert open_reader(db).execute(SENT.format(table="claim_sent_again")).fetchall() == [("2026-01-25", "later")]


def test_the_later_sending_that_came_first_leaves_nothing_when_it_is_taken_back(tmp_path: Path, db: Path) -> None:
    loaded(tmp_path, db, late=claims_file(FIRST, sent="20260118"))
    loaded(tmp_path, db, early=claims_file(FIRST))
    assert unload("late", db)["load_again"] == []
    assert open_reader(db).execute(SENT.format(table="claim")).fetchall() == [("2026-01-10", "early")]
    assert open_reader(db).execute("from claim_sent_again").fetchall() == []
    assert open_reader(db).execute("select count(*) from issue").fetchall() == [(0,)]


def test_its_lines_and_diagnoses_count_once_too(tmp_path: Path, db: Path) -> None:
    loaded(tmp_path, db, a=claims_file(FIRST), b=claims_file(OTHER + "\n" + FIRST))
    counts = "select (select count(*) from service_line), (select count(*) from diagnosis)"
    assert open_reader(db).execute(counts).fetchall() == [(2, 2)]


@pytest.mark.parametrize("dress", [Dress(), Dress("|", ">", "\n", line_end=" ")])
def test_a_new_export_with_other_numbers_and_separators_changes_nothing(tmp_path: Path, db: Path, dress: Dress) -> None:
    """HL numbers, control numbers, the day of the file and the clearinghouse's REF*D9 are no part of the claim."""
    body = claims_body(
        OTHER + "\n" + FIRST.replace("HI*", "REF*D9*98765\nHI*").replace("LX*", "REF*D9*A\nLX*"), sent="20260301"
    )
    body = body.replace("HL*1**20*1", "HL*7**20*1").replace("HL*2*1*22*0", "HL*8*7*22*0")
    again = dressed(interchange(group(transaction("837P", body, "0009"), control="9")), dress)
    report = loaded(tmp_path, db, a=claims_file(FIRST), b=again)
    assert claims_in(db) == ["A1", "B1"]
    assert [problem.rule for _, problem in report.problems] == ["duplicate-claim"]


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("CLM*A1*100*", "CLM*A1*101*"),
        ("99213", "99214"),
        ("20260105", "20260106"),
        ("HI*ABK:J209", "HI*ABK:J210"),
        ("HI*ABK", "REF*G1*AUTH1\nHI*ABK"),
        ("HI*ABK", "NTE*ADD*SEE NOTE\nHI*ABK"),
        ("*MI*M0001", "*MI*M0002"),
        ("NM1*PR*2*PAYER ONE", "NM1*PR*2*PAYER TWO"),
        ("NM1*85*2*MAPLE CLINIC", "NM1*85*2*OAK CLINIC"),
        ("SBR*P*", "SBR*S*"),
    ],
)
def test_whatever_the_payer_reads_differently_makes_another_claim(
    tmp_path: Path, db: Path, mine: str, other: str
) -> None:
    body = claims_body(FIRST)
    assert mine in body
    report = loaded(tmp_path, db, a=whole("837P", body), b=whole("837P", body.replace(mine, other)))
    assert ([number[:2] for number in claims_in(db)], report.problems) == (["A1", "A1"], report.of("flagged"))


def test_a_dependents_loop_is_part_of_the_claim(tmp_path: Path, db: Path) -> None:
    dependent = "HL*3*2*23*0\nPAT*19\nNM1*QC*1*DOE*JOHN\nDMG*D8*20150101*M\n"
    first, second = (
        claims_body(dependent + FIRST),
        claims_body(dependent.replace("JOHN", "JACK") + FIRST + "\n" + OTHER),
    )
    loaded(tmp_path, db, a=whole("837P", first), b=whole("837P", second))
    assert claims_in(db) == ["A1", "A1", "B1"]
    report = loaded(tmp_path, db, c=whole("837P", claims_body(dependent + FIRST + "\n" + claim("C1", ("99213", "1")))))
    assert [(p.rule, p.claims) for _, p in report.problems] == [("duplicate-claim", 1)]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_replacement_or_void_is_never_a_duplicate(tmp_path: Path, db: Path, frequency: str) -> None:
    again = claim("A1", ("99213", "100"), frequency=frequency, replaces="ICN1")
    loaded(tmp_path, db, a=claims_file(again), b=claims_file(again + "\n" + OTHER))
    assert claims_in(db) == ["A1", "A1", "B1"]


def test_a_set_with_nothing_new_is_still_entered(tmp_path: Path, db: Path) -> None:
    """Only its claims are duplicates, its content as a whole is new: the same bytes again are the same file."""
    both = claims_file(FIRST + "\n" + OTHER)
    report = loaded(tmp_path, db, a=claims_file(FIRST), b=claims_file(OTHER), c=both)
    assert [(p.rule, p.claims) for _, p in report.problems] == [("duplicate-claim", 1), ("duplicate-claim", 1)]
    report = loaded(tmp_path, db, c=both)
    assert [(p.rule, p.claims) for _, p in report.problems] == [("duplicate-file", 2)]
