"""How long each payer's contract lets one file, correct and appeal: a TOML file that the user keeps.

`apply` copies it into the warehouse, as the payer map is: every figure then counts with it. What it does not say is the
default of the payer's class (etl/reference/timely_filing_defaults.csv, appeal_limit_defaults.csv).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.errors import UserError
from etl.warehouse import store

NAMES = ("filing_days", "corrected_days", "appeal_days")
_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Limit:
    """A payer's limits in days; None: the default. Filing counts from the last day of service, the others from the
    denial."""

    payer_id: str
    filing_days: int | None = None
    corrected_days: int | None = None
    appeal_days: int | None = None


def read(path: Path) -> list[Limit]:
    """The limits of a TOML file. Raises UserError with the place when it is none, or names a payer twice."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. `cleanclaim limits list` prints what to put in.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path.name} is not TOML: {error}. Mend that line.") from None
    entries = data.pop("payer", [])
    if data or not isinstance(entries, list) or not entries:
        found = ", ".join(data) or "no [[payer]] table"
        raise UserError(f"{path.name}: found {found}; expected [[payer]] tables with id, {', '.join(NAMES)}.")
    limits = [_limit(f"{path.name}, [[payer]] number {i + 1}", entry) for i, entry in enumerate(entries)]
    seen: set[str] = set()
    for one in limits:
        if one.payer_id in seen:
            raise UserError(f"{path.name}: payer {one.payer_id} stands twice. Keep one [[payer]] table for it.")
        seen.add(one.payer_id)
    return limits


def apply(db: Path, limits: list[Limit]) -> None:
    """Make these the warehouse's limits; those applied before are taken back."""
    with store.open_writer(db) as connection:
        connection.execute("delete from payer_limit")
        for one in limits:
            row = [one.payer_id, one.filing_days, one.corrected_days, one.appeal_days]
            connection.execute("insert into payer_limit values (?, ?, ?, ?)", row)


def known(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Each payer's limits in use: payer_id, payer_name, payer_class, is_contract and the days; sorted by name."""
    found: pl.DataFrame = connection.sql("select * from payer_deadline order by payer_name, payer_id").pl()
    return found


def example(connection: duckdb.DuckDBPyConnection) -> str:
    """The limits in use as a file to start from."""
    head = (
        "# Days that each payer's contract gives. Correct them, then: cleanclaim limits apply THIS-FILE --db WAREHOUSE"
    )
    blocks = [head]
    for row in known(connection).to_dicts():
        name = "".join(letter for letter in str(row["payer_name"]) if letter.isprintable())
        source = "applied before" if row["is_contract"] else f"default for {row['payer_class'] or 'an unknown class'}"
        payer_id = str(row["payer_id"]).replace("\\", "\\\\").replace('"', '\\"')
        days = "\n".join(f"{key} = {row[key]}" for key in NAMES)
        blocks.append(f'[[payer]]\nid = "{payer_id}"  # {name}, {source}\n{days}')
    return "\n\n".join(blocks) + "\n"


def _limit(place: str, entry: Any) -> Limit:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str) or not entry["id"].strip():
        raise UserError(f'{place}: expected id = "..." (the id that reports show) and {", ".join(NAMES)}.')
    if unknown := set(entry) - {"id", *NAMES}:
        raise UserError(f"{place}: found {', '.join(sorted(unknown))}; expected id, {', '.join(NAMES)}.")
    for name in NAMES:
        days = entry.get(name, 1)
        if not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= _MOST_DAYS:
            raise UserError(f"{place}: {name} = {days!r}; expected whole days from 1 to {_MOST_DAYS:,}.")
    return Limit(entry["id"].strip(), *(entry.get(name) for name in NAMES))
