"""A rollup answers exactly as its view does, whatever is asked, and after whatever was loaded or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from random import Random

import duckdb
import polars as pl
import pytest

from etl.load import load
from etl.measures import DIMENSIONS, MEASURES, Measure, Period, data_through
from etl.measures import rollup as made
from etl.measures.standardised import Standardised
from etl.sample import write_sample
from etl.unload import unload
from etl.warehouse import refresh, rolling, store, views
from etl.warehouse.as_of import open_as_of

AGES = ("service", "submission", "remit")


@pytest.fixture(autouse=True)
def every_rollup(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rollups of the small sample too, as wide as they come, and summed up again now and then."""
    monkeypatch.setattr(rolling, "WORTH_ROWS", 1)
    monkeypatch.setattr(rolling, "PART", 10)
    monkeypatch.setattr(rolling, "LOOSE", 0.02)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("rollups") / "sample"
    write_sample(folder, claims=80, seed=5)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "truth" not in path.name]
    return [path for path in files if "unsent" not in path.parts]


@pytest.fixture(scope="module")
def loaded(sample: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Path]]]:
    """The warehouse after some loads in any order, and the files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolling, "WORTH_ROWS", 1)
        patch.setattr(rolling, "PART", 10)
        patch.setattr(rolling, "LOOSE", 0.02)
        db = tmp_path_factory.mktemp("rollups") / "warehouse.duckdb"
        files = sample.copy()
        Random(7).shuffle(files)
        side = [path for path in files if path.suffix == ".csv"]
        files = side + [path for path in files if path not in side]
        load(files[: len(files) // 2], db)
        step = len(files) // 7 + 1
        for start in range(len(files) // 2, len(files), step):
            load(files[start : start + step], db)
        yield db, files


def asked(measure: Measure, connection: duckdb.DuckDBPyConnection, **question: object) -> tuple[bool, pl.DataFrame]:
    """Whether a rollup answered, and the answer."""
    last = data_through(connection)
    rollups = made.of_view(connection, measure.view)
    used = "from rollup_" in measure.query(last, rollups=rollups, **question).sql  # type: ignore[arg-type]
    return used, measure.by(connection, **question)  # type: ignore[arg-type]


def from_view(measure: Measure, connection: duckdb.DuckDBPyConnection, **question: object) -> pl.DataFrame:
    query = measure.query(data_through(connection), **question)  # type: ignore[arg-type]
    return measure.answer(connection.cursor().sql(query.sql, params=query.parameters).pl())


def periods(last: date) -> list[Period]:
    month, before = last.replace(day=1), last.replace(year=last.year - 1, day=1)
    return [
        (None, None),
        (before, last),
        (None, month),
        (before, date(last.year, 1, 31)),
        (before.replace(day=9), last),
    ]


def test_every_measure_by_every_pair_of_dimensions_filter_and_period(loaded: tuple[Path, list[Path]]) -> None:
    connection = store.open_reader(loaded[0])
    last = data_through(connection)
    assert last is not None
    rolled = {name: m for name, m in MEASURES.items() if m.view in (*views.KEPT, *views.SUMMED)}
    rolled = {name: m for name, m in rolled.items() if not isinstance(m, Standardised)}
    choose, used = Random(1), {name: 0 for name in rolled}
    for measure in rolled.values():
        names = [name for name in measure.dimensions if not DIMENSIONS[name].many]
        two = list(combinations(names, 2))
        pairs = [(), *((name,) for name in names), *choose.sample(two, min(2, len(two)))]
        for dims in pairs:
            for period in choose.sample(periods(last), 2) if measure.date_column else [(None, None)]:
                filters = {}
                if dims and choose.random() < 0.7:
                    name = choose.choice(list(measure.dimensions))
                    filters = {name: values(connection, measure, name)}
                question = {
                    "dims": dims, "filters": filters, "period": period, "age_from": choose.choice(AGES),
                }  # fmt: skip
                by_rollup, answer = asked(measure, connection, **question)
                assert answer.equals(from_view(measure, connection, **question)), (measure.name, question)
                used[measure.name] += by_rollup
    assert len(rolled) > 20
    assert all(used.values())


def values(connection: duckdb.DuckDBPyConnection, measure: Measure, name: str) -> list[str]:
    """Some values of a dimension."""
    if DIMENSIONS[name].many:
        found = connection.execute(
            f"select distinct unnest({name}) from {measure.view} order by 1 nulls last"
        ).fetchall()
        return [str(row[0]) for row in found[:1]]
    return [str(one) for one in measure.by(connection, [name])[name][1:3]] or ["none"]


def test_a_rollup_kept_up_to_date_equals_one_made_anew(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    db = tmp_path / "copy.duckdb"
    for old, new in zip(store.files_of(loaded[0]), store.files_of(db), strict=True):
        if old.exists():
            new.write_bytes(old.read_bytes())
    gone = store.open_reader(db).execute("select name from source_file where name like '%835%' order by 1").fetchall()
    for (name,) in gone[:2]:
        with store.open_writer(db) as connection:
            as_loaded = contents(connection)
            refresh.refresh_views(connection)
            assert as_loaded == contents(connection)
        assert len(as_loaded) > 20
        unload(name, db)
        load([next(path for path in loaded[1] if path.name == name)], db)


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The groups of every rollup, summed up."""
    out = {}
    for name, counts in connection.execute("select name, len(counts) from rollup_state").fetchall():
        columns = [row[0] for row in connection.execute(f"describe {name}").fetchall()]
        sums = [one for one in columns if one[0] in "ns" and one[1:].isdigit()]
        keys = ", ".join(one for one in columns if one not in sums)
        counted = " + ".join(f"sum(n{i})" for i in range(counts))
        summed = ", ".join(f"sum({one})" for one in sums)
        rows = connection.execute(f"select {keys}, {summed} from {name} group by {keys} having {counted} <> 0")
        out[name] = sorted(map(str, rows.fetchall()))
    return out


def test_a_past_day_is_not_answered_from_the_last_days_rollups(loaded: tuple[Path, list[Path]]) -> None:
    connection = store.open_reader(loaded[0])
    last = data_through(connection)
    assert last is not None
    measure, day = MEASURES["initial_denial_rate"], last.replace(year=last.year - 1)
    past = open_as_of(loaded[0], day, measure.view)
    for one in (connection, past):
        used, answer = asked(measure, one, dims=["payer_name"], as_of=day)
        assert not used
        assert answer.equals(from_view(measure, connection, dims=["payer_name"], as_of=day))
    assert asked(measure, connection, dims=["payer_name"], as_of=last)[0]


def test_a_rollup_that_is_no_small_part_carries_fewer_dimensions(
    loaded: tuple[Path, list[Path]], sample: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "PART", 0.7)
    load(sample, tmp_path / "warehouse.duckdb")
    carried = "select coalesce(sum(len(dims)), 0), count(*) from rollup_state"
    [[narrow, some]] = store.open_reader(tmp_path / "warehouse.duckdb").execute(carried).fetchall()
    [[wide, _]] = store.open_reader(loaded[0]).execute(carried).fetchall()
    assert some
    assert narrow < wide


def test_a_small_warehouse_has_no_rollups(sample: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "WORTH_ROWS", 100_000)
    load(sample[:20], tmp_path / "warehouse.duckdb")
    reader = store.open_reader(tmp_path / "warehouse.duckdb")
    assert reader.execute("from rollup_state").fetchall() == []


def test_sums_that_the_measures_no_longer_have_are_neither_asked_nor_kept(
    loaded: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    db = tmp_path / "copy.duckdb"
    for old, new in zip(store.files_of(loaded[0]), store.files_of(db), strict=True):
        if old.exists():
            new.write_bytes(old.read_bytes())
    with store.open_writer(db) as connection:
        connection.execute("update rollup_state set counts = ['is_something_else'], sums = []")
    assert not asked(MEASURES["insurance_paid_amount"], store.open_reader(db), dims=["payer_name"])[0]
    remade = tmp_path / "work_log.csv"
    log = next(path for path in loaded[1] if path.name == "work_log.csv").read_text().splitlines()
    remade.write_text("\n".join([log[0], log[1].replace(log[1].split(",")[1], "someone")]))
    load([remade], db)
    reader = store.open_reader(db)
    used, answer = asked(MEASURES["insurance_paid_amount"], reader, dims=["coder_id"])
    assert used
    assert answer.equals(from_view(MEASURES["insurance_paid_amount"], reader, dims=["coder_id"]))


def test_balances_age_on_while_their_rollups_stay(sample: list[Path], tmp_path: Path) -> None:
    db = tmp_path / "warehouse.duckdb"
    by_kind = sorted(sample, key=lambda path: (path.suffix != ".csv", "835" in path.name, path.name))
    paid = [path for path in by_kind if "835" in path.name]
    load([path for path in by_kind if path not in paid], db)
    made_on = data_through(store.open_reader(db))
    for start in range(0, len(paid), len(paid) // 3 + 1):
        load(paid[start : start + len(paid) // 3 + 1], db)
    reader = store.open_reader(db)
    assert made_on is not None
    assert data_through(reader) > made_on  # type: ignore[operator]
    asked_of = [m for m in MEASURES.values() if m.view == "receivable"]
    for measure in asked_of:
        for dims in (
            [],
            ["payer_name"],
            ["ar_bucket", "facility"] if "ar_bucket" in measure.dimensions else ["coder_id"],
        ):
            for age_from in AGES:
                used, answer = asked(measure, reader, dims=dims, age_from=age_from)
                assert used
                assert answer.equals(from_view(measure, reader, dims=dims, age_from=age_from)), (measure.name, dims)
    assert len(asked_of) > 5


def test_a_contest_moves_what_it_concerns_in_the_rollups(loaded: tuple[Path, list[Path]], tmp_path: Path) -> None:
    db = tmp_path / "copy.duckdb"
    for old, new in zip(store.files_of(loaded[0]), store.files_of(db), strict=True):
        if old.exists():
            new.write_bytes(old.read_bytes())
    question = {"dims": ["responsible_role"]}
    measure = MEASURES["attributed_denied_amount"]
    before = asked(measure, store.open_reader(db), **question)[1]
    claim = "select claim_number from denial_attribution where responsible_role = 'coder' order by 1"
    [[number], *_] = store.open_reader(db).execute(claim).fetchall()
    contest = tmp_path / "attribution.csv"
    contest.write_text(
        "claim_id,line_number,from_role,to_role,reason,decided_by,decided_on\n"
        f"{number},0,coder,front_desk,no card at hand,M1,2026-01-02\n"
    )
    load([contest], db)
    reader = store.open_reader(db)
    used, after = asked(measure, reader, **question)
    assert used
    assert not after.equals(before)
    assert after.equals(from_view(measure, reader, **question))
    with store.open_writer(db) as connection:
        as_loaded = contents(connection)
        refresh.refresh_views(connection)
        assert as_loaded == contents(connection)
