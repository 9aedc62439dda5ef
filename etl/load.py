"""Loading: whatever arrives goes into the warehouse once, and nothing is lost on the way."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from etl.errors import Problem, UserError
from etl.inputs import Input, find
from etl.load_report import LoadReport
from etl.tables import side_files
from etl.warehouse import checks, identity, refresh, roots, store
from etl.warehouse.append import Appender
from etl.warehouse.ask import scalar
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.sound import Known, sound_rows
from etl.x12.tokens import split

Progress = Callable[[str, int, int], None]

# how many bytes of X12 may wait in memory for a commit
_SETTLE = 4 * pieces.CHUNK

# what reading may raise: archives cut off, damaged, encrypted or packed in an unknown way; disks; permissions
_DAMAGED = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError)


def load(paths: list[Path], db: Path, progress: Progress | None = None) -> LoadReport:
    """Load files, folders, .zip and .gz into the warehouse at `db`, all or nothing; the same input twice changes
    nothing.

    `progress(file name, bytes done, bytes in all)` is called as it goes. Raises UserError when a path does not exist,
    another process writes, or the disk is full.
    """
    ignored: list[str] = []
    inputs = find(paths, ignored)
    if not inputs:
        raise UserError(f"Nothing to load in {', '.join(str(path) for path in paths)}.")
    with store.open_writer(db) as connection:
        key = identity.make_key(db)
        report = _Loader(connection, key, progress, sum(one.byte_count for one in inputs)).run(inputs)
    report.ignored = ignored
    return report


@dataclass(slots=True)
class _Arrival:
    """A file on its way in. `kind` is empty until it proves readable."""

    input: Input
    sha256: str | None
    file_id: int
    kind: str = ""
    sets: int = 0
    envelope: Envelope | None = None
    problems: list[Problem] = field(default_factory=list)

    def reject(self, problem: Problem) -> None:
        self.kind = ""
        self.problems.append(problem)


class _Loader:
    """One load into an open warehouse."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, key: identity.Key, progress: Progress | None, total_bytes: int
    ) -> None:
        self.connection = connection
        self.progress = progress
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self.unsettled = 0  # bytes of X12 whose rows are still in memory
        self.report = LoadReport()
        self.append = Appender(connection, key)
        self.known = _known(connection)
        self.entered = {row[0] for row in connection.execute("select sha256 from source_file").fetchall()}
        # a file of which a part was quarantined is read again: it must not be called done
        unfinished = "select sha256 from issue where severity in ('rejected', 'quarantined')"
        self.files = self.entered - {row[0] for row in connection.execute(unfinished).fetchall()}
        self.last_file_id: int = scalar(connection, "select coalesce(max(file_id), 0) from source_file")
        self.batches: dict[pieces.Delimiters, Batch] = {}
        self.arrivals: dict[int, _Arrival] = {}

    def run(self, inputs: list[Input]) -> LoadReport:
        """Load every input, then bring everything that is computed from the rows up to date."""
        for one in inputs:
            self._input(one)
        for batch in self.batches.values():
            self._flush(batch)
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for arrival in self.arrivals.values():
            self._enter(arrival, now)
        self.report.rows = self.append.added
        roots.refresh(self.connection, self.append.since)
        refresh.refresh_views(self.connection, self.append.since)
        self.report.unbalanced = checks.unbalanced(self.connection, self.append.first_set)
        return self.report

    def _input(self, one: Input) -> None:
        self.last_file_id += 1
        arrival = self.arrivals[self.last_file_id] = _Arrival(one, None, self.last_file_id)
        try:
            arrival.sha256 = one.sha256()
        except _DAMAGED as error:
            arrival.reject(self._counted(one, _damaged(error)))
        if arrival.sha256 in self.files:
            arrival.problems.append(self._same_bytes(one))
        elif arrival.sha256:
            self._read(arrival)
            if arrival.kind:
                self.files.add(arrival.sha256)
        self.done_bytes += one.byte_count
        self._tell(one.name)

    def _read(self, arrival: _Arrival) -> None:
        try:
            with arrival.input.open() as stream:
                header = stream.read(4096).split(b"\n", 1)[0]
            if side_file := side_files.recognise(header):
                self._side_file(arrival, side_file)
            else:
                self._x12(arrival)
        except pieces.UnreadableError as error:
            problem = side_files.strange_table(header) or error.problem
            arrival.reject(self._counted(arrival.input, problem))

    def _side_file(self, arrival: _Arrival, side_file: side_files.SideFile) -> None:
        with arrival.input.open() as stream:
            rows, bad = side_files.read(side_file, stream)
        arrival.problems += bad
        arrival.kind = side_file.table
        self.append.side_file(side_file, rows)

    def _x12(self, arrival: _Arrival) -> None:
        envelope = arrival.envelope = Envelope(arrival.file_id)
        arrival.kind = "x12"
        with arrival.input.open() as stream:
            for text, delimiters in pieces.read(stream):
                batch = self.batches.setdefault(delimiters, Batch(delimiters))
                batch.add(envelope, text)
                self._tell(arrival.input.name, len(text))
                if batch.byte_count >= pieces.CHUNK:
                    self._flush(batch)

    def _flush(self, batch: Batch) -> None:
        """Parse what a batch has collected and add it to the tables."""
        if not batch.byte_count:
            return
        self.unsettled += batch.byte_count
        if self.unsettled > _SETTLE:
            self.unsettled = batch.byte_count
            store.settle(self.connection)
        stretch, problems = batch.stretch(), list[tuple[int, Problem]]()
        for one in stretch.sets:
            self.arrivals[one.file].sets += 1
        self._saw(len(stretch.tokens.where("CLM")), len(stretch.tokens.where("CLP")))
        for rows in sound_rows(stretch, self.known, problems):
            self.append.x12(rows)
        for file_id, problem in problems:
            self.arrivals[file_id].problems.append(problem)

    def _same_bytes(self, one: Input) -> Problem:
        claims = payments = 0
        try:
            with one.open() as stream:
                for text, delimiters in pieces.read(stream):
                    tokens = split(text, delimiters)
                    claims += len(tokens.where("CLM"))
                    payments += len(tokens.where("CLP"))
        except pieces.UnreadableError:
            pass  # a side file that was loaded before
        self._saw(claims, payments)
        found, fix = "the same bytes as a file that was loaded before", "Nothing to do: it counts once."
        return Problem("duplicate", "duplicate-file", found, "a new file", fix, None, claims, payments)

    def _counted(self, one: Input, problem: Problem) -> Problem:
        """A rejected file's problem with the claims that seem to be in it: nothing vanishes, even from what cannot be
        read."""
        claims = payments = 0
        with contextlib.suppress(*_DAMAGED), one.open() as stream:
            while block := stream.read(1 << 20):
                claims += pieces.count_loose(block, b"CLM")
                payments += pieces.count_loose(block, b"CLP")
        self._saw(claims, payments)
        return replace(problem, claims=claims, claim_payments=payments)

    def _enter(self, arrival: _Arrival, now: datetime) -> None:
        """Enter a file in the books, and what was wrong with it."""
        one = arrival.input
        if arrival.envelope:
            arrival.problems += arrival.envelope.finish()
        if arrival.kind == "x12" and not arrival.sets:
            fix = "Ask the sender for the whole file."
            found = "an interchange without ST"
            arrival.reject(Problem("rejected", "no-transaction-set", found, "ST to SE in it", fix))
        if arrival.kind and arrival.sha256 not in self.entered:
            self.entered.add(arrival.sha256)
            row = [arrival.file_id, one.name, arrival.sha256, one.byte_count, arrival.kind, now]
            self.connection.execute("insert into source_file values (?, ?, ?, ?, ?, ?)", row)
            self.report.files += 1
        for p in arrival.problems:
            self.report.problems.append((one.name, p))
            _remember(self.connection, [one.name, arrival.sha256, p.segment, p.severity, p.rule, p.found], p, now)

    def _saw(self, claims: int, payments: int) -> None:
        self.report.seen["claims"] += claims
        self.report.seen["claim_payments"] += payments

    def _tell(self, name: str, more: int = 0) -> None:
        if self.progress:
            self.progress(name, min(self.done_bytes + more, self.total_bytes), self.total_bytes)


def _known(connection: duckdb.DuckDBPyConnection) -> Known:
    """The contents and payments that the warehouse holds already."""
    contents = connection.execute("select content_hash from transaction_set").fetchall()
    payments = connection.execute(
        """select originator_id, trace_number, payment_date, deposit_amount from remittance
        where trace_number is not null"""
    ).fetchall()
    return Known({row[0] for row in contents}, set(payments))


def _damaged(error: Exception) -> Problem:
    found = "an archive that is encrypted or of an unknown kind"
    if isinstance(error, PermissionError):
        found = "a file that may not be read"
    elif not isinstance(error, RuntimeError):
        found = "a damaged file or archive"
    fix = "Nothing of it was loaded. Ask for the file again, or unpack it yourself."
    return Problem("rejected", "damaged-file", found, "a file that can be read to its end", fix)


def _remember(connection: duckdb.DuckDBPyConnection, key: list[str | int | None], p: Problem, now: datetime) -> None:
    """Enter a problem once: loading the same file again does not repeat it."""
    connection.execute(
        """insert into issue
        select * from (values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) as new
        (file_name, sha256, segment, severity, rule, found, expected, fix, claims, claim_payments, reported_at)
        where not exists (
            select 1 from issue as old
            where old.sha256 is not distinct from new.sha256 and old.rule = new.rule and old.found = new.found
                and (new.sha256 is not null or old.file_name = new.file_name)
                and old.segment is not distinct from new.segment
        )""",
        [*key, p.expected, p.fix, p.claims, p.claim_payments, now],
    )
