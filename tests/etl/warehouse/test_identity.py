"""Who a patient is stays out of the warehouse: hashes, an age and a ZIP area stand in its place."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.errors import UserError
from etl.load import load
from etl.sample import write_sample
from etl.unload import unload
from etl.warehouse import identity
from etl.warehouse.identity import Key, take_out
from etl.warehouse.store import open_reader, reveals
from tests.x12_text import claim, claims_file, loaded, remittance_file

KEY = Key(b"a key for tests only")
DOE = claim("A1", ("99213", "100"))
ANSWER = "CLP*A1*1*100*80*0*CI*ICN1\nNM1*QC*1*doe*john****MI*M0001\nSVC*HC:99213*100*80\nCAS*CO*45*20"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    db = tmp_path / "warehouse.duckdb"
    loaded(tmp_path / "in", db, a=claims_file(DOE), b=remittance_file(ANSWER))
    return db


def person(**values: object) -> pl.DataFrame:
    row = {
        "patient_last_name": "DOE",
        "patient_first_name": "JO",
        "patient_birth_date": date(1980, 6, 15),
        "member_id": "M0001",
        "patient_zip": "430040001",
        "service_date": date(2026, 6, 14),
        "submission_date": date(2026, 7, 1),
    } | values
    return pl.DataFrame([row], {name: pl.Date if name.endswith("date") else pl.String for name in row})


def hidden(**values: object) -> dict[str, object]:
    return take_out(person(**values), KEY)[0].to_dicts()[0]


# --- what may be known ----------------------------------------------------------------------------------------------


def test_no_row_names_anybody() -> None:
    assert set(hidden()) & set(identity.PERSON) == set()


def test_many_rows_are_hidden_as_each_by_itself() -> None:
    """People come again, in other spellings and with gaps, between others."""
    rows = [
        person(patient_last_name=last, member_id=member, patient_birth_date=born, service_date=day)
        for day in (date(2026, 6, 14), date(2026, 6, 15))
        for last in ("DOE", "doe ", "ROE", None)
        for member in ("M1", None, "M2")
        for born in (date(1980, 6, 15), None)
    ] + [person(**dict.fromkeys((*identity.PERSON[:4], "patient_zip")))]
    whole, persons = take_out(pl.concat(rows), KEY)
    each = [take_out(row, KEY) for row in rows]
    assert whole.to_dicts() == [row for one, _ in each for row in one.to_dicts()]
    assert set(persons["identity_key"]) == {key for _, one in each for key in one["identity_key"]}
    assert persons["identity_key"].is_unique().all()


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1980, 6, 15), date(2026, 6, 14), 45),
        (date(1980, 6, 15), date(2026, 6, 15), 46),
        (date(1934, 1, 1), date(2026, 6, 14), 90),
        (date(1920, 1, 1), date(2026, 6, 14), 90),
        (date(2026, 6, 1), date(2026, 6, 14), 0),
        (date(2026, 6, 20), date(2026, 6, 14), None),
        (None, date(2026, 6, 14), None),
        (date(1980, 6, 30), None, 46),  # without a day of service the day of sending counts
    ],
)
def test_an_age_in_whole_years(born: date | None, day: date | None, age: int | None) -> None:
    assert hidden(patient_birth_date=born, service_date=day)["patient_age"] == age


@pytest.mark.parametrize(
    ("zip_code", "area"), [("430040001", "430"), ("03601", "000"), ("ABC", None), ("43", None), (None, None)]
)
def test_three_digits_of_the_zip_unless_few_live_there(zip_code: str | None, area: str | None) -> None:
    assert hidden(patient_zip=zip_code)["patient_zip3"] == area


# --- hashes ---------------------------------------------------------------------------------------------------------


def test_the_same_person_however_written() -> None:
    other = hidden(patient_last_name=" doe", patient_first_name="Jo ", member_id="m0001")
    names = ("identity_key", "member_key", "name_key")
    assert [other[name] for name in names] == [hidden()[name] for name in names]


@pytest.mark.parametrize(
    ("change", "equal"),
    [
        ({"patient_first_name": "JOSEPH"}, {"member_key", "name_key"}),
        ({"patient_first_name": "ANN"}, {"member_key"}),
        ({"member_id": "M0002"}, {"name_key"}),
        ({"patient_birth_date": date(1980, 6, 16)}, {"member_key", "name_key"}),
    ],
)
def test_what_is_equal_shows_in_what(change: dict[str, object], equal: set[str]) -> None:
    one, two = hidden(), hidden(**change)
    assert {name for name in ("identity_key", "member_key", "name_key") if one[name] == two[name]} == equal


def test_another_key_gives_other_hashes() -> None:
    assert take_out(person(), Key(b"another"))[0]["member_key"].to_list() != [hidden()["member_key"]]


def test_nobody_has_no_key() -> None:
    names = ("patient_last_name", "patient_first_name", "patient_birth_date", "member_id", "patient_zip")
    nobody = hidden(**dict.fromkeys(names))
    assert [nobody[name] for name in ("identity_key", "member_key", "name_key")] == [None, None, None]


# --- files ----------------------------------------------------------------------------------------------------------


def test_names_are_in_the_identity_file_only(tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", claims=60, seed=3)
    db = tmp_path / "warehouse.duckdb"
    load([tmp_path / "sample"], db)
    connection = open_reader(db, reveal=True)
    names = connection.execute("select member_id, patient_last_name || patient_first_name from person").fetchall()
    assert len(names) > 30
    connection.close()
    # uncompressed, so that a name could be found
    plain = duckdb.connect(str(tmp_path / "plain.duckdb"))
    plain.execute("set force_compression = 'uncompressed'")
    plain.execute(f"attach '{db}' as w (read_only)")
    plain.execute("copy from database w to plain")
    plain.close()
    content = (tmp_path / "plain.duckdb").read_bytes()
    numbers = [number for (number,) in open_reader(db).execute("select patient_control_number from claim").fetchall()]
    assert len(numbers) >= 60 and all(number.encode() in content for number in numbers)  # what is there, is found
    assert not [member for member, _ in names if member and member.encode() in content]


def test_only_the_owner_reads_the_files(db: Path) -> None:
    for path in (db, identity.path_of(db), db.with_name(f"{db.name}.key")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_sees_names_only_when_it_asks_to(db: Path) -> None:
    assert not reveals(open_reader(db))
    connection = open_reader(db, reveal=True)
    assert reveals(connection)
    found = connection.execute("select patient_last_name, member_id from person order by 1").fetchall()
    assert ("DOE", "M0001") in found


def test_an_address_is_in_the_identity_file(tmp_path: Path) -> None:
    file = claims_file(DOE).replace(b"N4*SPRINGFIELD", b"N3*1 MAIN ST~N4*SPRINGFIELD")
    loaded(tmp_path / "in", tmp_path / "w.duckdb", a=file)
    found = open_reader(tmp_path / "w.duckdb", reveal=True).execute(
        "select patient_address, patient_city, patient_zip from person"
    )
    assert found.fetchall() == [("1 MAIN ST", "SPRINGFIELD", "450010000")]


def test_a_claim_and_its_payment_name_the_same_member(db: Path) -> None:
    rows = open_reader(db).execute(
        "select c.member_key = p.member_key, c.name_key = p.name_key from claim as c"
        " join claim_payment as p on p.patient_control_number = c.patient_control_number"
    )
    assert rows.fetchall() == [(True, True)]


def test_loading_again_adds_nobody(db: Path, tmp_path: Path) -> None:
    before = open_reader(db, reveal=True).execute("select count(*) from person").fetchall()
    loaded(tmp_path / "again", db, c=claims_file(claim("A2", ("99213", "100"))))
    assert open_reader(db, reveal=True).execute("select count(*) from person").fetchall() == before


def test_a_file_taken_back_takes_those_along_whom_nothing_else_names(db: Path, tmp_path: Path) -> None:
    everybody = "select patient_last_name from person order by 1"
    before = open_reader(db, reveal=True).execute(everybody).fetchall()
    loaded(tmp_path / "more", db, c=claims_file(claim("A2", ("99213", "100"))).replace(b"DOE", b"ROEBUCKSON"))
    assert ("ROEBUCKSON",) in open_reader(db, reveal=True).execute(everybody).fetchall()
    unload("c", db)
    assert open_reader(db, reveal=True).execute(everybody).fetchall() == before
    assert b"ROEBUCKSON" not in identity.path_of(db).read_bytes()


def test_a_file_taken_back_that_names_nobody_takes_nobody_along(db: Path, tmp_path: Path) -> None:
    everybody = "select patient_last_name from person order by 1"
    before = open_reader(db, reveal=True).execute(everybody).fetchall()
    loaded(tmp_path / "more", db, c=remittance_file("CLP*A9*1*100*100*0*CI*ICN9\nSVC*HC:99213*100*100"))
    unload("c", db)
    assert open_reader(db, reveal=True).execute(everybody).fetchall() == before


# --- the key --------------------------------------------------------------------------------------------------------


def test_another_key_cannot_add_to_a_warehouse(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_KEY", "another key altogether")
    with pytest.raises(UserError, match="made with another key"):
        loaded(tmp_path / "more", db, c=claims_file(claim("A2", ("99213", "100"))))


def test_a_key_from_the_environment_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_KEY", "a key that nobody knows")
    loaded(tmp_path / "in", tmp_path / "w.duckdb", a=claims_file(DOE))
    assert not (tmp_path / "w.duckdb.key").exists()


def test_a_short_key_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_KEY", "1234")
    with pytest.raises(UserError, match="16 characters"):
        loaded(tmp_path / "in", tmp_path / "w.duckdb", a=claims_file(DOE))
