"""CSV, TSV, Parquet and .xlsx files as text cells, whatever a spreadsheet did to them."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Literal

import polars as pl

from etl.errors import Problem

Kind = Literal["text", "parquet", "xlsx"]
# bytes of text, and rows of other files, that are read at once
BLOCK = 4 << 20
_ROWS = 65_536
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


def batches(open_: Callable[[], BinaryIO], layout: Layout | None = None) -> Iterator[Cells]:
    """The cells of a file, so many rows at a time that a large one needs no more memory than a small one; at least one
    batch, perhaps of no rows. Raises NotATableError when the file is damaged, or has not the sheet that the layout
    names."""
    layout = layout or Layout()
    with open_() as stream:
        first = stream.read(BLOCK)
        kind = kind_of(first[:4])
        if kind == "text":
            frames, header_row = _text(first, stream, layout)
        else:
            data = first + stream.read()
            frames, header_row = (_parquet(data), 0) if kind == "parquet" else _xlsx(data, layout)
        at = header_row + 1
        for frame in frames:
            yield _cells(kind, frame, at, layout)
            at += frame.height


def read(data: bytes, layout: Layout | None = None) -> Cells:
    """All cells of a file, as `batches` reads them."""
    parts = list(batches(lambda: io.BytesIO(data), layout))
    frame = pl.concat([part.frame for part in parts], how="diagonal")
    return Cells(
        parts[0].kind, frame, pl.concat([part.rows for part in parts]), [row for part in parts for row in part.totals]
    )


def _cells(kind: Kind, frame: pl.DataFrame, at: int, layout: Layout) -> Cells:
    """The cells of rows of which the first is the row `at` of the file."""
    frame = frame.select(pl.all().str.strip_chars(" \t\r\n\u00a0"))
    frame = frame.select(pl.all().replace({text: None for text in ("", *layout.empty)}))
    rows = pl.Series("row", range(at, at + frame.height), dtype=pl.Int64)
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


def _text(first: bytes, stream: BinaryIO, layout: Layout) -> tuple[Iterator[pl.DataFrame], int]:
    """The rows of a text file whose first block was read, and the row of its header."""
    pieces = _pieces(_blocks(first, stream, layout.encoding))
    piece = next(pieces, b"")
    top = _in_utf8(piece[:65536]).decode(errors="replace").splitlines()[:_HEADER_WITHIN]
    delimiter = layout.delimiter or separator("\n".join(top))
    header_row = layout.header_row or _header_at([row for row in csv.reader(top, delimiter=delimiter)]) + 1
    body = b"\n".join(piece.split(b"\n", header_row - 1)[header_row - 1 :])
    header = body[: _first_end(body)]
    grids = (_grid(one, delimiter) for one in chain([body], (header + one for one in pieces)))
    return map(_titled, grids), header_row


def _blocks(first: bytes, stream: BinaryIO, encoding: str | None) -> Iterator[bytes]:
    """A text file in ASCII's bytes, its lines ended by line feeds. Without a word from the map it is UTF-8, UTF-16 with
    its mark, or what Windows writes."""
    if encoding is None and first.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace") if encoding else None
    block, old_mac = first, None
    while block:
        text = decoder.decode(block).encode() if decoder else block
        if old_mac is None:
            text, old_mac = text.removeprefix(codecs.BOM_UTF8), b"\n" not in text
        yield text.replace(b"\r", b"\n") if old_mac else text
        block = stream.read(BLOCK)


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Blocks cut anew where a row ends. What seems to be a cell longer than a block is a quote that is never closed."""
    rest = next(blocks, b"")
    for block in blocks:
        if end := _last_end(rest):
            yield rest[:end]
        rest = rest[end:] + block
    yield rest


def _last_end(text: bytes) -> int:
    """Where the last row but one ends: behind the last line end that is not within quotes, or the last at all."""
    last = at = text.rfind(b"\n", 0, len(text.rstrip(b"\r\n")))
    quotes, counted = text.count(b'"'), len(text)
    while at >= 0:
        quotes -= text.count(b'"', at, counted)
        if quotes % 2 == 0:
            return at + 1
        at, counted = text.rfind(b"\n", 0, at), at
    return last + 1


def _first_end(text: bytes) -> int:
    """Where the first row ends."""
    at = text.find(b"\n")
    while at >= 0 and text.count(b'"', 0, at) % 2:
        at = text.find(b"\n", at + 1)
    return at + 1


def _grid(piece: bytes, delimiter: str) -> pl.DataFrame:
    data = _in_utf8(piece)
    try:
        return pl.read_csv(data, separator=delimiter, has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError:  # ragged, or a quote that is never closed: what stands before it is good
        return _slowly(data.decode(), delimiter)


def _in_utf8(text: bytes) -> bytes:
    """The text in UTF-8; what is none is what Windows writes."""
    try:
        if not text.isascii():
            text.decode()
        return text
    except UnicodeDecodeError:
        return text.decode("cp1252", errors="replace").encode()


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


def _header_at(rows: list[list[str | None]] | list[list[str]]) -> int:
    """The first row that is nearly as wide as the widest: a report's title lines are narrow."""
    widths = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    return next((i for i, width in enumerate(widths) if width and width >= 0.6 * max(widths)), 0)


def _xlsx(data: bytes, layout: Layout) -> tuple[Iterator[pl.DataFrame], int]:
    """The rows of a sheet, and the row of its header."""
    import fastexcel

    fix = "Open it in Excel, save it as .xlsx without a password, and load it again."
    try:
        book = fastexcel.read_excel(data)
        if layout.sheet is not None and layout.sheet not in book.sheet_names:
            raise NotATableError(
                f"no sheet “{layout.sheet}”", "one of " + ", ".join(book.sheet_names), "Name that sheet in the map."
            )
        sheet = book.load_sheet(layout.sheet or 0, header_row=None, skip_rows=0, dtypes="string")
        grid = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise NotATableError("a zip or Excel file", "an .xlsx workbook that can be read", fix) from error
    at = layout.header_row - 1 if layout.header_row else _header_at([list(r) for r in grid[:_HEADER_WITHIN].rows()])
    titled = _titled(grid[at:])
    return (titled[i : i + _ROWS] for i in range(0, max(titled.height, 1), _ROWS)), at + 1


def _parquet(data: bytes) -> Iterator[pl.DataFrame]:
    try:
        rows = pl.scan_parquet(io.BytesIO(data))
        texts = [_as_text(name, dtype) for name, dtype in rows.collect_schema().items() if not dtype.is_nested()]
        yield rows.select(texts).head(0).collect()
        yield from rows.select(texts).collect_batches(chunk_size=_ROWS)
    except pl.exceptions.PolarsError as error:
        raise NotATableError("a damaged Parquet file", "a whole one", "Export it again.") from error


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


def separator(text: str) -> str:
    """The likeliest separator of the lines at the top of a file."""
    return max((",", ";", "\t", "|"), key=text.count)
