"""Options that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.report import Format

DEFAULT_DB = Path("data/cleanclaim.duckdb")

DbOption = Annotated[Path, typer.Option("--db", help="The warehouse file.")]
FormatOption = Annotated[Format, typer.Option("--format", help="How to report.")]
