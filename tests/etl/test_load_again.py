"""A file of which a part was quarantined is not done: loading it again says so again, and counts nothing twice."""

from __future__ import annotations

from pathlib import Path

from etl.load import load
from etl.warehouse.store import open_reader
from tests.x12_text import claim, claims_file


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
