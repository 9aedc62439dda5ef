"""The `cleanclaim` command: what etl and models can do, and the dashboard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from dashboard import demo as demonstration
from dashboard import server
from etl import books_cli, limits_cli, maturity_cli, payers_cli
from etl import cli as etl_cli
from etl.errors import UserError
from etl.options import DEFAULT_DB
from models import cli as models_cli
from models import worklist_cli

app = typer.Typer(
    name="cleanclaim",
    help="Why claims are denied, what money is stuck, and what to fix before a claim goes out.",
    no_args_is_help=True,
    add_completion=False,
    # a traceback would print the values of variables: they may be health data
    pretty_exceptions_enable=False,
)
etl_cli.register(app)
maturity_cli.register(app)
books_cli.register(app)
payers_cli.register(app)
limits_cli.register(app)
models_cli.register(app)
worklist_cli.register(app)

Port = Annotated[
    int | None, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1; by default a free one from 8501.")
]


@app.command()
def serve(
    db: Annotated[Path | None, typer.Option("--db", help="Warehouse file; by default yours, else the demo's.")] = None,
    port: Port = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show who the patient is in a claim's timeline.")] = False,
) -> None:
    """Open the dashboard on this machine (127.0.0.1 only)."""
    server.start(db or _default_db(), port, reveal)


@app.command()
def demo(
    claims: Annotated[int, typer.Option("--claims", min=50, max=200_000, help="How many claims to simulate.")] = 20_000,
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Prepare everything, open nothing.")] = False,
) -> None:
    """A simulated practice: sample, load, train, dashboard. A second run with an unchanged sample starts in seconds."""
    demonstration.prepare(claims)
    if not no_serve:
        server.start(demonstration.DB, port)


def main() -> None:
    """Run the command. What a user can mend is one message and exit code 2, never a traceback."""
    # before scikit-learn loads: idle OpenMP threads sleep instead of spinning, ten times faster on a busy machine
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except UserError as error:
        print(f"cleanclaim: {error}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:  # an unreadable disk, a folder without permission: nothing of ours to trace
        print(
            f"cleanclaim: {error.filename or 'input'}: {error.strerror or error}. Nothing was changed.", file=sys.stderr
        )
        sys.exit(2)
    except KeyboardInterrupt:
        print("cleanclaim: stopped.", file=sys.stderr)
        sys.exit(130)


def _default_db() -> Path:
    return DEFAULT_DB if DEFAULT_DB.exists() or not demonstration.DB.exists() else demonstration.DB


if __name__ == "__main__":
    main()
