"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
