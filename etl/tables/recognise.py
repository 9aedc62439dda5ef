"""What a table is: a side file, an export that a map fits, or one that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from etl.errors import Problem
from etl.tables import cells as reading
from etl.tables import side_files
from etl.tables.cells import Cells, Layout, NotATableError
from etl.tables.column_map import ColumnMap
from etl.tables.side_files import SIDE_FILES, SideFile


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells, batch by batch, and what it is: the side file, or the map that fits it."""

    header: list[str]
    batches: Iterator[Cells]
    side_file: SideFile | None
    column_map: ColumnMap | None


def recognise(open_: Callable[[], BinaryIO], maps: list[ColumnMap]) -> Table | Problem | None:
    """What a file is: by the maps (the one that names most of its columns), then by the side files' columns.

    A Problem for a table that is neither; None for what is no table.
    """
    with open_() as stream:
        if _is_no_table(stream.read(reading.BLOCK)):
            return None
    problems: list[tuple[float, Problem]] = []  # and how far the map is from the file
    fitting: list[tuple[int, ColumnMap]] = []
    seen: dict[Layout, _Begun] = {}
    for one in maps:
        try:
            if one.layout not in seen:
                seen[one.layout] = _begin(open_, one.layout)
        except NotATableError as error:
            problems.append((1, error.problem))
            continue
        header = seen[one.layout][0].frame.columns
        needed, missing = len(one.needed()), len(one.missing(header))
        if missing:
            problems.append((missing / needed, one.does_not_fit(header)))
        else:
            fitting.append((needed, one))
    if fitting:
        _, best = max(fitting, key=lambda found: found[0])
        table = next((side for side in SIDE_FILES if best.tables == (side.table,)), None)
        # of standard input only what was opened last can be read on
        begun = seen[best.layout] if len(seen) == 1 else _begin(open_, best.layout)
        return Table(begun[0].frame.columns, chain(begun[:1], begun[1]), table, best)
    try:
        cells, more = _begin(open_, Layout())
    except NotATableError as error:
        return _nearest(problems) or error.problem
    if side_file := side_files.recognise(cells.frame.columns):
        return Table(cells.frame.columns, chain([cells], more), side_file, None)
    strange = side_files.strange_table(cells.frame.columns)
    if strange is None and cells.kind != "text":
        strange = NotATableError(
            f"an {cells.kind} file without named columns", "a table", "Name its sheet in a map."
        ).problem
    return _nearest(problems) or strange if strange else None


def _nearest(problems: list[tuple[float, Problem]]) -> Problem | None:
    """What to say of the map that lacks the smallest share of its columns."""
    return min(problems, key=lambda found: found[0])[1] if problems else None


_Begun = tuple[Cells, Iterator[Cells]]


def _begin(open_: Callable[[], BinaryIO], layout: Layout) -> _Begun:
    """The first batch of a table, and the others."""
    batches = reading.batches(open_, layout)
    return next(batches), batches


def _is_no_table(data: bytes) -> bool:
    if reading.kind_of(data[:4]) != "text":
        return False
    first_line = data[:4096].split(b"\n", 1)[0]
    return (
        not data.strip()
        or data.startswith(b"%PDF")
        or (b"\x00" in first_line and data[:2] not in (b"\xff\xfe", b"\xfe\xff"))
    )
