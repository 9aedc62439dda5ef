"""What in the side files names nobody, or somebody twice: asked of the warehouse each time, so that it goes away by
itself when the missing claim, denial or person arrives.

Each sql/people/*.sql returns the rows of one rule: found, expected, fix (and the file, where it knows).
"""

from __future__ import annotations

from typing import Any

import duckdb

from etl.warehouse.views import SQL

# rule -> the file that it is about; what is quarantined is in no figure, what is flagged is
QUARANTINED = {
    "attribution_claim": "attribution.csv",
    "attribution_role": "attribution.csv",
    "attribution_denial": "attribution.csv",
    "attribution_person": "attribution.csv",
    "coding_audit_claim": "coding_audit.csv",
    "reused_number": "side files",  # its rows say which
}
FLAGGED = {"staff_two_roles": "staff.csv", "work_log_staff": "work_log.csv", "work_log_role": "work_log.csv"}


def quarantined(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of side files that are kept out of every figure: file, segment, rule, found, expected, fix, claims,
    claim_payments."""
    return _rows(connection, QUARANTINED)


def flagged(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Rows of side files that count, but that somebody should look at."""
    return _rows(connection, FLAGGED)


def _rows(connection: duckdb.DuckDBPyConnection, rules: dict[str, str]) -> list[dict[str, Any]]:
    rows = []
    for rule, file in rules.items():
        answer = connection.execute((SQL / "people" / f"{rule}.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in answer.description or []]
        for row in sorted(answer.fetchall(), key=str):
            of = dict(zip(names, row, strict=True))
            said = {name: of[name] for name in ("found", "expected", "fix")}
            where = {"file": of.get("file", file), "segment": None, "rule": rule.replace("_", "-")}
            rows.append({**where, **said, "claims": 0, "claim_payments": 0})
    return rows
