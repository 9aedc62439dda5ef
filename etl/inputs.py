"""Files, folders, .zip, .gz and standard input: every readable thing that a user names, read in place."""

from __future__ import annotations

import hashlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from etl import archives
from etl.archives import Bounded, File, Source, TooLargeError, unpacked
from etl.errors import UserError
from etl.scratch import spooled

STANDARD_INPUT = "(standard input)"

Opener = Callable[[], BinaryIO]

# a sample's truth, and limits that `cleanclaim limits apply` takes
_NOT_LOADED = ("truth.json", "claims_truth.csv", "recovery_truth.csv", "limits.toml")


@dataclass(frozen=True, slots=True)
class Input:
    """One file to load. `name` has no folder (folders may name people); `open` starts it from the beginning.

    `path` is the file on disk that it is read from (an archive's for its members), None for standard input.
    """

    name: str
    byte_count: int
    open: Opener
    path: Path | None = None
    is_packed: bool = False

    def sha256(self) -> str:
        """SHA-256 of the bytes. Raises archives.DAMAGED, TooLargeError among them."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def find(paths: list[Path], ignored: list[str]) -> list[Input]:
    """The inputs below `paths`, in order of name; `-` is standard input. What is left out is named in `ignored`.

    Raises UserError when a path does not exist, or what can be read only once is too large.
    """
    found: list[Input] = []
    for path in paths:
        if str(path) == "-":
            found += _inputs(STANDARD_INPUT, _spooled("standard input", sys.stdin.buffer), None)
        elif not (path.exists() or path.is_symlink()):
            raise UserError(f"{path}: no such file or folder.")
        else:
            files = files_below(path, ignored) if path.is_dir() else [path]
            found += [one for file in files for one in _file(file)]
    return found


def files_below(folder: Path, ignored: list[str]) -> list[Path]:
    """All files below a folder; claims in a folder `unsent` are for `cleanclaim check`, hidden files are nobody's.

    Links to folders are followed, each folder once.
    """
    found: list[Path] = []
    for path in sorted(_walk(folder, set())):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts):
            continue
        if "unsent" in parts[:-1] or path.name in _NOT_LOADED:
            ignored.append(str(path.relative_to(folder)))
        else:
            found.append(path)
    return found


def _walk(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """The files below a folder; also folders that may not be read and links to what is no longer there, so that the
    load says so."""
    if folder.resolve() in seen:
        return
    seen.add(folder.resolve())
    try:
        paths = list(folder.iterdir())
    except OSError:
        yield folder
        return
    for path in paths:
        if path.is_dir():
            if not path.name.startswith("."):
                yield from _walk(path, seen)
        elif path.is_file() or not path.exists():
            yield path


def _file(path: Path) -> list[Input]:
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe, like <(ssh ...): it can be read once only
        with path.open("rb") as stream:
            return list(_inputs(path.name, _spooled(str(path), stream), None))
    return list(_inputs(path.name, partial(File, path), Path(os.path.realpath(path))))  # a link may be a circle


def _inputs(name: str, source: Source, path: Path | None) -> Iterator[Input]:
    """A file, or what is in it when it is an archive."""
    try:
        with source() as stream:
            size = stream.seek(0, os.SEEK_END)
        packed = unpacked(name, source)
    except OSError:  # the load says what is the matter when it reads it
        size, packed = 0, None
    for one in packed or ():
        yield Input(one.name, one.byte_count, partial(_open, one.source), path, is_packed=True)
    if packed is None:
        yield Input(name, size, partial(_open, source), path)


def _open(source: Source) -> BinaryIO:
    return io.BufferedReader(source(), 1 << 16)


def _spooled(name: str, stream: BinaryIO) -> Source:
    """What can be read only once, in a file that has no name and goes with the process. Raises UserError when too much
    comes."""
    limit = archives.LARGEST_UNPACKED
    try:
        return _Spool(spooled(Bounded(stream, None, limit))).open
    except TooLargeError:
        raise UserError(
            f"{name}: more than {limit >> 30:,} GB came. Nothing was loaded. Save it to a file and load that."
        ) from None


class _Spool:
    """A file without a name; it is gone with the last input that reads it."""

    def __init__(self, descriptor: int) -> None:
        self.file = File(descriptor)

    def open(self) -> io.RawIOBase:
        """The file from its beginning; what was opened before must not be read on."""
        copy = File(os.dup(self.file.fileno()))
        copy.seek(0)
        return copy
