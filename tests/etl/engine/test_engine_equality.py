"""Sail, an engine that speaks Spark's protocol, answers every measure as DuckDB does, from an export alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.errors import UserError
from etl.export import MANIFEST, export_parquet
from etl.load import load
from etl.measures import DIMENSIONS, MEASURES
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import warehouse

pytest.importorskip("pysail")
from pysail.spark import SparkConnectServer

from etl.engine import dialect
from etl.engine.spark import Engine, connect

# the main module of an xdist worker has no file: pyspark would take that for its own doctests
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__

PERIOD = (date(2026, 1, 1), date(2026, 2, 20))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def practice(folder: Path) -> duckdb.DuckDBPyConnection:
    connection = warehouse(folder / "practice.duckdb", TABLES)
    export_parquet(folder / "practice.duckdb", folder / "export", large=20)
    return connection


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = SparkConnectServer("127.0.0.1", 0)
    server.start()
    host, port = server.listening_address
    yield f"spark://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def engine(url: str, practice: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Engine]:
    with connect(url, str(folder / "export")) as engine:
        yield engine


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_the_same_on_both_engines(name: str, practice: duckdb.DuckDBPyConnection, engine: Engine):
    measure = MEASURES[name]
    for dim in measure.dimensions:
        if DIMENSIONS[dim].many:
            continue
        ours = measure.by(practice, [dim], period=PERIOD if measure.date_column else (None, None))
        theirs = engine.by(measure, [dim], period=PERIOD if measure.date_column else (None, None))
        assert_frame_equal(theirs, ours)
    by = next(dim for dim in ("payer_id", "coder_id", "staff_id", "definition") if dim in measure.dimensions)
    filters = {by: ["P1", "C1", "it's \\ a payer"]}
    assert_frame_equal(engine.by(measure, filters=filters), measure.by(practice, filters=filters))


# one measure of each view: the views hold what differs from day to day. Sail plans claim_staff for half a minute, which
# only joins what claim_outcome and denial_attribution hold
PAST = {measure.view: name for name, measure in MEASURES.items() if measure.view != "claim_staff"}


@pytest.mark.parametrize("name", PAST.values())
def test_a_past_day_is_the_same_on_both_engines(name: str, practice: duckdb.DuckDBPyConnection, engine: Engine):
    day = date(2026, 2, 16)
    assert_frame_equal(engine.by(MEASURES[name], as_of=day), MEASURES[name].by(practice, as_of=day))


@pytest.fixture(scope="module")
def sample(folder: Path) -> duckdb.DuckDBPyConnection:
    """A simulated practice: amounts and counts of a size at which an engine's own arithmetic shows."""
    write_sample(folder / "files", claims=2000, seed=1)
    load([folder / "files"], folder / "sample.duckdb")
    export_parquet(folder / "sample.duckdb", folder / "sample_export")
    return open_reader(folder / "sample.duckdb")


def test_all_figures_of_a_simulated_practice_are_the_same_on_both_engines(
    url: str, sample: duckdb.DuckDBPyConnection, folder: Path
):
    with connect(url, str(folder / "sample_export")) as engine:
        for name, measure in MEASURES.items():
            # all dimensions at once: what is equal at the finest grain is equal at every other
            dims = [dim for dim in measure.dimensions if not DIMENSIONS[dim].many]
            try:
                assert_frame_equal(engine.by(measure, dims), measure.by(sample, dims))
            except AssertionError as difference:
                raise AssertionError(f"{name}: {difference}") from None


def test_what_spark_alone_would_misread_is_written_otherwise():
    """Sail forgives both: Spark takes `t where (b)` for an alias of t, and keeps six places of a quotient."""
    statement = dialect.spark("select sum(a) / 3 as x from t where (b)", {})
    assert statement.sql == "SELECT CAST(SUM(a) AS DOUBLE) / 3 AS x FROM t WHERE b"


def test_the_manifest_lets_a_reader_check_the_copy(practice: duckdb.DuckDBPyConnection, folder: Path):
    manifest = json.loads((folder / "export" / MANIFEST).read_text())
    for table, said in manifest["tables"].items():
        frame = pl.read_parquet(folder / "export" / table, hive_partitioning=False)
        assert frame.height == said["rows"]
        for column, total in said["sums"].items():
            assert frame.height == 0 or total is None or str(frame[column].sum()) == total
    assert manifest["tables"]["payment"]["month_of"] == "payment_date"
    assert oct((folder / "export").stat().st_mode)[-3:] == "700"
    assert all(oct(file.stat().st_mode)[-3:] == "600" for file in (folder / "export").rglob("*") if file.is_file())


def test_what_may_name_a_person_is_not_exported(practice: duckdb.DuckDBPyConnection, folder: Path):
    tables = json.loads((folder / "export" / MANIFEST).read_text())["tables"]
    assert "person" not in tables
    assert "path" not in tables["issue"]["columns"]
    assert "content" not in tables["side_row"]["columns"]


def test_a_folder_of_something_else_is_left_alone(practice: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(UserError, match="neither empty nor an earlier export"):
        export_parquet(folder / "practice.duckdb", tmp_path)


def test_an_export_that_lost_rows_is_refused(
    url: str, practice: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path
):
    export_parquet(folder / "practice.duckdb", tmp_path / "export")
    where = tmp_path / "export" / MANIFEST
    manifest = json.loads(where.read_text())
    manifest["tables"]["denial"]["rows"] += 1
    where.write_text(json.dumps(manifest))
    with connect(url, str(tmp_path / "export")) as engine, pytest.raises(UserError, match="copied in part"):
        engine.by(MEASURES["denied_amount"])
    where.write_text(json.dumps(manifest | {"schema_version": 0}))
    with pytest.raises(UserError, match="schema version 0"), connect(url, str(tmp_path / "export")):
        pass


def test_a_server_or_folder_that_is_not_there_is_said_so(url: str, tmp_path: Path):
    with pytest.raises(UserError, match="No engine answers"), connect("spark://127.0.0.1:1", str(tmp_path)):
        pass
    with pytest.raises(UserError, match="cannot read"), connect(url, str(tmp_path)):
        pass
