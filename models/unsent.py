"""An unsent 837, or a table of unsent claims, as rows of the tables claim, service_line and diagnosis."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import BinaryIO

import polars as pl

from etl.errors import Problem, UserError
from etl.tables.cells import NotATableError
from etl.tables.claims import claims, finished
from etl.tables.column_map import ColumnMap
from etl.tables.contract import check
from etl.tables.recognise import recognise
from etl.warehouse.identity import Key, take_out
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.sound import Known, sound_rows

_TABLES = ("claim", "service_line", "diagnosis")
_FIX = "Correct it where the file is made, then check it again."


class NoClaimError(UserError):
    """The file can be read, and no claim stands in it."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """The claims of a file. claim_id counts from 0 in file order; the other columns are those of the tables."""

    claim: pl.DataFrame
    service_line: pl.DataFrame
    diagnosis: pl.DataFrame


def read(stream: BinaryIO, name: str, key: Key) -> Unsent:
    """Read an 837 (professional, institutional, dental). A claim is never left out silently; names and member ids are,
    but for hashes made with the warehouse's key.

    Raises UserError with file, segment, found, expected and what to do: no X12, not an 837, a set that is cut off or
    holds an amount that is no number, or the same set twice.
    """
    envelope, known = Envelope(0), Known()
    frames: dict[str, list[pl.DataFrame]] = {table: [] for table in _TABLES}
    count = 0
    try:
        for piece, delimiters in pieces.read(stream):
            batch = Batch(delimiters)
            batch.add(envelope, piece)
            stretch = batch.stretch()
            _only_837(name, [one.kind for one in stretch.sets])
            problems: list[tuple[int, Problem]] = []
            for rows in sound_rows(stretch, known, problems):
                for table in _TABLES:
                    frame = rows.frames[table]
                    frames[table].append(
                        frame.with_columns(claim_id=pl.col("claim").cast(pl.Int64) + count).drop("claim")
                    )
                count += rows.frames["claim"].height
            _refuse(name, [problem for _, problem in problems])
    except pieces.UnreadableError as error:
        raise UserError(replace(error.problem, fix="Give the 837 file itself.").sentence(name)) from None
    if not count:
        raise NoClaimError(
            f"{name}: found no claim (CLM); expected an 837 with claims. Give the file that you are about to send."
        )
    claim, *others = (pl.concat(frames[table]) for table in _TABLES)
    return Unsent(take_out(claim, key)[0], *others)


def read_table(data: bytes, name: str, maps: list[ColumnMap], key: Key) -> Unsent:
    """Read a table of claims by the map that fits it; the day of submission may be missing. Raises UserError."""
    found = recognise(lambda: io.BytesIO(data), maps)
    if found is None or isinstance(found, Problem):
        problem = found or Problem("rejected", "no-table", "no table", "a table of claims", _FIX)
        raise UserError(problem.sentence(name))
    if found.column_map is None or "claim" not in found.column_map.tables:
        raise UserError(f"{name}: its map fills no [claim]; expected a table of claims with their lines.")
    try:
        checked = check(found.column_map, found.batches, optional=("claim.submission_date",))
    except NotATableError as error:  # damage may show only when the rows are read
        raise UserError(error.problem.sentence(name)) from None
    for problem in checked.problems:
        if problem.severity != "flagged":
            raise UserError(replace(problem, fix=_FIX).sentence(name))
    rows = checked.good.all()
    frames = finished(claims(rows, "service_line" in found.column_map.tables))
    if "service_line.diagnosis_pointer" not in rows.columns:
        frames["service_line"] = _pointed(frames["service_line"], frames["diagnosis"])
    claim, *others = (frames[table].with_columns(claim_id=pl.col("claim")).drop("claim") for table in _TABLES)
    return Unsent(take_out(claim, key)[0], *others)


def _pointed(line: pl.DataFrame, diagnosis: pl.DataFrame) -> pl.DataFrame:
    """Lines of an export that has no pointers: each points to the first four diagnoses of its claim (SV107)."""
    first = diagnosis.filter(pl.col("sequence") <= 4).group_by("claim").agg(pl.col("sequence").cast(pl.String).sort())
    pointer = first.select("claim", diagnosis_pointer=pl.col("sequence").list.join(":"))
    return line.drop("diagnosis_pointer").join(pointer, on="claim", how="left", maintain_order="left")


def _only_837(name: str, kinds: list[str]) -> None:
    other = sorted({kind or "(none)" for kind in kinds if kind != "837"})
    if other:
        found = f"transaction set {', '.join(other)}"
        raise UserError(
            f"{name}: found {found}; expected an 837. Claims not yet sent are checked; "
            "answers are loaded with `cleanclaim load`."
        )


def _refuse(name: str, problems: list[Problem]) -> None:
    """What a load would keep out must not pass a check unseen."""
    for problem in problems:
        if problem.severity in ("rejected", "quarantined", "duplicate"):
            raise UserError(replace(problem, fix=_FIX).sentence(name))
