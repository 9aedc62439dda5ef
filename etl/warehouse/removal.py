"""Taking out of the tables what a file brought, as if it had never come."""

from __future__ import annotations

import json

import duckdb
import polars as pl

from etl.tables.side_files import SIDE_FILES, SideFile
from etl.warehouse import refresh, roots, views
from etl.warehouse.identity import NAMING

# what each key's rows hang on, from the file down
_BELOW = (
    ("transaction_set", "transaction_set_id", "file_id"),
    ("claim", "claim_id", "transaction_set_id"),
    ("remittance", "remittance_id", "transaction_set_id"),
    ("claim_payment", "claim_payment_id", "remittance_id"),
)


def take_out_file(connection: duckdb.DuckDBPyConnection, file_id: int) -> dict[str, int]:
    """Remove a file and all its rows; what is computed from rows is computed anew. Returns the rows removed by
    table."""
    before = _heights(connection)
    side = connection.execute("select distinct table_name from side_row where file_id = ?", [file_id]).fetchall()
    _remove(connection, {"file_id": [file_id]})
    for side_file in SIDE_FILES:
        if (side_file.table,) in side:
            _rebuild(connection, side_file)
    _refresh(connection)
    after = _heights(connection)
    return {table: before[table] - after[table] for table in before if before[table] > after[table]}


def tables_with(connection: duckdb.DuckDBPyConnection, key: str) -> list[str]:
    """The tables that hold what was loaded (not what is computed from it) and bear this key."""
    rows = connection.execute(
        """select table_name from duckdb_columns() semi join duckdb_tables() using (schema_name, table_name)
        where column_name = ? and data_type = 'BIGINT' and database_name = current_database() order by table_name""",
        [key],
    ).fetchall()
    return [row[0] for row in rows if row[0] not in views.ORDER]


def delete(connection: duckdb.DuckDBPyConnection, key: str, ids: list[int]) -> dict[str, int]:
    """Delete the rows with these keys from every table that bears the key. Returns how many, by table."""
    connection.register("gone", pl.DataFrame({"id": ids}, schema={"id": pl.Int64}))
    removed = {}
    for table in tables_with(connection, key):
        if table in NAMING:
            connection.execute(
                f"""insert into gone_person select identity_key from {table}
                where {key} in (select id from gone) and identity_key is not null"""
            )
        rows = connection.execute(f"delete from {table} where {key} in (select id from gone)").fetchall()
        removed[table] = int(rows[0][0])
    connection.unregister("gone")
    return removed


def _remove(connection: duckdb.DuckDBPyConnection, ids: dict[str, list[int]]) -> None:
    """Find the keys of all rows below these keys, then delete by key."""
    for table, key, parent in _BELOW:
        if parent in ids:
            found = connection.execute(f"select {key} from {table} where list_contains(?, {parent})", [ids[parent]])
            ids[key] = [row[0] for row in found.fetchall()]
    for key, gone in ids.items():
        delete(connection, key, gone)


def _refresh(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("delete from root")
    roots.refresh(connection)
    refresh.refresh_views(connection)


def _rebuild(connection: duckdb.DuckDBPyConnection, side_file: SideFile) -> None:
    """Fill a side file's table from the files that remain, as loading them in their order does (Appender.side_file)."""
    table = side_file.table
    types = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
    names = ", ".join(types)
    cells = f"""select file_id, row_number, unnest(json_transform(content, '{json.dumps(types)}'))
        from side_row where table_name = '{table}'"""
    if side_file.key:
        place = f"row_number() over (partition by {', '.join(side_file.key)} order by file_id desc, row_number desc)"
        rows = f"select {names} from ({cells}) qualify {place} = 1"
    else:
        nth = f"row_number() over (partition by file_id, {names}) as nth"
        rows = f"select {names} from (select distinct {names}, nth from (select {names}, {nth} from ({cells})))"
    connection.execute(f"delete from {table}")
    connection.execute(f"insert into {table} by name {rows}")


def _heights(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows by table, of those that hold what was loaded."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    out = {}
    for (table,) in tables:
        if (
            table not in views.ORDER
            and table not in ("issue", "root", "side_row", "rejected_sending", "claim_visit", "acknowledgement_visit")
            and not table.startswith("rollup_")
        ):
            out[table] = int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
    return out
