"""277CA (005010X214): one row per status that a clearinghouse or payer gives a claim, a service line or a whole batch
before adjudication."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.envelope import TransactionSet
from etl.x12.tokens import Positions, Tokens, first_between, last_before, next_after, pick, union

# HL03 of the levels above the claims (loops 2000A to 2000C)
_LEVELS = {"20": "source", "21": "receiver", "19": "provider"}


def parse_acknowledgements(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of `acknowledgement`, `line_acknowledgement` and `batch_acknowledgement`; `set` is the row number of the
    transaction set within the stretch.

    A claim's answer is the STC of loop 2200D, the TRN*2 below an HL PT; a line's that of loop 2220D, behind its SVC.
    """
    t = tokens
    trace = t.qualified("TRN", "2")
    trace = trace[_is_level(t, pick(t.where("HL"), last_before(t.where("HL"), trace)), "PT")]
    return {
        "acknowledgement": _claims(t, trace),
        "line_acknowledgement": _lines(t, trace),
        "batch_acknowledgement": _batches(t),
    }


def _claims(t: Tokens, trace: Positions) -> pl.DataFrame:
    end = next_after(trace, union(t.where("TRN"), t.where("HL"), t.where("SE"), t.where("SVC")), t.n)
    reference = first_between(trace, end, t.qualified("REF", "1K"))
    row, statuses = _statuses(t, trace, end)
    return statuses.with_columns(
        patient_control_number=t.text_at(pick(trace, row), 2),
        payer_claim_control_number=t.text_at(pick(reference, row), 2),
    ).filter(pl.col("category_code").is_not_null())


def _lines(t: Tokens, trace: Positions) -> pl.DataFrame:
    service = t.where("SVC")
    owner = last_before(trace, service)
    claim_end = next_after(trace, union(t.where("TRN"), t.where("HL"), t.where("SE")), t.n)
    is_owned = (owner >= 0) & (service < pick(claim_end, owner))
    service, owner = service[is_owned], owner[is_owned]
    end = next_after(service, union(service, t.where("TRN"), t.where("HL"), t.where("SE")), t.n)
    control = first_between(service, end, t.qualified("REF", "FJ"))
    row, statuses = _statuses(t, service, end)
    line = pick(service, row)
    _, code = t.components_at(line, 1, 2)
    return statuses.with_columns(
        patient_control_number=t.text_at(pick(trace, pick(owner, row)), 2),
        procedure_code=code,
        charge_amount=t.amount_at(line, 2, "SVC02"),
        line_control_number=t.text_at(pick(control, row), 2),
    ).filter(pl.col("category_code").is_not_null())


def _batches(t: Tokens) -> pl.DataFrame:
    """One row per status of a level above the claims, and one per such level without any; its totals stand in its
    first row."""
    level = t.where("HL")
    level = level[_is_level(t, level, *_LEVELS)]
    end = next_after(level, union(t.where("HL"), t.where("SE")), t.n)
    trace = first_between(level, end, t.where("TRN"))
    receiver, st = level[_is_level(t, level, "21")], t.where("ST")
    above = last_before(receiver, level)  # a provider's batch is part of the receiver's
    above = np.where(pick(receiver, above) > pick(st, last_before(st, level)), above, -1)
    batch = first_between(receiver, next_after(receiver, union(t.where("HL"), t.where("SE")), t.n), t.where("TRN"))
    provider = first_between(level, end, t.qualified("NM1", "85"))
    row, statuses = _statuses(t, level, end)
    at = pick(level, row)
    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = row[1:] != row[:-1]

    def total(segment_id: str, *qualifiers: str, scale: int = 2) -> pl.Series:
        found = pick(first_between(level, end, t.qualified(segment_id, *qualifiers)), row)
        return t.amount_at(np.where(is_first, found, -1), 2, f"{segment_id}*{qualifiers[0]}", scale)

    return statuses.with_columns(
        level=t.text_at(at, 3).replace_strict(_LEVELS, default=None, return_dtype=pl.String),
        reference=t.text_at(pick(trace, row), 2),
        batch_reference=t.text_at(pick(pick(batch, above), row), 2),
        provider_npi=pl.select(
            pl.when(t.text_at(pick(provider, row), 8) == "XX").then(t.text_at(pick(provider, row), 9))
        ).to_series(),
        accepted_count=total("QTY", "90", "QA", scale=0).cast(pl.Int64),
        rejected_count=total("QTY", "AA", "QC", scale=0).cast(pl.Int64),
        accepted_amount=total("AMT", "YU"),
        rejected_amount=total("AMT", "YY"),
    )


def _is_level(t: Tokens, level: Positions, *codes: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = t.text_at(level, 3).str.strip_chars().is_in(list(codes))
    return found.fill_null(False).to_numpy()


def _statuses(t: Tokens, owners: Positions, ends: Positions) -> tuple[Positions, pl.DataFrame]:
    """The status composites (STC01, STC10, STC11) between each owner and its end: the row of the owner, and set,
    segment, codes, charge and date of each. An owner without any STC has one row, of its own segment, without codes."""
    every = t.where("STC")
    owner = last_before(owners, every)
    inside = (owner >= 0) & (every < pick(ends, owner))
    status, owner = every[inside], owner[inside]
    bare = np.setdiff1d(np.arange(len(owners)), owner)
    row = np.concatenate([np.repeat(owner, 3), bare])
    segment = np.concatenate([np.repeat(status, 3), owners[bare]])
    element = np.concatenate([np.tile(np.array([1, 10, 11], dtype=np.int64), len(status)), np.full(len(bare), -1)])
    category, code, entity = t.components_at(np.where(element > 0, segment, -1), np.maximum(element, 0), 3)
    is_kept = (pl.Series(element) <= 1) | category.is_not_null()
    order = np.lexsort((element, segment))
    order = order[is_kept.to_numpy()[order]]
    row, segment = row[order], segment[order]
    of_status = np.where(element[order] > 0, segment, -1)
    header = pick(t.where("BHT"), last_before(t.where("BHT"), segment))
    frame = pl.DataFrame(
        {
            "set": last_before(t.where("ST"), segment),
            "segment": segment,
            "category_code": category.gather(order),
            "status_code": code.gather(order),
            "entity_code": entity.gather(order),
            "action_code": t.text_at(of_status, 3),
            "charge_amount": t.amount_at(of_status, 4, "STC04"),
            "acknowledged_date": pl.select(
                pl.coalesce(t.date_at(of_status, 2, "STC02"), t.date_at(header, 4, "BHT04"))
            ).to_series(),
        }
    )
    return row, frame
