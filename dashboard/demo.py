"""The demo: a simulated practice, loaded and learned from. What is there and unchanged is used again."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from etl import limits
from etl.errors import UserError
from etl.load import load
from etl.progress import Progress
from etl.sample import write_sample

FOLDER = Path("data/demo")
DB = Path("data/demo.duckdb")
SEED = 1
_ROOT = Path(__file__).resolve().parent.parent


def prepare(claims: int, folder: Path = FOLDER, db: Path = DB) -> None:
    """Make sample, warehouse and model, each step unless its result of the same making is there. Says what it does."""
    stamp = folder.with_suffix(".json")  # beside the folder: what is in it gets loaded
    made = json.loads(stamp.read_text(encoding="utf-8")) if stamp.exists() else {}
    sample = f"{claims} claims, seed {SEED}, {_fingerprint('etl/sample')}"
    warehouse = f"{sample}, {_fingerprint('etl')}"
    model = f"{warehouse}, {_fingerprint('models')}"

    if made.get("sample") != sample:
        _empty(folder, ours=bool(made))
        _step(f"Simulating a practice with {claims:,} claims into {folder}", lambda: _sample(folder, claims))
        made = _note(stamp, {"sample": sample})
    else:
        _say(f"Using the simulated practice in {folder} ({claims:,} claims)")
    if made.get("warehouse") != warehouse or not db.exists():
        db.unlink(missing_ok=True)
        _step(f"Loading its files into {db}", lambda: _load(folder, db))
        made = _note(stamp, {"sample": sample, "warehouse": warehouse})
    else:
        _say(f"Using the warehouse {db}")
    if made.get("model") != model:
        _step("Training the denial-risk model", lambda: _train(db))
        _note(stamp, {**made, "model": model})
    else:
        _say("Using the trained model")
    _say(f"Claims not yet sent, to try in the pre-submission check: {folder / 'unsent'}")


def _sample(folder: Path, claims: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_sample(folder, claims, SEED, Progress())


def _load(folder: Path, db: Path) -> None:
    load([folder], db, Progress())
    limits.apply(db, limits.read(folder / "limits.toml"))


def _train(db: Path) -> None:
    from models.cli import train_into  # scikit-learn takes seconds to import: only when there is something to train

    train_into(db)


def _empty(folder: Path, ours: bool) -> None:
    """Remove an earlier sample. Never a folder that we did not fill."""
    if folder.exists() and any(folder.iterdir()):
        if not ours:
            raise UserError(
                f"{folder} holds files that the demo did not make. Move them away, or run the demo elsewhere."
            )
        shutil.rmtree(folder)


def _fingerprint(part: str) -> str:
    """Changes when the code or tables of a part do: what it made is then made anew."""
    digest = hashlib.sha256()
    for path in sorted((_ROOT / part).rglob("*")):
        if path.suffix in (".py", ".sql", ".csv"):
            digest.update(path.relative_to(_ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _note(stamp: Path, made: dict[str, str]) -> dict[str, str]:
    stamp.write_text(json.dumps(made, indent=2), encoding="utf-8")
    return made


def _step(what: str, work: Callable[[], object]) -> None:
    _say(f"{what} …")
    started = time.monotonic()
    work()
    _say(f"  done in {time.monotonic() - started:.1f} s")


def _say(text: str) -> None:
    """Progress goes to stderr: stdout belongs to results."""
    print(text, file=sys.stderr, flush=True)
