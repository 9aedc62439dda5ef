"""Loading: whatever arrives goes into the warehouse once, and nothing is lost on the way."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from etl import issues
from etl.errors import Problem, UserError
from etl.inputs import Input, TooLargeError, archive_in_archive, find
from etl.issues import Entry, ReadFile
from etl.load_report import LoadReport
from etl.tables import side_files
from etl.warehouse import checks, identity, refresh, roots, sent_before, store
from etl.warehouse.append import Appender
from etl.warehouse.ask import scalar
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.marks import marked
from etl.x12.sound import Known, sound_rows
from etl.x12.tokens import split

Progress = Callable[[str, int, int, int], None]

# how many bytes of X12 may wait in memory for a commit
_SETTLE = 4 * pieces.CHUNK

# what reading may raise: archives cut off, damaged, encrypted or packed in an unknown way; disks; permissions
_DAMAGED = (EOFError, OSError, zlib.error, zipfile.BadZipFile, RuntimeError, TooLargeError)


def load(paths: list[Path], db: Path, progress: Progress | None = None) -> LoadReport:
    """Load files, folders, .zip, .gz and standard input (`-`) into the warehouse at `db`, all or nothing; the same
    input twice changes nothing.

    `progress(what, bytes done, bytes in all, claims so far)` is called as it goes. Raises UserError when a path does
    not exist, another process writes (BusyError), or the disk is full.
    """
    ignored: list[str] = []
    inputs = find(paths, ignored)
    if not inputs:
        raise UserError(f"Nothing to load in {', '.join(str(path) for path in paths)}.")
    report = load_inputs(inputs, db, progress)
    report.ignored = ignored
    return report


def load_inputs(inputs: list[Input], db: Path, progress: Progress | None = None) -> LoadReport:
    """Load what `find` found, as `load` does."""
    with store.open_writer(db) as connection:
        total = sum(one.byte_count for one in inputs)
        return _Loader(connection, identity.make_key(db), progress, total).run(inputs)


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
    except _DAMAGED:
        return False


@dataclass(slots=True)
class _Arrival:
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
        self.kind = ""
        self.problems.append(problem)

    def entries(self) -> list[Entry]:
        return [Entry(self.input.name, self.input.path, self.sha256, problem) for problem in self.problems]

    def read_file(self) -> ReadFile:
        kept_out = [problem for problem in self.problems if problem.severity != "flagged"]
        claims, payments = sum(p.claims for p in kept_out), sum(p.claim_payments for p in kept_out)
        return ReadFile(self.file_id, self.input.name, self.input.path, self.sha256 or "", claims, payments)


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
        self.entered: dict[str, int] = dict(connection.execute("select sha256, file_id from source_file").fetchall())
        self.done = done_files(connection)
        self.last_file_id: int = scalar(connection, "select coalesce(max(file_id), 0) from source_file")
        self.batches: dict[pieces.Delimiters, Batch] = {}
        self.arrivals: list[_Arrival] = []
        self.read: dict[int, _Arrival] = {}

    def run(self, inputs: list[Input]) -> LoadReport:
        """Load every input, then bring everything that is computed from the rows up to date."""
        for one in inputs:
            self._input(one)
        for batch in self.batches.values():
            self._flush(batch)
        self._tell("counting")
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for arrival in self.arrivals:
            self._enter(arrival, now)
        self._close(now)
        self._sent_before(now)
        self.report.rows = self.append.added
        roots.refresh(self.connection)
        refresh.refresh_views(self.connection, self.append.since)
        self.report.unbalanced = checks.unbalanced(self.connection, self.append.first_set)
        return self.report

    def _input(self, one: Input) -> None:
        self.last_file_id += 1
        arrival = _Arrival(one, self.last_file_id)
        self.arrivals.append(arrival)
        try:
            arrival.sha256 = one.sha256()
        except _DAMAGED as error:
            arrival.reject(self._counted(one, _damaged(error)))
        if arrival.sha256 in self.done:
            arrival.file_id = self.done[arrival.sha256]
            arrival.problems.append(self._same_bytes(one, arrival.file_id))
        elif arrival.sha256:
            arrival.file_id = self.entered.get(arrival.sha256, arrival.file_id)
            self.read[arrival.file_id] = arrival
            self._read(arrival)
            if arrival.kind:
                self.done[arrival.sha256] = arrival.file_id
        self.done_bytes += one.byte_count
        self._tell(one.name)

    def _read(self, arrival: _Arrival) -> None:
        try:
            with arrival.input.open() as stream:
                start = stream.read(4096)
            header = start.split(b"\n", 1)[0]
            if problem := archive_in_archive(arrival.input, start):
                raise pieces.UnreadableError(problem)
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
        self.append.side_file(side_file, rows, arrival.file_id)

    def _x12(self, arrival: _Arrival) -> None:
        envelope = arrival.envelope = Envelope(arrival.file_id)
        arrival.kind = "x12"
        with arrival.input.open() as stream:
            for text, delimiters in pieces.read(stream):
                batch = self.batches.setdefault(delimiters, Batch(delimiters))
                batch.add(envelope, text)
                arrival.byte_count += len(text)
                self._tell(arrival.input.name, min(arrival.byte_count, arrival.input.byte_count))
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
            self.read[one.file].sets += 1
        self._saw(len(stretch.tokens.where("CLM")), len(stretch.tokens.where("CLP")))
        for rows in sound_rows(stretch, self.known, problems):
            self.append.x12(rows)
        for file_id, problem in marked(stretch, problems):
            self.read[file_id].problems.append(problem)

    def _same_bytes(self, one: Input, file_id: int) -> Problem:
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
        return Problem("duplicate", "duplicate-file", found, "a new file", fix, None, claims, payments, repeats=file_id)

    def _counted(self, one: Input, problem: Problem) -> Problem:
        """A rejected file's problem with the claims that seem to be in it: nothing vanishes, even from what cannot be
        read."""
        claims = payments = 0
        try:
            with one.open() as stream:
                while block := stream.read(1 << 20):
                    claims += pieces.count_loose(block, b"CLM")
                    payments += pieces.count_loose(block, b"CLP")
        except _DAMAGED:
            pass  # what could be read of it is counted
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
        if arrival.kind and arrival.sha256 and arrival.sha256 not in self.entered:
            self.entered[arrival.sha256] = arrival.file_id
            row = [arrival.file_id, one.name, arrival.sha256, one.byte_count, arrival.kind, now]
            self.connection.execute("insert into source_file values (?, ?, ?, ?, ?, ?)", row)
            self.report.files += 1
        self.report.problems += [(one.name, problem) for problem in arrival.problems]

    def _close(self, now: datetime) -> None:
        """Enter what was wrong in the books, and close there what came mended."""
        said = [entry for arrival in self.arrivals for entry in arrival.entries()]
        read = [one.read_file() for one in self.arrivals if one.sha256 in self.done]
        issues.enter(self.connection, said, now)
        self.report.closed = issues.close_mended(self.connection, self.append.first_set, read, said, now)

    def _sent_before(self, now: datetime) -> None:
        """Take out claims that came again unchanged, and say so."""
        entries = []
        for again in sent_before.take_out(self.connection, self.append):
            arrival = self.read[again.file_id]
            entries.append(Entry(arrival.input.name, arrival.input.path, arrival.sha256, again.problem))
            self.report.problems.append((arrival.input.name, again.problem))
        issues.enter(self.connection, entries, now)

    def _saw(self, claims: int, payments: int) -> None:
        self.report.seen["claims"] += claims
        self.report.seen["claim_payments"] += payments

    def _tell(self, name: str, more: int = 0) -> None:
        if self.progress:
            done, seen = min(self.done_bytes + more, self.total_bytes), sum(self.report.seen.values())
            self.progress(name, done, self.total_bytes, seen)


def _known(connection: duckdb.DuckDBPyConnection) -> Known:
    """The contents and payments that the warehouse holds already."""
    contents = connection.execute("select content_hash, file_id from transaction_set").fetchall()
    payments = connection.execute(
        """select r.originator_id, r.trace_number, r.payment_date, r.deposit_amount, t.file_id
        from remittance as r join transaction_set as t on t.transaction_set_id = r.transaction_set_id
        where r.trace_number is not null"""
    ).fetchall()
    return Known(dict(contents), {(row[0], row[1], row[2], row[3]): row[4] for row in payments})


def _damaged(error: Exception) -> Problem:
    expected, fix = "a file that can be read to its end", "Ask for the file again, or unpack it yourself."
    rule, found = "damaged-file", "an archive that is encrypted or of an unknown kind"
    if isinstance(error, TooLargeError):
        rule, found, expected = "too-large", "an archive that unfolds to far more than X12 does", "a file of X12"
    elif isinstance(error, PermissionError):
        found = "a file that may not be read"
    elif not isinstance(error, RuntimeError):
        found = "a damaged file or archive"
    return Problem("rejected", rule, found, expected, f"Nothing of it was loaded. {fix}")
