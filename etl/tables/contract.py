"""Cells through a column map to typed rows, each checked by itself with dataframely.

Columns are named `table.column`. A row with anything wrong is kept out, and every wrong cell of it is a Problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import dataframely as dy
import polars as pl

from etl.errors import Problem
from etl.tables.cells import Cells
from etl.tables.column_map import ColumnMap, Section, Source, plain
from etl.tables.fields import DTYPES, IDENTITY, Field, fields
from etl.tables.held import Held
from etl.tables.values import EXCEL, amounts, by_text, dates, integers

# wrong cells of one column that are told one by one; the rest is told as a number
_TOLD = 100
_ROW = "The row was quarantined; correct it and load the file again."
_CLAIM = "The claim was quarantined with all its rows; correct it and load the file again."
# numbers that Excel shortens to 1.23E+11
_LONG = (
    *("patient_control_number", "payer_claim_control_number", "trace_number", "member_id", "claim_id"),
    *("rendering_npi", "billing_npi", "referring_npi", "facility_npi", "original_reference"),
)
_SHORTENED = r"^\d(\.\d+)?[Ee]\+\d+$"
_WIDTH = {"place_of_service": 2, "revenue_code": 4}  # codes whose leading zeros a spreadsheet drops
_UPPER = ("procedure_code", "modifier_1", "modifier_2", "modifier_3", "modifier_4", "group_code", "carc", "patient_sex")
_PARTS = ("service_payment", "adjustment")  # a row need not have them


@dataclass(slots=True)
class Checked:
    """The rows of a file: `good` (with `row`), typed; `bad` (row, number) as far as their claim could be read."""

    good: Held
    bad: pl.DataFrame
    problems: list[Problem]


def check(
    column_map: ColumnMap, batches: Iterable[Cells], optional: tuple[str, ...] = (), together: tuple[str, ...] = ()
) -> Checked:
    """Every row of the cells, checked batch by batch; `optional` names columns that rows need not fill, `together` how
    those begin in which rows of one whole agree. The cells must have the map's columns."""
    told = _Told(_CLAIM if len(column_map.tables) > 1 else _ROW)
    held, bad, totals = Held(together), list[pl.DataFrame](), list[Problem]()
    schema: type[dy.Schema] | None = None
    for cells in batches:
        columns, expected, sources = _columns(column_map, cells)
        if schema is None:
            schema = _schema(column_map, columns, optional)
        good, failure = schema.filter(pl.DataFrame(columns))
        held.add(good.select(pl.exclude(r"^text .*$")))
        numbers = (name for name in columns if name.startswith("text ") and name.endswith(".patient_control_number"))
        number = next(numbers, None)
        if len(failure):
            details = failure.details()
            told.tell(details, expected, sources)
            bad.append(details.select("row", number=pl.col(number) if number else pl.lit(None, pl.String)))
        totals += [_total_row(row) for row in cells.totals]
    none = pl.DataFrame(schema={"row": pl.Int64, "number": pl.String})
    return Checked(held, pl.concat([none, *bad]), told.problems() + totals)


def _columns(column_map: ColumnMap, cells: Cells) -> tuple[dict[str, pl.Series], dict[str, str], dict[str, str]]:
    """Each field as text and typed, and whether each part of a row is there; by field what would be right there, and
    the columns of the export that it comes from."""
    columns = {"row": cells.rows}
    expected: dict[str, str] = {}
    sources: dict[str, str] = {}
    for prefix, section in prefixed(column_map):
        known = fields()[section.table]
        for name, source in section.sources.items():
            column = f"{prefix}.{name}"
            columns[f"text {column}"], columns[column], expected[column] = _value(
                column_map, cells, known[name], source
            )
            sources[column] = " or ".join(source.columns)
        columns[f"present {prefix}"] = _present(columns, prefix, section, column_map)
    return columns, expected, sources


def _schema(column_map: ColumnMap, columns: dict[str, pl.Series], optional: tuple[str, ...]) -> type[dy.Schema]:
    """A class made from the map: what dataframely checks is exactly what the map fills."""
    namespace: dict[str, Any] = {}
    for prefix, section in prefixed(column_map):
        namespace |= _rules(prefix, section, fields()[section.table], optional)
    namespace |= {name: _column(series.dtype, name) for name, series in columns.items()}
    return type("MappedRow", (dy.Schema,), namespace)


def prefixed(column_map: ColumnMap) -> Iterator[tuple[str, Section]]:
    """Each section with the prefix of its columns: its table, and a number for sections side by side."""
    beside = 0
    for section in column_map.sections:
        beside += section.beside
        yield (f"{section.table}#{beside}" if section.beside else section.table), section


def _column(dtype: pl.DataType, alias: str) -> dy.Column:
    if isinstance(dtype, pl.Decimal):
        return dy.Decimal(dtype.precision, dtype.scale, nullable=True, alias=alias)
    if isinstance(dtype, pl.List):
        return dy.List(dy.String(nullable=True), nullable=True, alias=alias)
    kinds: dict[Any, Any] = {
        pl.Date: dy.Date,
        pl.Int32: dy.Int32,
        pl.Int64: dy.Int64,
        pl.Boolean: dy.Bool,
        pl.String: dy.String,
    }
    made: dy.Column = kinds[type(dtype)](nullable=True, alias=alias)
    return made


def _rules(prefix: str, section: Section, known: dict[str, Field], optional: tuple[str, ...]) -> dict[str, Any]:
    """dataframely's rules for a section: what stands there can be read, is there where it must be, is a known word."""
    made: dict[str, Any] = {}
    for name in section.sources:
        column, allowed = f"{prefix}.{name}", known[name].allowed

        def readable(cls: Any, column: str = column) -> pl.Expr:
            return pl.col(column).is_not_null() | pl.col(f"text {column}").is_null()

        def there(cls: Any, column: str = column) -> pl.Expr:
            return pl.col(f"text {column}").is_not_null() | ~pl.col(f"present {prefix}")

        def one_of(cls: Any, column: str = column, allowed: tuple[str, ...] = allowed) -> pl.Expr:
            return pl.col(column).is_in(allowed) | pl.col(column).is_null()

        made[f"{column}|readable"] = dy.rule()(readable)
        if known[name].required and column not in optional:
            made[f"{column}|there"] = dy.rule()(there)
        if allowed:
            made[f"{column}|one_of"] = dy.rule()(one_of)
    return made


def _present(columns: dict[str, pl.Series], prefix: str, section: Section, column_map: ColumnMap) -> pl.Series:
    """Whether a row has this part: a claim always, a line or an adjustment when a cell of it is filled."""
    rows = columns["row"]
    own = [name for name, source in section.sources.items() if source.columns]
    if section.table not in _PARTS or column_map.tables == (section.table,):
        return pl.Series([True]).new_from_index(0, len(rows))
    if section.table == "adjustment":
        own = [name for name in own if name in ("amount", "carc")]
    texts = pl.DataFrame([columns[f"text {prefix}.{name}"] for name in own])
    filled = texts.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if section.beside:  # a column of its own in each row, mostly empty or 0.00
        filled = filled & (columns[f"{prefix}.amount"] != 0).fill_null(True)
        filled = filled & columns[f"text {prefix}.amount"].is_not_null()
    return filled


def _value(column_map: ColumnMap, cells: Cells, wanted: Field, source: Source) -> tuple[pl.Series, pl.Series, str]:
    """A field's text, its typed value (null when it cannot be read), and what would be right there."""
    if wanted.type == "list":
        return _list(cells, source)
    text = _text(cells, source)
    read = text
    if source.values is not None:
        known = {plain(key): value for key, value in source.values.items()}
        read = text.str.to_lowercase().replace_strict(known, default=source.other, return_dtype=pl.String)
        if not source.columns:
            read = text
    said = "one of " + ", ".join(source.values) if source.values and source.other is None else "a value"
    if wanted.allowed and not source.values:
        said = "one of " + ", ".join(wanted.allowed)
    if wanted.type == "date":
        formats = source.dates or column_map.dates
        formats += (EXCEL,) if cells.kind == "xlsx" and EXCEL not in formats else ()
        return text, dates(read, formats), _date_said(formats)
    if wanted.type in ("money", "quantity"):
        value = amounts(read, column_map.decimal, DTYPES[wanted.type])  # type: ignore[arg-type]
        if source.less:
            less = amounts(_cell(cells, source.less), column_map.decimal).fill_null(0)
            value = (value - less).cast(value.dtype)
        return text, value, f"an amount like {'1,234.50' if column_map.decimal == '.' else '1.234,50'}"
    if wanted.type == "integer":
        return text, integers(read), "a whole number"
    if wanted.name in _LONG:
        return text, read.set(read.str.contains(_SHORTENED), None), "the whole number; a spreadsheet shortened it"
    return text, _code(wanted.name, read), said


def _code(name: str, text: pl.Series) -> pl.Series:
    if name in _UPPER:
        text = text.str.to_uppercase()
    if name in _WIDTH:
        text = text.str.zfill(_WIDTH[name]).zip_with(text.str.contains(r"^\d+$").fill_null(False), text)
    return text


def _list(cells: Cells, source: Source) -> tuple[pl.Series, pl.Series, str]:
    """Codes in several columns, or in one with something between them."""
    frame = pl.DataFrame([_cell(cells, name).alias(str(i)) for i, name in enumerate(source.columns)])
    joined = frame.select(pl.concat_str(pl.all(), separator="\x1f", ignore_nulls=True)).to_series()
    apart = source.separator or ("," if len(source.columns) == 1 else None)
    if apart:
        joined = joined.str.replace_all(apart, "\x1f", literal=True)
    if len(source.columns) == 1 and not source.separator:
        joined = joined.str.replace_all(r"[;|:\s]+", "\x1f")
    return joined, by_text(joined, _codes), "codes"


def _codes(joined: pl.Series) -> pl.Series:
    return joined.to_frame("codes").select(
        pl.col("codes").str.to_uppercase().str.replace_all(".", "", literal=True).str.split("\x1f")
        .list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    ).to_series()  # fmt: skip


def _text(cells: Cells, source: Source) -> pl.Series:
    """The first of the columns that is filled, or the one value."""
    if source.value is not None:
        return pl.Series([source.value], dtype=pl.String).new_from_index(0, len(cells.rows))
    first, *others = (_cell(cells, name) for name in source.columns)
    for other in others:
        first = first.zip_with(first.is_not_null(), other)
    return first


def _cell(cells: Cells, name: str) -> pl.Series:
    found = next((own for own in cells.frame.columns if plain(own) == plain(name)), None)
    # a column without a name is there only in batches that have rows longer than the header
    return cells.frame[found] if found else pl.Series([None], dtype=pl.String).new_from_index(0, len(cells.rows))


def _date_said(formats: tuple[str, ...]) -> str:
    own = [form for form in formats if form != EXCEL]
    day = date(2026, 4, 30).strftime(own[0]) if own else "2026-04-30"
    return f"a date like {day}"


class _Told:
    """What is said of wrong cells: the first of each column one by one, how many more at the end."""

    def __init__(self, fix: str) -> None:
        self.fix = fix
        self.first: dict[str, list[Problem]] = {}
        self.count: dict[str, int] = {}

    def tell(self, details: pl.DataFrame, expected: dict[str, str], sources: dict[str, str]) -> None:
        """Note the wrong cells of a batch: a column for each rule, `invalid` where a row breaks it."""
        rules = [name for name in details.columns if "|" in name]
        for column in dict.fromkeys(rule.split("|")[0] for rule in rules):
            own = [rule for rule in rules if rule.split("|")[0] == column]
            wrong = details.filter(pl.any_horizontal(pl.col(own) == "invalid")).select("row", f"text {column}")
            told = self.first.setdefault(column, [])
            for row, found in wrong.head(_TOLD + 1 - len(told)).iter_rows():
                told.append(self._problem(column, row, found, expected[column], sources[column]))
            self.count[column] = self.count.get(column, 0) + wrong.height
            if len(told) > _TOLD:
                found = f"{self.count[column] - _TOLD:,} more rows that are wrong in column “{sources[column]}”"
                told[_TOLD] = replace(told[_TOLD], found=found, expected=expected[column])

    def problems(self) -> list[Problem]:
        """What is to be said, column by column."""
        return [problem for told in self.first.values() for problem in told]

    def _problem(self, column: str, row: int, found: str | None, expected: str, source: str) -> Problem:
        table, name = column.split(".")
        cell = f"nothing in column “{source}”"
        if found is not None:
            quoted = "a value" if name in IDENTITY else f"“{found[:40]}”"
            cell = f"{quoted} in column “{source}”" if source else quoted
        said = "a value" if found is None and "spreadsheet" in expected else expected
        return Problem("quarantined", f"{table.split('#')[0]}.{name}", cell, said, self.fix, row)


def _total_row(row: int) -> Problem:
    fix = "It was left out: the rows above it are counted themselves."
    return Problem("flagged", "total-row", "a row that states a total", "rows of one claim or payment each", fix, row)
