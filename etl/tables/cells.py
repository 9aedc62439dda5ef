"""CSV, TSV, Parquet and .xlsx files as text cells, whatever a spreadsheet did to them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Literal

import polars as pl

from etl.errors import Problem

Kind = Literal["text", "parquet", "xlsx"]
# title lines above the header: how far down it is looked for
_HEADER_WITHIN = 20
_TOTAL = r"(?i)^\s*(grand|sub|report|page)?[\s-]*totals?\b"


class NotATableError(Exception):
    """The bytes cannot be read as a table. `problem` says why."""

    def __init__(self, found: str, expected: str, fix: str) -> None:
        super().__init__(found)
        self.problem = Problem("rejected", "unreadable-table", found, expected, fix)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written, where it differs from what is found by itself."""

    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header_row: int | None = None
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells as text, blanks around them taken off, empty ones null. Blank rows and total rows are left out.

    `rows` are the rows' numbers in the file (sheet), the header's included; `totals` those that only state a total.
    """

    kind: Kind
    frame: pl.DataFrame
    rows: pl.Series
    totals: list[int]


def kind_of(head: bytes) -> Kind:
    """What a file is, by its first bytes."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "xlsx" if head.startswith(b"PK\x03\x04") else "text"


def read(data: bytes, layout: Layout | None = None) -> Cells:
    """The cells of a file. Raises NotATableError when it is damaged, or has not the sheet that the layout names."""
    layout = layout or Layout()
    kind = kind_of(data[:4])
    if kind == "parquet":
        frame, header_row = _parquet(data), 0
    else:
        grid = _xlsx(data, layout) if kind == "xlsx" else None
        if grid is None:
            frame, header_row = _text(data, layout)
        else:
            frame, header_row = _below_header(grid, layout)
    frame = frame.select(pl.all().str.strip_chars(" \t\r\n\u00a0"))
    frame = frame.select(pl.all().replace({text: None for text in ("", *layout.empty)}))
    rows = pl.Series("row", range(header_row + 1, header_row + 1 + frame.height), dtype=pl.Int64)
    filled = ~frame.select(pl.all_horizontal(pl.all().is_null())).to_series() if frame.width else rows.is_null()
    frame, rows = frame.filter(filled), rows.filter(filled)
    total = _is_total(frame)
    return Cells(kind, frame.filter(~total), rows.filter(~total), rows.filter(total).to_list())


def _is_total(frame: pl.DataFrame) -> pl.Series:
    """Rows that state a total: their first filled cell says so, and less than half of their cells are filled."""
    if not frame.height:
        return pl.Series([], dtype=pl.Boolean)
    first = frame.select(pl.coalesce(pl.all())).to_series()
    filled = frame.select(pl.sum_horizontal(pl.all().is_not_null())).to_series()
    return first.str.contains(_TOTAL).fill_null(False) & (filled * 2 <= max(frame.width, 4))


def _text(data: bytes, layout: Layout) -> tuple[pl.DataFrame, int]:
    text = _decoded(data, layout.encoding)
    text = text if "\n" in text else text.replace("\r", "\n")  # line ends of old Macs
    top = text[:65536].splitlines()[:_HEADER_WITHIN]
    delimiter = layout.delimiter or separator("\n".join(top))
    header_row = layout.header_row or _header_at([row for row in csv.reader(top, delimiter=delimiter)]) + 1
    body = "\n".join(text.split("\n", header_row - 1)[header_row - 1 :])
    try:
        frame = pl.read_csv(
            io.BytesIO(body.encode()),
            separator=delimiter,
            has_header=False,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:  # ragged, or a quote that is never closed: what stands before it is good
        frame = _slowly(body, delimiter)
    return _titled(frame), header_row


def _slowly(text: str, delimiter: str) -> pl.DataFrame:
    csv.field_size_limit(max(len(text), 131_072))
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    width = max(map(len, rows), default=0)
    return pl.DataFrame(
        {f"column_{i}": [row[i] if i < len(row) else None for row in rows] for i in range(width)},
        schema={f"column_{i}": pl.String for i in range(width)},
    )


def _titled(grid: pl.DataFrame) -> pl.DataFrame:
    """The first row becomes the names; a column without a name, or with one that came before, gets its own."""
    if not grid.height:
        return pl.DataFrame()
    names: list[str] = []
    for i, cell in enumerate(grid.row(0)):
        name = " ".join((cell or "").replace("\ufeff", "").split())
        names.append(name if name and name not in names else f"{name or 'column'} ({i + 1})")
    return grid[1:].rename(dict(zip(grid.columns, names, strict=True)))


def _below_header(grid: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, int]:
    at = layout.header_row - 1 if layout.header_row else _header_at([list(r) for r in grid[:_HEADER_WITHIN].rows()])
    return _titled(grid[at:]), at + 1


def _header_at(rows: list[list[str | None]] | list[list[str]]) -> int:
    """The first row that is nearly as wide as the widest: a report's title lines are narrow."""
    widths = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    return next((i for i, width in enumerate(widths) if width and width >= 0.6 * max(widths)), 0)


def _xlsx(data: bytes, layout: Layout) -> pl.DataFrame:
    import fastexcel

    fix = "Open it in Excel, save it as .xlsx without a password, and load it again."
    try:
        book = fastexcel.read_excel(data)
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise NotATableError(
                f"no sheet “{layout.sheet}”", "one of " + ", ".join(book.sheet_names), "Name that sheet in the map."
            )
        sheet = book.load_sheet(layout.sheet or 0, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise NotATableError("a zip or Excel file", "an .xlsx workbook that can be read", fix) from error


def _parquet(data: bytes) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except pl.exceptions.PolarsError as error:
        raise NotATableError("a damaged Parquet file", "a whole one", "Export it again.") from error
    return frame.select(_as_text(name, dtype) for name, dtype in frame.schema.items() if not dtype.is_nested())


def _as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """A typed column as text. 12345.0 is the number 12345 that a missing value beside it made a float."""
    column = pl.col(name)
    if dtype.is_float():
        whole = column == column.round(0)
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S")
    return column.dt.to_string("%Y-%m-%d") if dtype == pl.Date else column.cast(pl.String)


def _decoded(data: bytes, encoding: str | None) -> str:
    """The text; without a word from the map it is UTF-8, UTF-16 with its mark, or what Windows writes."""
    if encoding:
        return data.decode(encoding, errors="replace").removeprefix("\ufeff")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def separator(text: str) -> str:
    """The likeliest separator of the lines at the top of a file."""
    return max((",", ";", "\t", "|"), key=text.count)
