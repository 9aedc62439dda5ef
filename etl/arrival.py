"""A file on its way into the warehouse: whether it can be read, was loaded before, and how many claims are in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from io import BufferedReader
from typing import cast

import duckdb
import polars as pl

from etl import issues
from etl.archives import DAMAGED, TooLargeError
from etl.errors import Problem
from etl.inputs import Input
from etl.issues import Entry, ReadFile
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.raw import PADDING
from etl.x12.tokens import split
from etl.x12.wide import decoder

_SOURCE_FILE = {
    "file_id": pl.Int64,
    "name": pl.String,
    "sha256": pl.String,
    "byte_count": pl.Int64,
    "kind": pl.String,
    "loaded_at": pl.Datetime,
}


def done_files(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The files that were loaded, by SHA-256, without those of which a part is quarantined: they are read again."""
    return dict(
        connection.execute(
            f"""select sha256, file_id from source_file
            where sha256 not in (select sha256 from issue where {issues.OPEN} and sha256 is not null)"""
        ).fetchall()
    )


def is_done(one: Input, done: dict[str, int]) -> bool:
    """Whether all of an input was loaded before. What cannot be read is not."""
    try:
        return one.sha256() in done
    except DAMAGED:
        return False


def enter(connection: duckdb.DuckDBPyConnection, arrivals: list[Arrival], now: datetime) -> int:
    """Enter the files that could be read in the books, the same bytes once. Returns how many."""
    new = {
        one.sha256: (one.file_id, one.input.name, one.sha256, one.input.byte_count, one.kind, now)
        for one in reversed(arrivals)
        if one.kind and one.sha256
    }
    connection.register("incoming", pl.DataFrame(list(new.values()), schema=_SOURCE_FILE, orient="row"))
    connection.execute("insert into source_file select * from incoming order by file_id")
    connection.unregister("incoming")
    return len(new)


@dataclass(slots=True)
class Arrival:
    """A file on its way in. `kind` is empty until it proves readable."""

    input: Input
    file_id: int
    sha256: str | None = None
    kind: str = ""
    sets: int = 0
    byte_count: int = 0
    envelope: Envelope | None = None
    problems: list[Problem] = field(default_factory=list)

    def reject(self, problem: Problem) -> None:
        """Nothing of it is loaded, for this reason."""
        self.kind = ""
        self.problems.append(problem)

    def entries(self) -> list[Entry]:
        """Its problems for the books."""
        return [Entry(self.input.name, self.input.path, self.sha256, problem) for problem in self.problems]

    def read_file(self) -> ReadFile:
        """The file, with how many of its claims and claim payments were kept out."""
        kept_out = [problem for problem in self.problems if problem.severity != "flagged"]
        claims, payments = sum(p.claims for p in kept_out), sum(p.claim_payments for p in kept_out)
        return ReadFile(self.file_id, self.input.name, self.input.path, self.sha256 or "", claims, payments)


def count_exactly(one: Input) -> tuple[int, int] | None:
    """The CLM and CLP of an input that was loaded before; None when it is no X12."""
    claims = payments = 0
    try:
        with one.open() as stream:
            for text, delimiters in pieces.read(stream):
                tokens = split(text + PADDING, delimiters)
                claims += len(tokens.where("CLM"))
                payments += len(tokens.where("CLP"))
    except pieces.UnreadableError:
        return None
    return claims, payments


def count_loosely(one: Input) -> tuple[int, int]:
    """The CLM and CLP that seem to be in an input: nothing vanishes, even from what cannot be read."""
    claims = payments = 0
    end = b""
    try:
        with one.open() as stream:
            # read1: of an archive that is cut off, what comes before the cut
            buffered = cast(BufferedReader, stream)
            decode = decoder(buffered.peek(106))
            while block := buffered.read1(1 << 20):
                # UTF-16 without its mark looks so
                block = end + (decode(block) if decode else block.translate(None, b"\0"))
                claims += pieces.count_loose(block, b"CLM")
                payments += pieces.count_loose(block, b"CLP")
                end = block[-3:]
    except DAMAGED:
        pass  # what could be read of it is counted
    return claims, payments


def damaged(error: Exception) -> Problem:
    """What to say of an input whose reading raised this."""
    expected, fix = "a file that can be read to its end", "Ask for the file again, or unpack it yourself."
    rule, found = "damaged-file", "an archive that is encrypted or of an unknown kind"
    if isinstance(error, TooLargeError):
        rule, found, expected = "too-large", "an archive that unfolds to far more than X12 does", "a file of X12"
    elif isinstance(error, PermissionError):
        found, fix = "a file or folder that may not be read", "Allow reading it, then load it again."
    elif isinstance(error, FileNotFoundError):
        found, fix = "a link to a file that is not there", "Mend the link, then load it again."
    elif not isinstance(error, RuntimeError):
        found = "a damaged file or archive"
    return Problem("rejected", rule, found, expected, f"Nothing of it was loaded. {fix}")
