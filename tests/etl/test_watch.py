"""A watched folder: a file is taken once it has stopped growing, and nothing that goes wrong ends the watch."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl.errors import UserError
from etl.load_report import LoadReport
from etl.warehouse.store import open_reader, open_writer
from etl.watch import Watch, watch
from tests.x12_text import claim, claims_file

ONE = claims_file(claim("A1", ("99213", "100")))
TWO = claims_file(claim("A2", ("99214", "200")))


class Looking:
    """A watch that is looked through by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "in"
        self.folder.mkdir()
        self.db = folder / "w.duckdb"
        self.reports: list[LoadReport] = []
        self.watch = Watch(self.folder, self.db, [], self.reports.append)

    def look(self, times: int = 1) -> list[int]:
        """Look, and return how many files each load so far has taken."""
        for _ in range(times):
            self.watch.look()
        return [report.files for report in self.reports]


@pytest.fixture
def looking(tmp_path: Path) -> Looking:
    return Looking(tmp_path)


def test_a_file_is_taken_when_it_was_the_same_at_two_looks(looking: Looking) -> None:
    path = looking.folder / "a.837"
    path.write_bytes(ONE[:200])
    assert looking.look() == []
    path.write_bytes(ONE)
    assert looking.look() == []
    assert looking.look(3) == [1]
    assert looking.reports[0].problems == []


def test_what_arrives_later_is_taken_too_also_in_folders_below(looking: Looking) -> None:
    (looking.folder / "a.837").write_bytes(ONE)
    looking.look(2)
    (looking.folder / "deep").mkdir()
    (looking.folder / "deep" / "b.837").write_bytes(TWO)
    (looking.folder / "deep" / "c.837").symlink_to("nowhere")
    assert looking.look(3) == [1, 1]


def test_one_line_is_said_for_a_load(looking: Looking, capsys: pytest.CaptureFixture[str]) -> None:
    (looking.folder / "a.837").write_bytes(ONE)
    (looking.folder / "b.837").write_bytes(TWO)
    looking.look(4)
    [line] = capsys.readouterr().err.splitlines()
    assert line[20:] == "a.837, b.837: 2 files, 2 claims, 2 service lines."


def test_a_new_watch_does_not_load_again_what_was_loaded(looking: Looking, capsys: pytest.CaptureFixture[str]) -> None:
    (looking.folder / "a.837").write_bytes(ONE)
    looking.look(2)
    again = Watch(looking.folder, looking.db, [], looking.reports.append)
    for _ in range(3):
        again.look()
    assert len(looking.reports) == 1
    assert capsys.readouterr().err.splitlines()[-1][20:] == "1 files were loaded before."


def test_it_says_who_holds_the_warehouse_once_and_waits(looking: Looking, capsys: pytest.CaptureFixture[str]) -> None:
    (looking.folder / "a.837").write_bytes(ONE)
    with open_writer(looking.db):
        assert looking.look(4) == []
    [line] = capsys.readouterr().err.splitlines()
    assert f"is being written by process {os.getpid()} on " in line and line.endswith("Waiting.")
    assert looking.look() == [1]


def test_the_warehouse_itself_may_lie_in_the_folder(tmp_path: Path) -> None:
    looking = Looking(tmp_path)
    looking.watch.db = looking.db = looking.folder / "w.duckdb"
    (looking.folder / "a.837").write_bytes(ONE)
    assert looking.look(5) == [1]


def test_a_folder_that_is_away_for_a_while_is_said_once(looking: Looking, capsys: pytest.CaptureFixture[str]) -> None:
    away = looking.folder.with_name("away")
    looking.folder.rename(away)
    looking.look(3)
    assert len(capsys.readouterr().err.splitlines()) == 1
    away.rename(looking.folder)
    (looking.folder / "a.837").write_bytes(ONE)
    assert looking.look(2) == [1]


def test_a_damaged_file_does_not_end_it_and_its_mended_version_is_taken(looking: Looking) -> None:
    path = looking.folder / "a.837"
    path.write_bytes(ONE.replace(b"*100*", b"*1O0*"))
    looking.look(2)
    path.write_bytes(ONE)
    looking.look(2)
    assert [len(report.closed) for report in looking.reports] == [0, 1]


def test_a_fault_of_ours_keeps_no_other_file_out(
    looking: Looking, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from etl import watch as module

    real = module.load_inputs

    def faulty(inputs, db, **options):  # type: ignore[no-untyped-def]
        if any(one.name == "a.837" for one in inputs):
            raise ZeroDivisionError
        return real(inputs, db, **options)

    monkeypatch.setattr(module, "load_inputs", faulty)
    (looking.folder / "a.837").write_bytes(ONE)
    (looking.folder / "b.837").write_bytes(TWO)
    assert looking.look(4) == [1]
    assert "a.837: not loaded, ZeroDivisionError" in capsys.readouterr().err


def test_no_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no folder that could be watched"):
        watch(tmp_path / "none", tmp_path / "w.duckdb", [], 1, lambda _: None)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(tmp_path: Path, ending: signal.Signals) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.837").write_bytes(ONE)
    command = [sys.executable, "-m", "dashboard.cli", "load", "--watch", str(tmp_path / "in")]
    command += ["--db", str(tmp_path / "w.duckdb"), "--every", "0.1", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert '"claims": 1' in process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(ending)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "Stopped watching." in said, "Traceback" in said) == (0, True, False)
    assert open_reader(tmp_path / "w.duckdb").execute("select count(*) from claim").fetchall() == [(1,)]
