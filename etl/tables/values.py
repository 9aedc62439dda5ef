"""Text as people and spreadsheets write it -> amounts, dates and numbers. What cannot be read becomes null."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import polars as pl

from etl.x12.tokens import TOO_LARGE

MONEY = pl.Decimal(18, 2)
QUANTITY = pl.Decimal(18, 3)
_FINE = pl.Decimal(30, 10)
EXCEL = "excel"  # a date format of its own: days since 1899-12-30, as a cell without a date format shows them
_EXCEL_EPOCH = date(1899, 12, 30)
_SIMPLE = r"^-?\d{1,9}(\.\d{1,2})?$"
_SIMPLE_WHOLE = r"^-?\d{1,9}$"
_TIME = r"^(.*\S)[ T]\d{1,2}:\d{2}.*$"


def amounts(text: pl.Series, decimal: str = ".", dtype: pl.DataType = MONEY) -> pl.Series:
    """Amounts like 12.5, $1,234.50, (12.00), 12.00- or, with `decimal` a comma, 1.234,50.

    12,50 with a decimal point and 12.345 are no amounts: read as 1250 the first would be a hundred times too much.
    """
    # nearly all are written as a machine writes them, and a cast alone reads those
    simple = text.str.contains(_SIMPLE if decimal == "." else _SIMPLE_WHOLE)
    other = (~simple).arg_true()
    value = text.set(~simple, None).cast(dtype)
    return value.scatter(other, _written(text.gather(other), decimal, dtype)) if len(other) else value


def _written(text: pl.Series, decimal: str, dtype: pl.DataType) -> pl.Series:
    """Amounts as people write them."""
    plain = text.str.replace_all(r"(?i)[$\s]|USD", "").str.replace_all("−", "-", literal=True)
    plain = plain.str.replace(r"^\((.+)\)$", "-$1").str.replace(r"^([^-].*)-$", "-$1")
    thousands, point = (",", ".") if decimal == "." else (".", ",")
    grouped = plain.str.contains(rf"^-?\d{{1,3}}([{thousands}]\d{{3}})+([{point}]\d*)?$").fill_null(False)
    plain = plain.str.replace_all(thousands, "", literal=True).zip_with(grouped, plain)
    if point == ",":
        plain = plain.set(plain.str.contains(".", literal=True), None).str.replace(",", ".", literal=True)
    plain = plain.set(~plain.str.contains(r"^-?(\d+\.?\d*|\.\d+)$"), None)
    value = plain.cast(dtype, strict=False)
    value = value.set(value.abs() >= TOO_LARGE, None)
    return value.set(value.cast(_FINE) != plain.cast(_FINE, strict=False), None)


def integers(text: pl.Series) -> pl.Series:
    """Whole numbers."""
    return text.cast(pl.Int32, strict=False)


def dates(text: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Dates in one of the formats (strftime's signs, or `excel`), or as 2026-04-30. A time behind a date is left out.

    Years before 1900 and after 2099 are no dates: %Y reads 1/5/26 as the year 26.
    """
    return by_text(text, lambda one: _days(one, formats))


def by_text(text: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What `read` makes of each text, told once for those that come again and again."""
    kinds = text.unique()
    if 2 * len(kinds) > len(text):
        return read(text)
    values = pl.DataFrame({"text": kinds, "value": read(kinds)})
    return text.to_frame("text").join(values, on="text", how="left", nulls_equal=True, maintain_order="left")["value"]


def _days(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    day = text.str.replace(_TIME, "$1")
    found = pl.Series(text.name, [None], dtype=pl.Date).new_from_index(0, len(text))
    for form in ("%Y-%m-%d", *formats):
        one = _excel(day) if form == EXCEL else day.str.to_date(form, strict=False)
        one = one.set(~one.dt.year().is_between(1900, 2099), None)
        found = found.zip_with(found.is_not_null(), one)
    return found


def _excel(text: pl.Series) -> pl.Series:
    days = text.set(~text.str.contains(r"^\d{5}(\.\d+)?$"), None).cast(pl.Float64, strict=False)
    return (
        days.to_frame("days")
        .select(pl.lit(_EXCEL_EPOCH) + pl.duration(days=pl.col("days").floor()))["literal"]
        .cast(pl.Date)
    )
