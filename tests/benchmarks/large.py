"""Every measure on a large warehouse: `python tests/benchmarks/large.py [MILLIONS OF SERVICE LINES] [FOLDER]`.

The warehouse is a loaded sample whose kept rows are multiplied in the warehouse (other keys, days, payers), in the
order in which files would have come. It is made once and kept in FOLDER. Then, for each measure by one dimension over
twelve months: seconds of the first answer in a process of its own from the views, from the rollups, and of the bare
query in DuckDB: the one that somebody would write by hand on the same tables (by_hand.py), else (in brackets) ours
without what surrounds it. Below a tenth of a second a ratio says little: the difference in ms stands in its place.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from by_hand import BY_HAND

_YEARS_OF_DAYS = 4 * 365
_PAYERS = 50
# files arrive in the order of their days, so these lie about so
_IN_ORDER = {
    "claim_outcome": "first_remit_date",
    "denial_definition": "answer_date",
    "denial_attribution": "first_remit_date",
    "claim_balance": "submission_date",
    "denial": "first_remit_date",
    "cash": "payment_date",
    "patient_posting": "posting_date",
    "contract_line": "payment_date",
    "coding_audit_line": "audited_on",
}
# what is loaded, as far as measures read it beside the kept tables
_LOADED = (
    "service_line", "root", "claim", "work_log", "patient_transaction", "coding_audit", "appeal",
    "remittance", "service_payment", "adjustment",
)  # fmt: skip
# small tables by what their rows belong to, in so many copies
_SHARED = {"staff": 4, "allowed_schedule": _PAYERS // 5}


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        _one(Path(sys.argv[2]), *sys.argv[3:])
        return
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    db = folder / f"large_{millions:g}.duckdb"
    if not db.exists():
        started = time.perf_counter()
        _make(folder, db, millions)
        print(f"made in {time.perf_counter() - started:.0f} s")
    _report(db)


def _report(db: Path) -> None:
    from etl.measures import MEASURES
    from etl.warehouse.store import open_reader

    connection = open_reader(db)
    lines = connection.execute("select count(*) from service_line").fetchall()[0][0]
    rollups = connection.execute(
        "select view, max(view_rows), count(*), sum(row_count), max(row_count) from rollup_state group by 1"
    )
    print(f"\n{lines:,} service lines, {db.stat().st_size / 1e9:.1f} GB")
    for view, rows, tables, in_all, largest in sorted(rollups.fetchall()):
        print(
            f"{view:<16}{rows:>12,} rows{tables:>4} rollups, {in_all:>10,} rows, "
            f"largest {largest / rows:.1%} of the view"
        )
    connection.close()
    print(f"\n{'12 months, seconds':<34}{'by':<13}{'cold':>7}{'rollup':>8}{'bare':>8}{'cold/bare':>10}{'peak MB':>9}")
    for measure in MEASURES.values():
        shown = [n for n in ("payer_name", "group_carc", "coder_id", "ar_bucket") if n in measure.dimensions]
        for dim in shown or measure.dimensions[:1]:
            ran = {how: _in_process(db, measure.name, dim, how) for how in ("view", "rollup", "bare")}
            view, rolled, bare = (ran[how]["s"] for how in ("view", "rollup", "bare"))
            made = f"{rolled:>8.3f}" if ran["rollup"]["used"] else f"{'-':>8}"
            beside = f"{view / bare:.2f}" if bare >= 0.1 else f"{1000 * (view - bare):+.0f} ms"
            written = f"{bare:.2f}" if ran["bare"]["by_hand"] else f"({bare:.2f})"
            print(
                f"{measure.name:<34}{dim:<13}{view:>7.2f}{made}{written:>8}{beside:>10}{ran['view']['peak']:>9.0f}",
                flush=True,
            )


def _in_process(db: Path, name: str, dim: str, how: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", str(db), name, dim, how]
    answer: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer


def _one(db: Path, name: str, dim: str, how: str) -> None:
    from etl.measures import MEASURES, data_through
    from etl.measures import rollup as made
    from etl.warehouse.store import open_reader

    connection, measure = open_reader(db), MEASURES[name]
    connection.sql("select 1").pl()  # imports
    last = data_through(connection)
    assert last is not None
    period = (date(last.year - 1, last.month, 1), last)
    started = time.perf_counter()
    used = False
    by_hand = BY_HAND.get(name) if dim == "payer_name" else None
    if how == "bare" and by_hand:
        asked = {"start": period[0], "end": last, "day": last}
        parameters = {key: value for key, value in asked.items() if f"${key}" in by_hand}
        connection.cursor().execute(by_hand, parameters).fetchall()
    elif how == "bare":
        query = measure.query(last, [dim], None, period)
        connection.cursor().execute(query.sql, query.parameters).fetchall()
    else:
        found = made.of_view(connection, measure.view) if how == "rollup" else []
        query = measure.query(data_through(connection), [dim], None, period, rollups=found)
        used = "from rollup_" in query.sql
        measure.answer(connection.cursor().sql(query.sql, params=query.parameters).pl())
    seconds = time.perf_counter() - started
    # not ru_maxrss: a child begins with its parent's
    peak = re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps({"s": seconds, "used": used, "by_hand": bool(by_hand), "peak": int(peak[0]) / 1024}))


def _make(folder: Path, db: Path, millions: float) -> None:
    """Multiply the kept rows of a loaded sample until there are so many service lines."""
    from etl.load import load
    from etl.sample import write_sample
    from etl.warehouse import refresh, rolling, store, views

    base = folder / "base.duckdb"
    if not base.exists():
        write_sample(folder / "sample", claims=20_000, seed=1)
        load([folder / "sample"], base)
    making = db.with_suffix(".making")
    for old, new in zip(store.files_of(base), store.files_of(making), strict=True):
        if old.exists():
            new.write_bytes(old.read_bytes())
    with store.open_writer(making) as connection:
        connection.execute("set memory_limit = '6GB'")
        connection.execute("set threads = 2")
        [[lines, last]] = connection.execute(
            "select count(*), (select data_through from warehouse_state) from service_line"
        ).fetchall()
        copies = max(round(millions * 1e6 / lines), 1)
        connection.execute(f"create temp table copy as select range as n from range({copies})")
        for table in (*_LOADED, *_SHARED, *views.KEPT):
            names = dict(row[:2] for row in connection.execute(f"describe {table}").fetchall())
            select = ", ".join(f"{_moved(name, kind)} as {name}" for name, kind in names.items())
            order = f" order by {_IN_ORDER[table]}" if table in _IN_ORDER else ""
            connection.execute(f"create temp table base_{table} as from {table}")
            connection.execute(f"drop table {table}")
            some = f"(from copy where n < {_SHARED.get(table, copies)})"
            connection.execute(f"create table {table} as select {select} from base_{table} as b, {some} as c{order}")
            connection.execute(f"drop table temp.base_{table}")
            refresh.settle(connection)
        refresh._refresh_payers(connection)
        for view, kind in views.KINDS.items():
            if kind == "joined":
                refresh._create_view(connection, view, last)
        started = time.perf_counter()
        rolling.make_all(connection)
        print(f"rollups made in {time.perf_counter() - started:.0f} s")
    making.rename(db)


def _moved(name: str, kind: str) -> str:
    """A column of a copy: its own keys, days spread over the years, one of many payers."""
    if name.endswith("_id") and kind == "BIGINT":
        return f"b.{name} + c.n * 10000000"
    if name in ("patient_control_number", "claim_number", "claim_id"):
        return f"b.{name} || '-' || c.n"
    if kind == "DATE":
        return f"b.{name} - cast(c.n * 37 % {_YEARS_OF_DAYS} as integer)"
    if name in ("payer_id", "payer_name", "payer"):
        return f"b.{name} || ' ' || c.n % {_PAYERS // 5}"
    if name in ("facility", "coder_id", "biller_id", "staff_id", "rendering_npi"):
        return f"b.{name} || '-' || c.n % 4"
    return f"b.{name}"


if __name__ == "__main__":
    main()
