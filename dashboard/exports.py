"""Tables as files that a spreadsheet opens safely."""

from __future__ import annotations

import io
from typing import Any

import polars as pl

from etl.errors import UserError

MOST_EXCEL_ROWS = 50_000

# a cell that begins so is run as a formula by a spreadsheet
_FORMULA = r"^[=+\-@\t\r]"


def csv(frame: pl.DataFrame) -> bytes:
    """UTF-8 with the mark that makes Excel read it as such; a text cell that would be a formula gets an apostrophe."""
    return b"\xef\xbb\xbf" + guarded(_flat(frame)).write_csv().encode()


def excel(frame: pl.DataFrame, title: str) -> bytes:
    """A workbook with one sheet, at most MOST_EXCEL_ROWS rows; text stays text. Raises UserError on more."""
    if frame.height > MOST_EXCEL_ROWS:
        raise UserError(f"Excel export holds at most {MOST_EXCEL_ROWS:,} rows; this has more. Narrow the filters.")
    buffer = io.BytesIO()
    money: dict[Any, str] = {name: "#,##0.00" for name, dtype in frame.schema.items() if dtype == pl.Decimal}
    _flat(frame).write_excel(buffer, worksheet=sheet_name(title), column_formats=money, autofit=True, freeze_panes="A2")
    return buffer.getvalue()


def file_name(title: str, extension: str) -> str:
    """`A/R over 90 days` -> `ar_over_90_days.csv`."""
    words = "".join(letter if letter.isalnum() else " " for letter in title.replace("/", "").lower()).split()
    return f"{'_'.join(words)}.{extension}"


def sheet_name(title: str) -> str:
    """Excel allows 31 letters, some of them not."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\")[:31]


def guarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells that would be formulas get an apostrophe. Numbers stay: a negative amount is no formula."""
    text = pl.col(pl.String)
    return frame.with_columns(pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text).name.keep())


def _flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Lists as text: a cell holds one value."""
    lists = [pl.col(name).list.join("; ") for name, dtype in frame.schema.items() if dtype == pl.List(pl.String)]
    return frame.with_columns(lists)
