"""bootstrap.py: what it installs and when, and what it says when that fails. No test here installs anything."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bootstrap.py as a module, at home in an empty folder, with a .venv that answers and steps that are only noted."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("pytz==2026.6 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(module, "venv_version", lambda: "3.11.7")
    monkeypatch.setattr(module, "ensure_pip", lambda: None)
    module.commands = []
    monkeypatch.setattr(module, "step", lambda title, command: module.commands.append(command))
    monkeypatch.setenv("BOOTSTRAP_PIP", "1")
    return module


def test_everything_is_installed_by_hash_then_this_folder_without_dependencies(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    packages, ours = bootstrap.commands
    assert packages[-3:] == ["--require-hashes", "-r", str(bootstrap.LOCK)]
    assert ours[-4:] == ["--no-deps", "--no-build-isolation", "-e", str(bootstrap.ROOT)]


def test_uv_is_used_when_it_is_on_the_path(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOOTSTRAP_PIP")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda tool: f"/somewhere/{tool}")
    bootstrap.set_up()
    assert {tuple(command[:3]) for command in bootstrap.commands} == {("/somewhere/uv", "pip", "install")}


def test_a_second_run_installs_nothing(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    bootstrap.commands.clear()
    bootstrap.set_up()
    assert bootstrap.commands == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_change_is_installed(bootstrap: ModuleType, changed: str) -> None:
    bootstrap.set_up()
    bootstrap.commands.clear()
    (bootstrap.ROOT / changed).write_text("polars==2.1.0 \\\n    --hash=sha256:00\n")
    bootstrap.set_up()
    assert len(bootstrap.commands) == 2


def test_an_install_cut_short_is_not_taken_for_finished(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.set_up()
    bootstrap.LOCK.write_text("polars==2.1.0 \\\n    --hash=sha256:00\n")

    def fail(title: str, command: list[str]) -> None:
        raise bootstrap.StepFailed("no network")

    monkeypatch.setattr(bootstrap, "step", fail)
    assert bootstrap.main(["status"]) == 2
    assert not bootstrap.STAMP.exists()


def test_a_moved_checkout_gets_a_new_environment(bootstrap: ModuleType) -> None:
    bootstrap.set_up()
    bootstrap.STAMP.write_text(bootstrap.STAMP.read_text().replace(str(bootstrap.ROOT), "/elsewhere"))
    bootstrap.commands.clear()
    removed = []
    bootstrap.make_venv = lambda uv: removed.append(True)
    bootstrap.set_up()
    assert removed == [True]


def test_a_missing_lock_is_said(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    bootstrap.LOCK.unlink()
    assert bootstrap.main(["demo"]) == 2
    assert "git checkout -- requirements.lock" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("ERROR: Could not find a version that satisfies the requirement pytz==2026.6", "Check the network"),
        ("  cause: dns error: failed to lookup address information: failed to resolve", "Check the network"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "root certificate"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "Do not go on"),
        ("  cause: Hash mismatch for `pytz==2026.6`", "Do not go on"),
        ("not created successfully because ensurepip is not available", "apt install python3-venv"),
        ("/usr/bin/python3: No module named venv", "apt install python3-venv"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("something else", "starts afresh"),
    ],
)
def test_a_failure_says_what_to_do(bootstrap: ModuleType, said: str, advice: str) -> None:
    assert advice in bootstrap.hint([said])


def test_an_old_python_gets_a_sentence_and_no_traceback() -> None:
    pretend = f"import runpy, sys; sys.version_info = (3, 9, 1); runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    answer = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True)
    assert answer.returncode == 2
    assert answer.stderr.startswith("cleanclaim needs Python 3.11 or newer")
    assert "Traceback" not in answer.stderr


def test_without_words_it_explains_itself() -> None:
    answer = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True)
    assert answer.returncode == 2
    assert "bootstrap.py demo" in answer.stdout
