"""The only place that calls duckdb.connect: a read-only reader, and a writer that rebuilds beside the file and swaps.

A DuckDB reader blocks a writer and the reverse, so a write goes to a copy on the same filesystem, in one transaction,
and `os.replace` puts it in place: a reader always sees a whole warehouse, and a crash leaves the old one.
"""

from __future__ import annotations

import fcntl
import glob
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from etl.errors import BusyError, UserError
from etl.scratch import is_full
from etl.warehouse import identity, refresh, views
from etl.warehouse.ask import scalar
from etl.warehouse.refresh import SCHEMA_VERSION

_REFERENCE = Path(__file__).parent.parent / "reference"
_CODE_LISTS = (
    *("carc", "role", "icd10_chapter", "procedure_family", "acknowledgement_category", "syntax_error"),
    *("claim_filing_indicator", "timely_filing_defaults", "appeal_limit_defaults"),
)


def open_reader(path: Path, reveal: bool = False, writes_to: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection that can only read this warehouse: no other file, no network, no settings. With `reveal` it can see
    who the patients are (the view `person`), else nothing that it can ask holds a name. It can write files into the
    folder `writes_to`, for exports.

    It keeps showing the file that it opened when a load swaps another in; open a new one then (see `file_identity`).
    Raises UserError when there is no warehouse at `path`, or one of another version.
    """
    if not path.exists():
        raise UserError(f"There is no warehouse at {path}. Load some files first: cleanclaim load FILE... --db {path}")
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"attach '{_quoted(path)}' as warehouse (read_only)")
        # `use warehouse` would not reach the cursors that threads take from this connection: a view each does
        names = """select table_name from duckdb_tables() where database_name = 'warehouse' union all
            select view_name from duckdb_views() where database_name = 'warehouse' and not internal"""
        for (name,) in connection.execute(names).fetchall():
            connection.execute(f'create view "{name}" as select * from warehouse."{name}"')
        version = scalar(connection, "select schema_version from warehouse_state")
    except duckdb.Error as error:
        raise UserError(f"{path} is not a cleanclaim warehouse ({str(error).splitlines()[0]}).") from None
    if version != SCHEMA_VERSION:
        raise UserError(f"{path} was made by another version of cleanclaim. Load its files into a new warehouse.")
    names_file = identity.path_of(path)
    if reveal and names_file.exists():
        connection.execute(f"attach '{_quoted(names_file)}' as identity (read_only)")
        connection.execute("create view person as select * from identity.person")
    if writes_to is not None:
        connection.execute(f"set allowed_directories = ['{_quoted(writes_to)}/']")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def reveals(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this reader can see who the patients are."""
    sql = "select 1 from duckdb_views() where view_name = 'person'"
    return bool(connection.cursor().execute(sql).fetchall())


def file_identity(path: Path) -> tuple[str, int, int]:
    """What changes when another warehouse is swapped in: real path, inode, modification time. The key for caches."""
    stat = path.stat()
    return str(path.resolve()), stat.st_ino, stat.st_mtime_ns


@contextmanager
def open_writer(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction on a copy of the warehouse (or a new one), swapped in when the block ends without an error.

    Raises UserError when another process writes, when the disk is full, when `path` holds a question mark, or something
    else than a warehouse of this version; the old warehouse stays as it was.
    """
    if "?" in str(path.resolve()):  # DuckDB looks for its log at the path before the question mark
        raise UserError(f"{path}: a warehouse cannot lie at a path with a question mark. Name another with --db.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with private(), _lock(path):
        _clear(path)
        building = path.parent / f".{path.name}.building"
        if path.exists():
            open_reader(path).close()  # what is no warehouse of this version is neither copied nor replaced
        try:
            if path.exists():
                shutil.copyfile(path, building)
            connection = duckdb.connect(":memory:")
            try:
                # no log: a copy that was left half done is thrown away, so nothing needs to be recovered
                # every write to a table packs its last row group anew, so they are half as large as usual
                options = "recovery_mode no_wal_writes, row_group_size 61440"
                connection.execute(f"attach '{_quoted(building)}' as building ({options})")
                connection.execute("use building")
                # what memory does not hold spills beside the copy, for the owner only, and goes with it (`_clear`)
                connection.execute(f"set temp_directory = '{_quoted(building)}.tmp'")
                connection.execute("set memory_limit = '200MB'")
                connection.execute("set wal_autocheckpoint = '1TB'")  # `refresh.settle` says when
                connection.execute("set write_buffer_row_group_count = 1")
                # a second thread makes a load no faster (it waits for Python), only dearer
                connection.execute("set threads = 1")
                connection.execute("begin")
                if not path.exists():
                    _create(connection)
                refresh.start(connection)
                connection.execute((views.SQL / "person.sql").read_text(encoding="utf-8"))
                yield connection
                connection.execute("commit")
                connection.execute("checkpoint")
                _keep_persons(connection, path)
            finally:
                connection.close()
            _sync(building)
            os.replace(building, path)
            _sync(path.parent)
        except (OSError, duckdb.Error) as error:
            if is_full(error):
                raise UserError(
                    f"The disk that holds {path} is full. Nothing was changed; make room and load again."
                ) from None
            if isinstance(error, duckdb.OutOfMemoryException):
                raise UserError(
                    "The memory is not enough for so much at once. Nothing was changed; load fewer files at a time."
                ) from None
            raise
        finally:
            _clear(path)


def files_of(path: Path) -> list[Path]:
    """The warehouse at `path` and what lies beside it."""
    return [path, lock_of(path), *(path.with_name(f"{path.name}.{end}") for end in ("identity", "key"))]


def lock_of(path: Path) -> Path:
    """The lock file of the warehouse at `path`."""
    return path.parent / f"{path.name}.lock"


def empty() -> duckdb.DuckDBPyConnection:
    """An empty warehouse in memory, for documents about its shape."""
    connection = duckdb.connect(":memory:")
    _create(connection)
    refresh.start(connection)
    return connection


def _keep_persons(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Put the persons that a load met into the identity file, and take out those whom nothing names any more. Before
    the warehouse is swapped: should it stop in between, a load brings them back."""
    final, building = identity.path_of(path), path.parent / f".{path.name}.building.identity"
    [(some_gone,)] = connection.execute("select count(*) > 0 from gone_person").fetchall()
    if final.exists() and not some_gone:
        shutil.copyfile(final, building)
    connection.execute(f"attach '{_quoted(building)}' as identity")
    if final.exists() and some_gone:  # written anew: a deleted row's bytes would stay in the file
        named = " union all ".join(f"select identity_key from {table}" for table in identity.NAMING)
        connection.execute(f"attach '{_quoted(final)}' as former (read_only)")
        connection.execute(
            f"""create table identity.person as from former.person where identity_key not in (from gone_person)
            or identity_key in (select identity_key from ({named}) where identity_key is not null)"""
        )
        connection.execute("detach former")
    connection.execute("create table if not exists identity.person as from temp.person limit 0")
    connection.execute(
        """insert into identity.person select distinct on (identity_key) * from temp.person
        where identity_key not in (select identity_key from identity.person)"""
    )
    connection.execute("detach identity")  # which checkpoints it
    _sync(building)
    os.replace(building, final)


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables, and the code lists that come with the program."""
    connection.execute((views.SQL / "schema.sql").read_text(encoding="utf-8"))
    connection.execute("insert into warehouse_state values (null, ?, null)", [SCHEMA_VERSION])
    for name in _CODE_LISTS:
        connection.register("incoming", pl.read_csv(_REFERENCE / f"{name}.csv", infer_schema=False))
        connection.execute(f"insert into reference_{name} select * from incoming")
        connection.unregister("incoming")


def _clear(path: Path) -> None:
    """Remove what a load leaves when it dies: the copy, DuckDB's log beside it, and the folder that it spills into."""
    for leftover in path.parent.glob(f"{glob.escape(f'.{path.name}.building')}*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


@contextmanager
def private() -> Iterator[None]:
    """What is created meanwhile (a copy, DuckDB's log, spilled rows, an export) is the owner's only."""
    umask = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(umask)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the warehouse's lock file; the kernel frees it when the process dies, however it dies."""
    with lock_of(path).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = _holder(lock.read())
            raise BusyError(f"{path} is being written by {holder}. Wait until it is done, then load again.") from None
        lock.truncate(0)
        started = datetime.now(UTC).isoformat(timespec="seconds")
        lock.write(json.dumps({"process": os.getpid(), "host": socket.gethostname(), "since": started}))
        lock.flush()
        yield


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f"process {holder['process']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError):
        return "another process"


def _sync(path: Path) -> None:
    """Make what was written to a file or folder survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _quoted(value: object) -> str:
    return str(value).replace("'", "''")
