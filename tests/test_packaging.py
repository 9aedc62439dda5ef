"""What is installed is this checkout, from a lock that can be checked and says nothing about where it was made."""

import importlib
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked() -> list[tuple[Requirement, list[str]]]:
    """Each requirement of the lock with its hashes. A requirement's lines are joined by backslashes."""
    entries = []
    for entry in LOCK.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+--hash=", entry.strip())
        entries.append((Requirement(requirement), hashes))
    return entries


# --- this checkout -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", ["dashboard", "etl", "models"])
def test_packages_come_from_this_checkout(package: str) -> None:
    """A foreign `models` in site-packages would win over the checkout's."""
    assert importlib.import_module(package).__path__[0] == str(ROOT / package)


def test_the_command_exists_and_answers() -> None:
    command = shutil.which("cleanclaim", path=str(Path(sys.executable).parent))
    assert command, "python3 bootstrap.py setup"
    answer = subprocess.run([command, "--help"], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    assert "demo" in answer.stdout


def test_the_command_is_the_dashboards() -> None:
    scripts = {entry.name: entry.value for entry in distribution("cleanclaim").entry_points}
    assert scripts == {"cleanclaim": "dashboard.cli:main"}


def test_a_registry_would_refuse_an_upload() -> None:
    assert "Private :: Do Not Upload" in distribution("cleanclaim").metadata.get_all("Classifier", [])


def test_the_license_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License\n" in text and "Version 2.0, January 2004" in text and "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["license"] == "Apache-2.0"


# --- the lock ----------------------------------------------------------------------------------------------------


def test_every_locked_requirement_is_pinned_and_hashed() -> None:
    wrong = [
        str(requirement)
        for requirement, hashes in locked()
        if not re.fullmatch(r"==[^*,]+", str(requirement.specifier))
        or not hashes
        or not all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in hashes)
    ]
    assert len(locked()) > 50
    assert wrong == []


def test_the_lock_holds_no_address() -> None:
    assert not re.search(r"https?:|file:|git\+|^-|\s@\s|--(?!hash=)", LOCK, re.MULTILINE)


def test_the_lock_satisfies_pyproject() -> None:
    """A dependency changed in pyproject.toml and not in the lock: python3 bootstrap.py lock."""
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    pins = [(canonicalize_name(pin.name), next(iter(pin.specifier)).version) for pin, _ in locked()]
    missing = [
        text
        for text in wanted
        for need in [Requirement(text)]
        if not any(pin == canonicalize_name(need.name) and need.specifier.contains(version) for pin, version in pins)
    ]
    assert missing == []


def test_the_lock_is_what_is_installed() -> None:
    """Otherwise the tests that passed here say nothing about the environment a user gets."""
    markers = {str(pin): pin.marker for pin, _ in locked()}
    stale = [
        pin
        for pin, marker in markers.items()
        if (marker is None or Marker(str(marker)).evaluate())
        for need in [Requirement(pin)]
        if not need.specifier.contains(distribution(need.name).version)
    ]
    assert stale == [], "python3 bootstrap.py setup"


# --- what a commit may say ---------------------------------------------------------------------------------------

# Spelled so that this file does not match itself.
REGISTRY = re.compile(
    r"py[p]i\.org|pythonho[s]ted\.org|registry\.npm[j]s|deb\.debi[a]n\.org|https?://\S*/simpl[e](/|\b)"
)
MACHINE = re.compile(
    rf"{re.escape(str(ROOT))}/|(?<![\w./~-])/(hom[e]|User[s])/[a-z][\w-]*/|(?<![\w./~-])/(roo[t]|wor[k])/"
)


def tracked() -> list[Path]:
    """The files that git knows, as far as they exist."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / part for part in listing.decode().split("\0") if part and (ROOT / part).is_file()]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
@pytest.mark.parametrize("pattern", [REGISTRY, MACHINE], ids=["registry", "build machine"])
def test_tracked_files_say_nothing_about_where_they_were_made(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in tracked()
        if (hit := pattern.search(path.read_bytes().decode("utf-8", "replace")))
    ]
    assert found == []


PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "GLOSSARY.md", "CHANGELOG.md", "data/README.md"]


@pytest.mark.parametrize("page", PAGES)
def test_links_between_the_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in target]
    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []
