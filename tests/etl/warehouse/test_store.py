"""The warehouse file: one writer, whole at every moment, and readers that can only read."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from etl.errors import UserError
from etl.load import load
from etl.warehouse.checks import bad_rows
from etl.warehouse.store import file_identity, lock_of, open_reader, open_writer
from tests.x12_text import Dress, answer_file, claim, claims_file, loaded, remittance_file

FILES = {
    "a": claims_file(claim("A1", ("99213", "100"), ("99214", "50"))),
    "b": claims_file(claim("B1", ("99213", "70")), sent="20260111"),
    "c": remittance_file(
        "CLP*A1*4*150*0*0*CI*ICN1\nSVC*HC:99213*100*0\nCAS*CO*197*100\nSVC*HC:99214*50*0\nCAS*CO*45*50"
    ),
    "d": remittance_file("CLP*B1*1*70*60*0*CI*ICN2\nSVC*HC:99213*70*60\nCAS*CO*45*10", paid="20260208"),
    "e": answer_file([("A1", "A2:20"), ("B1", "A3:21")]),
    "f": claims_file(claim("A1R", ("99213", "100"), ("99214", "50"), frequency="7", replaces="ICN1"), sent="20260210"),
    "g": b"claim_id,date,kind,amount\nA1,2026-01-05,copay,20\nA1,2026-01-05,copay,20\n",
}
# everything in the warehouse that does not count the load itself
CONTENT = {
    "claim": "* exclude (claim_id, transaction_set_id)",
    "service_line": "* exclude (claim_id)",
    "remittance": "* exclude (remittance_id, transaction_set_id)",
    "claim_payment": "* exclude (claim_payment_id, remittance_id)",
    "adjustment": "* exclude (claim_payment_id, service_payment_id, sequence)",
    "acknowledgement": "* exclude (transaction_set_id)",
    "patient_transaction": "*",
    "denial": "* exclude (root_id, claim_id)",
    "receivable": "* exclude (root_id, claim_id)",
    "claim_outcome": "* exclude (root_id, claim_id)",
}


def content(db: Path) -> dict[str, list[str]]:
    connection = open_reader(db)
    return {
        table: sorted(map(str, connection.execute(f"select {columns} from {table}").fetchall()))
        for table, columns in CONTENT.items()
    }


@pytest.fixture(autouse=True)
def one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two warehouses can only be equal when their hashes were made with one key."""
    monkeypatch.setenv("CLEANCLAIM_KEY", "a key for the tests only")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def small(tmp_path: Path, db: Path) -> Path:
    """A warehouse with two claims."""
    loaded(tmp_path / "in", db, a=FILES["a"], b=FILES["b"])
    return db


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse for tests that cannot change it."""
    folder = tmp_path_factory.mktemp("lasting")
    loaded(folder / "in", folder / "warehouse.duckdb", a=FILES["a"], b=FILES["b"])
    return folder / "warehouse.duckdb"


# --- idempotent -----------------------------------------------------------------------------------------------------


def test_the_same_files_twice_change_nothing(tmp_path: Path, db: Path) -> None:
    loaded(tmp_path / "in", db, **FILES)
    before = content(db)
    report = loaded(tmp_path / "in", db, **FILES)
    assert content(db) == before
    assert (report.files, len(report.of("duplicate")), report.rows.get("claim", 0)) == (0, len(FILES), 0)


def test_what_follows_an_orphan_keeps_its_own_lines(db: Path, tmp_path: Path) -> None:
    def lines(number: str) -> str:
        return f"CLP*{number}*1*100*80*0*CI*I\nSVC*HC:99213*100*80\nCAS*CO*45*20"

    first = remittance_file(f"SVC*HC:99214*9*9\n{lines('A1')}", deposit="80")
    # other separators are another batch of the same load
    loaded(tmp_path / "in", db, a=first, b=remittance_file(lines("B1"), trace="T2", dress=Dress("|")))
    pairs = """select l.claim_payment_id = a.claim_payment_id
        from service_payment as l join adjustment as a using (service_payment_id)"""
    assert open_reader(db).execute(pairs).fetchall() == [(True,), (True,)]


@pytest.mark.parametrize("order", ["gfedcba", "fcdabge"])
def test_files_in_another_order_make_the_same_warehouse(tmp_path: Path, db: Path, order: str) -> None:
    other = tmp_path / "other.duckdb"
    loaded(tmp_path / "in", db, **FILES)
    loaded(tmp_path / "in", other, **{name: FILES[name] for name in order})
    assert content(other) == content(db)


def test_two_remittances_of_a_day_make_the_same_warehouse_in_any_order(tmp_path: Path, db: Path) -> None:
    files = {
        "a": claims_file(f"{claim('W1', ('99213', '100'))}\n{claim('V1', ('99213', '100'))}"),
        "b": remittance_file("CLP*W1*4*100*0*0*CI*IW\nSVC*HC:99213*100*0\nCAS*CO*16*100", trace="T1"),
        "c": remittance_file(
            """CLP*W1*22*-100*0*0*CI*IW\nSVC*HC:99213*-100*0\nCAS*CO*16*-100
            CLP*W1*1*100*80*0*CI*IW2\nSVC*HC:99213*100*80\nCAS*CO*45*20""",
            trace="T2",
        ),
        "d": remittance_file("CLP*V1*1*100*50*10*CI*IV\nCAS*CO*45*40\nCAS*PR*2*10", trace="T3"),
        "e": remittance_file("CLP*V1*2*100*10*0*CI*IV2\nCAS*OA*23*90", payer="P2", trace="T4"),
    }
    loaded(tmp_path / "in", db, **files)
    loaded(tmp_path / "in", tmp_path / "other.duckdb", **{name: files[name] for name in "ecdab"})
    assert content(tmp_path / "other.duckdb") == content(db)
    denied = "select claim_number, denied_amount, is_overturned from denial"
    assert open_reader(db).execute(denied).fetchall() == [("W1", Decimal("100.00"), True)]
    assert open_reader(db).execute("from receivable where balance_amount <> 0").fetchall() == []


def test_many_remittances_of_a_day_make_the_same_warehouse_in_any_order(tmp_path: Path, db: Path) -> None:
    """Two payers that both call themselves the first, and a claim that one payer decides a dozen times."""
    files = {"a": claims_file(f"{claim('W1', ('99213', '100'))}\n{claim('V1', ('99213', '100'))}")}
    for i in range(12):
        text = f"CLP*W1*1*100*{80 - i}*{i}*CI*IW\nSVC*HC:99213*100*{80 - i}\nCAS*CO*45*20\nCAS*PR*2*{i}"
        files[f"w{i:02}"] = remittance_file(text, trace=f"T{i}")
    for payer, owed in (("P1", 10), ("P2", 25)):
        text = f"CLP*V1*1*100*{50 - owed}*{owed}*CI*I{payer}\nCAS*CO*45*50\nCAS*PR*2*{owed}"
        files[payer] = remittance_file(text, payer=payer, trace=payer)
    loaded(tmp_path / "in", db, **files)
    loaded(tmp_path / "in", tmp_path / "other.duckdb", **dict(reversed(files.items())))
    assert content(tmp_path / "other.duckdb") == content(db)


def test_files_day_by_day_make_the_same_warehouse(tmp_path: Path, db: Path) -> None:
    other = tmp_path / "other.duckdb"
    loaded(tmp_path / "in", db, **FILES)
    for name in ("f", "cg", "abde"):
        loaded(tmp_path / "in", other, **{letter: FILES[letter] for letter in name})
    assert content(other) == content(db)


# --- one writer -----------------------------------------------------------------------------------------------------


def test_a_second_writer_is_told_who_holds_the_warehouse(small: Path, tmp_path: Path) -> None:
    with open_writer(small), pytest.raises(UserError, match=rf"being written by process {os.getpid()} on .* since 2"):
        load([tmp_path / "in" / "a"], small)


def test_an_error_while_writing_leaves_the_old_warehouse(small: Path, tmp_path: Path) -> None:
    before, files = file_identity(small), sorted(path.name for path in small.parent.iterdir())
    with pytest.raises(ZeroDivisionError), open_writer(small) as connection:
        connection.execute("delete from claim")
        raise ZeroDivisionError
    assert file_identity(small) == before
    assert sorted(path.name for path in small.parent.iterdir()) == files


def test_a_path_that_duckdb_cannot_write_to_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="a warehouse cannot lie at a path with a question mark"),
        open_writer(tmp_path / "why?" / "w.duckdb"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_crash_are_cleared_away(small: Path, tmp_path: Path) -> None:
    """DuckDB spills into a folder beside the file that it writes."""
    building = small.parent / f".{small.name}.building"
    building.write_bytes(b"half a warehouse")
    building.with_name(f"{building.name}.wal").write_bytes(b"half a log")
    (building.with_name(f"{building.name}.tmp")).mkdir()
    (building.with_name(f"{building.name}.tmp") / "spill-0").write_bytes(b"x")
    loaded(tmp_path / "in", small, c=FILES["c"])
    assert not list(small.parent.glob(".*building*"))


def test_the_warehouse_and_its_lock_are_the_owners_only(small: Path) -> None:
    for path in (small, lock_of(small)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_being_built_is_the_owners_only_from_the_start(small: Path) -> None:
    with open_writer(small) as connection:
        connection.execute("create table x as select * from range(1000)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in small.parent.glob(".*building*")}
    assert modes
    assert all(mode & 0o077 == 0 for mode in modes.values()), modes


# --- readers --------------------------------------------------------------------------------------------------------


def count(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(*) from claim").fetchone()
    return int(row[0]) if row else 0


def test_an_open_reader_keeps_its_warehouse_during_a_swap_and_a_new_one_sees_the_new(
    small: Path, tmp_path: Path
) -> None:
    old, before = open_reader(small), file_identity(small)
    loaded(tmp_path / "in", small, f=FILES["f"])
    assert (count(old), count(open_reader(small)), count(old)) == (2, 3, 2)
    assert file_identity(small) != before


def test_a_reader_works_while_a_writer_writes(small: Path) -> None:
    with open_writer(small) as connection:
        connection.execute("delete from claim")
        assert count(open_reader(small)) == 2


@pytest.mark.parametrize(
    "sql",
    [
        "insert into warehouse.claim select * from warehouse.claim",
        "delete from warehouse.claim",
        "update warehouse.claim set charge_amount = 0",
        "drop table warehouse.claim",
        "create table warehouse.x as select 1",
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "attach '{other}' as other",
        "copy (select 1) to '{other}'",
        "copy warehouse.claim from '/etc/passwd'",
        "export database '{other}'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '9GB'",
        "detach warehouse; attach '{other}' as warehouse",
    ],
)
def test_a_reader_can_only_read(lasting: Path, tmp_path: Path, sql: str) -> None:
    other = tmp_path / "other"
    with pytest.raises(duckdb.Error):
        open_reader(lasting).execute(sql.replace("{other}", str(other)))
    assert not other.exists()


def test_no_warehouse_is_said_with_the_command_that_makes_one(db: Path) -> None:
    with pytest.raises(UserError, match=r"There is no warehouse at .*cleanclaim load FILE... --db"):
        open_reader(db)


def other_version(db: Path) -> None:
    connection = duckdb.connect(str(db))
    connection.execute("update warehouse_state set schema_version = 99")
    connection.close()


def test_a_warehouse_of_another_version_is_refused_by_a_reader(small: Path) -> None:
    other_version(small)
    with pytest.raises(UserError, match="made by another version of cleanclaim"):
        open_reader(small)


def test_a_warehouse_of_another_version_is_refused_by_a_load(small: Path, tmp_path: Path) -> None:
    other_version(small)
    before = file_identity(small)
    with pytest.raises(UserError, match="made by another version of cleanclaim"):
        loaded(tmp_path / "in", small, c=FILES["c"])
    assert file_identity(small) == before


@pytest.mark.parametrize("what", ["a text file", "another DuckDB file", "a folder"])
def test_what_is_no_warehouse_is_refused_and_kept(tmp_path: Path, db: Path, what: str) -> None:
    if what == "a folder":
        db.mkdir()
    elif what == "a text file":
        db.write_text("claim_id,amount\n" * 1_000)
    else:
        other = duckdb.connect(str(db))
        other.execute("create table mine as select 1 as x")
        other.close()
    with pytest.raises(UserError, match="not a cleanclaim warehouse"):
        open_reader(db)
    with pytest.raises(UserError, match="not a cleanclaim warehouse"):
        loaded(tmp_path / "in", db, a=FILES["a"])
    assert db.exists()
    assert not list(db.parent.glob(".*building*"))


# --- a full disk ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0.4, 1.0, 1.02])
def test_a_disk_that_fills_up_is_a_message_and_loses_nothing(tmp_path: Path, small: Path, room: float) -> None:
    """A process that may write no larger file meets what a full disk gives; a small tmpfs was tried by hand."""
    claims = "\n".join(claim(f"K{i}", (f"{i:05}", f"{i}.17")) for i in range(3_000))
    (tmp_path / "big.837").write_bytes(claims_file(claims))
    before, limit = small.read_bytes(), int(room * small.stat().st_size)
    command = [sys.executable, "-m", "dashboard.cli", "load", str(tmp_path / "big.837"), "--db", str(small)]
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (result.returncode, "Traceback" in result.stderr) == (2, False)
    assert f"The disk that holds {small} is full. Nothing was changed; make room and load again." in result.stderr
    assert small.read_bytes() == before
    assert not list(small.parent.glob(".*building*"))


# --- kill -9 --------------------------------------------------------------------------------------------------------

# Imports once and forks a loader per line of input, before Polars and DuckDB have started any thread.
LOADERS = """
import os, sys
from pathlib import Path
from etl.load import load
for line in sys.stdin:
    loader = os.fork()
    if not loader:
        load([Path(sys.argv[1])], Path(sys.argv[2]))
        os._exit(0)
    print(loader, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(loader, 0)[1]), flush=True)
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_leaves_the_old_warehouse_whole(tmp_path: Path, small: Path) -> None:
    """Thirty loads die at random moments, the next one completes."""
    folder = tmp_path / "more"
    folder.mkdir()
    for i in range(30):
        (folder / f"{i}.837").write_bytes(claims_file("\n".join(claim(f"K{i}-{j}", ("99213", "1")) for j in range(60))))
    rng, before, killed = random.Random(7), content(small), 0
    started = time.monotonic()
    load([folder], tmp_path / "measured.duckdb")
    longest = 0.8 * (time.monotonic() - started)
    kept = shutil.copyfile(small, tmp_path / "kept.duckdb")
    command = [sys.executable, "-c", LOADERS, str(folder), str(small)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdin is not None and parent.stdout is not None
        for _ in range(30):
            print("go", file=parent.stdin, flush=True)
            loader = int(parent.stdout.readline())
            time.sleep(rng.uniform(0.01, longest))
            with contextlib.suppress(ProcessLookupError):
                os.kill(loader, signal.SIGKILL)
            if int(parent.stdout.readline()) == 0 or count(open_reader(small)) != 2:
                # it was faster than the signal: the new warehouse is whole, and the old one comes back
                assert count(open_reader(small)) == 2 + 30 * 60
                os.replace(shutil.copyfile(kept, tmp_path / "again.duckdb"), small)
                continue
            killed += 1
            assert content(small) == before
        parent.stdin.close()
    assert killed > 10
    load([folder], small)
    assert count(open_reader(small)) == 2 + 30 * 60
    assert open_reader(small).execute("select count(*) from source_file").fetchall() == [(32,)]


def test_memory_that_does_not_reach_is_a_message_and_changes_nothing(small: Path) -> None:
    before = content(small)
    with pytest.raises(UserError, match="memory is not enough"), open_writer(small) as connection:
        connection.execute("set memory_limit = '12MB'")
        connection.execute("set max_temp_directory_size = '1MB'")
        connection.execute("create temp table wide as select repeat('x', 900) || i as t from range(200000) as r (i)")
    assert content(small) == before


def test_a_later_load_says_of_its_own_rows_what_a_check_of_everything_says(tmp_path: Path) -> None:
    """A load checks only what it brought: what is unbalanced before it neither hides nor adds anything."""
    bad = {
        "first.835": remittance_file("CLP*A1*1*150*60*0*CI*I1\nSVC*HC:99213*100*60\nCAS*CO*45*9\nSVC*HC:99214*50*0"),
        "second.837": claims_file(claim("B1", ("99213", "70"))).replace(b"CLM*B1*70", b"CLM*B1*71"),
        "third.835": remittance_file(
            "CLP*B1*1*70*60*0*CI*I2\nSVC*HC:99213*70*60\nCAS*CO*45*9\nSVC*HC:99214*50*50", paid="20260208"
        ),
    }
    for name, text in bad.items():
        (tmp_path / name).write_bytes(text)
    db, names = tmp_path / "w.duckdb", ("segment", "rule", "found", "expected", "difference", "payer_id")
    load([tmp_path / "first.835"], db)
    report = load([tmp_path / "second.837", tmp_path / "third.835"], db)
    with open_writer(db) as connection:
        everything, later = ([{n: row[n] for n in names} for row in bad_rows(connection, n)] for n in (0, 2))
    before = len(everything) - len(later)
    assert [row for row in everything if row in later] == later
    assert {row["rule"] for row in later} >= {"claim_charge", "service_payment_balance", "claim_payment_lines"}
    assert before >= 1 and [row["rule"] for row in report.unbalanced] == [row["rule"] for row in later]
