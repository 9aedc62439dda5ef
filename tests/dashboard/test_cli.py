"""The `cleanclaim` command: what it is made of, how it fails, how it starts the server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard import cli, demo, server
from etl.errors import UserError


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int | str | None:
    monkeypatch.setattr("sys.argv", ["cleanclaim", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return stopped.value.code


def test_help_lists_every_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    text = capsys.readouterr().out
    for command in ("sample", "load", "status", "measures", "measure", "docs", "train", "check", "serve", "demo"):
        assert command in text


def test_wrong_usage_is_one_message_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, "status", "--db", str(tmp_path / "none.duckdb")) == 2
    error = capsys.readouterr().err
    assert error.startswith("cleanclaim: There is no warehouse")
    assert "Traceback" not in error


def test_a_disk_that_cannot_be_read_is_one_message_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error", "era.835")

    (tmp_path / "era.835").write_text("ISA")
    monkeypatch.setattr("etl.load.find", fail)
    assert run(monkeypatch, "load", str(tmp_path / "era.835"), "--db", str(tmp_path / "w.duckdb")) == 2
    assert capsys.readouterr().err == "cleanclaim: era.835: Input/output error. Nothing was changed.\n"
    assert not (tmp_path / "w.duckdb").exists()


def test_the_server_keeps_to_itself() -> None:
    options = set(server.command(8501)[5:])
    for wanted in (
        "--server.address=127.0.0.1",
        "--browser.gatherUsageStats=false",
        "--server.enableXsrfProtection=true",
        "--client.toolbarMode=viewer",
        "--client.showErrorDetails=none",
        "--server.maxUploadSize=50",
    ):
        assert wanted in options


def test_a_taken_port_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_is_free", lambda port: port == 9001)
    with pytest.raises(UserError, match=r"Port 9000 is taken.*--port 9001"):
        server.start(Path("x.duckdb"), 9000)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The demo's steps, recorded instead of done."""
    done: list[str] = []

    def load(_: object, db: Path, __: object) -> None:
        done.append("load")
        db.touch()

    def sample(folder: Path, *_: object) -> None:
        done.append("sample")
        (folder / "x.837").touch()

    monkeypatch.setattr(demo, "write_sample", sample)
    monkeypatch.setattr(demo, "_load", lambda folder, db: load([folder], db, None))
    monkeypatch.setattr(demo, "_train", lambda _: done.append("train"))
    return done


def test_a_second_demo_uses_what_is_there(steps: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        demo.prepare(100, tmp_path / "demo", tmp_path / "demo.duckdb")
    assert steps == ["sample", "load", "train"]


def test_another_sample_is_made_anew(steps: list[str], tmp_path: Path) -> None:
    for claims in (100, 200):
        demo.prepare(claims, tmp_path / "demo", tmp_path / "demo.duckdb")
    assert steps == ["sample", "load", "train"] * 2


def test_a_demo_that_was_cut_short_goes_on(steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo.prepare(100, tmp_path / "demo", tmp_path / "demo.duckdb")
    stamp = tmp_path / "demo.json"
    stamp.write_text(json.dumps({"sample": json.loads(stamp.read_text())["sample"]}))
    demo.prepare(100, tmp_path / "demo", tmp_path / "demo.duckdb")
    assert steps[3:] == ["load", "train"]


def test_a_folder_of_the_users_is_left_alone(steps: list[str], tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="did not make"):
        demo.prepare(100, tmp_path / "demo", tmp_path / "demo.duckdb")
    assert (tmp_path / "demo" / "mine.txt").exists()
