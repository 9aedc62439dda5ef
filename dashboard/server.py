"""How Streamlit is started: on this machine only, silent to the outside, in our colours."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from etl.errors import UserError

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8501
_APP = Path(__file__).parent / "entry" / "start.py"

OPTIONS: dict[str, object] = {
    "browser.gatherUsageStats": False,
    "browser.serverAddress": ADDRESS,
    "server.address": ADDRESS,
    # a foreign page that points its own name at 127.0.0.1 is refused
    "server.allowedHosts": (ADDRESS, "localhost"),
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.xsrfCookieSameSite": "strict",
    # an 837 of a day's work is a few MB
    "server.maxUploadSize": 50,
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": False,
    "client.toolbarMode": "viewer",
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "runner.magicEnabled": False,
    "logger.level": "warning",
    "theme.baseFontSize": 15,
    "theme.baseRadius": "0.5rem",
    "theme.paddingTop": "1rem",
    "theme.paddingBottom": "3rem",
    "theme.metricValueFontSize": "1.7rem",
    "theme.metricValueFontWeight": 600,
    "theme.headingFontSizes": ["1.75rem", "1.4rem", "1.2rem", "1.1rem", "1rem", "0.9rem"],
    "theme.headingFontWeights": [650, 600, 600, 600, 600, 600],
    "theme.light.primaryColor": "#0072B2",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f4f6f8",
    # captions show it at 60 %, and must still be read
    "theme.light.textColor": "#0b1218",
    "theme.light.borderColor": "#dde3e9",
    "theme.dark.primaryColor": "#56B4E9",
    "theme.dark.backgroundColor": "#12171d",
    "theme.dark.secondaryBackgroundColor": "#1b222b",
    "theme.dark.textColor": "#e6eaee",
    "theme.dark.borderColor": "#303a45",
}


def command(port: int) -> list[str]:
    """The command line that runs the app on this port. A tuple is an option given several times, a list is JSON."""
    arguments = [sys.executable, "-m", "streamlit", "run", str(_APP), f"--server.port={port}"]
    for name, value in OPTIONS.items():
        for one in value if isinstance(value, tuple) else [value]:
            arguments.append(f"--{name}={one if isinstance(one, str) else json.dumps(one)}")
    return arguments


def environment(db: Path, reveal: bool = False) -> dict[str, str]:
    """What the app needs to know: where the warehouse is, and whether names may be shown."""
    extra = {"CLEANCLAIM_DB": str(db.resolve()), "CLEANCLAIM_REVEAL": "1" if reveal else ""}
    # idle OpenMP threads sleep instead of spinning: a check then takes a second on a busy machine, not ten
    return {"OMP_WAIT_POLICY": "PASSIVE", **os.environ, **extra}


def start(db: Path, port: int | None = None, reveal: bool = False) -> None:
    """Become the server; it runs until it is stopped. Raises UserError when the port is taken."""
    chosen = port or _free(DEFAULT_PORT)
    if not _is_free(chosen):
        raise UserError(f"Port {chosen} is taken by another program. Name another: --port {_free(chosen + 1)}")
    print(f"Dashboard of {db} at http://{ADDRESS}:{chosen}  (Ctrl-C stops it)", file=sys.stderr, flush=True)
    arguments = command(chosen)
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.call(arguments, env=environment(db, reveal)))
    os.execve(arguments[0], arguments, environment(db, reveal))  # noqa: S606  Ctrl-C and signals reach it directly


def _free(first: int) -> int:
    for port in range(first, first + 20):
        if _is_free(port):
            return port
    raise UserError(f"Ports {first} to {first + 19} are all taken. Name a free one: --port N")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as the server does: a port that only lingers after a stop counts as free
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex((ADDRESS, port)) != 0
