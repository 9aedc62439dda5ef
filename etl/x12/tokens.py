"""A stretch of X12 as one column of tokens, so that each output column is one gather and one cast.

A Python loop over segments reads 13 MB a CPU-second, this about 30 (FACTS.md). Segments are numbered from 0 within the
stretch; -1 stands for "no such segment" and reads as null everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.x12.pieces import Delimiters

Positions = npt.NDArray[np.int64]

_NONE = np.int64(-1)


@dataclass(slots=True)
class BadValue:
    """A value that could not be read: `segment` is its position in the stretch."""

    segment: int
    element: str
    found: str
    kind: str


@dataclass(slots=True)
class Tokens:
    """The segments of a stretch of X12. Build with `split`."""

    tokens: pl.Series
    first: Positions  # token index of each segment's id
    count: Positions  # tokens in each segment, the id included
    ids: pl.Series
    byte_start: Positions  # where each segment begins in `text`
    text: bytes
    delimiters: Delimiters
    bad: list[BadValue] = field(default_factory=list)
    _where: dict[str, Positions] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.first)

    def where(self, *ids: str) -> Positions:
        """Positions of the segments with one of these ids, ascending."""
        key = " ".join(ids)
        if key not in self._where:
            mask = self.ids == ids[0] if len(ids) == 1 else self.ids.is_in(list(ids))
            self._where[key] = mask.arg_true().to_numpy().astype(np.int64)
        return self._where[key]

    def only(self, spans: list[tuple[int, int]]) -> Tokens:
        """The same stretch with all but the segments of these spans (first, last) made invisible to `where`."""
        hidden = np.ones(self.n, dtype=bool)
        for start, end in spans:
            hidden[start : end + 1] = False
        ids = pl.select(pl.when(~pl.Series(hidden)).then(self.ids)).to_series()
        return Tokens(self.tokens, self.first, self.count, ids, self.byte_start, self.text, self.delimiters)

    # one column ------------------------------------------------------------------------------------------------------

    def text_at(self, segments: Positions, element: int | Positions) -> pl.Series:
        """Element `element` of each segment as text; null where absent or empty."""
        present = (segments >= 0) & (element < self.count[segments]) if self.n else np.zeros(len(segments), dtype=bool)
        index = np.where(present, self.first[segments] + element, 0) if self.n else segments
        if present.all():
            return self.tokens.gather(index) if len(index) else _nulls(0)
        return self.tokens.gather(index).zip_with(pl.Series(present), _nulls(len(index)))

    def amount_at(self, segments: Positions, element: int | Positions, name: str, scale: int = 2) -> pl.Series:
        """Element as DECIMAL(18, scale). What is no such number becomes null and is noted in `bad` (X12 type R)."""
        text = self.text_at(segments, element)
        value = text.cast(pl.Decimal(18, scale), strict=False)
        if value.null_count() > text.null_count():
            text = text.str.strip_chars()
            text = text.set(text == "", None)
            value = text.cast(pl.Decimal(18, scale), strict=False)
            self._note(segments, text, value.is_null() & text.is_not_null(), name, "amount")
        finer = text.str.contains(rf"\.\d{{{scale + 1}}}")
        if finer.any():
            exact = text.cast(pl.Decimal(30, 12), strict=False)
            self._note(
                segments, text, finer.fill_null(False) & (exact != value.cast(pl.Decimal(30, 12))), name, "amount"
            )
        return value

    def date_at(self, segments: Positions, element: int, name: str, end: bool = False) -> pl.Series:
        """Element as a date: CCYYMMDD, or CCYYMMDD-CCYYMMDD of which the first (with `end`: last) day counts."""
        text = self.text_at(segments, element)
        digits = text.str.slice(-8) if end else text.str.slice(0, 8)
        day = digits.str.to_date("%Y%m%d", strict=False)
        short = digits.str.len_bytes() < 8
        if short.any():
            day = day.set(short, None)  # 2026011 is no day, though to_date takes it for one
        if day.null_count() > text.null_count():
            self._note(segments, text, day.is_null() & text.is_not_null(), name, "date")
        return day

    def components_at(self, segments: Positions, element: int | Positions, parts: int) -> list[pl.Series]:
        """The first `parts` components of a composite element, each as text."""
        text = self.text_at(segments, element)
        separator = self.delimiters.component.decode("latin-1")
        if not separator:
            return [text, *(_nulls(len(text)) for _ in range(parts - 1))]
        split = text.str.split_exact(separator, parts - 1).struct.unnest().get_columns()
        return [column.set(column == "", None) for column in split]

    def _note(self, segments: Positions, text: pl.Series, wrong: pl.Series, name: str, kind: str) -> None:
        for row in wrong.arg_true().to_list()[:1000]:
            self.bad.append(BadValue(int(segments[row]), name, str(text[row]), kind))

    # which segments --------------------------------------------------------------------------------------------------

    def qualified(self, segment_id: str, *values: str, element: int = 1) -> Positions:
        """Segments of this id whose element (default 1, the qualifier) is one of the values."""
        key = f"{segment_id}@{element} {' '.join(values)}"
        if key not in self._where:
            at = self.where(segment_id)
            self._where[key] = at[self.text_at(at, element).is_in(list(values)).fill_null(False).to_numpy()]
        return self._where[key]

    def repeats(self, segments: Positions, start: int, width: int) -> tuple[Positions, Positions]:
        """Repeating groups of `width` elements from element `start` on: (segment, first element) of each group."""
        groups = np.maximum((self.count[segments] - start + width - 1) // width, 0) if len(segments) else segments
        row = np.repeat(np.arange(len(segments)), groups)
        ordinal = np.arange(len(row)) - np.repeat(np.cumsum(groups) - groups, groups)
        return segments[row], start + width * ordinal


def split(text: bytes, delimiters: Delimiters) -> Tokens:
    """Cut text in which every segment is terminated into tokens. Indents and byte-order marks around ids do not
    count."""
    terminator = delimiters.segment
    raw = np.frombuffer(text, np.uint8)
    cuts = np.flatnonzero((raw == delimiters.element[0]) | (raw == terminator[0]))
    ends = np.flatnonzero(raw[cuts] == terminator[0])
    first = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64) if len(ends) else np.empty(0, np.int64)
    byte_start = np.where(first > 0, cuts[first - 1] + 1, 0) if len(ends) else np.empty(0, np.int64)
    flat = text.replace(terminator, delimiters.element)
    separator = delimiters.element.decode("latin-1")
    try:
        decoded = flat.decode()
    except UnicodeDecodeError:
        decoded = flat.decode("latin-1")
    tokens = pl.Series([decoded]).str.split(separator).explode()
    tokens = tokens.set(tokens == "", None)
    ids = tokens.gather(first).str.strip_chars(" \t\ufeff\x00\x1a").str.to_uppercase() if len(first) else _nulls(0)
    return Tokens(tokens, first, ends - first + 1, ids, byte_start, text, delimiters)


def _nulls(n: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, n)


# loop context: which segment belongs to which ----------------------------------------------------------------------


def last_before(parents: Positions, positions: Positions) -> Positions:
    """Index into `parents` of the nearest one at or before each position; -1 when there is none."""
    return np.searchsorted(parents, positions, "right").astype(np.int64) - 1


def pick(values: Positions, index: Positions) -> Positions:
    """`values[index]`, with -1 where the index is -1."""
    return np.append(values, _NONE)[index]


def next_after(positions: Positions, breaks: Positions, end: int) -> Positions:
    """The nearest of `breaks` strictly after each position, else `end`."""
    return np.append(breaks, end)[np.searchsorted(breaks, positions, "right")]


def first_between(starts: Positions, limits: Positions, candidates: Positions) -> Positions:
    """The first candidate after each start and before its limit; -1 when there is none (or the start is -1)."""
    if not len(candidates):
        return np.full(len(starts), _NONE)
    found = np.append(candidates, np.iinfo(np.int64).max)[np.searchsorted(candidates, starts, "right")]
    return np.where((found < limits) & (starts >= 0), found, _NONE)


def either(preferred: Positions, *others: Positions) -> Positions:
    """The first of several choices that exists (is not -1), row by row."""
    for other in others:
        preferred = np.where(preferred >= 0, preferred, other)
    return preferred


def union(*positions: Positions) -> Positions:
    """All positions together, ascending."""
    return np.sort(np.concatenate(positions))


def index_column(index: Positions) -> pl.Series:
    """An index as a column, null where it is -1."""
    series = pl.Series(index)
    return series if not len(index) or index.min() >= 0 else series.set(series < 0, None)
