"""A stretch of X12 as one column of tokens, so that each output column is one gather and one cast.

A Python loop over segments reads 13 MB a CPU-second, this about 30 (FACTS.md). Segments are numbered from 0 within the
stretch; -1 stands for "no such segment" and reads as null everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from etl.x12.pieces import Delimiters

Positions = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]

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
    """The segments of a stretch of X12. Build with `split`.

    Ids and qualifiers are compared as numbers (their up to three bytes), which is ten times as fast as comparing text.
    """

    tokens: pl.Series
    starts: Positions  # where each token begins in `text`
    lengths: Positions
    first: Positions  # token index of each segment's id
    count: Positions  # tokens in each segment, the id included
    ids: Codes  # each segment's id as a number; 0 when it is hidden or no id
    text: bytes
    delimiters: Delimiters
    bad: list[BadValue] = field(default_factory=list)
    _where: dict[str, Positions] = field(default_factory=dict)
    _qualifiers: dict[str, tuple[Positions, Codes]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        return len(self.first)

    def where(self, *ids: str) -> Positions:
        """Positions of the segments with one of these ids, ascending."""
        key = " ".join(ids)
        if key not in self._where:
            self._where[key] = np.flatnonzero(_among(self.ids, ids)).astype(np.int64)
        return self._where[key]

    def id_at(self, segment: int) -> str:
        """The id of one segment."""
        return int(self.ids[segment]).to_bytes(3, "big").rstrip(b"\0").decode("latin-1")

    def bytes_at(self, start: int, end: int) -> bytes:
        """The text of the segments from `start` up to, not including, `end`, as it stands in the file."""
        return self.text[int(self.starts[self.first[start]]) : int(self.starts[self.first[end]])]

    def only(self, spans: list[tuple[int, int]]) -> Tokens:
        """The same stretch with all but the segments of these spans (first, last) made invisible to `where`."""
        ids = np.zeros_like(self.ids)
        for start, end in spans:
            ids[start : end + 1] = self.ids[start : end + 1]
        return replace(self, ids=ids, bad=[], _where={}, _qualifiers={})

    # one column ------------------------------------------------------------------------------------------------------

    def text_at(self, segments: Positions, element: int | Positions) -> pl.Series:
        """Element `element` of each segment as text; null where absent or empty."""
        if not self.n:
            return _nulls(len(segments))
        present = (segments >= 0) & (element < self.count[segments])
        index = np.where(present, self.first[segments] + element, 0)
        present &= self.lengths[index] > 0
        if not present.any():
            return _nulls(len(index))
        if present.all():
            return self.tokens.gather(index)
        return self.tokens.gather(index).zip_with(pl.Series(present), _nulls(len(index)))

    def amount_at(self, segments: Positions, element: int | Positions, name: str, scale: int = 2) -> pl.Series:
        """Element as DECIMAL(18, scale). What is no such number becomes null and is noted in `bad` (X12 type R)."""
        text = self.text_at(segments, element)
        if text.null_count() == len(text):
            return text.cast(pl.Decimal(18, scale))
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
        if text.null_count() == len(text):
            return text.cast(pl.Date)
        length = text.str.len_bytes()
        if length.min() == length.max() == 8:
            day = text.str.to_date("%Y%m%d", strict=False)
        else:
            digits = text.str.slice(-8) if end else text.str.slice(0, 8)
            day = digits.str.to_date("%Y%m%d", strict=False)
            day = day.set(length < 8, None)  # 2026011 is no day, though to_date takes it for one
        if day.null_count() > text.null_count():
            self._note(segments, text, day.is_null() & text.is_not_null(), name, "date")
        return day

    def components_at(self, segments: Positions, element: int | Positions, parts: int) -> list[pl.Series]:
        """The first `parts` components of a composite element, each as text."""
        text = self.text_at(segments, element)
        separator = self.delimiters.component.decode("latin-1")
        if not separator or text.null_count() == len(text):
            return [text, *(_nulls(len(text)) for _ in range(parts - 1))]
        split = text.str.split_exact(separator, parts - 1).struct.unnest().get_columns()
        return [column.set(column == "", None) for column in split]

    def _note(self, segments: Positions, text: pl.Series, wrong: pl.Series, name: str, kind: str) -> None:
        for row in wrong.arg_true().to_list()[:1000]:
            self.bad.append(BadValue(int(segments[row]), name, str(text[row]), kind))

    # which segments --------------------------------------------------------------------------------------------------

    def qualified(self, segment_id: str, *values: str, element: int = 1) -> Positions:
        """Segments of this id whose element (default 1, the qualifier) is one of the values."""
        key = f"{segment_id}@{element}"
        if key not in self._qualifiers:
            at = self.where(segment_id)
            at = at[self.count[at] > element]
            self._qualifiers[key] = (at, _codes(self.text, self.starts, self.lengths, self.first[at] + element))
        at, codes = self._qualifiers[key]
        return at[_among(codes, values)]

    def repeats(self, segments: Positions, start: int, width: int) -> tuple[Positions, Positions]:
        """Repeating groups of `width` elements from element `start` on: (segment, first element) of each group."""
        groups = np.maximum((self.count[segments] - start + width - 1) // width, 0) if len(segments) else segments
        row = np.repeat(np.arange(len(segments)), groups)
        ordinal = np.arange(len(row)) - np.repeat(np.cumsum(groups) - groups, groups)
        return segments[row], start + width * ordinal


def split(text: bytes, delimiters: Delimiters) -> Tokens:
    """Cut text in which every segment is terminated into tokens. Indents and byte-order marks around ids do not
    count."""
    separators = delimiters.element + delimiters.segment
    raw = np.frombuffer(text, np.uint8)
    cuts = np.flatnonzero((raw == separators[0]) | (raw == separators[1]))
    starts = np.zeros(len(cuts) + 1, np.int64)
    np.add(cuts, 1, out=starts[1:])
    lengths = np.append(cuts, len(text))
    lengths -= starts
    ends = np.flatnonzero(raw[cuts] == separators[1])
    first = np.zeros(len(ends), np.int64)
    np.add(ends[:-1], 1, out=first[1:])
    tokens = _tokens(text.translate(None, separators), starts)
    ids = _ids(text, starts, lengths, first)
    return Tokens(tokens, starts, lengths, first, ends - first + 1, ids, text, delimiters)


def _tokens(data: bytes, starts: Positions) -> pl.Series:
    """The tokens as a column over `data`, the text without its separators: no token is copied or looked at."""
    offsets = np.append(starts - np.arange(len(starts)), len(data))
    try:
        data.decode()
    except UnicodeDecodeError:
        latin = data.decode("latin-1")
        return pl.Series([latin[offsets[i] : offsets[i + 1]] for i in range(len(starts))], dtype=pl.String)
    array = pa.LargeStringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(data))
    return pl.Series(array)


def _ids(text: bytes, starts: Positions, lengths: Positions, first: Positions) -> Codes:
    """Segment ids as numbers. Those that do not begin with a capital are indented, in small letters or behind a BOM."""
    if not len(first):
        return np.empty(0, np.int32)
    codes = _codes(text, starts, lengths, first)
    raw = np.frombuffer(text, np.uint8)
    initial = raw[np.minimum(starts[first], len(raw) - 1)]
    for segment in np.flatnonzero((initial < ord("A")) | (initial > ord("Z"))).tolist():
        start = int(starts[first[segment]])
        name = text[start : start + int(lengths[first[segment]])].strip(b" \t\x00\x1a\xef\xbb\xbf").upper()
        codes[segment] = _number(name.decode("latin-1"))
    return codes


def _codes(text: bytes, starts: Positions, lengths: Positions, index: Positions) -> Codes:
    """Tokens of one to three bytes as numbers, longer ones as 0."""
    raw = np.frombuffer(text, np.uint8)
    start, length, last = starts[index], lengths[index], len(raw) - 1
    code = np.zeros(len(index), np.int32)
    for i in range(3):
        byte = raw[np.minimum(start + i, last)].astype(np.int32)
        byte[length <= i] = 0
        code += byte << (16 - 8 * i)
    code[length > 3] = 0
    return code


def _among(codes: Codes, names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Which codes are one of these names."""
    found: npt.NDArray[np.bool_] = np.zeros(len(codes), dtype=bool)
    for name in names:
        found |= codes == _number(name)
    return found


def _number(name: str) -> int:
    """An id or qualifier of up to three characters as `_codes` has it."""
    raw = name.encode("latin-1", "replace")
    return int.from_bytes(raw.ljust(3, b"\0"), "big") if len(raw) <= 3 else 0


def _nulls(n: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, n)


# loop context: which segment belongs to which ----------------------------------------------------------------------


def last_before(parents: Positions, positions: Positions) -> Positions:
    """Index into `parents` of the nearest one at or before each position; -1 when there is none."""
    return np.searchsorted(parents, positions, "right").astype(np.int64) - 1


def pick(values: Positions, index: Positions) -> Positions:
    """`values[index]`, with -1 where the index is -1."""
    return np.append(values, _NONE)[index]


def ordinals(owners: Positions) -> Positions:
    """The place of each row among the rows of its owner, from 1; `owners` must be ascending."""
    return np.arange(len(owners)) - np.searchsorted(owners, owners) + 1


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
