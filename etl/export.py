"""The warehouse as a folder of Parquet files, for engines that run on more than one machine.

    OUT/manifest.json                               what there is: schema version, last known day, rows, sums of money
    OUT/<table>/part.parquet                        a small table, or one without a day
    OUT/<table>/export_month=2026-04/data_0.parquet a large table, by the month of its day

The tables and the kept views are written; the joined views are selects, which the engine runs itself. The identity
file is never opened, and columns that may name a person are left out.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from etl.errors import UserError
from etl.measures.measure import data_through
from etl.warehouse.refresh import SCHEMA_VERSION
from etl.warehouse.store import open_reader, private

MANIFEST = "manifest.json"
FORMAT = "cleanclaim export 1"
MONTH = "export_month"
# Measures filter by these, in this order: a file then holds one month, and an engine skips the others by their least
# and greatest day.
_DAYS = ("payment_date", "first_remit_date", "submission_date", "service_date")
# A file below this many rows is read in less time than it takes to open a dozen small ones.
LARGE = 200_000
# what a column's comment says when it can name a person
_NAMES = "may be PHI"


def export_parquet(
    db: Path, out: Path, progress: Callable[[str, int, int], None] = lambda *_: None, large: int = LARGE
) -> dict[str, Any]:
    """Write the warehouse `db` into the folder `out`; returns the manifest.

    The folder appears whole or not at all; an earlier export there is replaced. Tables of `large` rows and more are
    partitioned. Raises UserError when `out` holds anything but an export, or the disk is full.
    """
    out = out.resolve()
    if out.exists() and not (out / MANIFEST).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} is neither empty nor an earlier export. Name a new folder.")
    if not db.exists():
        open_reader(db)  # says so
    building, former = (out.parent / f".{out.name}.{end}" for end in ("building", "former"))
    with private():
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        try:
            manifest = _write(db, building, progress, large)
            if out.exists():
                shutil.rmtree(former, ignore_errors=True)
                out.rename(former)
            building.rename(out)
        except (OSError, duckdb.IOException) as error:
            raise UserError(f"Could not write {out}: {str(error).splitlines()[0]}. Nothing was changed.") from None
        finally:
            shutil.rmtree(building, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)
    return manifest


def _write(db: Path, folder: Path, progress: Callable[[str, int, int], None], large: int) -> dict[str, Any]:
    connection = open_reader(db, writes_to=folder)
    try:
        shapes = _shapes(connection)
        tables = {}
        for done, (table, columns) in enumerate(shapes.items()):
            progress(table, done, len(shapes))
            tables[table] = _write_table(connection, table, columns, folder, large)
        last_known = data_through(connection)
    finally:
        connection.close()
    manifest = {
        "format": FORMAT,
        "schema_version": SCHEMA_VERSION,
        "data_through": last_known.isoformat() if last_known else None,
        "tables": tables,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def _shapes(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Table -> column -> type, of what is exported."""
    rows = connection.execute(
        """select c.table_name, c.column_name, c.data_type
        from duckdb_columns() as c
        join duckdb_tables() as t on t.database_name = c.database_name and t.table_oid = c.table_oid
        where c.database_name = 'warehouse' and coalesce(c.comment, '') not like $names
        order by c.table_name, c.column_index""",
        {"names": f"%{_NAMES}%"},
    ).fetchall()
    shapes: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        # Parquet has no 128-bit integer: DuckDB would write a float
        shapes.setdefault(table, {})[column] = "DECIMAL(38,0)" if kind == "HUGEINT" else kind
    return shapes


def _write_table(
    connection: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], folder: Path, large: int
) -> dict[str, Any]:
    money = [name for name, kind in columns.items() if kind.startswith("DECIMAL") and not kind.endswith(",0)")]
    sums = "".join(f', cast(sum("{name}") as varchar)' for name in money)
    [(rows, *totals)] = connection.execute(f'select count(*){sums} from "{table}"').fetchall()
    day = next((name for name in _DAYS if columns.get(name) == "DATE"), None) if rows >= large else None
    select = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in columns.items())
    options = "format parquet, compression zstd"
    (folder / table).mkdir()
    if day:
        select += f""", coalesce(strftime("{day}", '%Y-%m'), 'none') as {MONTH}"""
        target, options = folder / table, f"{options}, partition_by ({MONTH}), overwrite_or_ignore"
    else:
        target = folder / table / "part.parquet"
    connection.execute(f"""copy (select {select} from "{table}") to '{str(target).replace("'", "''")}' ({options})""")
    return {
        "rows": rows,
        "sums": dict(zip(money, totals, strict=True)),
        "month_of": day,
        "columns": columns,
    }
