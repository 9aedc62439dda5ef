"""Answers of the commands as a table, JSON or CSV on standard output."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]


class Format(StrEnum):
    """How a command reports."""

    table = "table"
    json = "json"
    csv = "csv"


def emit(rows: Sequence[Row], form: Format) -> None:
    """Print rows; in JSON money is a string with cents and a missing value is null."""
    if form is Format.json:
        print(json.dumps([{name: plain(value) for name, value in row.items()} for row in rows], indent=2))
    elif form is Format.csv:
        emit_csv(rows)
    elif rows:
        emit_table(rows)
    else:
        print("Nothing to show.")


def emit_csv(rows: Sequence[Row]) -> None:
    """Print rows as CSV; a text that a spreadsheet would take for a formula is led by an apostrophe."""
    if not rows:
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    names = list(rows[0])
    writer.writerow(names)
    for row in rows:
        writer.writerow([guarded(plain(row.get(name))) for name in names])


def emit_table(rows: Sequence[Row]) -> None:
    """Print rows with aligned columns, numbers to the right."""
    names = list(rows[0])
    cells = [[shown(row.get(name)) for name in names] for row in rows]
    widths = [max(len(names[i]), *(len(line[i]) for line in cells)) for i in range(len(names))]
    right = [all(isinstance(row.get(name), int | float | Decimal | None) for row in rows) for name in names]
    for line in [names, ["-" * width for width in widths], *cells]:
        parts = [cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)]
        print("  ".join(parts).rstrip())


def plain(value: Any) -> Any:
    """A value as JSON knows it: Decimal and dates become text."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value


def shown(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4f}" if isinstance(value, float) else str(value)


def guarded(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula (OWASP: CSV injection)."""
    return (
        f"'{value}"
        if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") and not _number(value)
        else value
    )


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
