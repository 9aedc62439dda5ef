"""What the payers had answered by the day a claim was sent: as-of denial histories of its lines, exact and fast.

An answer enters a history on its remit date and counts for claims submitted strictly later. The past is indexed once:
per key its events are sorted by (key, day), so that a history is two binary searches and a difference of cumulative
sums, for one claim as for a hundred thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import duckdb
import numpy as np
import polars as pl

from models.asof import AsOf, Codes, Floats, Integers, days, encode, strings
from models.frames import Claims, from_warehouse, text

# pseudo-lines with which a rate is pulled towards its parent's
PULL = 8.0
# a key of the latest answers follows a payer's new policy within days, where a long history would lag behind it
LATEST = 12
LATEST_PULL = 2.0


@dataclass(frozen=True, slots=True)
class Key:
    """What a history is kept for: `columns` of the frame `unit`; its rate is shrunken to that of the key `parent`.

    `group` is what a person could change (see explain). With `latest`, only the LATEST answers count.
    `whole` keys are the same on every line of a claim. With `categories` only denials of those count: a payer that
    denies a code for another reason must not look as if it wanted an authorization.
    """

    name: str
    group: str
    columns: tuple[str, ...]
    parent: str | None
    unit: str = "line"
    latest: bool = False
    whole: bool = False
    categories: tuple[str, ...] = ()
    # only holds up other keys: so wide a rate tells which month it is rather than what is wrong with the claim
    is_feature: bool = True
    # only the answers of so many days count: a policy that has ended must be forgotten
    window: int | None = None

    @property
    def pull(self) -> float:
        """Pseudo-lines with which the rate is pulled towards its parent's."""
        return LATEST_PULL if self.latest else PULL


_AUTHORIZATION = ("authorization",)
_CODING = ("coding", "bundling", "submission_error")
_SUPPORT = ("medical_necessity", "coding")
_COVERED = ("non_covered", "medical_necessity")

KEYS: tuple[Key, ...] = (
    Key("payer", "habit", ("payer",), None, whole=True, is_feature=False),
    Key("procedure", "habit", ("procedure",), None, is_feature=False),
    Key("payer_procedure", "habit", ("payer", "procedure"), "payer"),
    Key("payer_procedure_latest", "habit", ("payer", "procedure"), "payer_procedure", latest=True),
    Key("coverage_code", "habit", ("payer", "procedure"), None, categories=_COVERED),
    Key("coverage_code_latest", "habit", ("payer", "procedure"), "coverage_code", latest=True, categories=_COVERED),
    Key("place", "habit", ("payer", "place"), None, whole=True, categories=("coding",)),
    Key("place_procedure", "habit", ("payer", "procedure", "place"), "place", categories=("coding",)),
    Key("place_latest", "habit", ("payer", "procedure", "place"), "place_procedure", latest=True,
        categories=("coding",)),
    Key("asks_authorization", "authorization", ("payer",), None, whole=True, categories=_AUTHORIZATION,
        is_feature=False),
    Key("asks_procedure", "authorization", ("payer", "procedure"), "asks_authorization", categories=_AUTHORIZATION),
    Key("authorization", "authorization", ("payer", "procedure", "authorization"), "asks_procedure",
        categories=_AUTHORIZATION, window=150),
    Key("authorization_latest", "authorization", ("payer", "procedure", "authorization"), "authorization", latest=True,
        categories=_AUTHORIZATION),
    Key("coding", "modifier", ("payer", "procedure"), None, categories=_CODING),
    Key("modifier", "modifier", ("payer", "procedure", "modifiers"), "coding", categories=_CODING),
    Key("modifier_latest", "modifier", ("payer", "procedure", "modifiers"), "modifier", latest=True,
        categories=_CODING),
    Key("any_payer_pair", "modifier", ("procedure", "modifiers", "other"), None, unit="pair", categories=_CODING),
    Key("pair", "modifier", ("payer", "procedure", "modifiers", "other"), "modifier", unit="pair", categories=_CODING),
    Key("pair_latest", "modifier", ("payer", "procedure", "modifiers", "other"), "pair", unit="pair", latest=True,
        categories=_CODING),
    Key("any_payer_diagnosis", "diagnosis", ("procedure", "diagnosis"), None, unit="diagnosis", categories=_SUPPORT),
    Key("diagnosis_category", "diagnosis", ("payer", "procedure", "category"), "any_payer_diagnosis",
        unit="diagnosis", categories=_SUPPORT),
    Key("diagnosis", "diagnosis", ("payer", "procedure", "diagnosis"), "any_payer_diagnosis", unit="diagnosis",
        categories=_SUPPORT),
    Key("provider", "provider", ("provider",), None, whole=True, is_feature=False),
    Key("payer_provider", "provider", ("payer", "provider"), None, whole=True, categories=("credentialing",)),
    Key("payer_provider_latest", "provider", ("payer", "provider"), "payer_provider", latest=True, whole=True,
        categories=("credentialing",)),
    Key("referring", "provider", ("payer", "procedure", "referring"), None, categories=("submission_error",)),
    Key("units", "units", ("payer", "procedure", "units_band"), "coverage_code", categories=_COVERED),
    Key("lag", "timing", ("payer", "lag_band"), None, whole=True, categories=("timely_filing",)),
    Key("coverage", "registration", ("payer", "age_band"), None, whole=True, categories=("eligibility",)),
    Key("coverage_latest", "registration", ("payer", "age_band"), "coverage", latest=True, whole=True,
        categories=("eligibility",)),
    Key("coder", "people", ("coder",), None, whole=True),
    Key("biller", "people", ("biller",), None, whole=True),
)  # fmt: skip
BY_NAME = {key.name: key for key in KEYS}


@dataclass(frozen=True)
class Outcomes:
    """The past: claims that a payer has answered, and per line (in order of claims.line) what it said and when.

    line: row, remit_date, is_denied (Float64), denial_category (null when paid), denied_amount (Float64, dollars).
    claim: claim_id, root_id, remit_date, is_denied, denied_amount, first adjudication only.
    """

    claims: Claims
    line: pl.DataFrame
    claim: pl.DataFrame

    @cached_property
    def without_authorization(self) -> tuple[dict[tuple[str, str], int], AsOf]:
        """Lines sent without one, by (payer, procedure): the key of each, and how many were denied for want of it."""
        lines = pl.concat([self.claims.line, self.line.drop("row")], how="horizontal")
        lines = lines.filter(~pl.col("authorization"), pl.col("remit_date").is_not_null())
        books = lines.select("payer", "procedure").unique(maintain_order=True).with_row_index("key")
        code = lines.join(books, on=["payer", "procedure"], how="left", maintain_order="left")["key"]
        keys = {(payer, procedure): key for key, payer, procedure in books.iter_rows()}
        return keys, AsOf(code.cast(pl.Int64).to_numpy(), days(lines["remit_date"]), denied(lines, ("authorization",)))


def outcomes(connection: duckdb.DuckDBPyConnection) -> Outcomes:
    """Every first adjudication that the warehouse holds, with the claim it answers."""
    claim = connection.sql(text("answered")).pl()
    claims = from_warehouse(connection, claim["claim_id"].to_list())
    line = claims.line.select("claim_id", "line_number", "row").join(
        connection.sql(text("line_answer")).pl(), on=["claim_id", "line_number"], how="left", maintain_order="left"
    )
    return Outcomes(claims, line.drop("claim_id", "line_number"), claim)


@dataclass(slots=True)
class History:
    """Per key, arrays over the lines: answered lines `n`, of them denied `d`, shrunken `rate`.

    For keys of several rows a line (diagnoses, pairs) these are of the worst row, whose position in the frame is
    `worst` (-1: none); `best` and `mean` are those of all rows' rates. `base`: the rate that a key without parent
    is pulled to.
    """

    n: dict[str, Integers] = field(default_factory=dict)
    d: dict[str, Integers] = field(default_factory=dict)
    rate: dict[str, Floats] = field(default_factory=dict)
    worst: dict[str, Integers] = field(default_factory=dict)
    best: dict[str, Floats] = field(default_factory=dict)
    mean: dict[str, Floats] = field(default_factory=dict)


class Past:
    """Everything that was answered, indexed by every key. It may hold the future too: only answers before a claim's
    submission count for it. `delay` moves every answer by so many days (-1: known a day too early, for the audit).
    """

    def __init__(self, past: Outcomes, delay: int = 0) -> None:
        self.outcomes = past
        day = days(past.line["remit_date"])
        self._day = np.where(day >= 0, day + delay, -1)
        self._usual: pl.DataFrame | None = None
        self._books: dict[str, dict[str, int]] = {}
        self._codes: dict[str, Codes] = {}
        self._as_of: dict[str, AsOf] = {}
        self._overall: dict[tuple[str, ...], AsOf] = {}
        shared: dict[tuple[object, ...], tuple[Codes, AsOf]] = {}
        encoded: dict[tuple[str, str], Integers] = {}
        for key in KEYS:
            same = (key.unit, key.columns, key.categories)
            if same not in shared:
                shared[same] = self._index(key, encoded)
            self._codes[key.name], self._as_of[key.name] = shared[same]
            if key.categories not in self._overall:
                known = self._day >= 0
                hit = denied(past.line, key.categories)
                self._overall[key.categories] = AsOf(np.zeros(known.sum(), np.int64), self._day[known], hit[known])

    def _index(self, key: Key, encoded: dict[tuple[str, str], Integers]) -> tuple[Codes, AsOf]:
        frame, codes = self.outcomes.claims.unit(key.unit), Codes()
        columns = []
        for name in key.columns:
            if (key.unit, name) not in encoded:
                values = strings(frame[name])
                if name not in self._books:
                    self._books[name] = {value: code for code, value in enumerate(values.unique().sort().to_list())}
                encoded[key.unit, name] = encode(values, self._books[name])
            columns.append(encoded[key.unit, name])
        code = codes.fit(columns, [len(self._books[name]) for name in key.columns])
        rows = frame["row"].to_numpy()
        known = self._day[rows] >= 0
        hit = denied(self.outcomes.line, key.categories)[rows]
        return codes, AsOf(code[known], self._day[rows][known], hit[known])

    def usual_modifiers(self, fewest: int) -> pl.DataFrame:
        """payer, procedure, usual: the modifiers with which the payer paid the code most often, if so many times."""
        if self._usual is None:
            lines = pl.concat([self.outcomes.claims.line, self.outcomes.line.drop("row")], how="horizontal")
            paid = lines.filter(pl.col("is_denied") == 0).group_by("payer", "procedure", "modifiers").agg(n=pl.len())
            paid = paid.sort("n", "modifiers", descending=[True, False])
            self._usual = paid.unique(["payer", "procedure"], keep="first", maintain_order=True)
        return self._usual.filter(pl.col("n") >= fewest).select("payer", "procedure", usual="modifiers")

    def counts(self, claims: Claims, key: Key, rows: Integers, window: int | None = None) -> tuple[Integers, Integers]:
        """Answered lines and denied ones of the key of these rows of its frame, of the last `window` days if given."""
        frame = claims.unit(key.unit)[rows]
        columns = [encode(strings(frame[name]), self._books.get(name, {})) for name in key.columns]
        code = self._codes[key.name].of(columns)
        n, d = self._as_of[key.name].before(code, days(frame["submission_date"]), window)
        return n, d.round().astype(np.int64)

    def of(self, claims: Claims) -> History:
        """The histories of these claims' lines, each as of its submission date; without one there is no history."""
        found = History()
        encoded: dict[tuple[str, str], Integers] = {}
        looked: dict[tuple[object, ...], tuple[Integers, Floats]] = {}
        base: dict[tuple[str, ...], Floats] = {}
        day = {unit: days(claims.unit(unit)["submission_date"]) for unit in ("line", "diagnosis", "pair")}
        of_code: dict[tuple[object, ...], Integers] = {}
        for key in KEYS:
            frame = claims.unit(key.unit)
            for name in key.columns:
                if (key.unit, name) not in encoded:
                    encoded[key.unit, name] = encode(strings(frame[name]), self._books.get(name, {}))
            same = (key.unit, key.columns, key.categories)
            if same not in of_code:
                of_code[same] = self._codes[key.name].of([encoded[key.unit, name] for name in key.columns])
            if (*same, key.latest) not in looked:
                latest = LATEST if key.latest else None
                looked[*same, key.latest] = self._as_of[key.name].before(
                    of_code[same], day[key.unit], key.window, latest
                )
            n, d = looked[*same, key.latest]
            if key.categories not in base:
                every, hits = self._overall[key.categories].before(np.zeros_like(day["line"]), day["line"])
                base[key.categories] = (hits + PULL * (0.01 if key.categories else 0.1)) / (every + PULL)
            parent = found.rate[key.parent] if key.parent else base[key.categories]
            if key.unit == "line":
                found.n[key.name], found.d[key.name] = n, d.round().astype(np.int64)
                found.rate[key.name] = (d + key.pull * parent) / (n + key.pull)
            else:
                _keep_worst(found, key, frame["row"].to_numpy().astype(np.int64), n, d, parent)
        return found


def _keep_worst(found: History, key: Key, rows: Integers, n: Integers, d: Floats, parent: Floats) -> None:
    """Reduce several rows a line (sorted by line) to the worst one; a line without any keeps its parent's rate."""
    rate = (d + key.pull * parent[rows]) / (n + key.pull)
    name, lines = key.name, len(parent)
    found.n[name], found.d[name] = np.zeros(lines, np.int64), np.zeros(lines, np.int64)
    found.rate[name], found.best[name], found.mean[name] = parent.copy(), parent.copy(), parent.copy()
    found.worst[name] = np.full(lines, -1, np.int64)
    if not len(rows):
        return
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    there, counts = rows[starts], np.diff(np.append(starts, len(rows)))
    highest = np.maximum.reduceat(rate, starts)
    at_highest = np.flatnonzero(rate == np.repeat(highest, counts))
    first = at_highest[np.unique(rows[at_highest], return_index=True)[1]]
    found.worst[name][there] = first
    found.n[name][there], found.d[name][there] = n[first], d[first].round().astype(np.int64)
    found.rate[name][there], found.best[name][there] = highest, np.minimum.reduceat(rate, starts)
    found.mean[name][there] = np.add.reduceat(rate, starts) / counts


def denied(line: pl.DataFrame, categories: tuple[str, ...]) -> Floats:
    """1 for each line that was denied (in one of these categories, if any is given), else 0."""
    if not categories:
        return line["is_denied"].fill_null(0).to_numpy()
    return line["denial_category"].is_in(list(categories)).fill_null(False).cast(pl.Float64).to_numpy()
