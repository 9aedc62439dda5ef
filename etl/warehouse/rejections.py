"""Claims that a receiver rejected with their whole file, group, transaction set or batch (TA1, 999, 997, 277CA)."""

from __future__ import annotations

import duckdb

from etl.warehouse import views
from etl.warehouse.ask import scalar

_ANSWERS = ("interchange_acknowledgement", "group_acknowledgement", "batch_acknowledgement", "rejected_sending")


def refresh(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring `rejected_sending` up to date and note the numbers of the claims whose rejections changed. Rejections are
    few, so they are all looked at: the file that one names may have come meanwhile, or been sent again."""
    if not any(scalar(connection, f"select count(*) from {table}") for table in _ANSWERS):
        return
    rows = (views.SQL / "load" / "rejected_sending.sql").read_text(encoding="utf-8")
    rejected_set = f"with rejected_set as materialized (\n{views.text('rejected_set')}\n)"
    connection.execute(f"create or replace temp table now_rejected as {rejected_set} from (\n{rows}\n)")
    connection.execute(
        """insert into touched_number select patient_control_number from claim where claim_id in (
            select claim_id from (from rejected_sending except from now_rejected)
            union all
            select claim_id from (from now_rejected except from rejected_sending)
        )"""
    )
    connection.execute("delete from rejected_sending")
    connection.execute("insert into rejected_sending by name from now_rejected")
    connection.execute("drop table now_rejected")
