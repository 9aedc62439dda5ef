"""Every measure by a dimension, DuckDB against an engine: `spark_compare.py DB EXPORT spark://HOST:PORT [MEASURE...]`.

Prints the seconds of both and whether the answers are equal; exits 1 when one is not, or the engine fails on one (what
it said stands below the row; the others are asked all the same). Some are also asked as of a past day, half a year
before the last.
"""

from __future__ import annotations

import sys
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import polars as pl
from pyspark.errors import PySparkException

from etl.engine.spark import Engine, connect
from etl.errors import UserError
from etl.measures import MEASURES, Measure, data_through
from etl.warehouse.store import open_reader

_DIMENSIONS = ("payer_name", "coder_id", "staff_id")
# as of a past day the views are computed anew, which takes an engine long
_PAST = ("initial_denial_rate", "insurance_ar_amount", "deposit_amount")


def main() -> int:
    db, folder, url, *names = sys.argv[1:]
    connection = open_reader(Path(db))
    last = data_through(connection)
    if last is None:
        raise SystemExit(f"{db} is empty")
    past = last - timedelta(days=180)
    with connect(url, folder) as engine:
        print(f"{'measure':<38}{'by':<12}{'as of':<12}{'rows':>5}{'DuckDB s':>9}{'Spark s':>9}  equal", flush=True)
        same = [_compare(connection, engine, MEASURES[name], None) for name in names or MEASURES]
        same += [_compare(connection, engine, MEASURES[name], past) for name in _PAST if name in (names or _PAST)]
    print(f"{sum(same)} of {len(same)} equal")
    return 0 if all(same) else 1


def _compare(connection: duckdb.DuckDBPyConnection, engine: Engine, measure: Measure, as_of: date | None) -> bool:
    dim = next(name for name in _DIMENSIONS if name in measure.dimensions)
    started = time.perf_counter()
    ours = measure.by(connection, [dim], as_of=as_of)
    between = time.perf_counter()
    theirs: pl.DataFrame | str
    try:
        theirs = engine.by(measure, [dim], as_of=as_of)
    except (PySparkException, UserError) as error:
        theirs = str(error)
    ended = time.perf_counter()
    equal = isinstance(theirs, pl.DataFrame) and theirs.equals(ours)
    print(
        f"{measure.name:<38}{dim:<12}{as_of or 'today'!s:<12}{ours.height:>5}{between - started:>9.3f}"
        f"{ended - between:>9.2f}  {'yes' if equal else 'NO' if isinstance(theirs, pl.DataFrame) else 'FAILED'}",
        flush=True,
    )
    if not equal:
        print(ours, theirs, sep="\n", flush=True)
    return equal


if __name__ == "__main__":
    sys.exit(main())
