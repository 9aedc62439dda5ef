"""Checking claims over HTTP, for billing systems: POST /v1/check, GET /v1/health, GET /openapi.json.

One process on 127.0.0.1 with an API key; the same answer as `cleanclaim check --format json`. Nothing that is sent is
kept or logged.
"""

from __future__ import annotations

import hmac
import io
import os
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from etl.errors import UserError
from etl.warehouse.store import file_identity
from models import openapi, saved
from models.check import Checker
from models.json_claims import read_json

ADDRESS = "127.0.0.1"
MOST_BYTES = 5_000_000
# requests: so many at once, and so many a second in the long run
BURST, A_SECOND = 40, 20.0


class Limiter:
    """A token bucket for the one key there is. `clock` gives seconds."""

    def __init__(self, burst: int = BURST, a_second: float = A_SECOND, clock: Callable[[], float] = time.monotonic):
        self._burst, self._a_second, self._clock = burst, a_second, clock
        self._tokens, self._at, self._lock = float(burst), clock(), Lock()

    def allows(self) -> bool:
        """Whether one more request may pass now."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._a_second)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class Service:
    """A checker kept warm; it opens warehouse and model anew when either file is swapped."""

    def __init__(self, db: Path, model: Path | None = None) -> None:
        self.db, self.model = db, model
        self._lock = Lock()
        self._key: object = None
        self._checker: Checker | None = None

    def checker(self) -> Checker:
        """The checker for the files as they are now. Raises UserError when they cannot be used."""
        model = self.model or saved.beside(self.db)
        with self._lock:
            key = tuple(file_identity(path) if path.exists() else None for path in (self.db, model))
            if self._checker is None or key != self._key:
                self._checker, self._key = Checker(self.db, self.model), key
            return self._checker

    def check(self, body: bytes, content_type: str) -> list[dict[str, Any]]:
        """The answer to one request: an 837 as text, or claims as JSON. Raises UserError on what cannot be read."""
        checker = self.checker()
        with self._lock:  # a DuckDB connection serves one request at a time
            if content_type.partition(";")[0].strip() == "application/json":
                found = checker.check_claims(read_json(body, checker.key), "request")
            else:
                found = checker.check(io.BytesIO(body), "request")
        return [one.to_json() for one in found]


def application(service: Service, key: str, limiter: Limiter | None = None) -> Any:
    """The ASGI application. Every answer but health's and the description's needs the key."""
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    limits = limiter or Limiter()

    def refused(status: int, message: str, **headers: str) -> JSONResponse:
        return JSONResponse({"error": message}, status, headers=headers)

    async def check(request: Request) -> JSONResponse:
        given = request.headers.get("x-api-key", "")
        if not hmac.compare_digest(given.encode(), key.encode()):
            return refused(401, "found no valid X-API-Key header; expected the key of this service.")
        if not limits.allows():
            return refused(429, f"more than {A_SECOND:g} requests a second; try again shortly.", **{"Retry-After": "1"})
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return refused(413, f"found more than {MOST_BYTES:,} bytes; send fewer claims at a time.")
        try:
            found = await run_in_threadpool(service.check, body, request.headers.get("content-type", ""))
        except UserError as error:
            return refused(422, str(error))
        return JSONResponse(found)

    async def health(_: Request) -> JSONResponse:
        try:
            checker = await run_in_threadpool(service.checker)
        except UserError as error:
            return refused(503, str(error))
        kind = checker.model.kind if checker.model else None
        return JSONResponse({"status": "ok", "warehouse": checker.warehouse is not None, "model": kind})

    async def description(_: Request) -> JSONResponse:
        return JSONResponse(openapi.DESCRIPTION)

    routes = [
        Route("/v1/check", check, methods=["POST"]),
        Route("/v1/health", health, methods=["GET"]),
        Route("/openapi.json", description, methods=["GET"]),
    ]
    return Starlette(routes=routes)


def serve(db: Path, model: Path | None, port: int, key_file: Path | None = None) -> None:
    """Serve until stopped, on this machine only. Raises UserError when there is no warehouse."""
    if not db.exists():
        raise UserError(f"There is no warehouse at {db}. Load some files first: cleanclaim load FILE... --db {db}")
    try:
        import uvicorn
    except ImportError:
        raise UserError("The HTTP service needs uvicorn and starlette: pip install 'cleanclaim[api]'.") from None
    _one_thread()
    key, where = api_key(db, key_file)
    service = Service(db, model)
    service.checker()  # what is wrong with the files is said before the first request
    print(
        f"Checking claims at http://{ADDRESS}:{port}/v1/check  (key: {where}; Ctrl-C stops it)",
        file=sys.stderr,
        flush=True,
    )
    uvicorn.run(application(service, key), host=ADDRESS, port=port, log_level="warning", access_log=False)


def _one_thread() -> None:
    """Start again with one Polars thread: for a single claim, handing work to others takes longer than the work."""
    if "POLARS_MAX_THREADS" not in os.environ:
        arguments = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, arguments, {**os.environ, "POLARS_MAX_THREADS": "1"})  # noqa: S606  our own command


def api_key(db: Path, key_file: Path | None) -> tuple[str, str]:
    """The key and where it is from: CLEANCLAIM_API_KEY, else a file readable by its owner only, made when missing."""
    named = os.environ.get("CLEANCLAIM_API_KEY")
    if named:
        return named, "CLEANCLAIM_API_KEY"
    path = key_file or db.with_name(f"{db.stem}.api_key")
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    key = path.read_text(encoding="utf-8").strip()
    if len(key) < 16:
        raise UserError(
            f"{path}: found a key of {len(key)} characters; expected at least 16. Remove the file for a new one."
        )
    return key, str(path)
