"""The likely denial category of a claim, given that it is denied: shrunken frequencies from history, nothing learned.

For every line and every history that can tell (payer x procedure x authorization, x modifiers, x diagnosis, ...), how
often was it denied in each category; the category that stands out in any of them counts, as one rule is enough for a
denial.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from models.frames import Claims
from models.history import KEYS, PULL, AsOf, Floats, Outcomes, codes, days


def likely(claims: Claims, past: Outcomes) -> dict[int, str | None]:
    """claim_id -> category of etl/reference/carc.csv; None when no denial is known before the claim."""
    categories = past.line["denial_category"].drop_nulls().unique().sort().to_list()
    if not categories or not claims.line.height:
        return dict.fromkeys(claims.claim["claim_id"].to_list())
    scores = line_scores(claims, past, categories)
    # a claim is denied in a category when any of its lines is
    frame = pl.DataFrame(scores, schema=categories, orient="row").with_columns(claim_id=claims.line["claim_id"])
    at_claim = frame.group_by("claim_id", maintain_order=True).agg((-pl.col(categories) + 1).log().sum())
    table = 1 - np.exp(at_claim.select(categories).to_numpy())
    best = {
        claim_id: categories[int(np.argmax(row))] if row.max() > 0 else None
        for claim_id, row in zip(at_claim["claim_id"].to_list(), table, strict=True)
    }
    return {claim_id: best.get(claim_id) for claim_id in claims.claim["claim_id"].to_list()}


def line_scores(claims: Claims, past: Outcomes, categories: list[str]) -> Floats:
    """Lines x categories: the highest shrunken rate of denial in that category over the line's histories."""
    answered = days(past.line["remit_date"])
    hit = np.column_stack(
        [(past.line["denial_category"] == name).fill_null(False).to_numpy() for name in categories]
    ).astype(float)
    asked_day = days(claims.line["submission_date"])
    known = answered >= 0
    n, sums = AsOf(np.zeros_like(answered[known]), answered[known], hit[known]).before(
        np.zeros_like(asked_day), asked_day
    )
    overall = sums / np.maximum(n, 1)[:, None]
    rates: dict[str, Floats] = {}
    best = overall
    for key in KEYS:
        asked, past_rows = claims.unit(key.unit), past.claims.unit(key.unit)
        rows, event_rows = asked["row"].to_numpy(), past_rows["row"].to_numpy()
        query_key, event_key = codes(asked, past_rows, key.columns, claims is past.claims)
        usable = answered[event_rows] >= 0
        as_of = AsOf(event_key[usable], answered[event_rows][usable], hit[event_rows][usable])
        n, sums = as_of.before(query_key, days(asked["submission_date"]))
        parent = rates[key.parent] if key.parent else overall
        rate = (sums + PULL * parent[rows]) / (n + PULL)[:, None]
        rates[key.name] = rate if key.unit == "line" else _highest(rate, rows, parent)
        best = np.maximum(best, rates[key.name])
    return np.clip(best, 0, 1 - 1e-9)


def _highest(rate: Floats, rows: np.ndarray[tuple[int], np.dtype[np.int64]], parent: Floats) -> Floats:
    """Per line the highest rate of its several rows; a line without any keeps its parent's."""
    out = np.full_like(parent, -1.0)
    np.maximum.at(out, rows, rate)
    return np.where(out < 0, parent, out)
