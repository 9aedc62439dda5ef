"""Loading: whatever arrives goes into the warehouse once, and nothing is lost on the way."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.errors import Problem, UserError
from etl.inputs import Input, find
from etl.tables import side_files
from etl.warehouse import checks, roots, store
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.sound import Known, Rows, sound_rows
from etl.x12.tokens import split

Progress = Callable[[str, int, int], None]

# tables whose rows are counted in a report
_COUNTED = ("claim", "service_line", "remittance", "claim_payment")


@dataclass(slots=True)
class LoadReport:
    """What one load did. For claims and claim payments: seen = loaded + duplicate + quarantined."""

    files: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=lambda: {"claims": 0, "claim_payments": 0})
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    unbalanced: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def kept_out(self, severity: str) -> dict[str, int]:
        """How many claims and claim payments were kept out as `duplicate` or `quarantined`."""
        wanted = ("quarantined", "rejected") if severity == "quarantined" else (severity,)
        chosen = [problem for _, problem in self.problems if problem.severity in wanted]
        return {"claims": sum(p.claims for p in chosen), "claim_payments": sum(p.claim_payments for p in chosen)}

    def needs_a_person(self) -> bool:
        """Whether something was quarantined or does not balance."""
        return bool(self.unbalanced) or any(p.severity in ("rejected", "quarantined") for _, p in self.problems)

    def unreadable(self) -> bool:
        """Whether there was input, and none of it could be read."""
        return self.files == 0 and any(p.severity == "rejected" for _, p in self.problems)

    def to_json(self) -> dict[str, Any]:
        """The report as `cleanclaim load --format json` prints it."""
        quarantined = [(n, p) for n, p in self.problems if p.severity in ("rejected", "quarantined")]
        flagged = [(n, p) for n, p in self.problems if p.severity == "flagged"]
        return {
            "files": self.files,
            "claims": self.rows.get("claim", 0),
            "service_lines": self.rows.get("service_line", 0),
            "remittances": self.rows.get("remittance", 0),
            "claim_payments": self.rows.get("claim_payment", 0),
            "rows": dict(sorted(self.rows.items())),
            "seen": self.seen,
            "duplicates": sum(p.severity == "duplicate" for _, p in self.problems),
            "duplicate_counts": self.kept_out("duplicate"),
            "quarantined_counts": self.kept_out("quarantined"),
            "quarantined": [_listed(n, p) for n, p in quarantined],
            "flagged": [_listed(n, p) for n, p in flagged],
            "unbalanced": self.unbalanced,
            "ignored": self.ignored,
        }


def load(paths: list[Path], db: Path, progress: Progress | None = None) -> LoadReport:
    """Load files, folders, .zip and .gz into the warehouse at `db`, all or nothing; the same input twice changes nothing.

    `progress(file name, bytes done, bytes in all)` is called as it goes. Raises UserError when a path does not exist,
    another process writes, or the disk is full.
    """
    report = LoadReport()
    inputs = find(paths, report.ignored)
    if not inputs:
        raise UserError(f"Nothing to load in {', '.join(str(path) for path in paths)}.")
    with store.open_writer(db) as connection:
        _Loader(connection, report, progress, sum(one.byte_count for one in inputs)).run(inputs)
    return report


def _listed(name: str, problem: Problem) -> dict[str, Any]:
    return {
        "file": name,
        "segment": problem.segment,
        "rule": problem.rule,
        "found": problem.found,
        "expected": problem.expected,
        "fix": problem.fix,
    }


@dataclass(slots=True)
class _Arrival:
    """A file on its way in. `kind` is empty until it proves readable."""

    input: Input
    sha256: str
    file_id: int
    kind: str = ""
    sets: int = 0
    problems: list[Problem] = field(default_factory=list)

    def reject(self, problem: Problem) -> None:
        self.kind = ""
        self.problems.append(problem)


class _Loader:
    """One load: the connection it writes to and the keys it hands out."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, report: LoadReport, progress: Progress | None, total_bytes: int
    ) -> None:
        self.connection = connection
        self.report = report
        self.progress = progress
        self.total_bytes = total_bytes
        self.done_bytes = 0
        self.now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        self.next_key = {
            name: self._scalar(f"select coalesce(max({name}_id), 0) + 1 from {table}") for name, table in _KEYS
        }
        self.first_set = self.next_key["transaction_set"]
        rows = connection.execute("select content_hash from transaction_set").fetchall()
        sql = "select originator_id, trace_number, payment_date, deposit_amount from remittance where trace_number is not null"
        self.known = Known({row[0] for row in rows}, set(connection.execute(sql).fetchall()))
        self.batches: dict[pieces.Delimiters, Batch] = {}
        self.arrivals: dict[int, _Arrival] = {}
        self.files = {row[0] for row in connection.execute("select sha256 from source_file").fetchall()}

    def run(self, inputs: list[Input]) -> None:
        """Load every input, then bring everything that is computed from the rows up to date."""
        for one in inputs:
            self._input(one)
        for batch in self.batches.values():
            self._flush(batch)
        for arrival in self.arrivals.values():
            self._finish(arrival)
        roots.refresh(self.connection)
        store.refresh_views(self.connection)
        self.report.unbalanced = checks.unbalanced(self.connection, self.first_set)

    def _input(self, one: Input) -> None:
        arrival = _Arrival(one, one.sha256(), self._take("file", 1))
        self.arrivals[arrival.file_id] = arrival
        if arrival.sha256 in self.files:
            arrival.problems.append(self._same_bytes(one))
        else:
            self.files.add(arrival.sha256)
            self._read(arrival)
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
            arrival.reject(_counted(arrival.input, error.problem))
            self._saw(arrival.problems[-1].claims, arrival.problems[-1].claim_payments)
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            fix = "What came before the damage was loaded. Ask for the file again and load it: nothing counts twice."
            arrival.reject(Problem("rejected", "damaged-archive", type(error).__name__, "an intact archive", fix))

    def _finish(self, arrival: _Arrival) -> None:
        """Enter a file in the books, and what was wrong with it."""
        if arrival.kind == "x12" and not arrival.sets:
            fix = "Ask the sender for the whole file."
            found = "an interchange without ST"
            arrival.reject(Problem("rejected", "no-transaction-set", found, "ST to SE in it", fix))
        if arrival.kind:
            row = [
                arrival.file_id,
                arrival.input.name,
                arrival.sha256,
                arrival.input.byte_count,
                arrival.kind,
                self.now,
            ]
            self.connection.execute("insert into source_file values (?, ?, ?, ?, ?, ?)", row)
            self.report.files += 1
        self.report.problems += [(arrival.input.name, problem) for problem in arrival.problems]
        self._note(arrival)

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

    # side files --------------------------------------------------------------------------------------------------------

    def _side_file(self, arrival: _Arrival, side_file: side_files.SideFile) -> None:
        with arrival.input.open() as stream:
            rows, bad = side_files.read(side_file, stream)
        arrival.problems += bad
        arrival.kind = side_file.table
        table, names = side_file.table, ", ".join(rows.columns)
        self.connection.register("incoming", rows)
        if side_file.key:
            key = side_file.key[0]
            self.connection.execute(f"delete from {table} where {key} in (select {key} from incoming)")
            sql = f"select {names} from incoming qualify row_number() over (partition by {key}) = 1"
        else:
            # equal rows are real (two copays of 20 on a day), an overlapping export is not: keep the larger count of the two
            occurrence = f"row_number() over (partition by {names})"
            sql = f"""select {names} from (
                select {names}, {occurrence} as nth from incoming
                except all
                select {names}, {occurrence} as nth from {table})"""
        added = self.connection.execute(f"insert into {table} ({names}) {sql}").fetchone()
        self.connection.unregister("incoming")
        self._count(table, int(added[0]) if added else 0)

    # X12 -----------------------------------------------------------------------------------------------------------------

    def _x12(self, arrival: _Arrival) -> None:
        envelope = Envelope(arrival.file_id)
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
        stretch, problems = batch.stretch(), list[tuple[int, Problem]]()
        for one in stretch.sets:
            self.arrivals[one.file].sets += 1
        self._saw(len(stretch.tokens.where("CLM")), len(stretch.tokens.where("CLP")))
        for rows in sound_rows(stretch, self.known, problems):
            self._insert(rows)
        for file_id, problem in problems:
            self.arrivals[file_id].problems.append(problem)

    def _insert(self, rows: Rows) -> None:
        """Give the rows their keys and add them to their tables."""
        sets = pl.DataFrame(
            {
                "file_id": [one.file for one in rows.sets],
                "segment": [one.segment for one in rows.sets],
                "kind": [one.kind for one in rows.sets],
                "version": [one.version for one in rows.sets],
                "sender_id": [one.sender_id for one in rows.sets],
                "interchange_control_number": [one.interchange_control_number for one in rows.sets],
                "interchange_date": [one.interchange_date for one in rows.sets],
                "set_control_number": [one.control_number for one in rows.sets],
                "content_hash": [one.content_hash for one in rows.sets],
            }
        ).with_columns(set=pl.int_range(pl.len(), dtype=pl.Int64))
        frames = _dated(rows.frames, sets)
        batch = {"transaction_set": sets, **frames}
        first = {name: self._take(name, frame.height) for name, frame in batch.items() if name in self.next_key}
        # an 835 transaction set is one remittance, so both count alike
        parents = {"set": ("transaction_set", "remittance")} | {
            name: (name,) for name in first if name != "transaction_set"
        }
        for table, frame in batch.items():
            keys = [
                (pl.col(column) + first[name]).alias(f"{name}_id")
                for column, names in parents.items()
                for name in names
                if column in frame.columns and name in first
            ]
            self._append(table, frame.with_columns(*keys))

    def _take(self, name: str, n: int) -> int:
        """Reserve `n` keys; returns the first."""
        first = self.next_key[name]
        self.next_key[name] += n
        return first

    def _append(self, table: str, frame: pl.DataFrame) -> None:
        columns = self._columns(table)
        self.connection.register("incoming", frame.select([name for name in columns if name in frame.columns]))
        self.connection.execute(f"insert into {table} by name select * from incoming")
        self.connection.unregister("incoming")
        self._count(table, frame.height)

    # bookkeeping ------------------------------------------------------------------------------------------------------------

    def _columns(self, table: str) -> list[str]:
        return [row[0] for row in self.connection.execute(f"describe {table}").fetchall()]

    def _note(self, arrival: _Arrival) -> None:
        """Remember what was wrong, once: loading the same file again does not repeat it."""
        for p in arrival.problems:
            row = [
                arrival.input.name,
                arrival.sha256,
                p.segment,
                p.severity,
                p.rule,
                p.found,
                p.expected,
                p.fix,
                p.claims,
                p.claim_payments,
                self.now,
            ]
            self.connection.execute(
                """insert into issue select * from (values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) as new
                (file_name, sha256, segment, severity, rule, found, expected, fix, claims, claim_payments, reported_at)
                where not exists (select 1 from issue as old where old.sha256 = new.sha256 and old.rule = new.rule
                and old.segment is not distinct from new.segment and old.found = new.found)""",
                row,
            )

    def _saw(self, claims: int, payments: int) -> None:
        self.report.seen["claims"] += claims
        self.report.seen["claim_payments"] += payments

    def _count(self, table: str, rows: int) -> None:
        self.report.rows[table] = self.report.rows.get(table, 0) + rows

    def _tell(self, name: str, more: int = 0) -> None:
        if self.progress:
            self.progress(name, min(self.done_bytes + more, self.total_bytes), self.total_bytes)

    def _scalar(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0]) if row else 0


_KEYS = (
    ("file", "source_file"),
    ("transaction_set", "transaction_set"),
    ("claim", "claim"),
    ("remittance", "remittance"),
    ("claim_payment", "claim_payment"),
    ("service_payment", "service_payment"),
)


def _counted(one: Input, problem: Problem) -> Problem:
    """A rejected file's problem, with the claims that seem to be in it: nothing vanishes, even from what cannot be read."""
    claims = payments = 0
    with one.open() as stream:
        while block := stream.read(64 << 20):
            claims += pieces.count_loose(block, b"CLM")
            payments += pieces.count_loose(block, b"CLP")
    return replace(problem, claims=claims, claim_payments=payments)


def _dated(frames: dict[str, pl.DataFrame], sets: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """A row whose own date is missing or unreadable takes the interchange's (ISA09), so that no day loses it."""
    dates = {"claim": "submission_date", "remittance": "payment_date", "acknowledgement": "acknowledged_date"}
    out = dict(frames)
    for table, column in dates.items():
        if table in out and out[table][column].null_count():
            by_set = sets.select("set", "interchange_date")
            joined = out[table].join(by_set, on="set", how="left", maintain_order="left")
            out[table] = joined.with_columns(pl.coalesce(column, "interchange_date").alias(column)).drop(
                "interchange_date"
            )
    return out
