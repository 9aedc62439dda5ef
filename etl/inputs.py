"""Files, folders, .zip, .gz and standard input: every readable thing that a user names, read in place.

Nothing of an archive is unpacked to disk, so no member's path can escape; what unfolds without end is refused while it
is read.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from etl.errors import Problem, UserError

# what a compressed file may unfold to ("zip bomb"): X12 packs some twenty times, deflate at most 1,032 times
LARGEST_UNPACKED = 8 << 30
LARGEST_RATIO = 200
ALWAYS_ALLOWED = 256 << 20

STANDARD_INPUT = "(standard input)"
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"

Opener = Callable[[], BinaryIO]


class TooLargeError(Exception):
    """A compressed file unfolds to more than X12 ever does."""


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
        """SHA-256 of the bytes. Raises TooLargeError for what unfolds without end."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def find(paths: list[Path], ignored: list[str]) -> list[Input]:
    """The inputs below `paths`, in order of name; `-` is standard input. What is left out is named in `ignored`.

    Raises UserError when a path does not exist.
    """
    found: list[Input] = []
    for path in paths:
        if str(path) == "-":
            found += _inputs(STANDARD_INPUT, _spooled(sys.stdin.buffer), None)
        elif not (path.exists() or path.is_symlink()):
            raise UserError(f"{path}: no such file or folder.")
        else:
            files = files_below(path, ignored) if path.is_dir() else [path]
            found += [one for file in files for one in _file(file)]
    return found


def archive_in_archive(one: Input, header: bytes) -> Problem | None:
    """What to say of an archive inside an archive; None when the first bytes of the input are none."""
    kinds = {"a .gz": header.startswith(_GZIP), "a .zip": header.startswith(_ZIP)}
    kinds["a .tar"] = header[257:262] == b"ustar"
    kind = next((name for name, is_it in kinds.items() if is_it), None)
    if not one.is_packed or kind is None or _is_workbook(one.name):
        return None
    fix = "Nothing of it was loaded. Unpack it once, then load the folder."
    return Problem("rejected", "nested-archive", f"{kind} inside an archive", "X12 or tables in the archive", fix)


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
            return list(_inputs(path.name, _spooled(stream), None))
    return list(_inputs(path.name, partial(_open_file, path), Path(os.path.realpath(path))))  # a link may be a circle


def _inputs(name: str, open_: Opener, path: Path | None) -> Iterator[Input]:
    """A file, or what is in it when it is an archive. What the archive is shows in its bytes, whatever its name."""
    try:
        with open_() as stream:
            is_gzip = stream.read(2) == _GZIP or name.lower().endswith(".gz")
            size = stream.seek(0, os.SEEK_END)
            members = _members(stream, name)
    except OSError:  # the load says what is the matter when it reads it
        yield Input(name, 0, open_, path)
        return
    if members is not None:
        for member in members:
            unpacked = partial(_open_member, open_, member, _limit(member.compress_size))
            yield Input(Path(member.filename).name, member.file_size, unpacked, path, is_packed=True)
    elif is_gzip:
        yield Input(name.removesuffix(".gz"), size, partial(_open_gzip, open_, _limit(size)), path, is_packed=True)
    else:
        yield Input(name, size, open_, path)


def _members(stream: BinaryIO, name: str) -> list[zipfile.ZipInfo] | None:
    """The files in a zip, in order of name; None when it is none that can be read, or a workbook."""
    if _is_workbook(name) or not zipfile.is_zipfile(stream):
        return None
    try:
        with zipfile.ZipFile(stream) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return None  # it is rejected like any file that is no X12
    return sorted((one for one in found if not _is_nobodys(one)), key=lambda one: one.filename)


def _is_nobodys(member: zipfile.ZipInfo) -> bool:
    """Folders, hidden files, and what macOS adds to a zip."""
    parts = Path(member.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return member.is_dir() or hidden or "__MACOSX" in parts


def _is_workbook(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm"))


def _open_file(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_gzip(open_: Opener, limit: int) -> BinaryIO:
    packed = open_()
    return _bounded(cast(BinaryIO, gzip.GzipFile(fileobj=packed)), packed, limit)


def _open_member(open_: Opener, member: zipfile.ZipInfo, limit: int) -> BinaryIO:
    packed = open_()
    try:
        return _bounded(cast(BinaryIO, zipfile.ZipFile(packed).open(member)), packed, limit)
    except Exception:
        packed.close()
        raise


def _spooled(stream: BinaryIO) -> Opener:
    """What can be read only once, in a file that has no name and goes with the process."""
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(stream, spool, 1 << 20)
        spool.flush()
        return _Spool(os.dup(spool.fileno())).open


class _Spool:
    """A file without a name; it is gone with the last input that reads it."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def open(self) -> BinaryIO:
        """The file from its beginning; what was opened before must not be read on."""
        copy = os.fdopen(os.dup(self.descriptor), "rb")
        copy.seek(0)
        return copy

    def __del__(self) -> None:
        os.close(self.descriptor)


def _limit(packed_bytes: int) -> int:
    return min(LARGEST_UNPACKED, max(ALWAYS_ALLOWED, LARGEST_RATIO * packed_bytes))


def _bounded(stream: BinaryIO, packed: BinaryIO, limit: int) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Bounded(stream, packed, limit), 1 << 20))


class _Bounded(io.RawIOBase):
    """What unfolds from a packed file; it stops with TooLargeError after `limit` bytes."""

    def __init__(self, stream: BinaryIO, packed: BinaryIO, limit: int) -> None:
        super().__init__()
        self.stream = stream
        self.packed = packed
        self.left = limit

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer from the stream."""
        data = cast(io.BufferedReader, self.stream).read1(len(buffer))  # of one that is cut off, what is there
        self.left -= len(data)
        if self.left < 0:
            raise TooLargeError
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the packed file too."""
        self.stream.close()
        self.packed.close()
        super().close()
