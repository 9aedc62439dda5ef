"""The benchmarks: `python tests/benchmarks/run.py [load] [tables] [memory] [measures] [pages] [models] [people]`.

Beside each figure stands its ratio to a baseline of the same run.

Each figure is CPU time and peak memory of a process of its own, so that one run does not warm another.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import models_speed as models
import people_speed as people
from big_files import write_835, write_837p, write_many_835
from big_tables import MAP, write_csv, write_fhir, write_parquet, write_xlsx

MEGABYTES = 50.0


def main() -> None:
    wanted = sys.argv[1:] or ["load", "tables", "memory", "measures", "pages", "models", "people"]
    if wanted[0] == "--one":
        _one(*wanted[1:])
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as folder:
        if "load" in wanted:
            _load(Path(folder))
        if "tables" in wanted:
            _tables(Path(folder))
        if "memory" in wanted:
            _memory(Path(folder))
        if {"measures", "pages"} & set(wanted):
            _practice(Path(folder))
        if "measures" in wanted:
            _measures(Path(folder))
        if "pages" in wanted:
            _pages(Path(folder))
        if "models" in wanted:
            models.main(*models.practice(Path(folder) / "models"))
        if "people" in wanted:
            people.main(Path(folder))


def _load(folder: Path) -> None:
    """File to finished warehouse, and file to rows, beside plain bytes.split; and an inbox of small files."""
    write_835(folder / "big.835", MEGABYTES)
    write_837p(folder / "big.837", MEGABYTES)
    write_many_835(folder / "many.835", 5_000)
    print(f"\n{'50 MB file':<34}{'MB/CPU-s':>10}{'x baseline':>12}{'peak MB':>10}{'wall s':>8}")
    for kind, path in (("835", folder / "big.835"), ("837", folder / "big.837"), ("5,000 835s", folder / "many.835")):
        size, base = sum(one.stat().st_size for one in _files(path)) / 1e6, None
        for job, label in (
            ("split", "baseline: bytes.split twice"),
            *([("oxedi", "baseline: oxedi")] if kind == "835" else []),
            *([("rows", "to rows")] if path.is_file() else []),
            ("load", "to a finished warehouse"),
        ):
            cpu, peak, wall = _in_process(job, str(path), str(folder / f"{path.name}.duckdb"))
            base = base or size / cpu
            print(f"{f'{kind} {label}':<34}{size / cpu:>10.1f}{size / cpu / base:>12.2f}{peak:>10.0f}{wall:>8.1f}")


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _tables(folder: Path) -> None:
    """Exports and FHIR resources to a finished warehouse, beside the reader alone that each is read with."""
    files = {name: folder / name for name in ("big.csv", "big.parquet", "big.xlsx", "big.ndjson")}
    write_csv(files["big.csv"], MEGABYTES)
    write_parquet(files["big.parquet"], files["big.csv"])
    write_xlsx(files["big.xlsx"], files["big.csv"], 100_000)
    write_fhir(files["big.ndjson"], MEGABYTES)
    head = f"{'rows':>10}{'k rows/CPU-s':>14}{'MB/CPU-s':>10}{'x baseline':>12}{'peak MB':>10}{'wall s':>8}"
    print(f"\n{'50 MB (the same rows as Parquet)':<40}{head}")
    jobs = {
        "big.csv": ("read_csv", "polars.read_csv"),
        "big.parquet": ("read_parquet", "polars.read_parquet"),
        "big.xlsx": ("read_xlsx", "fastexcel, all as text"),
        "big.ndjson": ("json_lines", "json.loads of each line"),
    }
    csv_rows = files["big.csv"].read_bytes().count(b"\n") - 1
    for name, path in files.items():
        rows = {"big.xlsx": 100_000, "big.ndjson": path.read_bytes().count(b"\n")}.get(name, csv_rows)
        size, base = path.stat().st_size / 1e6, None
        for job, label in ((jobs[name][0], f"baseline: {jobs[name][1]}"), ("table", "to a finished warehouse")):
            cpu, peak, wall = _in_process(job, str(path), str(folder / f"{name}.duckdb"))
            base = base or cpu
            print(
                f"{name[4:]:<8}{label:<32}{rows:>10,}{rows / cpu / 1000:>14.0f}{size / cpu:>10.1f}{base / cpu:>12.2f}"
                f"{peak:>10.0f}{wall:>8.1f}"
            )


def _memory(folder: Path) -> None:
    """Peak memory of a load of 500 MB of 835, and of 50 MB inside one transaction set."""
    print(f"\n{'to a finished warehouse':<34}{'MB/CPU-s':>10}{'peak MB':>10}{'wall s':>8}")
    for label, write, megabytes, per_set in (
        ("835 of 50 MB in one ST", write_835, 50, 142_000),
        ("837P of 50 MB in one ST", write_837p, 50, 126_000),
        ("835 of 500 MB", write_835, 500, 2_000),
    ):
        path = folder / "large.x12"
        write(path, megabytes, per_set=per_set)
        cpu, peak, wall = _in_process("load", str(path), str(folder / f"{label}.duckdb"))
        print(f"{label:<34}{path.stat().st_size / 1e6 / cpu:>10.1f}{peak:>10.0f}{wall:>8.1f}", flush=True)


def _practice(folder: Path) -> None:
    """The demo's practice of 20,000 claims, loaded."""
    from etl.load import load
    from etl.sample import write_sample

    write_sample(folder / "sample", claims=20_000, seed=1)
    load([folder / "sample"], folder / "sample.duckdb")


def _pages(folder: Path) -> None:
    """Seconds of one rerun of a page after its payer filter changed, beside a rerun that changes nothing."""
    from streamlit.testing.v1 import AppTest

    from etl.choices import choices
    from etl.warehouse.store import open_reader

    os.environ["CLEANCLAIM_DB"] = str(folder / "sample.duckdb")
    payers = choices(open_reader(folder / "sample.duckdb")).payers
    print(f"\n{'20,000 claims, filter change':<34}{'s':>8}{'x baseline':>12}{'baseline s: nothing changes':>30}")
    for name in ("overview", "denials", "aging", "coders", "billers"):
        page = AppTest.from_function(_page, args=(name,), default_timeout=60).run()
        assert not page.exception
        same = _median_ms(page.run) / 1000
        times = []
        for payer in payers:
            page.session_state["payer"] = [payer]
            started = time.perf_counter()
            page.run()
            times.append(time.perf_counter() - started)
            assert not page.exception
        print(f"{name:<34}{statistics.median(times):>8.2f}{statistics.median(times) / same:>12.2f}{same:>30.2f}")


def _page(name: str) -> None:
    """One page by itself, with the shared filters, as the app would run it."""
    import importlib

    from dashboard import filters

    filters.sidebar(used=True)
    importlib.import_module(f"dashboard.pages.{name}").page()


def _measures(folder: Path) -> None:
    """Every measure by payer on a sample practice of 20,000 claims, as of the last day and of a past one."""
    from datetime import timedelta

    from etl.measures import MEASURES, data_through
    from etl.warehouse.store import open_reader

    connection = open_reader(folder / "sample.duckdb")
    last = data_through(connection)
    assert last is not None
    baseline = _median_ms(
        lambda: connection.cursor().execute("select payer_id, count(*) from claim group by 1").fetchall()
    )
    print(f"\n{'20,000 claims, by payer':<34}{'ms':>8}{'x baseline':>12}{'past day ms':>13}")
    print(f"{'baseline: count(*) of claims':<34}{baseline:>8.1f}{1:>12.2f}")
    for measure in MEASURES.values():
        now = _median_ms(lambda m=measure: m.by(connection, ["payer_name"]))
        past = _median_ms(lambda m=measure: m.by(connection, ["payer_name"], as_of=last - timedelta(days=180)))
        print(f"{measure.name:<34}{now:>8.1f}{now / baseline:>12.2f}{past:>13.1f}")


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def _in_process(job: str, path: str, db: str) -> tuple[float, float, float]:
    """CPU seconds, peak MB and wall seconds of one job in a process of its own, imports left out of the times."""
    command = [sys.executable, __file__, "--one", job, path, db]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer["cpu"], answer["peak"], answer["wall"]


def _one(job: str, path: str, db: str) -> None:
    import fastexcel
    import numpy.ma  # noqa: F401 Polars imports it at first use
    import oxedi
    import polars as pl

    from etl.load import load
    from etl.tables import column_map
    from etl.x12 import pieces
    from etl.x12.envelope import Envelope
    from etl.x12.interchange import Batch
    from etl.x12.sound import Known, sound_rows

    def split_twice() -> None:
        for file in _files(Path(path)):
            for segment in file.read_bytes().split(b"~"):
                segment.split(b"*")

    def to_rows() -> None:
        envelope, known = Envelope(1), Known()
        with open(path, "rb") as stream:
            for text, delimiters in pieces.read(stream):
                batch = Batch(delimiters)
                batch.add(envelope, text)
                for _ in sound_rows(batch.stretch(), known, []):
                    pass

    def with_oxedi() -> None:
        oxedi.parse(Path(path).read_bytes())

    def table() -> None:
        load([Path(path)], Path(db), maps=[column_map.parse("remits", MAP.read_text(encoding="utf-8"))])

    def json_lines() -> None:
        with open(path, "rb") as stream:
            for line in stream:
                json.loads(line)

    work: Callable[[], object] = {
        "split": split_twice,
        "oxedi": with_oxedi,
        "rows": to_rows,
        "load": lambda: load([Path(path)], Path(db)),
        "table": table,
        "read_csv": lambda: pl.read_csv(path, infer_schema=False),
        "read_parquet": lambda: pl.read_parquet(path),
        "read_xlsx": lambda: fastexcel.read_excel(path).load_sheet(0, dtypes="string").to_polars(),
        "json_lines": json_lines,
    }[job]
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    # ru_maxrss would be that of the process that started this one, if that was larger
    peak = next(
        int(line.split()[1]) / 1024
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        if line.startswith("VmHWM")
    )
    print(json.dumps({"cpu": cpu, "wall": wall, "peak": peak}))


if __name__ == "__main__":
    main()
