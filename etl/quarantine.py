"""What is quarantined: a list, the segments themselves from the file that they came in, and where to read again.

The warehouse holds no text of a file (it is PHI, and the file is the user's): what is shown is read from the file, if
it still stands where it was and has not changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from etl import issues, people_issues
from etl.archives import DAMAGED
from etl.errors import UserError
from etl.inputs import Input, find
from etl.tables.cells import separator
from etl.tables.side_files import is_data
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.masked import masked
from etl.x12.raw import PADDING
from etl.x12.tokens import Tokens, split
from etl.x12.wide import seems_x12

_FRAME = ("ISA", "GS", "ST", "SE", "GE", "IEA")
_AROUND = 3  # segments before and after one that was set aside by itself


def open_issues(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """What is quarantined and has not come mended: issue, file, segment, rule, found, expected, fix, claims,
    claim_payments."""
    return issues.listed(connection) + [{"issue": None, **row} for row in people_issues.quarantined(connection)]


def sentences(rows: list[dict[str, Any]]) -> list[str]:
    """The list in words."""
    if not rows:
        return ["Nothing is quarantined."]
    lines = []
    for row in rows:
        kept = [f"{row[name]:,} {name.replace('_', ' ')}" for name in ("claims", "claim_payments") if row[name]]
        lines.append(
            f"{row['issue'] or '-':>4}  {issues.place(row)}: {row['rule']}: found {row['found']}; "
            f"expected {row['expected']}."
        )
        keeps = f"Keeps {' and '.join(kept)} out. " if kept else ""
        lines.append(f"      {keeps}{row['fix'] or ''}".rstrip())
    lines.append(
        "Look at one: cleanclaim quarantine show N. Mended: cleanclaim quarantine retry, or load the new file."
    )
    return lines


def paths(connection: duckdb.DuckDBPyConnection, numbers: list[int]) -> tuple[list[Path], list[str]]:
    """Where the files of these entries (all, when none is named) were; and the names of those that are gone."""
    rows = [(number, *_where(connection, number)) for number in numbers] or connection.execute(
        f"select issue_id, file_name, path from issue where {issues.OPEN} order by issue_id"
    ).fetchall()
    there, lost = dict[Path, None](), dict[str, None]()
    for _, name, path, *_ in rows:
        if path and Path(path).exists():
            there[Path(path)] = None
        else:
            lost[name] = None
    return list(there), list(lost)


def show(connection: duckdb.DuckDBPyConnection, number: int, reveal: bool) -> Iterator[str]:
    """The quarantined part of a file, one segment (or row) a line with its position, the bad one marked with `>`.

    Raises UserError when there is no such entry, or its file has gone or changed, cannot be read or is no text.
    """
    name, path, sha256, segment, rule = _where(connection, number)
    try:
        one = _find(name, path, sha256)
        with one.open() as stream:
            head = stream.read(1 << 16)
        is_x12 = seems_x12(head)
        if not is_x12 and b"\0" in head:
            where = f" (row {segment:,})" if segment else ""
            raise UserError(f"{name} is no plain text: look at it{where} in the program that it came from.")
        yield f"{name}: {rule}" + ("" if reveal else " (names, addresses and ids are masked: --reveal shows them)")
        yield from _segments(one, segment or 1, rule, reveal) if is_x12 else _row(one, segment or 1, reveal)
    except DAMAGED:
        raise UserError(f"{name} is damaged: no more of it can be shown.") from None


def _where(connection: duckdb.DuckDBPyConnection, number: int) -> tuple[Any, ...]:
    rows = connection.execute(
        f"select file_name, path, sha256, segment, rule from issue where issue_id = ? and {issues.OPEN}", [number]
    ).fetchall()
    if not rows:
        raise UserError(f"Nothing is quarantined under {number}. `cleanclaim quarantine list` lists what is.")
    found: tuple[Any, ...] = rows[0]
    return found


def _find(name: str, path: str | None, sha256: str | None) -> Input:
    """The very file: at its path (or in the archive there), with the same bytes."""
    if path is None:
        raise UserError(f"{name} came through standard input: it was not kept.")
    if not Path(path).exists():
        raise UserError(f"{name} is no longer where it was loaded from. Put it back to look at it.")
    for one in find([Path(path)], []):
        if one.name == name and (sha256 is None or one.sha256() == sha256):
            return one
    raise UserError(f"{name} has changed since it was quarantined: cleanclaim quarantine retry reads it again.")


def _segments(one: Input, segment: int, rule: str, reveal: bool) -> Iterator[str]:
    """The transaction set around a segment, or a few segments around one that was set aside by itself."""
    envelope, before = Envelope(0), 0
    with one.open() as stream:
        try:
            for text, delimiters in pieces.read(stream):
                tokens = split(text + PADDING, delimiters)
                sets, _ = envelope.follow(tokens, tokens.where(*_FRAME).tolist(), 0, tokens.n)
                if before < segment <= before + tokens.n:
                    at = segment - before - 1
                    whole = [(s.start, s.end + 1) for s in sets if s.start <= at <= s.end]
                    first, last = max(at - _AROUND, 0), min(at + _AROUND + 1, tokens.n)
                    if whole and rule not in ("outside-set", "wrong-set"):
                        first, last = whole[0]
                    yield from _lines(tokens, first, last, at, before, reveal)
                before += tokens.n
        except pieces.UnreadableError as error:
            yield error.problem.sentence(one.name)


def _lines(tokens: Tokens, first: int, last: int, bad: int, before: int, reveal: bool) -> Iterator[str]:
    element = tokens.delimiters.element.decode("latin-1")
    for at in range(first, last):
        text = element.join(value or "" for value in tokens.elements(at, int(tokens.count[at])))
        yield f"{'>' if at == bad else ' '}{before + at + 1:>7}  {text if reveal else masked(text, element)}"


def _row(one: Input, row: int, reveal: bool) -> Iterator[str]:
    """The header and one row of a table; the cells are masked, their number and lengths are not."""
    with one.open() as stream:
        for place, line in enumerate(stream, 1):
            text = line.decode("utf-8-sig", errors="replace").rstrip("\r\n")
            is_header = place == 1 and not is_data(text.split(separator(text)))
            if place in (1, row):
                shown = text if reveal or is_header else masked("  " + text, chr(0))[2:]
                yield f"{'>' if place == row and not is_header else ' '}{place:>7}  {shown}"
            if place == row:
                return
