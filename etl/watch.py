"""A folder that is watched: what arrives in it is loaded, once it has stopped growing."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from etl.arrival import done_files, is_done
from etl.errors import BusyError, UserError
from etl.inputs import files_below, find
from etl.load import load_inputs
from etl.load_report import LoadReport
from etl.tables.column_map import ColumnMap
from etl.warehouse.store import files_of, open_reader

State = tuple[int, int]  # size and time of change
Tell = Callable[[LoadReport], None]


def watch(folder: Path, db: Path, maps: list[ColumnMap], seconds: float, tell: Tell) -> None:
    """Load what arrives in a folder, with one line a load on standard error, until Ctrl-C (or SIGTERM).

    `tell` is given each report. Raises UserError when there is no such folder.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder that could be watched.")
    watched = Watch(folder, db, maps, tell)
    say(f"Watching {folder} every {seconds:g} s. Ctrl-C ends it.")
    with _stoppable():
        try:
            while True:
                watched.look()
                time.sleep(seconds)
        except KeyboardInterrupt:
            say("Stopped watching. Nothing is half loaded.")


class Watch:
    """Looks at a folder: a file is taken when it was the same at two looks."""

    def __init__(self, folder: Path, db: Path, maps: list[ColumnMap], tell: Tell) -> None:
        self.folder = folder
        self.db = db
        self.maps = maps
        self.tell = tell
        self.seen: dict[Path, State] = {}
        self.taken: dict[Path, State] = {}
        self.said = ""

    def look(self) -> None:
        """One look. What cannot be done now is said once and tried again at the next look."""
        try:
            if not self.folder.is_dir():
                raise UserError(f"{self.folder} is not there.")
            own = files_of(self.db.resolve())
            now = {path: _state(path) for path in files_below(self.folder, []) if path.resolve() not in own}
            steady = [path for path, state in now.items() if self.seen.get(path) == state != self.taken.get(path)]
            self.seen = now
            self._load(steady)
            self.said = ""
        except BusyError as error:
            self._say_once(f"{error} Waiting.")
        except UserError as error:
            self._say_once(f"{error} Trying again.")
        except OSError as error:  # a share that is away for a while; a file that went between two looks
            self._say_once(f"{error.filename or self.folder}: {error.strerror or error}. Trying again.")

    def _load(self, paths: list[Path]) -> None:
        """Load these files, but for those of which all was loaded before."""
        done = done_files(open_reader(self.db)) if paths and self.db.exists() else {}
        inputs = {path: find([path], []) for path in paths}
        before = [path for path, found in inputs.items() if done and all(is_done(one, done) for one in found)]
        if before:
            self._take(before)
            say(f"{len(before):,} files were loaded before.")
        new = [path for path in paths if path not in before]
        if not new:
            return
        try:
            report = load_inputs([one for path in new for one in inputs[path]], self.db, maps=self.maps)
        except (UserError, OSError):
            raise
        except Exception as error:  # a fault of ours must not keep the other files out
            if len(new) > 1:
                for path in new:
                    self._load([path])
                return
            self._take(new)
            say(f"{new[0].name}: not loaded, {type(error).__name__}. Please report it; load it alone to see more.")
            return
        self._take(new)
        more = f" and {len(new) - 3:,} more" if len(new) > 3 else ""
        say(f"{', '.join(path.name for path in new[:3])}{more}: {report.line()}")
        self.tell(report)

    def _take(self, paths: list[Path]) -> None:
        self.taken |= {path: self.seen[path] for path in paths}

    def _say_once(self, text: str) -> None:
        if text != self.said:
            say(text)
        self.said = text


def say(text: str) -> None:
    """One line on standard error, with the time."""
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {text}", file=sys.stderr, flush=True)


def _state(path: Path) -> State:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM (a service manager, a shutdown) end the watch as Ctrl-C does."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
