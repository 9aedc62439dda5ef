"""277CA (005010X214): one row per status that a clearinghouse or payer gives a claim before adjudication."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.envelope import TransactionSet
from etl.x12.tokens import Tokens, first_between, last_before, next_after, pick, union


def parse_acknowledgements(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of `acknowledgement`; `set` is the row number of the transaction set within the stretch.

    A claim's answer is the STC of loop 2200D, the TRN*2 below an HL PT; answers for a whole batch (levels 21 and 19)
    are left out.
    """
    t, st = tokens, tokens.where("ST")
    trace = t.qualified("TRN", "2")
    level = pick(t.where("HL"), last_before(t.where("HL"), trace))
    is_patient = (t.text_at(level, 3) == "PT").fill_null(False).to_numpy()
    trace = trace[is_patient]
    end = next_after(trace, union(t.where("TRN"), t.where("HL"), t.where("SE"), t.where("SVC")), t.n)
    status = t.where("STC")
    owner = last_before(trace, status)
    status, owner = status[owner >= 0], owner[owner >= 0]
    inside = status < pick(end, owner)
    status, owner = status[inside], owner[inside]
    reference = first_between(trace, end, t.qualified("REF", "1K"))
    segment = np.repeat(status, 3)
    element = np.tile(np.array([1, 10, 11], dtype=np.int64), len(status))
    row = np.repeat(owner, 3)
    category, code, entity = t.components_at(segment, element, 3)
    header = pick(t.where("BHT"), last_before(t.where("BHT"), segment))
    frame = pl.DataFrame(
        {
            "set": last_before(st, segment),
            "segment": segment,
            "patient_control_number": t.text_at(pick(trace, row), 2),
            "category_code": category,
            "status_code": code,
            "entity_code": entity,
            "action_code": t.text_at(segment, 3),
            "charge_amount": t.amount_at(segment, 4, "STC04"),
            "status_date": t.date_at(segment, 2, "STC02"),
            "header_date": t.date_at(header, 4, "BHT04"),
            "payer_claim_control_number": t.text_at(pick(reference, row), 2),
        }
    )
    return {
        "acknowledgement": frame.filter(pl.col("category_code").is_not_null())
        .with_columns(acknowledged_date=pl.coalesce("status_date", "header_date"))
        .drop("status_date", "header_date")
    }
