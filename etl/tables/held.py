"""The good rows of one file until all files are read: those of a large one wait in a file without a name, and come back
portion by portion, rows of one claim or payment together."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

import polars as pl

from etl.scratch import scratch_file, writing

# rows of an export that are made claims and payments at once
PORTION = 100_000
_HASH = "hash of whole"


class Held:
    """Rows in the order in which they came. Those that agree in the columns whose names begin with `together` are one
    whole; without it, all are."""

    def __init__(self, together: tuple[str, ...] = ()) -> None:
        self.together = together
        self.rows = 0
        self._parts: list[pl.DataFrame | tuple[int, int]] = []  # in memory, or at which bytes of the file
        self._wholes: list[pl.DataFrame] = []
        self._file: BinaryIO | None = None

    def __del__(self) -> None:
        if self._file:
            self._file.close()

    def add(self, rows: pl.DataFrame) -> None:
        """Add the rows of a batch."""
        self.rows += rows.height
        if self.together:
            key = [name for name in rows.columns if name.startswith(self.together)]
            # two wholes with one hash only come back together
            rows = rows.with_columns(pl.struct(key).hash().alias(_HASH))
            wholes = rows.group_by(_HASH, maintain_order=True).agg(pl.len().alias("rows"))
            self._wholes.append(wholes.with_columns(part=pl.lit(len(self._parts))))
        self._parts.append(rows)
        if self.together and self.rows > PORTION:
            self._parts = [self._put(part) if isinstance(part, pl.DataFrame) else part for part in self._parts]

    def all(self) -> pl.DataFrame:
        """All rows at once."""
        return pl.concat([self._get(i) for i in range(len(self._parts))]).select(pl.exclude(_HASH))

    def portions(self) -> Iterator[pl.DataFrame]:
        """So many rows at a time, each whole in one portion: in the order in which the wholes began."""
        if self.rows <= PORTION:
            yield self.all()
            return
        wholes = pl.concat(self._wholes)
        sizes = wholes.group_by(_HASH, maintain_order=True).agg(pl.col("rows").sum())
        portions = sizes.select(_HASH, portion=(pl.col("rows").cum_sum() - 1) // PORTION)
        for portion in portions.partition_by("portion", maintain_order=True):
            parts = wholes.filter(pl.col(_HASH).is_in(portion[_HASH].implode()))["part"].unique().sort()
            chosen = [self._get(i).join(portion, on=_HASH, how="semi", maintain_order="left") for i in parts]
            yield pl.concat(chosen).drop(_HASH)

    def _put(self, rows: pl.DataFrame) -> tuple[int, int]:
        if self._file is None:
            self._file = scratch_file()  # it is closed when the rows go
        start = self._file.seek(0, io.SEEK_END)
        with writing():
            rows.write_ipc(self._file, compression="lz4")
            self._file.flush()
        return start, self._file.tell()

    def _get(self, i: int) -> pl.DataFrame:
        part = self._parts[i]
        if isinstance(part, pl.DataFrame) or self._file is None:
            return cast(pl.DataFrame, part)
        self._file.seek(part[0])
        return pl.read_ipc(self._file.read(part[1] - part[0]))
