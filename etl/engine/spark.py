"""Measures over Spark Connect: the same declarations, the same answers, another machine (or many).

The server reads an export (`etl.export`); this process only sends SQL and takes the few rows of an answer.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from etl.errors import UserError
from etl.export import FORMAT, MANIFEST
from etl.measures import AgeFrom, Filters, Measure, Period
from etl.warehouse import views
from etl.warehouse.refresh import SCHEMA_VERSION

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # about pandas, which nothing here uses
        from pyspark.errors import PySparkException
        from pyspark.sql import DataFrame, SparkSession

        from etl.engine import dialect
except ImportError as error:
    raise UserError(
        f"--engine needs the spark extra ({error.name} is missing): pip install -e '.[spark]' in cleanclaim's folder."
    ) from None

_PORT = 15002
_WAIT = 10.0  # seconds until a server that does not answer is given up


class Engine:
    """An export behind a Spark Connect server, ready to answer measures. Made by `connect`."""

    def __init__(self, session: SparkSession, folder: str) -> None:
        self._session = session
        self._folder = folder
        self._ready: set[str] = set()
        self._steps: list[DataFrame] = []
        self._forgets = True
        manifest = self._manifest()
        self._tables: dict[str, Any] = manifest["tables"]
        self.data_through = date.fromisoformat(manifest["data_through"]) if manifest["data_through"] else None

    def by(
        self,
        measure: Measure,
        dims: Sequence[str] = (),
        filters: Filters | None = None,
        period: Period = (None, None),
        as_of: date | None = None,
        age_from: AgeFrom = "service",
    ) -> pl.DataFrame:
        """What `measure.by` answers, to the cent. Raises UserError as it does, and when the export is not whole."""
        query = measure.query(self.data_through, dims, filters, period, as_of, age_from)
        frame = self._run(query.sql, query.parameters)
        return measure.answer(frame)

    def _run(self, sql: str, values: dict[str, Any]) -> pl.DataFrame:
        steps, statement = dialect.stepwise(sql, values)
        for name, step in steps.items():
            if name not in self._ready:
                self._prepare(step.reads - steps.keys())
                self._once(step.sql).createOrReplaceTempView(name)
                self._ready.add(name)
        self._prepare(statement.reads - steps.keys())
        table = self._session.sql(statement.sql).toArrow()
        return pl.DataFrame(table)

    def _once(self, sql: str) -> DataFrame:
        """The rows of a select, computed once."""
        frame = self._session.sql(sql)
        if self._forgets:
            try:
                # it forgets how it was computed: else the plan of each step holds those of all before it, and for the
                # last ones of a past day 1 GB of a driver's memory was not enough
                self._steps.append(frame.localCheckpoint())  # what nobody holds any more, the server drops
            except PySparkException:  # Sail
                self._forgets = False
            else:
                return self._steps[-1]
        return frame.cache()

    def _prepare(self, names: frozenset[str]) -> None:
        """Make these tables and views known to the session, and what the views read."""
        for name in sorted(names - self._ready):
            if name in self._tables:
                self._add_table(name)
            elif views.KINDS.get(name) == "joined":
                view = dialect.spark(views.text(name), {"as_of": self.data_through or date(1900, 1, 1)})
                self._prepare(view.reads)
                self._session.sql(view.sql).createOrReplaceTempView(name)
            self._ready.add(name)

    def _add_table(self, name: str) -> None:
        table = self._tables[name]
        rows = self._session.read.schema(dialect.columns(table["columns"])).parquet(f"{self._folder}/{name}")
        rows.createOrReplaceTempView(name)
        if (found := rows.count()) != table["rows"]:
            raise UserError(
                f"{self._folder}/{name}: found {found:,} rows; expected {table['rows']:,}, as {MANIFEST} says. "
                "The export was changed or copied in part: write it again with `cleanclaim export parquet`."
            )

    def _manifest(self) -> dict[str, Any]:
        where = f"{self._folder}/{MANIFEST}"
        try:
            lines = [row[0] for row in self._session.read.text(where).collect()]
            manifest: dict[str, Any] = json.loads("\n".join(lines))
        except (PySparkException, ValueError):
            raise UserError(
                f"The server cannot read {where}: expected a folder that `cleanclaim export parquet` wrote, under the "
                "same path on this machine and on every worker (a shared disk, or a URL such as s3a://...)."
            ) from None
        if manifest.get("format") != FORMAT or manifest.get("schema_version") != SCHEMA_VERSION:
            raise UserError(
                f"{where}: found {manifest.get('format')}, schema version {manifest.get('schema_version')}; expected "
                f"{FORMAT}, schema version {SCHEMA_VERSION}. Write it again with `cleanclaim export parquet`."
            )
        return manifest


@contextmanager
def connect(url: str, folder: str) -> Iterator[Engine]:
    """An engine at `url` (spark://host:port or sc://host:port/;token=...;use_ssl=true) over the export `folder`.

    `folder` is as the server sees it: an absolute path, or a URL. Raises UserError when the server does not answer, or
    the folder is no export of this version.
    """
    remote = _remote(url)
    local = folder if "://" in folder else str(Path(folder).resolve())
    _quiet()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            session = SparkSession.builder.remote(remote).create()
        session.conf.set("spark.sql.session.timeZone", "UTC")
    except PySparkException as error:
        raise UserError(f"The engine at {_shown(url)} refused: {_first_line(error)}") from None
    try:
        yield Engine(session, local)
    except PySparkException as error:
        raise UserError(f"The engine at {_shown(url)} failed: {_first_line(error)}") from None
    finally:
        with suppress(Exception):  # a server that is gone has nothing to be told
            session.stop()


def _remote(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("spark", "sc") or not parts.hostname:
        raise UserError(f"--engine {_shown(url)}: expected spark://HOST:PORT or sc://HOST:PORT.")
    try:
        port = parts.port or _PORT
        with socket.create_connection((parts.hostname, port), _WAIT):
            pass
    except (OSError, ValueError) as error:
        raise UserError(
            f"No engine answers at {_shown(url)} ({error}). Is the Spark Connect server running there? Its port is "
            f"{_PORT} by default (not the master's 7077)."
        ) from None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    token = os.environ.get("CLEANCLAIM_SPARK_TOKEN")
    return f"sc://{host}:{port}{parts.path or '/'}" + (f";token={token}" if token else "")


def _shown(url: str) -> str:
    """The address without what follows it: a token stands there."""
    return url.split(";")[0]


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]


def _quiet() -> None:
    """The client logs what the caller is told anyway, with a traceback."""
    for name in ("pyspark", "SQLQueryContextLogger", "SparkConnectClient"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
