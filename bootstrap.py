#!/usr/bin/env python3
"""Make the environment, then run cleanclaim in it. Standard library only.

    python3 bootstrap.py demo      sample practice, load, train, dashboard in the browser
    python3 bootstrap.py test      everything CI runs (more words go to pytest)
    python3 bootstrap.py setup     only make or refresh .venv
    python3 bootstrap.py lock      refresh requirements.lock (--upgrade for newer releases)
    python3 bootstrap.py CMD ...   any other word goes to cleanclaim: status, measure, check, serve ...

Installs with uv when it is on PATH, else with pip; BOOTSTRAP_PIP=1 asks for pip.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

# Above every def: an older Python can parse this file, but not evaluate its annotations.
if sys.version_info < (3, 11):  # noqa: UP036  (being run by an older one is the case this handles)
    newer = [name for name in ("python3.13", "python3.12", "python3.11", "python3.14") if shutil.which(name)]
    advice = "To do: you have one, run" if newer else "To do: install one, then run"
    words = " ".join(sys.argv[1:]) or "demo"
    print(
        f"cleanclaim needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).\n"
        f"  {advice}:  {(newer or ['python3.11'])[0]} bootstrap.py {words}",
        file=sys.stderr,
    )
    sys.exit(2)

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = SCRIPTS / f"python{SUFFIX}"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "cleanclaim.stamp"

# --python-version: else it locks for the Python at hand and newer ones only.
# fmt: off
LOCK_COMMAND = [
    "uv", "pip", "compile", "--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links",
    "--no-header", "--no-annotate", "--python-version", "3.11",
    "pyproject.toml", "--all-extras", "-o", "requirements.lock",
]
# fmt: on

# What a failed install says -> what to do. Searched in order, in the last lines of the tool's output.
HINTS = (
    (
        r"ensurepip|No module named .?venv",
        "this Python cannot make environments: its venv or ensurepip module is missing.\n"
        "  Debian and Ubuntu: sudo apt install python3-venv. Or install uv, which needs neither.",
    ),
    (
        r"hash.*(mismatch|do not match)|THESE PACKAGES DO NOT MATCH",
        "a download does not match its hash in requirements.lock. Do not go on: something between you and the package\n"
        "  registry changed the file. Empty the cache (pip cache purge, uv cache clean), try again, else tell your IT.",
    ),
    (
        r"certificate|CERTIFICATE_VERIFY|UnknownIssuer",
        "the network replaces certificates (a company proxy?). Point to your company's root certificate:\n"
        "  PIP_CERT=/path/to/ca.pem for pip, SSL_CERT_FILE=/path/to/ca.pem for uv.",
    ),
    (
        r"No space left|Disk quota",
        "the disk is full. The environment needs about 1.5 GB in this folder.",
    ),
    (
        r"resolve|connect|network|timed out|Timeout|unreachable|error sending request|No matching distribution"
        r"|not find a version",
        "the package registry did not answer, or lacks a package. Check the network; behind a proxy set HTTPS_PROXY;\n"
        "  with a company mirror, configure pip for it (uv has its own settings: BOOTSTRAP_PIP=1 uses pip instead).\n"
        "  What was fetched so far is kept: the same command goes on from there.",
    ),
    (
        r"Permission denied|Access is denied",
        "no permission to write here. Run it in a folder of your own, not as another user.",
    ),
)


class StepFailed(Exception):
    """A step that cannot go on; its text is what the user reads."""


def main(arguments: list[str]) -> int:
    """Set up, then do what the words ask for; the exit code is the command's own."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments else 2
    word, rest = arguments[0], arguments[1:]
    # Idle OpenMP threads sleep instead of spinning: on a busy machine training takes 3 s, not 55 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        set_up()
        if word == "setup":
            return 0
        if word == "test":
            return run_checks(rest)
        if word == "lock":
            return refresh_lock(rest)
        return run_cleanclaim(arguments)
    except StepFailed as failure:
        print(f"\nbootstrap: {failure}", file=sys.stderr)
        return 2
    except OSError as error:  # a full disk, a folder that may not be written
        print(f"\nbootstrap: {error}\n{hint([str(error)])}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nbootstrap: stopped. The same command goes on from here.", file=sys.stderr)
        return 130


# --- the environment ---------------------------------------------------------------------------------------------


def set_up() -> None:
    """Make .venv what requirements.lock says, or see from the stamp that it already is."""
    if not LOCK.exists():
        raise StepFailed("requirements.lock is missing. It is part of the checkout: git checkout -- requirements.lock")
    version = venv_version()
    if version and STAMP.exists() and STAMP.read_text() == stamp(version):
        return
    started = time.monotonic()
    uv = None if os.environ.get("BOOTSTRAP_PIP") else shutil.which("uv")
    if not version or moved():
        make_venv(uv)
        version = venv_version()
        if not version:
            raise StepFailed(f"{PYTHON} does not run. Delete the folder .venv and try again.")
    STAMP.unlink(missing_ok=True)  # an install that is cut short must not look finished
    installer = f"uv {uv}" if uv else "pip"
    say(f"Python {version}, installing with {installer}")
    if not uv:
        ensure_pip()
    install = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    # --no-compile, as uv does: Python compiles what is used when it is used, which saves a third of pip's time.
    install += [] if uv else ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-compile"]
    count = len(re.findall(r"^[\w.-]+(\[.*\])?==", LOCK.read_text(), re.MULTILINE))
    step(f"{count} locked packages", [*install, "--require-hashes", "-r", str(LOCK)])
    # No isolated build: hatchling is in the lock, and isolation would fetch it again without a hash.
    step(
        "cleanclaim from this folder",
        [*install, "--no-deps", "--no-build-isolation", "-e", str(ROOT)],
    )
    STAMP.write_text(stamp(version))
    say(f"ready in {time.monotonic() - started:.0f} s")


def venv_version() -> str:
    """The version of .venv's Python, '' when there is none, it no longer runs, or it is too old."""
    if not PYTHON.exists():
        return ""
    question = "import sys, sysconfig; print('%d.%d.%d' % sys.version_info[:3], sysconfig.get_path('purelib'))"
    try:
        answer = subprocess.run([str(PYTHON), "-I", "-c", question], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version, _, packages = answer.stdout.strip().partition(" ")
    # An upgraded system Python leaves a .venv that runs but looks for its packages in a new, empty folder.
    if answer.returncode or not Path(packages).is_dir():
        return ""
    major, minor = version.split(".")[:2]
    return version if (int(major), int(minor)) >= (3, 11) else ""


def stamp(version: str) -> str:
    """What an installed environment depends on, one fact a line."""
    digest = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"python {version}\nlock and project {digest}\nfolder {ROOT}\n"


def moved() -> bool:
    """True when .venv was made for another folder: its scripts and the link to the checkout point there."""
    return STAMP.exists() and f"folder {ROOT}\n" not in STAMP.read_text()


def make_venv(uv: str | None) -> None:
    """A new, empty .venv; with uv it needs neither Python's venv module nor ensurepip."""
    shutil.rmtree(VENV, ignore_errors=True)
    # Not sys.executable: it may be the Python of the .venv that was just removed.
    python = getattr(sys, "_base_executable", sys.executable)
    try:
        step(".venv", [uv, "venv", "--python", python, str(VENV)] if uv else [python, "-m", "venv", str(VENV)])
    except StepFailed:
        shutil.rmtree(VENV, ignore_errors=True)  # half an environment would only confuse the next run
        raise


def ensure_pip() -> None:
    """An environment that uv made has no pip: put it there."""
    if subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode:
        step("pip", [str(PYTHON), "-m", "ensurepip", "--upgrade"])


# --- what to run in it -------------------------------------------------------------------------------------------


def run_cleanclaim(arguments: list[str]) -> int:
    """Hand over to `cleanclaim ARGS`, in the folder the user is in."""
    command = SCRIPTS / f"cleanclaim{SUFFIX}"
    if not command.exists():
        STAMP.unlink(missing_ok=True)
        raise StepFailed(f"{command} is missing although the install said it worked. Run the same command again.")
    sys.stdout.flush()
    if os.name == "nt":
        return subprocess.call([str(command), *arguments])
    os.execv(command, [str(command), *arguments])  # noqa: S606  Ctrl-C and signals reach it directly


def run_checks(pytest_arguments: list[str]) -> int:
    """Everything CI runs. A failed check does not hide the next; pytest comes last, so its summary ends the output."""
    checks = {
        "lint": ["ruff", "check", "."],
        "format": ["ruff", "format", "--check", "."],
        "types": ["mypy", "etl", "models", "dashboard"],
        "generated docs": ["cleanclaim", "docs", "--check"],
        "tests": ["pytest", "-n", "auto", "--dist", "loadfile", *pytest_arguments],
    }
    failed, total = [], time.monotonic()
    for name, (tool, *arguments) in checks.items():
        say(f"{name}: {tool} {' '.join(arguments)}")
        started = time.monotonic()
        code = subprocess.call([str(SCRIPTS / f"{tool}{SUFFIX}"), *arguments], cwd=ROOT)
        say(f"{name}: {'ok' if code == 0 else f'FAILED (exit {code})'} in {time.monotonic() - started:.1f} s")
        failed += [name] if code else []
    verdict = f"failed: {', '.join(failed)}" if failed else "all checks passed"
    say(f"{verdict}, {time.monotonic() - total:.0f} s in all")
    return 1 if failed else 0


def refresh_lock(arguments: list[str]) -> int:
    """Write requirements.lock anew from pyproject.toml and install it."""
    uv = shutil.which("uv") or str(SCRIPTS / f"uv{SUFFIX}")
    step(" ".join(LOCK_COMMAND), [uv, *LOCK_COMMAND[1:], *arguments])
    set_up()
    return 0


# --- steps -------------------------------------------------------------------------------------------------------


def step(title: str, command: list[str]) -> None:
    """Run one command with its title and duration; raises StepFailed with the tool's last words and what to do."""
    say(f"{title} ...")
    started = time.monotonic()
    try:
        code, words = run_quietly(command)
    except OSError as error:
        code, words = 1, [str(error)]
    seconds = time.monotonic() - started
    if code:
        telling = [word for word in words if not word.startswith("WARNING")] or words
        last = "\n".join(f"  | {word[:200]}" for word in telling[-8:])
        raise StepFailed(f"{title}: failed after {seconds:.0f} s\n{last}\n{hint(words)}")
    say(f"{title}: {seconds:.1f} s")


def run_quietly(command: list[str]) -> tuple[int, list[str]]:
    """The exit code and the last lines of a command; on a terminal the newest line shows that it is alive."""
    words: deque[str] = deque(maxlen=200)
    live = sys.stderr.isatty()
    width = shutil.get_terminal_size().columns - 1
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            words.append(line.rstrip())
            if live:
                print("\r" + f"  {line.strip()}"[:width].ljust(width), end="\r", file=sys.stderr, flush=True)
    if live:
        print(" " * width, end="\r", file=sys.stderr, flush=True)
    return process.returncode, [word for word in words if word]


def hint(words: list[str]) -> str:
    """What to do about a tool's failure, read from what it printed."""
    output = "\n".join(words)
    for pattern, advice in HINTS:
        if re.search(pattern, output, re.IGNORECASE):
            return f"To do: {advice}"
    return "To do: read the lines above. Deleting the folder .venv and running the same command again starts afresh."


def say(text: str) -> None:
    """One line of progress, to stderr: stdout belongs to the command."""
    print(f"[bootstrap] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
