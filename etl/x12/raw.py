"""Bytes to columns: text, codes and days straight from where they stand, with no object per value.

Eight bytes from any place are one read of an overlapping view, so a column of short values costs a few vector
operations. A text column is Arrow's string view: up to 12 bytes inline, longer ones point into the file's text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Positions = npt.NDArray[np.int64]
Offsets = npt.NDArray[np.int32]
Codes = npt.NDArray[np.uint32]
Mask = npt.NDArray[np.bool_]

PADDING = bytes(16)
_VIEW = np.dtype([("length", "<i4"), ("head", "<u4"), ("rest", "<u8")])
_INLINE = 12
# days since 1970-01-01 of the first day of each month from 1900-01 to 2100-01
_MONTHS = np.arange("1900-01", "2100-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
# keep the first n bytes of a little-endian word
_KEEP_4 = np.array([(1 << 8 * n) - 1 for n in range(5)], dtype=np.uint32)
_KEEP_8 = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)


class Raw:
    """The text of a stretch, with `PADDING` behind its end. Offsets are in bytes."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self._end = len(text) - len(PADDING)
        self._buffer = pa.py_buffer(text)
        self._words = np.ndarray((self._end + 9,), "<u8", text, 0, (1,))
        self._halves = np.ndarray((self._end + 13,), "<u4", text, 0, (1,))
        # a separator beyond ASCII in a file that is latin-1 is rare
        self.encoding = "utf-8" if text.isascii() or _is_utf_8(text) else "latin-1"

    def texts(self, start: Offsets, length: Offsets) -> pl.Series:
        """Text of `length` bytes from `start`; null where the length is 0 or less."""
        present = length > 0
        if not present.any():
            return nulls(len(start))
        if self.encoding == "latin-1":
            values = [self.text[s : s + n].decode(self.encoding) or None for s, n in zip(start, length, strict=True)]
            return pl.Series(values, dtype=pl.String)
        longest = length.max()
        views = np.zeros(len(start), _VIEW)
        views["length"] = length
        views["head"] = self._halves[start] & _KEEP_4.take(length, mode="clip")
        if longest > 4:
            views["rest"] = self._words[np.minimum(start + 4, self._end)] & _KEEP_8.take(length - 4, mode="clip")
        if longest > _INLINE:
            long = np.flatnonzero(length > _INLINE)
            views["rest"][long] = start[long].astype(np.uint64) << np.uint64(32)  # buffer 0, offset
        validity = None
        if not present.all():
            views["length"][~present] = 0
            validity = pa.py_buffer(np.packbits(present, bitorder="little"))
        column = pa.Array.from_buffers(pa.string_view(), len(start), [validity, pa.py_buffer(views), self._buffer])
        return pl.Series(_Lent(column))

    def has_finer(self, start: Offsets, length: Offsets, decimals: int) -> bool:
        """Whether any of these numbers may have more decimals than this: a point stands further from its end."""
        before = length - decimals - 1
        if not len(before) or before.max() > 8:
            return True  # too long for one word: let the caller look at the text
        word = (self._words[start] & _KEEP_8.take(before, mode="clip")) ^ np.uint64(0x2E2E2E2E2E2E2E2E)
        points = (word - np.uint64(0x0101010101010101)) & ~word & np.uint64(0x8080808080808080)
        return bool(points.any())

    def codes(self, start: Offsets, length: Offsets) -> Codes:
        """Values of one to three bytes as numbers (see `code`), longer ones as 0."""
        found: Codes = self._halves[start] & _KEEP_4.take(length, mode="clip")
        found[length > 3] = 0
        return found

    def days(self, start: Offsets) -> tuple[npt.NDArray[np.int32], Mask]:
        """The eight bytes from `start` as CCYYMMDD: days since 1970-01-01, and whether they are a day of the years 1900
        to 2099 (others are signs for "no day", and would last for ever)."""
        word = self._words[start]
        digit = word - np.uint64(0x3030303030303030)  # wraps for what is no digit, and is then found out
        is_digits = (word & np.uint64(0xF0F0F0F0F0F0F0F0)) == np.uint64(0x3030303030303030)
        is_digits &= ((digit + np.uint64(0x0606060606060606)) & np.uint64(0xF0F0F0F0F0F0F0F0)) == 0
        pair = digit * np.uint64(10) + (digit >> np.uint64(8))  # every other byte: 10 x one digit + the next
        century, year, month, day = ((pair >> np.uint64(shift)) & np.uint64(0xFF) for shift in (0, 16, 32, 48))
        months = ((century * np.uint64(100) + year) * np.uint64(12) + month).view(np.int64) - (1900 * 12 + 1)
        is_day = is_digits & (month >= 1) & (month <= 12) & (day >= 1) & (months >= 0) & (months < len(_MONTHS) - 1)
        found = _MONTHS.take(months, mode="clip") + day.view(np.int64) - 1
        is_day &= found < _MONTHS.take(months + 1, mode="clip")
        return found.astype(np.int32), is_day


class _Lent:
    """An Arrow array by its C interface: for one that it knows as pyarrow's, Polars imports pyarrow.compute, a tenth of
    a second."""

    def __init__(self, column: pa.Array) -> None:
        self._column = column

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]:
        pair: tuple[object, object] = self._column.__arrow_c_array__(requested_schema)
        return pair


def code(name: str) -> int:
    """An id or qualifier of up to three characters as `Raw.codes` has it; 0 for a longer one."""
    raw = name.encode("latin-1", "replace")
    return int.from_bytes(raw, "little") if len(raw) <= 3 else 0


def name(number: int) -> str:
    """What a code stands for."""
    return int(number).to_bytes(4, "little").rstrip(b"\0").decode("latin-1")


def nulls(n: int) -> pl.Series:
    """A text column of `n` nulls."""
    return pl.Series([None], dtype=pl.String).new_from_index(0, n)


def _is_utf_8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
