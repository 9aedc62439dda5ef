"""A file of which a part was quarantined is not done: loading it again says so again, and counts nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.load import load
from etl.status import sentences, status
from etl.warehouse.store import open_reader
from tests.x12_text import claim, claims_body, claims_file, loaded, remittance_file, whole


def test_the_warehouse_in_the_folder_that_is_loaded_is_no_input(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_bytes(claims_file(claim("A1", ("99213", "100"))))
    assert load([tmp_path], tmp_path / "w.duckdb").problems == []
    assert [p.rule for _, p in load([tmp_path], tmp_path / "w.duckdb").problems] == ["duplicate-file"]


def test_a_quarantined_file_that_comes_again_is_quarantined_again(tmp_path: Path) -> None:
    path, db = tmp_path / "bad.837", tmp_path / "w.duckdb"
    path.write_bytes(claims_file(claim("A1", ("99213", "100"))).replace(b"*100*", b"*1x0*", 1))
    first, again = load([path], db), load([path], db)
    assert [p.rule for _, p in first.problems] == [p.rule for _, p in again.problems] == ["not-a-number"]
    assert again.kept_out("quarantined") == again.seen == {"claims": 1, "claim_payments": 0}
    counts = "select (select count(*) from source_file), (select count(*) from issue), (select count(*) from claim)"
    assert open_reader(db).execute(counts).fetchall() == [(1, 1, 0)]


def test_what_is_wrong_in_one_way_many_times_is_said_once(tmp_path: Path) -> None:
    nameless = "\n".join(claim("", ("99213", f"{charge}")) for charge in range(100, 130))
    bad_day = claim("B1", ("99214", "50")).replace("DTP*472*D8*", "DTP*472*D8*X")
    report = loaded(tmp_path, tmp_path / "w.duckdb", a=claims_file(nameless + "\n" + bad_day))
    said = [line for line in report.sentences() if line.startswith("flagged: ")]
    assert [line.split(": ")[2] for line in said] == ["not-a-date", "no-number"]
    assert [line.endswith("29 more of this file are alike.") for line in said] == [False, True]
    found = status(open_reader(tmp_path / "w.duckdb"))
    assert len(found["flagged"]) == 31
    assert [line for line in sentences(found) if line.endswith("29 more of this file are alike.")]


@pytest.mark.parametrize("order", ["denied paid", "paid denied"])
def test_two_remittances_of_a_day_count_the_same_in_whatever_order_they_are_loaded(tmp_path: Path, order: str) -> None:
    """A payer reverses what it takes back, so it denied first; of two denials the trace number decides."""
    a1 = {"denied": "CLP*A1*4*100*0*0*CI*I1\nCAS*CO*197*100", "paid": "CLP*A1*1*100*80*0*CI*I1\nCAS*CO*45*20"}
    b1 = "CLP*B1*4*70*0*0*CI*I2\nCAS*CO*{}*70"
    files = {
        "sent": claims_file(claim("A1", ("99213", "100")) + "\n" + claim("B1", ("99214", "70"))),
        "denied": remittance_file(f"{a1['denied']}\n{b1.format(50)}", trace="999"),
        "paid": remittance_file(f"{a1['paid']}\n{b1.format(29)}", trace="1000"),
    }
    for name in ["sent", *order.split()]:
        loaded(tmp_path / name, tmp_path / "w.duckdb", **{name: files[name]})
    reader = open_reader(tmp_path / "w.duckdb")
    sql = "select claim_number, group_carc, is_overturned from denial order by 1, 2"
    assert reader.execute(sql).fetchall() == [("A1", "CO-197", True), ("B1", "CO-50", False)]


@pytest.mark.parametrize("order", ["old new paid", "new old paid", "paid new old"])
def test_versions_of_a_claim_that_were_sent_on_one_day_count_the_same_in_whatever_order_they_are_loaded(
    tmp_path: Path, order: str
) -> None:
    """By the sender's control numbers; where these are alike, what replaces comes after what it replaces."""

    def original(charge: str, control: str) -> bytes:
        return whole("837P", claims_body(claim("B1", ("99214", charge))), control=control)

    replacement = claims_file(claim("A1", ("99213", "120"), frequency="7", replaces="I1"))
    new = claims_body(claim("B1", ("99214", "70")) + "\n" + claim("C1", ("99213", "30"), frequency="8"))
    files = {
        "old": claims_file(claim("A1", ("99213", "100")) + "\n" + claim("C1", ("99213", "30"))) + original("80", "9"),
        "new": replacement + whole("837P", new, control="10"),
        "paid": remittance_file("CLP*A1*1*120*80*0*CI*I1\nCAS*CO*45*40\nCLP*B1*1*70*70*0*CI*I2"),
    }
    for name in order.split():
        loaded(tmp_path / name, tmp_path / "w.duckdb", **{name: files[name]})
    reader = open_reader(tmp_path / "w.duckdb")
    sql = "select claim_number, charge_amount::int from claim_root order by 1"
    assert reader.execute(sql).fetchall() == [("A1", 120), ("B1", 70), ("C1", 0)]
    sql = "select c.charge_amount::int from payment as p join claim as c on c.claim_id = p.answered_claim_id order by 1"
    assert reader.execute(sql).fetchall() == [(70,), (120,)]
