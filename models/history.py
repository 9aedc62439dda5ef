"""What the payers had answered by the day a claim was sent: as-of denial histories of its lines, exact and fast.

An answer enters a history on its remit date and counts for claims submitted strictly later. Events are sorted by
(key, day),
so that a history is two binary searches and a difference of cumulative sums: no loop over claims, no join.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from models.frames import Claims, from_warehouse

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# 358 years of days: a (key, day) pair fits in one integer
_SPAN = 1 << 17
# pseudo-lines with which a rate is pulled towards its parent's
PULL = 12.0
RECENT_DAYS = 120


@dataclass(frozen=True, slots=True)
class Key:
    """What a history is kept for: `columns` of the frame `unit`; its rate is shrunken to that of the key `parent`.

    `group` is what a person could change (see explain). With `recent`, only answers of the last RECENT_DAYS count.
    `whole` keys are the same on every line of a claim. With `category` only denials of that category count: a payer
    that denies a code for another reason must not look as if it wanted an authorization.
    """

    name: str
    group: str
    columns: tuple[str, ...]
    parent: str | None
    unit: str = "line"
    recent: bool = False
    whole: bool = False
    category: str | None = None


KEYS: tuple[Key, ...] = (
    Key("payer", "habit", ("payer",), None, whole=True),
    Key("payer_recent", "habit", ("payer",), "payer", recent=True, whole=True),
    Key("procedure", "habit", ("procedure",), None),
    Key("payer_procedure", "habit", ("payer", "procedure"), "payer"),
    Key("payer_procedure_recent", "habit", ("payer", "procedure"), "payer_procedure", recent=True),
    Key("place", "habit", ("payer", "procedure", "place"), "payer_procedure"),
    Key("payer_place", "habit", ("payer", "place"), "payer", whole=True),
    Key("payer_place_recent", "habit", ("payer", "place"), "payer_place", recent=True, whole=True),
    Key("asks_authorization", "authorization", ("payer",), None, whole=True, category="authorization"),
    Key("asks_procedure", "authorization", ("payer", "procedure"), "asks_authorization", category="authorization"),
    Key(
        "authorization",
        "authorization",
        ("payer", "procedure", "authorization"),
        "asks_procedure",
        category="authorization",
    ),
    Key(
        "authorization_recent",
        "authorization",
        ("payer", "procedure", "authorization"),
        "authorization",
        recent=True,
        category="authorization",
    ),
    Key("modifier", "modifier", ("payer", "procedure", "modifiers"), "payer_procedure"),
    Key("pair", "modifier", ("payer", "procedure", "modifiers", "other"), "modifier", unit="pair"),
    Key("diagnosis_category", "diagnosis", ("payer", "procedure", "category"), "payer_procedure", unit="diagnosis"),
    Key("diagnosis", "diagnosis", ("payer", "procedure", "diagnosis"), "diagnosis_category", unit="diagnosis"),
    Key("any_payer_diagnosis", "diagnosis", ("procedure", "diagnosis"), "procedure", unit="diagnosis"),
    Key("provider", "provider", ("provider",), None, whole=True),
    Key("payer_provider", "provider", ("payer", "provider"), "payer", whole=True),
    Key("referring", "provider", ("payer", "procedure", "referring"), "payer_procedure"),
    Key("units", "units", ("payer", "procedure", "units_band"), "payer_procedure"),
    Key("lag", "timing", ("payer", "lag_band"), None, whole=True, category="timely_filing"),
)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The past: claims that a payer has answered, and per line (in order of claims.line) what it said and when.

    line: row, remit_date, is_denied (Float64), denial_category (null when paid), denied_amount (Float64, dollars).
    claim: claim_id, root_id, remit_date, is_denied, denied_amount, first adjudication only.
    """

    claims: Claims
    line: pl.DataFrame
    claim: pl.DataFrame


# the claim version that the billed payer's first adjudication answers; a remittance dated before its claim answers
# another
ANSWERED = """
    select p.answered_claim_id as claim_id, a.root_id, a.payer_id, a.claim_payment_id, a.payment_date as remit_date,
        a.is_denied, cast(a.denied_amount as double) as denied_amount
    from adjudication as a
    join payment as p on p.claim_payment_id = a.claim_payment_id
    join claim as c on c.claim_id = p.answered_claim_id
    left join payer_key as k on k.spelled_as = coalesce(c.payer_id, upper(c.payer_name))
    where a.is_initial and k.payer_id is not distinct from a.payer_id and c.submission_date <= a.payment_date
"""

# a denied claim none of whose denied lines can be matched to a line as sent counts on all its lines
_LINES = f"""
    with answered as ({ANSWERED}),
    category as (
        select root_id, payer_id, line_number, max_by(denial_category, denied_amount) as denial_category
        from denial
        group by root_id, payer_id, line_number
    ),
    denied as (
        select
            d.claim_payment_id, d.line_number, max(c.denial_category) as denial_category,
            sum(d.denied_amount) as denied_amount
        from denied_line as d
        left join category as c
            on c.root_id = d.root_id and c.payer_id = d.payer_id and c.line_number = d.line_number
        group by d.claim_payment_id, d.line_number
    )
    select
        l.claim_id, l.line_number, a.remit_date,
        cast(d.line_number is not null or (a.is_denied and count(d.line_number) over claim = 0) as double) as is_denied,
        coalesce(d.denial_category, case when a.is_denied and count(d.line_number) over claim = 0 then 'unknown' end)
            as denial_category,
        cast(coalesce(d.denied_amount, 0) as double) as denied_amount
    from answered as a
    join service_line as l on l.claim_id = a.claim_id
    left join denied as d on d.claim_payment_id = a.claim_payment_id and d.line_number = l.line_number
    window claim as (partition by l.claim_id)
"""


def outcomes(connection: duckdb.DuckDBPyConnection) -> Outcomes:
    """Every first adjudication that the warehouse holds, with the claim it answers."""
    claims = from_warehouse(connection, f"select claim_id from ({ANSWERED})")
    answers = connection.sql(_LINES).pl()
    line = claims.line.select("claim_id", "line_number", "row").join(
        answers, on=["claim_id", "line_number"], how="left", maintain_order="left"
    )
    return Outcomes(claims, line.drop("claim_id", "line_number"), connection.sql(ANSWERED).pl().sort("claim_id"))


class AsOf:
    """Sums over events of the same key with a day strictly before (and, with a window, not longer ago than)."""

    def __init__(self, key: Integers, day: Integers, values: Floats) -> None:
        """Events: integer keys, days since 1970, and an (events x k) array of what to sum."""
        order = np.lexsort((day, key))
        self._at = key[order] * _SPAN + day[order]
        self._sum = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values[order], axis=0)])

    def before(self, key: Integers, day: Integers, window: int | None = None) -> tuple[Integers, Floats]:
        """Per query: the number of events, and the sums of their values (queries x k)."""
        start = np.maximum(day - window, 0) if window else np.zeros_like(day)
        first = np.searchsorted(self._at, key * _SPAN + start, "left")
        last = np.searchsorted(self._at, key * _SPAN + day, "left")
        return last - first, self._sum[last] - self._sum[first]


def histories(queries: Claims, past: Outcomes) -> pl.DataFrame:
    """Per line of the queries and key: `<key>_n` lines answered, `<key>_d` of them denied, `<key>_rate` shrunken.

    Keys of diagnoses and pairs have several rows a line: the worst one counts; `diagnosis_best` is the least of the
    rates of the line's diagnoses, `<key>_what` names the worst. A claim without a submission date has no history.
    """
    answered = days(past.line["remit_date"])
    is_same = queries is past.claims
    out = queries.line.select("row")
    rates: dict[str, Floats] = {}
    for key in KEYS:
        asked, known = queries.unit(key.unit), past.claims.unit(key.unit)
        query_key, event_key = codes(asked, known, key.columns, is_same)
        rows, event_rows = asked["row"].to_numpy(), known["row"].to_numpy()
        denied = _denied(past, key.category)
        usable = answered[event_rows] >= 0
        as_of = AsOf(event_key[usable], answered[event_rows][usable], denied[event_rows][usable, None])
        n, sums = as_of.before(query_key, days(asked["submission_date"]), RECENT_DAYS if key.recent else None)
        parent = rates[key.parent][rows] if key.parent else _overall(queries, past, key.category)[rows]
        rate = (sums[:, 0] + PULL * parent) / (n + PULL)
        found = pl.DataFrame({"row": rows, "n": n, "d": sums[:, 0].round().astype(np.int64), "rate": rate})
        if key.unit != "line":
            what = (
                asked["diagnosis" if key.unit == "diagnosis" else "other"]
                if key.name != "diagnosis_category"
                else asked["category"]
            )
            found = _worst(found.with_columns(what=what), queries.line.select("row"), rates[key.parent or ""])
        rates[key.name] = found["rate"].to_numpy()
        out = out.hstack([found[name].alias(f"{key.name}_{name}") for name in found.columns if name != "row"])
    return out


def codes(
    asked: pl.DataFrame, known: pl.DataFrame, columns: tuple[str, ...], is_same: bool
) -> tuple[Integers, Integers]:
    """Integers for the keys of two frames, equal where all columns are equal; exact (no hashing)."""
    both = asked.select(columns) if is_same else pl.concat([asked.select(columns), known.select(columns)])
    code = np.zeros(both.height, dtype=np.int64)
    for column in columns:
        values = both[column].cast(pl.String).fill_null("").rank("dense").to_numpy().astype(np.int64)
        code = np.unique(code * (int(values.max(initial=0)) + 1) + values, return_inverse=True)[1].astype(np.int64)
    return (code, code) if is_same else (code[: asked.height], code[asked.height :])


def _denied(past: Outcomes, category: str | None) -> Floats:
    """1 for each line that was denied (in that category, if one is given), else 0."""
    if category is None:
        return past.line["is_denied"].to_numpy()
    return (past.line["denial_category"] == category).fill_null(False).cast(pl.Float64).to_numpy()


def _overall(queries: Claims, past: Outcomes, category: str | None) -> Floats:
    """The denial rate of all lines answered before each line of the queries; without history 10 % (a category 1 %)."""
    day = days(past.line["remit_date"])
    as_of = AsOf(np.zeros_like(day[day >= 0]), day[day >= 0], _denied(past, category)[day >= 0, None])
    asked = days(queries.line["submission_date"])
    n, sums = as_of.before(np.zeros_like(asked), asked)
    return (sums[:, 0] + PULL * (0.01 if category else 0.1)) / (n + PULL)


def _worst(found: pl.DataFrame, line: pl.DataFrame, parent: Floats) -> pl.DataFrame:
    """One row a line: the one with the highest rate (ties by name); a line without any keeps its parent's rate."""
    worst = found.sort("row", "rate", "what", descending=[False, True, False]).unique(
        "row", keep="first", maintain_order=True
    )
    least = found.group_by("row").agg(best=pl.col("rate").min())
    return (
        line.join(worst, on="row", how="left", maintain_order="left")
        .join(least, on="row", how="left", maintain_order="left")
        .with_columns(fallback=pl.Series(parent))
        .with_columns(
            rate=pl.coalesce("rate", "fallback"),
            best=pl.coalesce("best", "fallback"),
            n=pl.col("n").fill_null(0),
            d=pl.col("d").fill_null(0),
        )
        .drop("fallback")
    )


def days(dates: pl.Series) -> Integers:
    """Days since 1970, -1 where there is no date (before every event)."""
    return dates.cast(pl.Int32).cast(pl.Int64).fill_null(-1).to_numpy()
