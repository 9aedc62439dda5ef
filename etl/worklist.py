"""Which denial is worth the next hour: open denials and rejections in the order in which to work them.

A claim's place is its expected dollars (what the payer usually allows x the chance that work brings it), counted more
when its limit is near and last when the limit has passed. Every row says in words why it stands where it does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import polars as pl

from etl.limits import Limit
from etl.warehouse import views

# an hour now is worth more where waiting loses the claim: (days left at most, weight)
_URGENCY = ((-1, 0.0), (14, 2.0), (30, 1.5))
# with fewer the chance is more the category's than the payer's own
_FEW_WORKED = 20
_LIMIT_OF = {"refile": "filing_days", "correct": "corrected_days", "appeal": "appeal_days"}
_VERB = {"refile": "send it again", "correct": "send a corrected claim", "appeal": "appeal"}
COLUMNS = (
    "rank", "claim_number", "payer_name", "expected_amount", "days_left", "what_to_do", "why", "open_amount",
    "usual_amount", "chance",
    "action", "work_by", "since_date", "lines", "denial_category", "group_carc", "procedure_code", "facility",
    "ar_reason", "root_id", "payer_id",
)  # fmt: skip


def worklist(
    connection: duckdb.DuckDBPyConnection,
    as_of: date | None = None,
    limits: Iterable[Limit] = (),
    chances: pl.DataFrame | None = None,
    filters: dict[str, tuple[str, ...]] | None = None,
) -> pl.DataFrame:
    """One row per claim and payer that stands denied or rejected and is not being worked already; COLUMNS, best first.

    `limits` are tried without applying them. `chances` (root_id, payer_id, line_number, chance) replace the rates by
    payer and category where they know the line. `filters` keep rows by payer_name or facility.
    """
    rows = _rows(connection, as_of)
    day = as_of or _data_through(connection)
    for name, values in (filters or {}).items():
        rows = rows.filter(pl.col(name).is_in(values))
    rows = _with_limits(rows.filter(~pl.col("is_in_progress")), limits)
    rows = rows.with_columns(is_learned=pl.lit(False))
    if chances is not None:
        known = chances.select("root_id", "payer_id", "line_number", learned="chance").unique(
            ["root_id", "payer_id", "line_number"], keep="first", maintain_order=True
        )
        rows = rows.join(known, on=["root_id", "payer_id", "line_number"], how="left").with_columns(
            chance=pl.coalesce("learned", "chance"), is_learned=pl.col("learned").is_not_null()
        )
    claims = _claims(rows)
    weight = pl.lit(1.0)
    for most, factor in reversed(_URGENCY):
        weight = pl.when(pl.col("days_left") <= most).then(factor).otherwise(weight)
    ranked = (
        claims.with_columns(weight=weight)
        .sort(
            pl.col("expected_amount") * pl.col("weight"), "expected_amount", "root_id", descending=[True, True, False]
        )
        .with_row_index("rank", 1)
    )
    words = [_words(row) for row in ranked.iter_rows(named=True)]
    return ranked.with_columns(
        expected_amount=pl.col("expected_amount").round(2).cast(pl.Decimal(18, 2)),
        what_to_do=pl.Series([what for what, _ in words], dtype=pl.String),
        why=pl.Series([why for _, why in words], dtype=pl.String),
        work_by=pl.lit(day) + pl.duration(days=pl.col("days_left")) if day else pl.lit(None, pl.Date),
        rank=pl.col("rank").cast(pl.Int64),
    ).select(COLUMNS)


def _rows(connection: duckdb.DuckDBPyConnection, as_of: date | None) -> pl.DataFrame:
    """The rows of open_work, as of the last known day or a past one."""
    if as_of is None or as_of == _data_through(connection):
        found: pl.DataFrame = connection.cursor().sql("from open_work").pl()
    else:
        sql = f"{views.as_of_query('open_work')} select * from open_work"
        found = connection.cursor().sql(sql, params={"as_of": as_of}).pl()
    return found


def _data_through(connection: duckdb.DuckDBPyConnection) -> date | None:
    [(day,)] = connection.cursor().execute("select data_through from warehouse_state").fetchall()
    return day  # type: ignore[no-any-return]


def _with_limits(rows: pl.DataFrame, limits: Iterable[Limit]) -> pl.DataFrame:
    """The rows by other limits than the warehouse's."""
    said = [
        {"payer_id": one.payer_id, "action": action, "own_days": getattr(one, name)}
        for one in limits
        for action, name in _LIMIT_OF.items()
        if getattr(one, name) is not None
    ]
    if not said:
        return rows
    own = pl.DataFrame(said)
    joined = rows.join(own, on=["payer_id", "action"], how="left")
    return joined.with_columns(
        days_left=pl.col("days_left") + (pl.coalesce("own_days", "limit_days") - pl.col("limit_days")),
        limit_days=pl.coalesce("own_days", "limit_days"),
        is_contract=pl.col("is_contract") | pl.col("own_days").is_not_null(),
    ).drop("own_days")


def _claims(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a claim and payer: its money together, the rest from the line with the most at stake."""
    amount = pl.col("usual_amount").cast(pl.Float64)
    rows = rows.with_columns(expected=amount * pl.col("chance")).sort(
        "root_id", "payer_id", "expected", "line_number", descending=[False, False, True, False]
    )
    return rows.group_by("root_id", "payer_id", maintain_order=True).agg(
        pl.exclude(
            "root_id", "payer_id", "expected", "expected_amount", "open_amount", "usual_amount", "chance", "days_left"
        ).first(),
        pl.col("open_amount", "usual_amount").sum(),
        lines=pl.len(),
        expected_amount=pl.col("expected").sum(),
        chance=pl.when(amount.sum() > 0)
        .then(pl.col("expected").sum() / amount.sum())
        .otherwise(pl.col("chance").first()),
        days_left=pl.col("days_left").min(),
    )


def _words(row: dict[str, Any]) -> tuple[str, str]:
    """What to do next, and why the claim stands where it does."""
    left, verb = row["days_left"], _VERB[row["action"]]
    usual = f"{_money(row['usual_amount'])} usually allowed × {row['chance']:.0%}"
    expected = f"{_money(row['expected_amount'])} expected: {usual}"
    if row["ar_reason"] == "rejected":
        source = "the share of this payer's answers that are no denials"
    elif row["is_learned"]:
        source = "by the overturn model"
    elif row["worked"]:
        source = f"{int(row['overturned']):,} of {int(row['worked']):,} such denials that were worked here came back"
        if row["worked"] < _FEW_WORKED:
            source += ", which is few and drawn towards the rate of this category"
    else:
        source = (
            "the rate of this category, drawn to what such reasons usually bring, as no such denial of this payer was "
            "worked yet"
        )
    of = "contract" if row["is_contract"] else "usual limit, not this payer's contract"
    if left is None:
        when = "No limit is known."
    elif left < 0:
        when = f"The {row['limit_days']} days to {verb} passed {-left:,} days ago ({of}): last in the list."
    elif left <= _URGENCY[1][0]:
        when = f"Only {left} days left to {verb} ({of}): counted double."
    elif left <= _URGENCY[2][0]:
        when = f"{left} days left to {verb} ({of}): counted one and a half times."
    else:
        when = f"{left} days left to {verb} ({of})."
    what = str(row["next_step"])
    if left is not None and left < 0:
        what = f"write off, or {verb} with proof of an earlier submission"
    return what[:1].upper() + what[1:], f"{expected} ({source}). {when}"


def _money(amount: float | Decimal) -> str:
    return f"${amount:,.0f}"
