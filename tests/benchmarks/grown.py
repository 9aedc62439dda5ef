"""One day's files into a warehouse that has grown: `python tests/benchmarks/grown.py [MILLIONS OF SERVICE LINES]...`

The large warehouse is made of one loaded pair of files whose rows are multiplied in the warehouse; then a day's 837 and
835 (5 MB together) are loaded as a user would, beside the same load into an empty warehouse.
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
    """A warehouse with about so many million service lines, each adjudicated."""
    from etl.load import load
    from etl.warehouse import refresh, roots
    from etl.warehouse.refresh import settle
    from etl.warehouse.store import open_writer

    base = folder / "base"
    if not base.exists():
        base.mkdir()
        write_837p(base / "base.837", 50)
        write_835(base / "base.835", 50)
    load([base], db)
    with open_writer(db) as connection:
        count = connection.execute("select count(*) from service_line").fetchall()[0][0]
        tables = ("claim", "service_line", "diagnosis", "claim_payment", "service_payment", "adjustment", "remark")
        for table in tables:
            connection.execute(f"create temp table base_{table} as from {table}")
        for copy in range(1, round(millions * 1e6 / count)):
            shift = copy * 10_000_000
            for table in tables:
                columns = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
                moved = [f"{name} + {shift}" if name in _KEYS else name for name in columns]
                moved = [f"'{copy}' || {name}" if name in _NUMBERS else name for name in moved]
                connection.execute(f"insert into {table} select {', '.join(moved)} from base_{table}")
            settle(connection)
        for table in tables:
            connection.execute(f"drop table temp.base_{table}")
        roots.refresh(connection)
        settle(connection)
        refresh.refresh_views(connection)
        return int(connection.execute("select count(*) from service_line").fetchall()[0][0])


_KEYS = ("claim_id", "claim_payment_id", "service_payment_id")
_NUMBERS = ("patient_control_number", "payer_claim_control_number")

if __name__ == "__main__":
    main()
