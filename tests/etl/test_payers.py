"""One payer however it is spelled: what is suggested, what is only hinted at, and what a map changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import payers
from etl.errors import UserError
from etl.measures import MEASURES
from etl.warehouse.store import open_reader
from tests.x12_text import claim, claims_file, loaded, remittance_file

PAID = "CLP*{0}*1*100*80*0*CI*I-{0}\nCAS*CO*45*20\nSVC*HC:99213*100*80"


def named(data: bytes, name: str) -> bytes:
    return data.replace(b"PAYER ONE", name.encode())


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Four claims: HERON is billed as 60054 and 0060054 and answers as 1999; LARK is billed as 777."""
    numbers = ("H1", "H2", "H3")
    files = {
        "a.837": named(
            claims_file("\n".join(claim(n, ("99213", "100")) for n in numbers), payer="60054"), "HERON INS CO"
        ),
        "b.837": named(claims_file(claim("H4", ("99213", "100")), payer="0060054", sent="20260111"), "Heron Insurance"),
        "c.837": named(claims_file(claim("L1", ("99213", "100")), payer="777", sent="20260112"), "LARK HEALTH"),
        "d.835": named(remittance_file("\n".join(PAID.format(n) for n in numbers), payer="1999"), "HERON US"),
    }
    loaded(tmp_path / "in", tmp_path / "w.duckdb", **files)
    return tmp_path / "w.duckdb"


def applied(db: Path, text: str) -> Path:
    path = db.parent / "map.toml"
    path.write_text(text)
    payers.apply(db, payers.read(path))
    return db


def claims_by_payer(db: Path) -> dict[str, int]:
    frame = MEASURES["claims_adjudicated"].by(open_reader(db), ["payer_id"])
    return {row["payer_id"]: int(row["value"]) for row in frame.to_dicts()}


def test_strong_evidence_is_ids_and_payments(db: Path) -> None:
    connection = open_reader(db)
    found = payers.pairs(connection, payers.spellings(connection))
    assert [(pair.one, pair.other) for pair in found if pair.is_strong] == [("60054", "1999"), ("60054", "0060054")]
    assert found[0].because == "1999 was never billed; 3 of the 3 claims it answered were sent to 60054"


def test_a_suggestion_changes_nothing_and_can_be_applied_as_it_is(db: Path) -> None:
    text = payers.suggestion(open_reader(db))
    assert {one.spelled_as: one.payer_id for one in payers.spellings(open_reader(db))} == {
        "60054": "60054", "0060054": "0060054", "1999": "1999", "777": "777",
    }  # fmt: skip
    applied(db, text)
    assert {one.spelled_as: one.payer_id for one in payers.spellings(open_reader(db))} == {
        "60054": "60054", "0060054": "60054", "1999": "60054", "777": "777",
    }  # fmt: skip


def test_a_map_is_suggested_again_as_it_was_applied(db: Path) -> None:
    once = payers.suggestion(open_reader(applied(db, payers.suggestion(open_reader(db)))))
    assert payers.suggestion(open_reader(applied(db, once))) == once
    assert 'ids = ["0060054", "1999", "60054"]' in once


MAP = '[[payer]]\nid = "60054"\nname = "Heron"\nids = ["0060054", "1999"]\n'


def test_every_view_counts_the_ids_of_a_map_as_one_payer(db: Path) -> None:
    applied(db, MAP)
    connection = open_reader(db)
    for view in ("claim_root", "claim_outcome", "cash", "deposit", "receivable"):
        ids = connection.execute(f"select distinct payer_id, payer_name from {view} order by 1").fetchall()
        assert ids in ([("60054", "Heron")], [("60054", "Heron"), ("777", "LARK HEALTH")]), view


def test_the_rows_keep_what_the_files_said(db: Path) -> None:
    applied(db, MAP)
    raw = open_reader(db).execute("select distinct payer_id, payer_name from claim order by 1").fetchall()
    assert raw == [("0060054", "Heron Insurance"), ("60054", "HERON INS CO"), ("777", "LARK HEALTH")]


def test_another_map_takes_the_first_back(db: Path) -> None:
    before = claims_by_payer(db)
    applied(applied(db, MAP), "")
    assert claims_by_payer(db) == before


def test_a_later_load_finds_the_map(db: Path) -> None:
    applied(db, MAP)
    later = named(claims_file(claim("H5", ("99213", "100")), payer="1999", sent="20260301"), "HERON US")
    loaded(db.parent / "later", db, **{"e.837": later})
    roots = "select payer_id from claim_root where claim_number = 'H5'"
    assert open_reader(db).execute(roots).fetchall() == [("60054",)]


def test_two_ids_of_one_payer_adjudicate_a_claim_once(tmp_path: Path) -> None:
    """Billed as 1 and answered by 1 and 2, both billed: without the map two payers spoke, with it one, twice."""
    again = remittance_file(PAID.format("A1"), payer="2", paid="20260301", trace="T2")
    files = {
        "a.837": claims_file(claim("A1", ("99213", "100")), payer="1"),
        "b.837": claims_file(claim("B1", ("99213", "70")), payer="2", sent="20260111"),
        "c.835": remittance_file(PAID.format("A1"), payer="1"),
        "d.835": again,
    }
    loaded(tmp_path / "in", tmp_path / "w.duckdb", **files)
    numbers = "select payer_id, is_initial, is_standing from adjudication order by payment_order"
    db = tmp_path / "w.duckdb"
    assert open_reader(db).execute(numbers).fetchall() == [("1", True, True), ("2", True, True)]
    applied(db, '[[payer]]\nid = "1"\nids = ["2"]\n')
    assert open_reader(db).execute(numbers).fetchall() == [("1", True, False), ("1", False, True)]


def test_a_payer_without_an_id_is_its_name(tmp_path: Path) -> None:
    data = claims_file(claim("A1", ("99213", "100"))).replace(b"NM1*PR*2*PAYER ONE*****PI*P1", b"NM1*PR*2*Small Payer")
    loaded(tmp_path / "in", tmp_path / "w.duckdb", **{"a.837": data})
    db = tmp_path / "w.duckdb"
    payer = "select payer_id, payer_name from claim_root"
    assert open_reader(db).execute(payer).fetchall() == [("SMALL PAYER", "Small Payer")]
    applied(db, '[[payer]]\nid = "9"\nname = "Small"\nnames = ["small payer"]\n')
    assert open_reader(db).execute(payer).fetchall() == [("9", "Small")]


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ("BLUE CROSS OF OHIO", "Blue Cross of Ohio, Inc.", "the same name under different ids"),
        ("BCBS OHIO", "BLUE CROSS BLUE SHIELD OF OHIO", "the same name under different ids"),
        ("HERON HEALTH", "HERON HEALTH WEST", "one name is part of the other"),
        ("HERON", "HERON LIFE INSURANCE CO", "one name begins the other"),
        ("BLUE", "BLUE LAKE MUTUAL", None),
        ("PRAIRIE ADVANTAGE", "PRARIE ADVANTAGE", "names that are nearly the same"),
        ("BLUE CROSS OF OHIO", "BLUE CROSS OF UTAH", None),
        ("DISTRICT 1 TRUST FUND OF NURSES", "DISTRICT 2 TRUST FUND OF NURSES", None),
        ("AETNA", "CIGNA", None),
    ],
)
def test_names_alone_are_only_hinted_at(tmp_path: Path, one: str, other: str, because: str | None) -> None:
    files = {
        "a.837": named(claims_file(claim("A1", ("99213", "100")), payer="11"), one),
        "b.837": named(claims_file(claim("B1", ("99213", "100")), payer="22"), other),
    }
    loaded(tmp_path / "in", tmp_path / "w.duckdb", **files)
    connection = open_reader(tmp_path / "w.duckdb")
    found = payers.pairs(connection, payers.spellings(connection))
    assert [(pair.is_strong, pair.because) for pair in found] == ([(False, because)] if because else [])
    text = payers.suggestion(connection)
    assert all(line.startswith("#") or not line for line in text.splitlines())
    (tmp_path / "kept.toml").write_text(text.replace("#? ", ""))
    assert {alias.payer_id for alias in payers.read(tmp_path / "kept.toml")} == ({"11"} if because else set())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[payer]\n", "is not TOML"),
        ("[payer]\nid = '1'\n", r"expected only \[\[payer\]\] tables"),
        ("[[payers]]\nid = '1'\n", "found payers"),
        ("[[payer]]\nname = 'X'\n", "payer 1: expected id"),
        ("[[payer]]\nid = '1'\nalias = ['2']\n", "payer 1: found alias"),
        ("[[payer]]\nid = '1'\nids = '2'\n", "lists of texts"),
        ("[[payer]]\nid = '1'\nids = ['3']\n[[payer]]\nid = '2'\nids = ['3']\n", "“3” stands under both 1 and 2"),
    ],
)
def test_a_map_that_is_none_is_one_message(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(UserError, match=message):
        payers.read(tmp_path / "map.toml")
