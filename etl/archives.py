""".zip and .gz, read in place: no member's path can escape, and what unfolds without end is refused while it is read.

An archive in a .zip is opened too, but not what is in that. All that is nested in a .zip may together unfold to
200 times its size and 256 MB.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO, cast

from etl.errors import Problem
from etl.scratch import spooled

# what a compressed file may unfold to ("zip bomb"): X12 packs some twenty times, deflate at most 1,032 times
LARGEST_UNPACKED = 8 << 30
LARGEST_RATIO = 200
ALWAYS_ALLOWED = 256 << 20

GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"

Source = Callable[[], io.RawIOBase]


class TooLargeError(Exception):
    """A compressed file unfolds to more than X12 ever does."""


# what reading may raise: archives cut off, damaged, encrypted or packed in an unknown way; disks; permissions
DAMAGED = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, TooLargeError)


@dataclass(frozen=True, slots=True)
class Packed:
    """One file in an archive. `byte_count` is that of a .zip's member, and of a .gz itself."""

    name: str
    byte_count: int
    source: Source


class File(io.FileIO):
    """A file that is closed when nobody reads it any more."""

    def __del__(self) -> None:
        self.close()


def unpacked(name: str, source: Source) -> list[Packed] | None:
    """The files in an archive, in order of name; None for what is none. What it is shows in its bytes, whatever its
    name. Raises OSError."""
    with source() as stream:
        is_gzip = stream.read(2) == GZIP or name.lower().endswith(".gz")
        size = stream.seek(0, os.SEEK_END)
        is_zip = not _is_workbook(name) and zipfile.is_zipfile(cast(BinaryIO, stream))
    if is_zip:
        try:
            if _is_document(source):
                return None
            return list(_of_zip(source)) if _is_apart(source, size) else [Packed(name, size, _too_large)]
        except (zipfile.BadZipFile, RuntimeError, ValueError):
            return None  # it is rejected like any file that is no X12
    return [_of_gzip(name, size, source, _limit(size))] if is_gzip else None


def archive_in_archive(name: str, header: bytes) -> Problem | None:
    """What to say of an archive in an archive that was not opened; None when the first bytes are no archive's."""
    kinds = {"a .gz": header.startswith(GZIP), "a .zip": header.startswith(_ZIP)}
    kinds["a .tar"] = header[257:262] == b"ustar"
    kind = next((name for name, is_it in kinds.items() if is_it), None)
    if kind is None or _is_workbook(name):
        return None
    fix = "Nothing of it was loaded. Unpack it once, then load the folder."
    return Problem("rejected", "nested-archive", f"{kind} inside an archive", "X12 or tables in the archive", fix)


def _of_zip(source: Source) -> Iterator[Packed]:
    members = _members(source)
    heads = {one: _head(source, one) for one in members if not _is_workbook(one.filename)}
    archives = {one: head for one, head in heads.items() if head.startswith((GZIP, _ZIP))}
    for one in members:
        name = Path(one.filename).name
        if one not in archives:
            yield Packed(name, one.file_size, partial(_member, source, one, _limit(one.compress_size)))
            continue
        limit = _limit(one.compress_size, len(archives))
        inner = partial(_member, source, one, limit)
        if archives[one].startswith(GZIP):
            yield _of_gzip(name, one.file_size, inner, limit)
        else:
            yield from _of_inner_zip(name, one.file_size, inner, limit)


def _of_inner_zip(name: str, size: int, source: Source, limit: int) -> Iterator[Packed]:
    whole = partial(_spooled, source)
    try:
        is_archive, members = not _is_document(whole), _members(whole)
    except (*DAMAGED, ValueError):
        is_archive, members = False, []
    if not is_archive:
        yield Packed(name, size, source)  # the load says that it was not opened, or what is the matter
        return
    if sum(one.file_size for one in members) > limit:
        yield Packed(name, size, _too_large)
        return
    for one in members:
        yield Packed(Path(one.filename).name, one.file_size, partial(_member, whole, one, limit))


def _of_gzip(name: str, size: int, source: Source, limit: int) -> Packed:
    return Packed(name.removesuffix(".gz"), size, partial(_gunzipped, source, limit))


@lru_cache(maxsize=2)  # of a .zip and one in it, so that an index of thousands is not read for every member anew
def _zip(source: Source) -> zipfile.ZipFile:
    return zipfile.ZipFile(cast(BinaryIO, source()))


def _members(source: Source) -> list[zipfile.ZipInfo]:
    """The files in a .zip, in order of name."""
    return sorted((one for one in _zip(source).infolist() if not _is_nobodys(one)), key=lambda one: one.filename)


def _is_document(source: Source) -> bool:
    """Whether a .zip is what a word processor or spreadsheet writes."""
    return any(one.filename in ("[Content_Types].xml", "mimetype") for one in _zip(source).infolist())


def _is_apart(source: Source, size: int) -> bool:
    """Whether a .zip has room for its members side by side. In a bomb the same bytes are thousands of members."""
    return sum(one.compress_size for one in _zip(source).infolist()) <= size


def _head(source: Source, member: zipfile.ZipInfo) -> bytes:
    try:
        with _zip(source).open(member) as stream:
            return stream.read(4)
    except DAMAGED:  # the load says so
        return b""


def _is_nobodys(member: zipfile.ZipInfo) -> bool:
    """Folders, hidden files, and what macOS adds to a zip."""
    parts = Path(member.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts)
    return member.is_dir() or hidden or "__MACOSX" in parts


def _is_workbook(name: str) -> bool:
    return name.lower().endswith((".xlsx", ".xlsm"))


def _limit(packed_bytes: int, among: int = 1) -> int:
    return min(LARGEST_UNPACKED, max(ALWAYS_ALLOWED // among, LARGEST_RATIO * packed_bytes))


def _member(source: Source, member: zipfile.ZipInfo, limit: int) -> io.RawIOBase:
    return Bounded(cast(BinaryIO, _zip(source).open(member)), None, limit)


def _gunzipped(source: Source, limit: int) -> io.RawIOBase:
    packed = source()
    return Bounded(cast(BinaryIO, gzip.GzipFile(fileobj=cast(BinaryIO, packed))), packed, limit)


def _spooled(source: Source) -> io.RawIOBase:
    """A .zip in a .zip: its index stands at its end."""
    with source() as stream:
        return File(spooled(stream))


def _too_large() -> io.RawIOBase:
    raise TooLargeError


class Bounded(io.RawIOBase):
    """What unfolds from a packed file (or comes through a pipe); it stops with TooLargeError after `limit` bytes."""

    def __init__(self, stream: BinaryIO, packed: io.RawIOBase | None, limit: int) -> None:
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
        if self.packed:
            self.packed.close()
        super().close()
