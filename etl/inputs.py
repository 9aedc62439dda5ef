"""Files, folders, .zip and .gz: every readable thing below the paths that a user names."""

from __future__ import annotations

import gzip
import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from etl.errors import UserError

# what a zip may unfold to: a member beyond this is refused, not unpacked (a "zip bomb")
LARGEST_MEMBER = 8 << 30


@dataclass(frozen=True, slots=True)
class Input:
    """One file to load. `name` has no folder (folders may name people); `open` starts it from the beginning."""

    name: str
    byte_count: int
    open: Callable[[], BinaryIO]

    def sha256(self) -> str:
        """SHA-256 of the bytes."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
        return digest.hexdigest()


def find(paths: list[Path], ignored: list[str]) -> list[Input]:
    """The inputs below `paths`, in order of name. What is left out is named in `ignored`.

    Raises UserError when a path does not exist or a zip holds a file that is too large.
    """
    found: list[Input] = []
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: no such file or folder.")
        found += _folder(path, ignored) if path.is_dir() else list(_file(path))
    return found


def _folder(folder: Path, ignored: list[str]) -> list[Input]:
    """All files below a folder; claims in a folder `unsent` are for `cleanclaim check`, hidden files are nobody's."""
    found: list[Input] = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part.startswith(".") for part in parts):
            continue
        if "unsent" in parts[:-1] or path.name in ("truth.json", "claims_truth.csv"):
            ignored.append(str(path.relative_to(folder)))
        else:
            found += _file(path)
    return found


def _file(path: Path) -> Iterator[Input]:
    if zipfile.is_zipfile(path) and path.suffix.lower() != ".xlsx":
        yield from _zip(path)
    elif path.suffix.lower() == ".gz":
        yield Input(path.name.removesuffix(".gz"), path.stat().st_size, partial(_open_gzip, path))
    else:
        yield Input(path.name, path.stat().st_size, partial(_open_plain, path))


def _open_plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _open_gzip(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb"))


def _zip(path: Path) -> Iterator[Input]:
    """The members of a zip, read in place: nothing is unpacked to disk, so a member's path cannot escape."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda one: one.filename)
    except zipfile.BadZipFile:
        yield Input(
            path.name, path.stat().st_size, partial(_open_plain, path)
        )  # is rejected like any file that is no X12
        return
    for member in members:
        parts = Path(member.filename).parts
        if member.is_dir() or any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts:
            continue
        if member.file_size > LARGEST_MEMBER:
            raise UserError(
                f"{path.name}: {member.filename} unpacks to {member.file_size:,} bytes; unpack it yourself."
            )
        name = Path(member.filename).name
        yield Input(name, member.file_size, partial(_open_member, path, member.filename))


def _open_member(path: Path, member: str) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:  # an open member keeps the archive's file open by itself
        return cast(BinaryIO, archive.open(member))
