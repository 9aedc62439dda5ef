"""Progress of long work on standard error: one line that is rewritten on a terminal, a plain line now and then
elsewhere."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import BinaryIO, cast

_EVERY = {True: 0.1, False: 10.0}  # seconds between two lines, on a terminal and elsewhere


class Progress:
    """Says how far a piece of work is, at most every 0.1 s (10 s where standard error is no terminal)."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.last = self.started
        self.is_terminal = sys.stderr.isatty()

    def __call__(self, what: str, done: int, total: int, claims: int | None = None) -> None:
        """`done` of `total` steps; they are bytes when `claims`, the claims and claim payments so far, is given."""
        now = time.monotonic()
        if now - self.last < _EVERY[self.is_terminal]:
            return
        self.last = now
        parts = [f"{100 * done / max(total, 1):3.0f} %"]
        if claims is not None:
            parts += [f"{done / 1e6:,.0f} of {total / 1e6:,.0f} MB", f"{claims:,} claims"]
        parts.append(what[:60])
        if done and done < total:
            parts.append(f"about {_span((now - self.started) * (total - done) / done)} left")
        self._write("\r\x1b[K" if self.is_terminal else "", ", ".join(parts), "" if self.is_terminal else "\n")

    def finish(self, what: str) -> None:
        """Say what was done, and in which time."""
        clear = "\r\x1b[K" if self.is_terminal else ""
        self._write(clear, f"{what} in {time.monotonic() - self.started:.1f} s.", "\n")

    def _write(self, *parts: str) -> None:
        sys.stderr.write("".join(parts))
        sys.stderr.flush()


class Told(io.BufferedReader):
    """A stream that tells, as it is read, how many bytes of it were."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int], None]) -> None:
        super().__init__(cast(io.RawIOBase, stream), 1 << 16)
        self._told = tell
        self._bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        data = super().read(size)
        self._bytes += len(data)
        self._told(self._bytes)
        return data


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
