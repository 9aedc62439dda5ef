"""A load that computes only the claims it touches leaves what computing everything would."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pytest

from etl.load import load
from etl.sample import write_sample
from etl.warehouse import refresh, store, views

Tables = dict[str, list[str]]


def snapshot(connection: duckdb.DuckDBPyConnection) -> Tables:
    names = [name for name, kind in views.KINDS.items() if kind != "passing"]
    return {name: sorted(map(str, connection.execute(f"from {name}").fetchall())) for name in names}


@pytest.fixture
def partial(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the loads that computed a part only."""
    done: list[int] = []
    whole = refresh._refresh_part

    def counted(*args: object) -> None:
        done.append(1)
        whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(refresh, "_refresh_part", counted)
    return done


@pytest.mark.parametrize("seed", [2])
def test_many_loads_in_any_order_equal_one_computation(tmp_path: Path, partial: list[int], seed: int) -> None:
    write_sample(tmp_path / "sample", claims=250, seed=seed)
    files = [path for path in sorted((tmp_path / "sample").rglob("*")) if path.is_file() and "truth" not in path.name]
    files = [path for path in files if "unsent" not in path.parts]
    Random(seed).shuffle(files)  # replacements before their originals, payments before claims
    db = tmp_path / "warehouse.duckdb"
    first, step = len(files) // 2, 12
    load(files[:first], db)
    for start in range(first, len(files), step):
        load(files[start : start + step], db)
        if (start - first) % (4 * step) == 0:
            same_when_computed_anew(db)
    same_when_computed_anew(db)
    assert len(partial) > 5


def same_when_computed_anew(db: Path) -> None:
    with store.open_writer(db) as connection:
        as_loaded = snapshot(connection)
        refresh.refresh_views(connection)
        anew = snapshot(connection)
    for name in anew:
        assert as_loaded[name] == anew[name], name


def test_a_new_team_reaches_every_claim(tmp_path: Path, partial: list[int]) -> None:
    write_sample(tmp_path / "sample", claims=100, seed=1)
    db = tmp_path / "warehouse.duckdb"
    load([tmp_path / "sample"], db)
    staff = (tmp_path / "sample" / "staff.csv").read_text().splitlines()
    changed = [staff[0], *(",".join([*row.split(",")[:2], "night shift", *row.split(",")[3:]]) for row in staff[1:])]
    (tmp_path / "staff.csv").write_text("\n".join(changed))
    load([tmp_path / "staff.csv"], db)
    teams = store.open_reader(db).execute("select distinct unnest(teams) from claim_root").fetchall()
    assert teams == [("night shift",)]
    assert not partial


def test_a_new_schedule_prices_every_line_and_computes_nothing_else(tmp_path: Path, partial: list[int]) -> None:
    write_sample(tmp_path / "sample", claims=100, seed=1)
    db = tmp_path / "warehouse.duckdb"
    load([tmp_path / "sample"], db)
    priced = "select count(*), sum(contract_amount) from contract_line"
    before = store.open_reader(db).execute(priced).fetchall()
    head, *rows = (tmp_path / "sample" / "allowed_schedule.csv").read_text().splitlines()
    dearer = [",".join([*cells[:-1], str(2 * float(cells[-1]))]) for cells in (row.split(",") for row in rows)]
    (tmp_path / "allowed_schedule.csv").write_text("\n".join([head, *dearer]))
    load([tmp_path / "allowed_schedule.csv"], db)
    [[lines, amount]] = before
    assert store.open_reader(db).execute(priced).fetchall() == [(lines, 2 * amount)]
    assert len(partial) <= 1
    same_when_computed_anew(db)


def test_an_appeal_of_a_later_day_counts_once_that_day_is_reached(tmp_path: Path, partial: list[int]) -> None:
    write_sample(tmp_path / "sample", claims=150, seed=2)
    db = tmp_path / "warehouse.duckdb"
    load([path for path in (tmp_path / "sample").iterdir() if path.name != "appeal.csv"], db)
    [[number, other, day]] = (
        store.open_reader(db)
        .execute(
            """select o.claim_number, c.claim_number, data_through + 1
            from open_item as o join claim_root as c on c.root_id <> o.root_id cross join warehouse_state
            where o.ar_reason = 'denied' and not o.is_in_progress order by all limit 1"""
        )
        .fetchall()
    )
    waits = f"select distinct is_in_progress from open_item where claim_number = '{number}'"
    (tmp_path / "appeal.csv").write_text(
        f"claim_id,line_number,sent_on,kind,outcome,outcome_on\n{number},0,{day},appeal,,\n"
    )
    load([tmp_path / "appeal.csv"], db)
    assert store.open_reader(db).execute(waits).fetchall() == [(False,)]
    (tmp_path / "patient_transactions.csv").write_text(f"claim_id,date,kind,amount\n{other},{day},copay,1.00\n")
    load([tmp_path / "patient_transactions.csv"], db)
    assert store.open_reader(db).execute(waits).fetchall() == [(True,)]
    assert len(partial) == 2
    same_when_computed_anew(db)


def test_a_slice_at_a_time_equals_one_computation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path / "sample", claims=120, seed=3)
    db = tmp_path / "warehouse.duckdb"
    load([tmp_path / "sample"], db)
    with store.open_writer(db) as connection:
        at_once = snapshot(connection)
        monkeypatch.setattr(refresh, "_SLICE", 17)
        done: list[int] = []
        whole = refresh._refresh_part
        monkeypatch.setattr(refresh, "_refresh_part", lambda *args: (done.append(1), whole(*args)))
        refresh.refresh_views(connection)
        assert len(done) > 5
        assert snapshot(connection) == at_once
