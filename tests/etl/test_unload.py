"""A load taken back: every table is as if the file had never come."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from etl import quarantine
from etl.errors import UserError
from etl.load import load
from etl.unload import sentences, unload
from etl.warehouse.store import open_reader
from tests.x12_text import (
    answer_file,
    claim,
    claims_file,
    dressed,
    group,
    interchange,
    loaded,
    remittance_file,
    transaction,
)

A1 = claim("A1", ("99213", "100"), ("99214", "50"))
FILES = {
    "a": claims_file(A1),
    "b": claims_file(claim("B1", ("99213", "70")), sent="20260111"),
    "c": remittance_file(
        "CLP*A1*4*150*0*0*CI*ICN1\nSVC*HC:99213*100*0\nCAS*CO*197*100\nSVC*HC:99214*50*0\nCAS*CO*45*50\n"
        "PLB*1*20261231*WO:X*10"
    ),
    "d": remittance_file("CLP*B1*1*70*60*0*CI*ICN2\nSVC*HC:99213*70*60\nCAS*CO*45*10\nLQ*HE*N130", paid="20260208"),
    "e": answer_file([("A1", "A2:20"), ("B1", "A3:21")]),
    "f": claims_file(claim("A1R", ("99213", "100"), ("99214", "50"), frequency="7", replaces="ICN1"), sent="20260210"),
    "g": b"claim_id,date,kind,amount\nA1,2026-01-05,copay,20\nA1,2026-01-05,copay,20\n",
    "h": b"claim_id,date,kind,amount\nA1,2026-01-05,copay,20\nB1,2026-01-06,copay,5.50\n",
    "i": b"claim_id,coder_id,biller_id,coded_at,charge_entered_at,submitted_at\nA1,C1,B1,2026-01-06,2026-01-07,\n",
    "j": b"claim_id,coder_id,biller_id,coded_at,charge_entered_at,submitted_at\nA1,C2,B1,2026-01-06,2026-01-07,\n",
    "k": remittance_file("CLP*B1*1*70*6O*0*CI*ICN2", paid="20260301"),
    # a receiver could not read the last file before it; the payer answers one line of A1 again
    "l": dressed(
        interchange(
            group(transaction("999", "AK1*HC*1\nAK9*R*1*1*0")), day="260112", sender="CLEARING", receiver="SENDER"
        )
    ),
    "m": remittance_file("CLP*A1*1*50*40*0*CI*ICN1\nSVC*HC:99214*50*40\nCAS*CO*45*10", paid="20260209"),
}
# keys and places are handed out in the order of arrival, and times are the clock's
_OF_THE_LOAD = "column_name like '%\\_id' escape '\\' and data_type = 'BIGINT' or data_type = 'TIMESTAMP'"
_OF_THE_LOAD += (
    " or column_name like '%\\_key' escape '\\' or column_name in ('fingerprint', 'key_mark')"  # each has its own key
)
_OF_THE_LOAD += " or column_name in ('sequence', 'payment_order') and table_name <> 'diagnosis'"


def content(db: Path) -> dict[str, list[str]]:
    """Every row of every table and view, without keys and times."""
    connection = open_reader(db)
    out = {}
    names = connection.execute("select view_name from duckdb_views() where not internal order by 1").fetchall()
    for (table,) in names:
        columns = f"select column_name from duckdb_columns() where table_name = ? and not ({_OF_THE_LOAD})"
        kept = ", ".join(dict.fromkeys(row[0] for row in connection.execute(columns, [table]).fetchall()))
        out[table] = sorted(map(str, connection.execute(f"select {kept} from {table}").fetchall())) if kept else []
    return out


def copied(db: Path, folder: Path) -> Path:
    """The warehouse in another folder, with its key and identity file."""
    for path in db.parent.glob(f"{db.name}*"):
        shutil.copy(path, folder)
    return folder / db.name


@pytest.fixture(scope="module")
def all_loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("all")
    loaded(folder / "in", folder / "w.duckdb", **FILES)
    return folder / "w.duckdb"


@pytest.mark.parametrize("name", [name for name in FILES if name != "k"])
def test_the_warehouse_is_as_if_it_had_never_seen_the_file(tmp_path: Path, all_loaded: Path, name: str) -> None:
    db, other = copied(all_loaded, tmp_path), tmp_path / "other.duckdb"
    report = unload(name, db)
    loaded(all_loaded.parent / "in", other, **{one: data for one, data in FILES.items() if one != name})
    assert content(db) == content(other)
    assert (report["load_again"], report["removed"]["source_file"]) == ([], 1)


def test_what_was_taken_back_can_be_loaded_again(tmp_path: Path, all_loaded: Path) -> None:
    db = copied(all_loaded, tmp_path)
    before = content(db)
    unload("c", db)
    assert load([all_loaded.parent / "in" / "c"], db).problems == []
    assert content(db) == before


def test_a_quarantined_file_taken_back_leaves_no_entry(tmp_path: Path, all_loaded: Path) -> None:
    db = copied(all_loaded, tmp_path)
    assert len(quarantine.open_issues(open_reader(db))) == 1
    unload("k", db)
    assert quarantine.open_issues(open_reader(db)) == []


def test_it_says_what_went_and_what_remains(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    loaded(tmp_path, db, a=FILES["a"], b=FILES["b"])
    went, remains = sentences(unload("a", db))
    assert went.startswith("Took back a (") and went.endswith(": 1 claim, 1 diagnosis, 2 service line.")
    assert remains == "The warehouse holds 1 files with 1 claims and 0 claim payments."


def test_a_duplicate_of_what_was_taken_back_must_be_loaded_again(tmp_path: Path) -> None:
    db, again = tmp_path / "w.duckdb", FILES["a"].replace(b"000000001", b"000000002")
    loaded(tmp_path, db, a=FILES["a"], again=again)
    report = unload("a", db)
    assert report["load_again"] == ["again"]
    assert "Load again again" in sentences(report)[-1]
    [row] = quarantine.open_issues(open_reader(db))
    assert (row["file"], row["rule"], row["claims"]) == ("again", "original-unloaded", 1)
    assert load([tmp_path / "again"], db).rows["claim"] == 1
    assert quarantine.open_issues(open_reader(db)) == []


def test_a_copy_of_what_was_taken_back_too(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    loaded(tmp_path, db, a=FILES["a"], copy=FILES["a"])
    assert unload("a", db)["load_again"] == ["copy"]
    assert load(quarantine.paths(open_reader(db), [])[0], db).rows["claim"] == 1
    assert quarantine.open_issues(open_reader(db)) == []


def test_a_set_that_lost_a_claim_to_what_was_taken_back_comes_whole_again(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    both = claims_file(A1 + "\n" + claim("B1", ("99213", "70")) + "\n" + claim("A1", ("1", "1"), frequency="7"))
    loaded(tmp_path, db, a=FILES["a"], both=both)
    assert unload("a", db)["load_again"] == ["both"]
    assert open_reader(db).execute("select count(*) from claim").fetchall() == [(2,)]
    report = load([tmp_path / "both"], db)
    assert (report.rows["claim"], report.seen["claims"], report.kept_out("duplicate")["claims"]) == (1, 3, 2)
    alone = tmp_path / "alone.duckdb"
    load([tmp_path / "both"], alone)
    assert content(db)["claim"] == content(alone)["claim"]
    assert quarantine.open_issues(open_reader(db)) == []


def test_what_the_file_had_mended_is_open_again(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    good = remittance_file("CLP*B1*1*70*60*0*CI*ICN2\nCAS*CO*45*10", paid="20260301")
    loaded(tmp_path, db, bad=good.replace(b"*60*0", b"*6O*0"), good=good)
    assert quarantine.open_issues(open_reader(db)) == []
    unload("good", db)
    assert [row["file"] for row in quarantine.open_issues(open_reader(db))] == ["bad"]


def test_a_file_is_named_by_its_sha_when_its_name_is_not_enough(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    loaded(tmp_path / "1", db, a=FILES["a"])
    loaded(tmp_path / "2", db, a=FILES["c"])
    with pytest.raises(UserError, match=r"2 files are named a. Name one by the first digits of its SHA-256") as said:
        unload("a", db)
    first, second = str(said.value).splitlines()[1:]
    assert first.endswith(f"UTC, {len(FILES['a']):,} bytes, x12, 1 claims, 0 claim payments")
    assert second.endswith(f"UTC, {len(FILES['c']):,} bytes, x12, 0 claims, 1 claim payments")
    unload(first.split()[0], db)
    assert open_reader(db).execute("select count(*) from claim").fetchall() == [(0,)]


def test_an_unknown_file_changes_nothing(tmp_path: Path) -> None:
    db = tmp_path / "w.duckdb"
    loaded(tmp_path, db, a=FILES["a"])
    before = db.stat().st_mtime_ns
    with pytest.raises(UserError, match=r"No file named z.835"):
        unload("z.835", db)
    assert db.stat().st_mtime_ns == before
