"""What a table is: a side file, an export that a map fits, or one that nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from etl.errors import Problem
from etl.tables import cells as reading
from etl.tables import side_files
from etl.tables.cells import Cells, Layout, NotATableError
from etl.tables.column_map import ColumnMap
from etl.tables.side_files import SIDE_FILES, SideFile


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells, and what it is: the side file, or the map that fits it."""

    cells: Cells
    side_file: SideFile | None
    column_map: ColumnMap | None


def recognise(data: bytes, maps: list[ColumnMap]) -> Table | Problem | None:
    """What a file is: by the maps (the one that names most of its columns), then by the side files' columns.

    A Problem for a table that is neither; None for what is no table.
    """
    if _is_no_table(data):
        return None
    problems: list[Problem] = []
    fitting: list[tuple[int, ColumnMap, Cells]] = []
    seen: dict[Layout, Cells] = {}
    for one in maps:
        try:
            if one.layout not in seen:
                seen[one.layout] = reading.read(data, one.layout)
        except NotATableError as error:
            problems.append(error.problem)
            continue
        cells = seen[one.layout]
        header = cells.frame.columns
        if one.missing(header):
            problems.append(one.does_not_fit(header))
        else:
            fitting.append((len(one.needed()), one, cells))
    if fitting:
        _, best, cells = max(fitting, key=lambda found: found[0])
        table = next((side for side in SIDE_FILES if best.tables == (side.table,)), None)
        return Table(cells, table, best)
    try:
        cells = reading.read(data)
    except NotATableError as error:
        return problems[0] if problems else error.problem
    if side_file := side_files.recognise(cells.frame.columns):
        return Table(cells, side_file, None)
    strange = side_files.strange_table(cells.frame.columns)
    if strange is None and cells.kind != "text":
        strange = NotATableError(
            f"an {cells.kind} file without named columns", "a table", "Name its sheet in a map."
        ).problem
    return problems[0] if problems and strange else strange


def _is_no_table(data: bytes) -> bool:
    if reading.kind_of(data[:4]) != "text":
        return False
    first_line = data[:4096].split(b"\n", 1)[0]
    return (
        not data.strip()
        or data.startswith(b"%PDF")
        or (b"\x00" in first_line and data[:2] not in (b"\xff\xfe", b"\xfe\xff"))
    )
