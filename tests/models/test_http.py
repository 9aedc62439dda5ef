"""The HTTP service: the command's answer, to those who have the key, within limits."""

from __future__ import annotations

import asyncio
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from etl.errors import UserError
from etl.warehouse.identity import Key
from models import http
from models import unsent as unsent_module
from models.check import check_file
from models.json_claims import CLAIM, DIAGNOSIS, LINE
from models.openapi import DESCRIPTION
from models.unsent import read

KEY = "a-key-of-this-test-only"


def ask(app: Any, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, Any]:
    """One request to an ASGI application: status and JSON."""
    sent: list[dict[str, Any]] = []
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
             "query_string": b"", "headers": named, "scheme": "http", "server": ("127.0.0.1", 1), "client": None,
             "root_path": ""}  # fmt: skip
    halves = [body[: len(body) // 2], body[len(body) // 2 :]]
    messages = [
        {"type": "http.request", "body": halves[0], "more_body": True},
        {"type": "http.request", "body": halves[1], "more_body": False},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    text = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(text) if text.startswith((b"{", b"[")) else text


@pytest.fixture(scope="module")
def service(trained: Any) -> http.Service:
    return http.Service(trained.db)


@pytest.fixture
def app(service: http.Service) -> Any:
    return http.application(service, KEY)


def unsent(trained: Any) -> Path:
    return next(path for path in sorted((trained.folder / "unsent").glob("*.837")) if path.name != "clean.837")


def as_json(path: Path) -> bytes:
    """The same claims as the service takes them as JSON, with what identifies a person."""
    with path.open("rb") as stream, pytest.MonkeyPatch.context() as patch:
        patch.setattr(unsent_module, "take_out", lambda claim, key: (claim, claim))
        found = read(stream, path.name, Key(b"x" * 32))
    claims = []
    for claim in found.claim.to_dicts():
        mine = {"claim_id": claim["claim_id"]}
        lines = found.service_line.filter(**mine).sort("line_number").to_dicts()
        codes = found.diagnosis.filter(**mine).sort("sequence").to_dicts()
        claims.append({
            **{name: claim[name] for name in CLAIM},
            "lines": [{name: line[name] for name in LINE} for line in lines],
            "diagnoses": [{name: code[name] for name in DIAGNOSIS} for code in codes],
        })  # fmt: skip
    return json.dumps({"claims": claims}, default=str).encode()


def test_the_same_answer_as_the_command(trained: Any, app: Any) -> None:
    path = unsent(trained)
    with path.open("rb") as stream:
        expected = [one.to_json() for one in check_file(stream, path.name, trained.db)]
    assert ask(app, "POST", "/v1/check", path.read_bytes(), x_api_key=KEY) == (200, expected)
    headers = {"x_api_key": KEY, "content_type": "application/json"}
    assert ask(app, "POST", "/v1/check", as_json(path), **headers) == (200, expected)


@pytest.mark.parametrize("headers", [{}, {"x_api_key": "wrong"}, {"x_api_key": ""}])
def test_without_the_key_there_is_no_answer(app: Any, headers: dict[str, str]) -> None:
    status, answer = ask(app, "POST", "/v1/check", b"ISA", **headers)
    assert status == 401
    assert "X-API-Key" in answer["error"]


def test_too_large_a_request_is_refused(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 10)
    assert ask(app, "POST", "/v1/check", b"x" * 11, x_api_key=KEY)[0] == 413


def test_too_many_requests_are_refused(service: http.Service) -> None:
    now = [0.0]
    limiter = http.Limiter(burst=2, a_second=1, clock=lambda: now[0])
    app = http.application(service, KEY, limiter)
    assert [ask(app, "POST", "/v1/check", b"x", x_api_key=KEY)[0] for _ in range(3)] == [422, 422, 429]
    now[0] = 1.0
    assert ask(app, "POST", "/v1/check", b"x", x_api_key=KEY)[0] == 422


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "found no JSON"),
        (b"[]", "found no claims"),
        (b'{"claims": []}', "found no claims"),
        (b'{"claims": [1]}', "claims[0]: expected an object"),
        (b'{"claims": [{"ssn": "1"}]}', "unknown field ssn"),
        (b'{"claims": [{"claim_type": "x"}]}', "claims[0].claim_type: expected one of"),
        (b'{"claims": [{"claim_type": "dental"}]}', "patient_control_number: found none"),
        (b'{"claims": [{"charge_amount": "12,50"}]}', "charge_amount: expected a decimal like 12.50"),
        (b'{"claims": [{"charge_amount": "NaN"}]}', "charge_amount: expected a decimal"),
        (b'{"claims": [{"charge_amount": true}]}', "charge_amount: expected a decimal"),
        (b'{"claims": [{"service_date": "3/1/26"}]}', "service_date: expected a date like"),
        (b'{"claims": [{"payer_id": 5}]}', "payer_id: expected text"),
        (
            b'{"claims": [{"claim_type": "dental", "patient_control_number": "A", "lines": 1}]}',
            "lines: expected a list",
        ),
        (b'{"claims": [{"claim_type": "dental", "patient_control_number": "A", "charge_amount": 1}]}', ""),
    ],
)
def test_what_is_no_claim_is_said(app: Any, body: bytes, words: str) -> None:
    status, answer = ask(app, "POST", "/v1/check", body, x_api_key=KEY, content_type="application/json")
    if words:
        assert status == 422
        assert words in answer["error"]
    else:
        assert status == 200
        assert answer[0]["claim"] == "A"


def test_health_and_description(app: Any) -> None:
    assert ask(app, "GET", "/v1/health") == (200, {"status": "ok", "warehouse": True, "model": "learned"})
    assert ask(app, "GET", "/openapi.json") == (200, json.loads(json.dumps(DESCRIPTION)))


def test_the_description_names_every_key_of_an_answer(trained: Any) -> None:
    path = unsent(trained)
    [first, *_] = check_file(io.BytesIO(path.read_bytes()), path.name, trained.db)
    schema = DESCRIPTION["paths"]["/v1/check"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(first.to_json()) | {"note"} == set(schema["items"]["properties"])


def test_the_key_lies_in_a_private_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEANCLAIM_API_KEY", raising=False)
    key, where = http.api_key(tmp_path / "a.duckdb", None)
    assert stat.S_IMODE(Path(where).stat().st_mode) == 0o600
    assert http.api_key(tmp_path / "a.duckdb", None) == (key, where)
    monkeypatch.setenv("CLEANCLAIM_API_KEY", "from-the-environment")
    assert http.api_key(tmp_path / "a.duckdb", None)[0] == "from-the-environment"
    monkeypatch.delenv("CLEANCLAIM_API_KEY")
    Path(where).write_text("short")
    with pytest.raises(UserError, match="expected at least 16"):
        http.api_key(tmp_path / "a.duckdb", None)
