"""Rows into tables: keys are handed out here, in the order in which rows arrive."""

from __future__ import annotations

from typing import cast

import duckdb
import polars as pl

from etl.errors import UserError
from etl.tables.side_files import SideFile
from etl.warehouse import identity, refresh
from etl.warehouse.ask import scalar
from etl.warehouse.refresh import Since
from etl.x12.sound import Rows

# rows of a table that are prepared and inserted at once: those of a long transaction set would stand in memory twice
_PART = 50_000
_KEYED = ("transaction_set", "claim", "remittance", "claim_payment", "service_payment")


class Appender:
    """Adds rows to the tables of an open warehouse. `added` counts them by table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: identity.Key) -> None:
        """Raises UserError when the warehouse's hashes were made with another key."""
        self.connection = connection
        self.key = key
        _same_key(connection, key)
        self.added: dict[str, int] = {}
        self._next: dict[str, int] = {
            name: scalar(connection, f"select coalesce(max({name}_id), 0) + 1 from {name}") for name in _KEYED
        }
        self._columns: dict[str, list[str]] = {}
        self._waiting: dict[str, list[pl.DataFrame]] = {}
        self.first_set = self._next["transaction_set"]
        # None: what was added changes rows of every claim
        self.since: Since | None = Since(self.first_set, self._next["claim"], self._next["claim_payment"])
        # views of which every row may have changed
        self.anew: tuple[str, ...] = ()
        self.first_claim = self._next["claim"]

    def x12(self, rows: Rows) -> None:
        """Add the rows of one kind of transaction set and empty them; row numbers within the batch become keys. They
        are in the tables by the next `write`."""
        sets = pl.DataFrame(
            {
                "file_id": [one.file for one in rows.sets],
                "segment": [one.segment for one in rows.sets],
                "kind": [one.kind for one in rows.sets],
                "version": [one.version for one in rows.sets],
                "sender_id": [one.sender_id for one in rows.sets],
                "receiver_id": [one.receiver_id for one in rows.sets],
                "interchange_control_number": [one.interchange_control_number for one in rows.sets],
                "interchange_date": [one.interchange_date for one in rows.sets],
                "group_control_number": [one.group_control_number for one in rows.sets],
                "set_control_number": [one.control_number for one in rows.sets],
                "batch_reference": [one.batch_reference for one in rows.sets],
                "content_hash": [one.content_hash for one in rows.sets],
            }
        ).with_columns(set=pl.int_range(pl.len(), dtype=pl.Int64))
        rows.frames["transaction_set"] = sets
        first = {name: self._take(name, frame) for name, frame in rows.frames.items() if name in self._next}
        # an 835 transaction set is one remittance, so both count alike
        parents: dict[str, tuple[str, ...]] = {"set": ("transaction_set", "remittance")}
        parents |= {name: (name,) for name in first if name != "transaction_set"}
        while rows.frames:  # each leaves memory when it is in
            table, frame = rows.frames.popitem()
            keys = [
                (pl.col(column) + first[name]).alias(f"{name}_id")
                for column, names in parents.items()
                for name in names
                if column in frame.columns and name in first
            ]
            for part in frame.iter_slices(_PART):
                self._add(table, self._without_persons(table, part).with_columns(*keys))
            if frame.height > _PART:
                self._write(table)  # a part that waited would hold all of the frame
            self._count(table, frame.height)

    def x12_now(self, rows: Rows) -> None:
        """The same for rows that are looked at before the next are added."""
        self.x12(rows)
        self.write()

    def write(self) -> None:
        """Put what waits into the tables."""
        for table in list(self._waiting):
            self._write(table)

    def _without_persons(self, table: str, frame: pl.DataFrame) -> pl.DataFrame:
        if table in identity.NAMING:
            frame, persons = identity.take_out(frame, self.key)
            self._add("person", persons)
        if "fingerprint" in frame.columns:  # it covers names: without the key nobody may try one against it
            frame = frame.with_columns(self.key.numbers("claim", frame["fingerprint"].cast(pl.String)))
        return frame

    def side_file(self, side_file: SideFile, rows: pl.DataFrame, file_id: int) -> None:
        """Add the rows of a side file; a row with the same key replaces the old one."""
        # a column of the key that the file need not have
        rows = rows.with_columns(
            pl.lit(None, pl.String).alias(name) for name in side_file.key if name not in rows.columns
        )
        table, names = side_file.table, ", ".join(rows.columns)
        self.connection.register("incoming", rows.with_row_index("row_in_file"))
        self.connection.execute("delete from side_row where file_id = ?", [file_id])  # a file that is read again
        self.connection.execute(
            f"""insert into side_row
            select ?, ?, row_in_file, to_json(struct_pack({", ".join(f"{name} := {name}" for name in rows.columns)}))
            from incoming""",
            [file_id, table],
        )
        if side_file.key:
            key = ", ".join(side_file.key)
            self.connection.execute(f"delete from {table} where ({key}) in (select ({key}) from incoming)")
            from_last = f"row_number() over (partition by {key} order by row_in_file desc)"
            chosen = f"select {names} from incoming qualify {from_last} = 1"
        else:
            # equal rows are real (two copays on a day), an overlapping export is not: the larger count of both stays
            nth = f"row_number() over (partition by {names}) as nth"
            chosen = f"""select {names} from (
                select {names}, {nth} from incoming except all select {names}, {nth} from {table})"""
        self._count(table, scalar(self.connection, f"insert into {table} ({names}) {chosen}"))
        if table == "staff":
            self.since = None  # teams stand in every claim's row
        elif table == "allowed_schedule":
            self.anew = ("contract_line",)
        elif table in refresh.BY_CLAIM:
            self.connection.execute("insert into touched_number select claim_id from incoming")
        self.connection.unregister("incoming")

    def _add(self, table: str, frame: pl.DataFrame) -> None:
        """Let rows wait until there are enough of them: an insert of few takes as long as one of many."""
        waiting = self._waiting.setdefault(table, [])
        waiting.append(frame)
        if sum(part.height for part in waiting) >= _PART:
            self._write(table)

    def _write(self, table: str) -> None:
        parts = [part for part in self._waiting.pop(table, []) if not part.is_empty()]
        if not parts:
            return
        if table not in self._columns:
            self._columns[table] = [row[0] for row in self.connection.execute(f"describe {table}").fetchall()]
        frame = pl.concat(parts, how="diagonal_relaxed") if len(parts) > 1 else parts[0]
        self.connection.register(
            "incoming",
            frame.select([name for name in self._columns[table] if name in frame.columns]).to_arrow(
                compat_level=pl.CompatLevel.newest()
            ),
        )
        self.connection.execute(f"insert into {table} by name select * from incoming")
        self.connection.unregister("incoming")

    def _take(self, name: str, frame: pl.DataFrame) -> int:
        """Reserve keys for the rows of a batch; returns the first. Orphans left gaps in the rows' numbers."""
        first = self._next[name]
        n = frame[name].max() if name in frame.columns and not frame.is_empty() else None
        self._next[name] += frame.height if n is None else cast(int, n) + 1
        return first

    def _count(self, table: str, rows: int) -> None:
        self.added[table] = self.added.get(table, 0) + rows


def _same_key(connection: duckdb.DuckDBPyConnection, key: identity.Key) -> None:
    mark = scalar(connection, "select key_mark from warehouse_state")
    if mark is None:
        connection.execute("update warehouse_state set key_mark = ?", [key.mark])
    elif mark != key.mark:
        raise UserError(
            "The warehouse was made with another key, so its patients could not be recognised again. Use the key that "
            "it was made with (CLEANCLAIM_KEY, or the .key file beside it), or load all files into a new one."
        )
