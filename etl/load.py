"""Loading: whatever arrives goes into the warehouse once, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb

from etl import issues, schedule
from etl.archives import DAMAGED, archive_in_archive
from etl.arrival import Arrival, count_exactly, count_loosely, damaged, done_files, enter
from etl.errors import Problem, UserError
from etl.fhir import batch as fhir
from etl.fhir.resources import is_fhir
from etl.inputs import Input, find
from etl.issues import Entry
from etl.load_report import LoadReport
from etl.progress import Told
from etl.tables import batch as exports
from etl.tables import side_rows
from etl.tables.cells import NotATableError, kind_of
from etl.tables.column_map import ColumnMap
from etl.tables.known import loaded_from
from etl.tables.recognise import recognise
from etl.warehouse import checks, identity, loaded_before, refresh, roots, sent_before, store
from etl.warehouse.append import Appender
from etl.warehouse.ask import scalar
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.marks import marked
from etl.x12.sound import Rows, sound_rows
from etl.x12.wide import seems_x12

Progress = Callable[[str, int, int, int], None]

# how many bytes of X12 may wait in memory for a commit; each writes the last rows of every table anew
_SETTLE = 7 * pieces.CHUNK
_SETTLE_ROWS = 500_000


def load(
    paths: list[Path], db: Path, progress: Progress | None = None, maps: list[ColumnMap] | None = None
) -> LoadReport:
    """Load files, folders, .zip, .gz and standard input (`-`) into the warehouse at `db`, all or nothing; the same
    input twice changes nothing. `maps` say which columns tables that are no side files have.

    `progress(what, bytes done, bytes in all, claims so far)` is called as it goes. Raises UserError when a path does
    not exist, another process writes (BusyError), or the disk is full.
    """
    ignored: list[str] = []
    own = store.files_of(db.resolve())  # they may lie in the very folder that is loaded
    inputs = [one for one in find(paths, ignored) if one.path not in own]
    if not inputs:
        raise UserError(f"Nothing to load in {', '.join(str(path) for path in paths)}.")
    report = load_inputs(inputs, db, progress, maps)
    report.ignored = ignored
    return report


def load_inputs(
    inputs: list[Input], db: Path, progress: Progress | None = None, maps: list[ColumnMap] | None = None
) -> LoadReport:
    """Load what `find` found, as `load` does."""
    with store.open_writer(db) as connection:
        total = sum(one.byte_count for one in inputs)
        return _Loader(connection, identity.make_key(db), progress, total, maps or []).run(inputs)


class _Loader:
    """One load into an open warehouse."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        key: identity.Key,
        progress: Progress | None,
        total_bytes: int,
        maps: list[ColumnMap],
    ) -> None:
        self.connection = connection
        self.progress = progress
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self.unsettled = 0  # bytes of X12 whose rows are still in memory
        self.unsettled_rows = 0  # rows of exports
        self.report = LoadReport()
        self.append = Appender(connection, key)
        self.known = loaded_before.known(connection)
        self.entered: dict[str, int] = dict(connection.execute("select sha256, file_id from source_file").fetchall())
        self.done = done_files(connection)
        self.last_file_id: int = scalar(connection, "select coalesce(max(file_id), 0) from source_file")
        self.batches: dict[pieces.Delimiters, Batch] = {}
        self.arrivals: list[Arrival] = []
        self.read: dict[int, Arrival] = {}
        self.maps = maps
        self.exports: list[exports.Arrived] = []
        self.resources: list[fhir.Arrived] = []

    def run(self, inputs: list[Input]) -> LoadReport:
        """Load every input, then bring everything that is computed from the rows up to date."""
        for one in inputs:
            self._input(one)
        for batch in self.batches.values():
            self._flush(batch)
        self.append.write()
        self._exports()
        self._tell("counting")
        now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        for arrival in self.arrivals:
            self._finish(arrival)
        self._enter(now)
        self._close(now)
        self._sent_before(now)
        self.report.rows = self.append.added
        roots.refresh(self.connection, self.append.since)
        refresh.refresh_views(self.connection, self.append.since, self.append.anew)
        self.report.problems += schedule.check(self.connection, now)
        self.report.unbalanced = checks.unbalanced(self.connection, self.append.first_set)
        return self.report

    def _input(self, one: Input) -> None:
        self.last_file_id += 1
        arrival = Arrival(one, self.last_file_id)
        self.arrivals.append(arrival)
        try:
            arrival.sha256 = one.sha256()
        except DAMAGED as error:
            arrival.reject(self._counted(one, damaged(error)))
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

    def _read(self, arrival: Arrival) -> None:
        with arrival.input.open() as stream:
            head = stream.read(4096)
        if arrival.input.is_packed and (problem := archive_in_archive(arrival.input.name, head)):
            arrival.reject(self._counted(arrival.input, problem))
            return
        if is_fhir(head):
            arrival.kind = "fhir"
            sha256, open_ = arrival.sha256 or "", arrival.input.open
            self.resources.append(fhir.Arrived(arrival.file_id, sha256, open_, problems=arrival.problems))
            return
        no_x12 = not seems_x12(head) or kind_of(head) != "text"
        if no_x12 and self._table(arrival):
            return
        try:
            self._x12(arrival)
        except pieces.UnreadableError as error:
            if no_x12 or not self._table(arrival):
                arrival.reject(self._counted(arrival.input, error.problem))

    def _table(self, arrival: Arrival) -> bool:
        """Take a file that is a table; False when it is none."""
        try:
            return self._recognised(arrival)
        except NotATableError as error:  # what came before the damage is not loaded either
            arrival.reject(self._counted(arrival.input, error.problem))
            return True

    def _recognised(self, arrival: Arrival) -> bool:
        one = arrival.input
        found = recognise(lambda: Told(one.open(), partial(self._tell_read, one)), self.maps)
        if found is None:
            return False
        if isinstance(found, Problem):
            arrival.reject(self._counted(arrival.input, found))
        elif found.column_map is None and found.side_file:
            rows, bad = side_rows.read(found.side_file, found.header, found.batches)
            arrival.problems += bad
            arrival.kind = found.side_file.table
            self.append.side_file(found.side_file, rows, arrival.file_id)
        elif found.column_map:
            arrived = exports.arrive(arrival.file_id, arrival.sha256 or "", found.column_map, found.batches)
            arrival.kind = "+".join(found.column_map.tables)
            arrival.problems = arrived.problems
            if found.side_file:
                self.append.side_file(found.side_file, side_rows.rows(arrived.checked), arrival.file_id)
            else:
                self.exports.append(arrived)
        return True

    def _exports(self) -> None:
        """Add the exports and FHIR resources: what belongs together may stand in several files."""
        exports.load(self.exports, self.connection, self._append_now)
        fhir.load(self.resources, self.connection, self.append.x12_now)
        for export in self.exports:
            self._saw(export.seen_claims, export.seen_payments)
        for resources in self.resources:
            self._saw(resources.seen_claims, resources.seen_payments)

    def _append_now(self, rows: Rows) -> None:
        """Add the rows of a portion of an export; those of many leave memory."""
        self.unsettled_rows += sum(frame.height for frame in rows.frames.values())
        self.append.x12_now(rows)
        self._tell("adding rows")
        if self.unsettled_rows > _SETTLE_ROWS:
            self.unsettled_rows = 0
            refresh.settle(self.connection)

    def _x12(self, arrival: Arrival) -> None:
        envelope = arrival.envelope = Envelope(arrival.file_id)
        arrival.kind = "x12"
        with arrival.input.open() as stream:
            for text, delimiters in pieces.read(stream):
                batch = self.batches.setdefault(delimiters, Batch(delimiters))
                batch.add(envelope, text)
                arrival.byte_count += len(text)
                del text  # the batch has it
                self._tell_read(arrival.input, arrival.byte_count)
                if batch.byte_count >= pieces.CHUNK:
                    self._flush(batch)

    def _flush(self, batch: Batch) -> None:
        """Parse what a batch has collected and add it to the tables."""
        if not batch.byte_count:
            return
        self.unsettled += batch.byte_count
        if self.unsettled > _SETTLE:
            self.unsettled = batch.byte_count
            self.append.write()
            refresh.settle(self.connection)
        stretch, problems = batch.stretch(), list[tuple[int, Problem]]()
        for transaction_set in stretch.sets:
            self.read[transaction_set.file].sets += 1
        self._saw(len(stretch.tokens.where("CLM")), len(stretch.tokens.where("CLP")))
        rows = list(sound_rows(stretch, self.known, problems))
        for file_id, problem in marked(stretch, problems):
            self.read[file_id].problems.append(problem)
        del stretch  # the tokens of a long transaction set take as much memory as its rows
        for one in rows:
            self.append.x12(one)

    def _same_bytes(self, one: Input, file_id: int) -> Problem:
        claims, payments = self._saw(*(count_exactly(one) or loaded_from(self.connection, one.sha256())))
        found, fix = "the same bytes as a file that was loaded before", "Nothing to do: it counts once."
        return Problem("duplicate", "duplicate-file", found, "a new file", fix, None, claims, payments, repeats=file_id)

    def _counted(self, one: Input, problem: Problem) -> Problem:
        """A rejected file's problem with the claims that seem to be in it."""
        claims, payments = self._saw(*count_loosely(one))
        return replace(problem, claims=claims, claim_payments=payments)

    def _finish(self, arrival: Arrival) -> None:
        """Say what was wrong with a file as a whole."""
        if arrival.envelope:
            arrival.problems += arrival.envelope.finish()
        if arrival.kind == "x12" and not arrival.sets:
            fix = "Ask the sender for the whole file."
            found = "an interchange without ST"
            arrival.reject(Problem("rejected", "no-transaction-set", found, "ST to SE in it", fix))
        unit = checks.UNITS.get(arrival.kind, "row")
        arrival.problems = [replace(problem, unit=unit) for problem in arrival.problems]
        self.report.problems += [(arrival.input.name, problem) for problem in arrival.problems]

    def _enter(self, now: datetime) -> None:
        """Enter the files in the books."""
        new = [one for one in self.arrivals if one.sha256 not in self.entered]
        self.report.files += enter(self.connection, new, now)
        # tables are read anew, perhaps by a better map: what was wrong then is over
        anew = [one.sha256 for one in self.arrivals if one.kind not in ("", "x12")]
        if anew:
            self.connection.execute("delete from issue where sha256 in (select unnest($1::varchar[]))", [anew])

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
            entries.append(self._entry(again.file_id, again.problem))
            self.report.problems.append((self.read[again.said_of].input.name, again.said))
        issues.enter(self.connection, entries, now)

    def _entry(self, file_id: int, problem: Problem) -> Entry:
        """A problem of a file of this load, or of an older one."""
        if arrival := self.read.get(file_id):
            return Entry(arrival.input.name, arrival.input.path, arrival.sha256, problem)
        sql = "select name, sha256 from source_file where file_id = ?"
        [(name, sha256)] = self.connection.execute(sql, [file_id]).fetchall()
        return Entry(name, None, sha256, problem)

    def _saw(self, claims: int, payments: int) -> tuple[int, int]:
        self.report.seen["claims"] += claims
        self.report.seen["claim_payments"] += payments
        return claims, payments

    def _tell_read(self, one: Input, byte_count: int) -> None:
        self._tell(one.name, min(byte_count, one.byte_count))  # of one that is packed, more come out

    def _tell(self, name: str, more: int = 0) -> None:
        if self.progress:
            done = min(self.done_bytes + more, self.total_bytes)
            # those of exports are seen when all are added
            added = sum(self.append.added.get(name, 0) for name in ("claim", "claim_payment"))
            self.progress(name, done, self.total_bytes, max(added, sum(self.report.seen.values())))
