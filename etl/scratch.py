"""Temporary files: they have no name, and go with the process."""

from __future__ import annotations

import errno
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from etl.errors import UserError

# no space, over the user's quota, or over the largest file that a process may write
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def scratch_file() -> BinaryIO:
    """A new one, for writing and reading."""
    return cast(BinaryIO, tempfile.TemporaryFile())


def spooled(stream: BinaryIO | io.RawIOBase) -> int:
    """The descriptor of one that holds what can be read from a stream."""
    with writing(), scratch_file() as file:
        shutil.copyfileobj(stream, file, 1 << 20)
        file.flush()
        return os.dup(file.fileno())


def is_full(error: Exception) -> bool:
    """Whether a disk is full; DuckDB says so as an I/O, memory or fatal error, Polars without a number."""
    return getattr(error, "errno", None) in _FULL or any(os.strerror(code) in str(error) for code in _FULL)


@contextmanager
def writing() -> Iterator[None]:
    """Write to one. Raises UserError when its disk is full, which often is not that of the warehouse."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise UserError(
            f"The disk that holds temporary files ({tempfile.gettempdir()}) is full. Nothing was changed; make room, "
            "or name a folder on another disk in TMPDIR, and load again."
        ) from None
