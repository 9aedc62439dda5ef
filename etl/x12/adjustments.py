"""What an 835 says to explain its payments: adjustments, remarks, further amounts, PLB pairs and batch totals."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.tokens import Positions, Tokens, first_between, index_column, last_before, next_after, pick, union

# where MIA and MOA hold remark codes, and where amounts (their other elements are days and rates)
_REMARKS: dict[str, tuple[int, ...]] = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
_AMOUNTS: dict[str, tuple[int, ...]] = {
    "MIA": (2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 24),
    "MOA": (2, 8, 9),
}
# the reason code of an amount that a CAS gives no reason for
UNSAID = "unknown"


def claim_payment_of(t: Tokens, segments: Positions) -> Positions:
    """The row of the claim payment, of the same transaction set, that each segment belongs to; -1 before the first."""
    claim, st = t.where("CLP"), t.where("ST")
    owner = last_before(claim, segments)
    return np.where(pick(claim, owner) > pick(st, last_before(st, segments)), owner, -1)


def cas_triplets(t: Tokens, cas: Positions) -> tuple[Positions, pl.DataFrame]:
    """The reason/amount/quantity triplets of CAS segments: the segment of each, and its columns. One with neither
    reason nor amount has no `carc`."""
    segment, element = t.repeats(cas, 2, 3)
    amount = t.amount_at(segment, element + 1, "CAS amount")
    carc = t.text_at(segment, element).str.strip_chars().str.to_uppercase().str.strip_chars_start("0")
    is_empty = carc.is_null() | (carc == "")
    if is_empty.any():
        is_unsaid = is_empty & (amount != 0).fill_null(False)
        carc = carc.set(is_empty, None).set(is_unsaid, UNSAID)  # what it takes off must stay in the books
        t.note(segment, t.text_at(segment, element + 1), is_unsaid, "no reason before CAS amount", "reason")
    rows = pl.DataFrame(
        {
            "segment": segment,
            "group_code": t.text_at(segment, 1).fill_null("").str.to_uppercase(),
            "carc": carc,
            "amount": amount,
            "quantity": t.amount_at(segment, element + 2, "CAS quantity", scale=3),
        }
    )
    return segment, rows


def adjustments(t: Tokens) -> pl.DataFrame:
    """One row per triplet of a CAS; those before any CLP are noted as orphans."""
    segment, triplets = cas_triplets(t, t.where("CAS"))
    claim, service = _owners(t, segment)
    t.orphans(np.unique(segment[claim < 0]), "CLP")
    rows = triplets.with_columns(
        claim_payment=pl.Series(claim), service_payment=service, sequence=pl.Series(np.arange(len(segment)))
    )
    return rows.filter(pl.col("claim_payment") >= 0, pl.col("carc").is_not_null())


def remarks(t: Tokens) -> pl.DataFrame:
    """One row per remark code: LQ*HE of a line (LQ*RX: of the pharmacies' list), MIA and MOA of a claim. Those before
    any CLP are noted as orphans."""
    lines, rejects = t.qualified("LQ", "HE"), t.qualified("LQ", "RX")
    parts = [(at, np.full(len(at), 2, dtype=np.int64)) for at in (rejects, lines)]
    parts += [elements_of(t, name, _REMARKS[name]) for name in _REMARKS]
    segment, element = (np.concatenate(part) for part in zip(*parts, strict=True))
    claim, service = _owners(t, segment)
    t.orphans(np.unique(segment[claim < 0]), "CLP")
    code_list = pl.Series(["HE"]).new_from_index(0, len(segment))
    rows = pl.DataFrame(
        {
            "claim_payment": claim,
            "service_payment": service,
            "code_list": code_list.scatter(np.arange(len(rejects)), "RX") if len(rejects) else code_list,
            "remark_code": t.text_at(segment, element),
        }
    )
    return rows.filter(pl.col("remark_code").is_not_null(), pl.col("claim_payment") >= 0)


def advice(t: Tokens) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The remark codes and the amounts of MIA and MOA, wherever these stand: segment, remark_code; segment, kind,
    amount."""
    codes, amounts = [], []
    for name, chosen in _REMARKS.items():
        at, element = elements_of(t, name, chosen)
        codes.append(pl.DataFrame({"segment": at, "remark_code": t.text_at(at, element)}))
    for name, chosen in _AMOUNTS.items():
        at, element = elements_of(t, name, chosen)
        kind = name + pl.Series(element).cast(pl.String).str.zfill(2)
        amounts.append(pl.DataFrame({"segment": at, "kind": kind, "amount": t.amount_at(at, element, "stated amount")}))
    return (
        pl.concat(codes).filter(pl.col("remark_code").is_not_null()).sort("segment", maintain_order=True),
        pl.concat(amounts).filter(pl.col("amount").is_not_null()).sort("segment", maintain_order=True),
    )


def stated_amounts(t: Tokens) -> pl.DataFrame:
    """One row per amount that a payer states beside what it pays: AMT (but for B6, a column of the service payment),
    and the amounts of MIA and MOA."""
    every, allowed = t.where("AMT"), t.qualified("AMT", "B6")
    further = np.setdiff1d(every, allowed) if len(allowed) < len(every) else every[:0]
    segments, elements, kinds = [further], [np.full(len(further), 2)], [t.text_at(further, 1)]
    for name, chosen in _AMOUNTS.items():
        at, element = elements_of(t, name, chosen)
        segments.append(at)
        elements.append(element)
        kinds.append(name + pl.Series(element).cast(pl.String).str.zfill(2))
    segment = np.concatenate(segments)
    claim, service = _owners(t, segment)
    rows = pl.DataFrame(
        {
            "claim_payment": claim,
            "service_payment": service,
            "segment": segment,
            "kind": pl.concat(kinds),
            "amount": t.amount_at(segment, np.concatenate(elements), "stated amount"),
        }
    )
    return rows.filter(pl.col("amount").is_not_null(), pl.col("kind").is_not_null(), pl.col("claim_payment") >= 0).sort(
        "segment", maintain_order=True
    )


def provider_adjustments(t: Tokens) -> pl.DataFrame:
    """One row per reason/amount pair of a PLB."""
    segment, element = t.repeats(t.where("PLB"), 3, 2)
    reason, reference = t.components_at(segment, element, 2)
    return pl.DataFrame(
        {
            "set": last_before(t.where("ST"), segment),
            "segment": segment,
            "provider_id": t.text_at(segment, 1),
            "fiscal_period_date": t.date_at(segment, 2, "PLB02"),
            "reason_code": reason,
            "reference": reference,
            "amount": t.amount_at(segment, element + 1, "PLB amount"),
        }
    ).filter(pl.col("amount").is_not_null() | pl.col("reason_code").is_not_null())


def provider_summaries(t: Tokens) -> pl.DataFrame:
    """One row per TS3, the totals of a batch of claim payments, with the inpatient totals (TS2) behind it."""
    summary = t.where("TS3")
    end = next_after(summary, union(summary, t.where("LX"), t.where("CLP"), t.where("SE")), t.n)
    inpatient = first_between(summary, end, t.where("TS2"))
    return pl.DataFrame(
        {
            "set": last_before(t.where("ST"), summary),
            "segment": summary,
            "provider_id": t.text_at(summary, 1),
            "facility_code": t.text_at(summary, 2),
            "fiscal_period_date": t.date_at(summary, 3, "TS303"),
            "claim_count": t.amount_at(summary, 4, "TS304", scale=0).cast(pl.Int64),
            "charge_amount": t.amount_at(summary, 5, "TS305"),
            "paid_amount": t.amount_at(summary, 9, "TS309"),
            "drg_amount": t.amount_at(inpatient, 1, "TS201"),
        }
    )


def _owners(t: Tokens, segments: Positions) -> tuple[Positions, pl.Series]:
    """The claim payment and service payment that each segment belongs to; no service payment before the first SVC."""
    claim, service = t.where("CLP"), t.where("SVC")
    owner, line = claim_payment_of(t, segments), last_before(service, segments)
    own_line = np.where(pick(service, line) > pick(claim, owner), line, -1)
    return owner, index_column(own_line)


def elements_of(t: Tokens, segment_id: str, elements: tuple[int, ...]) -> tuple[Positions, Positions]:
    """Each of these elements of each segment with this id, as segments and elements."""
    at = t.where(segment_id)
    return np.repeat(at, len(elements)), np.tile(np.array(elements, dtype=np.int64), len(at))
