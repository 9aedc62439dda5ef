"""Options that commands share."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from etl.errors import UserError
from etl.report import Format

DEFAULT_DB = Path("data/cleanclaim.duckdb")

DbOption = Annotated[Path, typer.Option("--db", help="The warehouse file.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to report.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--as",
        metavar="csv:MAP",
        help="A column map (TOML; docs/column-maps.md) or a folder of them; may be repeated. Each table takes the map "
        "that fits its columns.",
    ),
]


def path_of(text: str) -> Path:
    """The path that a text names. Path takes an empty one (a variable that a script has not set) for this folder.

    Raises UserError for it.
    """
    if not text.strip():
        raise UserError("The path is empty: name a file or folder (. is this folder).")
    return Path(text)


def filters_of(where: list[str]) -> dict[str, list[str]]:
    """The filters given with --where. Raises UserError when one is none."""
    filters: dict[str, list[str]] = {}
    for item in where:
        name, equals, value = item.partition("=")
        if not equals:
            raise UserError(f"--where {item}: expected DIM=VALUE, like payer_id=60054.")
        filters.setdefault(name.strip(), []).append(value.strip())
    return filters


def day(option: str, text: str | None) -> date | None:
    """A day given with an option. Raises UserError when it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"{option} {text}: expected a day like 2026-04-30.") from None
