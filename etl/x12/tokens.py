"""A stretch of X12 as numbers of where its tokens stand, so that each output column is one gather and one cast.

A Python loop over segments reads 13 MB a CPU-second, this about 30 (FACTS.md). Segments are numbered from 0 within the
stretch; -1 stands for "no such segment" and reads as null everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.x12 import raw
from etl.x12.pieces import Delimiters
from etl.x12.raw import Codes, Mask, Offsets, Raw
from etl.x12.raw import Positions as Positions  # the parsers speak of them

# no claim and no deposit is larger; with a digit more, sums would outgrow DECIMAL(18, 2)
TOO_LARGE = 10**11

_NONE = np.int64(-1)
_BLOCK = 1 << 18


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

    raw: Raw
    starts: Offsets  # where each token begins, and one more: where the next would
    first: Positions  # token index of each segment's id
    count: npt.NDArray[np.int32]  # tokens in each segment, the id included
    ids: Codes  # each segment's id as a number; 0 when it is hidden or no id
    delimiters: Delimiters
    is_plain: bool = True  # every id begins with a capital: no indents, small letters or byte-order marks
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
            self._where[key] = np.flatnonzero(_among(self.ids, ids))
        return self._where[key]

    def id_at(self, segment: int) -> str:
        """The id of one segment."""
        return raw.name(self.ids[segment])

    def elements(self, segment: int, n: int) -> list[str | None]:
        """A segment's first `n` elements, the id included, missing ones as None."""
        start = int(self.starts[self.first[segment]])
        end = int(self.starts[self.first[segment] + self.count[segment]]) - 1
        tokens = self.raw.text[start:end].split(self.delimiters.element, n)[:n]
        values = [token.decode(self.raw.encoding) or None for token in tokens]
        return values + [None] * (n - len(values))

    def bytes_at(self, start: int, end: int) -> bytes:
        """The text of the segments from `start` up to, not including, `end`, as it stands in the file."""
        return self.raw.text[int(self.starts[self.first[start]]) : int(self.starts[self.first[end]])]

    def only(self, spans: list[tuple[int, int]]) -> Tokens:
        """The same stretch with all but the segments of these spans (first, last) made invisible to `where`."""
        ids = np.zeros_like(self.ids)
        for start, end in spans:
            ids[start : end + 1] = self.ids[start : end + 1]
        return replace(self, ids=ids, bad=[], _where={}, _qualifiers={})

    # one column ------------------------------------------------------------------------------------------------------

    def text_at(self, segments: Positions, element: int | Positions) -> pl.Series:
        """Element `element` of each segment as text; null where absent or empty."""
        return self.raw.texts(*self._element(segments, element))

    def amount_at(self, segments: Positions, element: int | Positions, name: str, scale: int = 2) -> pl.Series:
        """Element as DECIMAL(18, scale). What is no such number becomes null and is noted in `bad` (X12 type R)."""
        start, length = self._element(segments, element)
        text = self.raw.texts(start, length)
        if text.null_count() == len(text):
            return text.cast(pl.Decimal(18, scale))
        value = text.cast(pl.Decimal(18, scale), strict=False)
        if value.null_count() > text.null_count():
            text = text.str.strip_chars()
            text = text.set(text == "", None)
            value = text.cast(pl.Decimal(18, scale), strict=False)
            self.note(segments, text, value.is_null() & text.is_not_null(), name, "amount")
        if length.max() > 11:
            self.note(segments, text, value.abs() >= TOO_LARGE, name, "size")
        if self.raw.has_finer(start, length, scale):
            finer = text.str.contains(rf"\.\d{{{scale + 1}}}")
            exact = text.cast(pl.Decimal(30, 12), strict=False)
            self.note(
                segments, text, finer.fill_null(False) & (exact != value.cast(pl.Decimal(30, 12))), name, "amount"
            )
        return value

    def date_at(self, segments: Positions, element: int, name: str, end: bool = False) -> pl.Series:
        """Element as a date: CCYYMMDD, perhaps with a time behind it, or CCYYMMDD-CCYYMMDD of which the first (with
        `end`: last) day counts."""
        start, length = self._element(segments, element)
        is_long_enough = length >= 8  # 2026011 is no day
        if not is_long_enough.any():
            value, is_day = pl.Series([None], dtype=pl.Date).new_from_index(0, len(start)), is_long_enough
        else:
            days, is_day = self.raw.days(np.where(length >= 17, start + length - 8, start) if end else start)
            is_day &= is_long_enough
            value = pl.Series(days).cast(pl.Date)
            if end and (length >= 17).any():
                first, is_first = self.raw.days(start)
                wrong = (length >= 17) & is_day & is_first & (first > days)
                self.note(segments, self.raw.texts(start, length), pl.Series(wrong), name, "range")
            if not is_day.all():
                value = value.set(pl.Series(~is_day), None)
        wrong = (length > 0) & ~is_day
        if wrong.any():
            self.note(segments, self.raw.texts(start, length), pl.Series(wrong), name, "date")
        return value

    def components_at(self, segments: Positions, element: int | Positions, parts: int) -> list[pl.Series]:
        """The first `parts` components of a composite element, each as text."""
        text = self.text_at(segments, element)
        separator = self.delimiters.component.decode("latin-1")
        if not separator or text.null_count() == len(text):
            return [text, *(raw.nulls(len(text)) for _ in range(parts - 1))]
        split = text.str.split_exact(separator, parts - 1).struct.unnest().get_columns()
        return [column.set(column == "", None) for column in split]

    def _element(self, segments: Positions, element: int | Positions) -> tuple[Offsets, Offsets]:
        """Where an element of each segment begins and how long it is, 0 when absent or empty."""
        nowhere = np.zeros(len(segments), np.int32)
        if not self.n:
            return nowhere, nowhere
        is_present = (element < self.count.take(segments)) & (segments >= 0)  # take(-1) is the last one: no harm
        if not is_present.any():
            return nowhere, nowhere
        token = self.first.take(segments)
        token += element
        if is_present.all():
            return self._spans(token)
        start, length = self._spans(np.where(is_present, token, 0))
        length[~is_present] = 0
        return start, length

    def _spans(self, token: Positions) -> tuple[Offsets, Offsets]:
        start = self.starts.take(token)
        length = self.starts.take(token + 1)
        length -= start
        length -= 1
        return start, length

    def note(self, segments: Positions, text: pl.Series, wrong: pl.Series, name: str, kind: str) -> None:
        """Note in `bad` the first thousand of these segments that are `wrong`, with the text of element `name`."""
        for row in wrong.arg_true().to_list()[:1000]:
            self.bad.append(BadValue(int(segments[row]), name, str(text[row]), kind))

    def orphans(self, segments: Positions, parent: str) -> None:
        """Note segments outside of the loop that they belong to; `parent` names the segment that opens it."""
        self.bad += [BadValue(at, self.id_at(at), parent, "orphan") for at in segments.tolist()]

    # which segments --------------------------------------------------------------------------------------------------

    def qualified(self, segment_id: str, *values: str, element: int = 1) -> Positions:
        """Segments of this id whose element (default 1, the qualifier) is one of the values."""
        key = f"{segment_id}@{element}"
        if key not in self._qualifiers:
            at = self.where(segment_id)
            at = at[self.count[at] > element]
            self._qualifiers[key] = (at, self.raw.codes(*self._spans(self.first[at] + element)))
        at, codes = self._qualifiers[key]
        return at[_among(codes, values)]

    def repeats(self, segments: Positions, start: int, width: int) -> tuple[Positions, Positions]:
        """Repeating groups of `width` elements from element `start` on: (segment, first element) of each group."""
        groups = np.maximum((self.count[segments] - start + width - 1) // width, 0) if len(segments) else segments
        row = np.repeat(np.arange(len(segments)), groups)
        ordinal = np.arange(len(row)) - np.repeat(np.cumsum(groups) - groups, groups)
        return segments[row], start + width * ordinal


def split(text: bytes, delimiters: Delimiters) -> Tokens:
    """Cut text in which every segment is terminated, and behind which is `raw.PADDING`, into tokens. Indents and
    byte-order marks around ids do not count."""
    element, segment = delimiters.element[0], delimiters.segment[0]
    values = np.frombuffer(text, np.uint8)[: -len(raw.PADDING)]
    starts, n = np.empty(len(values) + 1, np.int32), 1  # what is not filled takes no memory
    starts[0] = 0
    for at in range(0, len(values), _BLOCK):  # a block at a time: its masks stay in the processor's cache
        block = values[at : at + _BLOCK]
        cuts = np.flatnonzero((block == element) | (block == segment))
        np.add(cuts, at + 1, out=starts[n : n + len(cuts)], casting="same_kind")
        n += len(cuts)
    starts = starts[:n]
    ends = np.flatnonzero(values.take(starts[1:] - 1) == segment)
    first = np.zeros(len(ends), np.int64)
    np.add(ends[:-1], 1, out=first[1:])
    count = (ends - first + 1).astype(np.int32)
    del ends
    tokens = Tokens(Raw(text), starts, first, count, np.empty(0, np.uint32), delimiters)
    tokens.ids, tokens.is_plain = _ids(tokens)
    return tokens


def _ids(tokens: Tokens) -> tuple[Codes, bool]:
    """Segment ids as numbers, and whether all begin with a capital. The others are indented, in small letters or behind
    a byte-order mark."""
    start, length = tokens._spans(tokens.first)
    codes = tokens.raw.codes(start, length)
    initial = codes & np.uint32(0xFF)  # 0 of a longer one: it may be indented
    odd = np.flatnonzero((initial < ord("A")) | (initial > ord("Z"))).tolist()
    for segment in odd:
        token = tokens.raw.text[start[segment] : start[segment] + length[segment]]
        codes[segment] = raw.code(token.strip(b" \t\x00\x1a\xef\xbb\xbf").upper().decode("latin-1"))
    return codes, not odd


def _among(codes: Codes, names: tuple[str, ...]) -> Mask:
    """Which codes are one of these names."""
    found: Mask = np.zeros(len(codes), dtype=bool)
    for name in names:
        found |= codes == raw.code(name)
    return found


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
