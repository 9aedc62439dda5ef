"""The pre-submission check's page: upload, table, advice, download."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import checked
from models.check import ClaimCheck
from models.rules import Finding

Run = Callable[..., AppTest]

CLAIMS = [
    ClaimCheck("A1", 0.1, Decimal("10.00"), "coding", ["usual"], []),
    ClaimCheck(
        "B2",
        0.8,
        Decimal("250.00"),
        "authorization",
        ["no authorization number"],
        [
            Finding("authorization_missing", "error", "No authorization for $900.", "Ask for one.", 1),
            Finding("limit", "info", "Not checked: no limit known.", "Load it.", None, is_checked=False),
        ],
    ),
]


def test_claims_with_most_to_lose_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.check.check_file", lambda *_: list(CLAIMS))
    result = checked.check(None, "x.837", Path("db"), None)  # type: ignore[arg-type]
    assert [claim.claim for claim in result.claims] == ["B2", "A1"]
    assert result.expected == Decimal("260.00")
    assert result.with_findings == 1
    assert checked.frame(result)["Findings"][0].startswith("No authorization for $900. Fix: Ask for one.")


def test_without_a_model_the_rules_still_show(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = ClaimCheck("A1", None, None, None, [], [], note="Rules only: there is no model.")
    monkeypatch.setattr("models.check.check_file", lambda *_: [claim])
    result = checked.check(None, "x.837", Path("db"), None)  # type: ignore[arg-type]
    assert result.notes == ["Rules only: there is no model."]
    assert checked.frame(result)["Risk"][0] is None


def test_the_page_checks_an_upload(warehouse: Path, practice: Path, run_page: Run) -> None:
    at = run_page("check")
    file = sorted((practice / "unsent").glob("*.837"))[0]
    at.file_uploader(key="upload").set_value((file.name, file.read_bytes(), "text/plain")).run(timeout=120)
    assert not at.exception, [one.stack_trace for one in at.exception]
    assert [tile.label for tile in at.metric] == ["Claims in the file", "With findings", "Expected denied dollars"]
    assert {button.label for button in at.download_button} == {"CSV", "Excel"}
    assert any(text.value.startswith("##### Claim ") for text in at.markdown)
