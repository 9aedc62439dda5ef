"""What the top fifth of a list brings by the simulation's own chances: the worklist beside simpler orders."""

from __future__ import annotations

import polars as pl


def dollars_of_top_fifth(listed: pl.DataFrame, truth: list[dict[str, str]]) -> dict[str, float]:
    """Expected dollars from working a fifth of the claims, by order; every claim is taken for the same hour of work.

    list: the worklist's places. age: the longest denied first. amount: the largest denied amount first. These two know
    no limits and also work what no limit lets recover; "in limit" leaves that out. best possible: by the simulation's
    own chance, allowed amount and limits, which nobody knows.
    """
    known = pl.DataFrame(
        {
            "claim_number": [row["claim_id"] for row in truth],
            "in_limit": [row["is_in_limit"] == "yes" for row in truth],
            "worth": [
                float(row["chance"]) * float(row["recoverable_amount"]) * (row["is_in_limit"] == "yes") for row in truth
            ],
        }
    )
    claims = listed.join(known, on="claim_number", how="inner")
    top = max(1, claims.height // 5)
    inside = claims.filter(pl.col("in_limit"))
    orders = {
        "list": claims.sort("rank"),
        "age": claims.sort("since_date", "rank"),
        "amount": claims.sort("open_amount", descending=True),
        "age, in limit": inside.sort("since_date", "rank"),
        "amount, in limit": inside.sort("open_amount", descending=True),
        "best possible": claims.sort("worth", descending=True),
    }
    return {name: float(frame.head(top)["worth"].sum()) for name, frame in orders.items()}
