"""Tables that leave the app: a spreadsheet opens them, and runs nothing in them."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from dashboard import exports
from etl.errors import UserError

FRAME = pl.DataFrame(
    {
        "text": ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "plain", "Größe", None],
        "amount": [Decimal("-12.50")] * 8,
        "day": [date(2026, 4, 1)] * 8,
        "teams": [["A", "B"]] * 8,
    }
)


def test_csv_guards_formulas_and_nothing_else() -> None:
    lines = exports.csv(FRAME).decode("utf-8-sig").splitlines()
    assert lines[0] == "text,amount,day,teams"
    for line, text in zip(lines[1:5], ["'=1+1", "'+1", "'-1", "'@SUM(A1)"], strict=True):
        assert line == f"{text},-12.50,2026-04-01,A; B"
    assert lines[6].startswith("plain,")


def test_csv_says_that_it_is_utf8() -> None:
    assert exports.csv(FRAME).startswith(b"\xef\xbb\xbf")
    assert "Größe" in exports.csv(FRAME).decode("utf-8")


def test_excel_keeps_text_text() -> None:
    with zipfile.ZipFile(io.BytesIO(exports.excel(FRAME, "A/R: over 90 [days]"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
        names = book.read("xl/workbook.xml").decode()
    assert "<f>" not in sheet
    assert "=1+1" in strings
    assert 'name="AR over 90 days"' in names


def test_excel_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_EXCEL_ROWS", 3)
    with pytest.raises(UserError, match="at most 3 rows"):
        exports.excel(FRAME, "x")


def test_file_names() -> None:
    assert exports.file_name("A/R over 90 days", "csv") == "ar_over_90_days.csv"
