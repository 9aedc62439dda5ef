"""How far the data goes, and what is missing from it: the line that every page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from etl import people_issues

# what fills each table
CLAIMS, ANSWERS, ACKNOWLEDGED = "837 files (claims)", "835 files (remittances)", "277CA files (acknowledgements)"
FILES = {
    "claim": CLAIMS,
    "remittance": ANSWERS,
    "acknowledgement": ACKNOWLEDGED,
    "work_log": "work_log.csv",
    "staff": "staff.csv",
    "coding_audit": "coding_audit.csv",
    "patient_transaction": "patient_transactions.csv",
    "allowed_schedule": "allowed_schedule.csv",
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """The last known day, the files loaded, the things kept out, and the kinds of files that never came."""

    data_through: date | None
    files: int
    claims: int
    quarantined: int
    flagged: int
    missing_files: tuple[str, ...]


def freshness(connection: duckdb.DuckDBPyConnection) -> Freshness:
    """The state of this warehouse. Quarantined counts whole files and parts; flagged content is loaded."""
    rows = connection.execute(
        """
        select
            (select data_through from warehouse_state),
            (select count(*) from source_file),
            (select count(*) from claim),
            (select count(*) from issue where severity in ('rejected', 'quarantined') and closed_at is null),
            (select count(*) from issue where severity = 'flagged')
        """
    ).fetchall()
    missing = [name for table, name in FILES.items() if not connection.execute(f"from {table} limit 1").fetchone()]
    data_through, files, claims, quarantined, flagged = rows[0] if rows else (None, 0, 0, 0, 0)
    quarantined += len(people_issues.quarantined(connection))
    return Freshness(data_through, files, claims, quarantined, flagged, tuple(missing))
