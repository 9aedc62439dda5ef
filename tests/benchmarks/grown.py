"""One day's files into a warehouse that has grown: `python tests/benchmarks/grown.py [MILLIONS OF SERVICE LINES]...`

The large warehouse is made of one loaded pair of files whose rows, those of the kept views too, are multiplied in the
warehouse; then a day's 837 and 835 (5 MB together) are loaded as a user would, beside the same into an empty warehouse.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from big_files import write_835, write_837p

_DAY_MEGABYTES = 2.5


def main() -> None:
    sizes = [float(one) for one in sys.argv[1:]] or [1, 10]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "day").mkdir()
        write_837p(folder / "day" / "day.837", _DAY_MEGABYTES, first=500_000_000)
        write_835(folder / "day" / "day.835", _DAY_MEGABYTES, first=500_000_000)
        print(f"{'service lines':>14}{'warehouse MB':>14}{'load s':>9}{'CPU s':>8}{'x empty':>9}")
        empty = None
        for millions in (0, *sizes):
            db = folder / f"{millions}.duckdb"
            lines = _grow(folder, db, millions) if millions else 0
            size = db.stat().st_size / 1e6 if millions else 0
            wall, cpu = _load(folder / "day", db)
            empty = empty or wall
            print(f"{lines:>14,}{size:>14,.0f}{wall:>9.1f}{cpu:>8.1f}{wall / empty:>9.1f}", flush=True)
            db.unlink()


def _load(path: Path, db: Path) -> tuple[float, float]:
    from etl.load import load

    wall, cpu = time.perf_counter(), time.process_time()
    report = load([path], db)
    assert report.rows["service_line"] and report.rows["service_payment"] and not report.of("quarantined")
    return time.perf_counter() - wall, time.process_time() - cpu


def _grow(folder: Path, db: Path, millions: float) -> int:
    """A warehouse with about so many million service lines, each adjudicated, a month of them for each copy."""
    from etl.load import load
    from etl.warehouse import refresh, rolling, views
    from etl.warehouse.store import open_writer

    base = folder / "base"
    if not base.exists():
        base.mkdir()
        write_837p(base / "base.837", 50)
        write_835(base / "base.835", 50)
    load([base], db)
    with open_writer(db) as connection:
        refresh.make_room(connection)
        count = connection.execute("select count(*) from service_line").fetchall()[0][0]
        copies = round(millions * 1e6 / count)
        for table in (*_TABLES, *views.KEPT):
            connection.execute(f"create temp table base as from {table}")
            columns = connection.execute(f"describe {table}").fetchall()
            for copy in range(1, copies):
                moved = ", ".join(_moved(name, kind, copy) for name, kind, *_ in columns)
                connection.execute(f"insert into {table} select {moved} from base")
            connection.execute("drop table base")
            refresh.settle(connection)
        rolling.make_all(connection)
        return int(connection.execute("select count(*) from service_line").fetchall()[0][0])


# what a load fills from an 837 and an 835
_TABLES = ("transaction_set", "remittance", "claim", "service_line", "diagnosis", "claim_payment", "service_payment")
_TABLES += ("adjustment", "remark", "stated_amount", "root")
_NUMBERS = ("patient_control_number", "payer_claim_control_number", "claim_number", "trace_number", "content_hash")


def _moved(name: str, kind: str, copy: int) -> str:
    """A column of a copy: its own keys and numbers, some months before the first."""
    if name in _NUMBERS:
        return f"'{copy}-' || {name}"
    if name == "payment_order":  # day and key in one
        return f"{name} + {copy * 10_000_000 - 30 * copy * 100_000_000_000_000}"
    if kind == "DATE":
        return f"{name} - {30 * copy}"
    return f"{name} + {copy * 10_000_000}" if name.endswith("_id") and kind == "BIGINT" else name


if __name__ == "__main__":
    main()
