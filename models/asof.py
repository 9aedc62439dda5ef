"""Sums over what was known before a day, by key: sorted once, then two binary searches a question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# 358 years of days: a (key, day) pair fits in one integer
_SPAN = 1 << 17
# codes above this are numbered anew before they are combined with more columns
_MOST_CODES = 1 << 40


class AsOf:
    """Sums over events of the same key with a day strictly before (and, with a window, not longer ago than)."""

    def __init__(self, key: Integers, day: Integers, value: Floats) -> None:
        """Events: integer keys from 0, days since 1970, and what to sum."""
        at = key * _SPAN + day
        order = np.argsort(at, kind="stable")
        self._at = at[order]
        self._sum = np.concatenate([[0.0], np.cumsum(value[order])])

    def before(
        self, key: Integers, day: Integers, window: int | None = None, latest: int | None = None
    ) -> tuple[Integers, Floats]:
        """Per query: the number of events (of the last `window` days, at most the `latest`), and the sum of their
        values. A key of -1 is one never seen.
        """
        start = np.maximum(day - window, 0) if window else np.zeros_like(day)
        seen = key >= 0
        first = np.searchsorted(self._at, key * _SPAN + start, "left")
        last = np.searchsorted(self._at, key * _SPAN + day, "left")
        if latest:
            first = np.maximum(first, last - latest)
        n = np.where(seen, np.maximum(last - first, 0), 0)
        return n, np.where(n > 0, self._sum[last] - self._sum[first], 0.0)


class Codes:
    """Integers for combinations of column values, exact (no hashing); -1 for a combination never seen."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, Integers | None]] = []

    def fit(self, columns: Sequence[Integers], sizes: Sequence[int]) -> Integers:
        code, size = columns[0], sizes[0]
        for column, of in zip(columns[1:], sizes[1:], strict=True):
            code, size, known = code * of + column, size * of, None
            if size > _MOST_CODES:
                known, code = np.unique(code, return_inverse=True)
                size = len(known)
            self._steps.append((of, known))
        return code

    def of(self, columns: Sequence[Integers]) -> Integers:
        code, seen = columns[0], columns[0] >= 0
        for column, (of, known) in zip(columns[1:], self._steps, strict=True):
            code, seen = code * of + column, seen & (column >= 0)
            if known is not None:
                at = np.minimum(np.searchsorted(known, code), len(known) - 1)
                seen = seen & (known[at] == code) if len(known) else np.zeros_like(seen)
                code = at
        return np.where(seen, code, -1)


def days(dates: pl.Series) -> Integers:
    """Days since 1970, -1 where there is no date (before every event)."""
    return dates.cast(pl.Date).cast(pl.Int32).cast(pl.Int64).fill_null(-1).to_numpy()


def strings(values: pl.Series) -> pl.Series:
    return values.cast(pl.String).fill_null("")


def encode(values: pl.Series, book: dict[str, int]) -> Integers:
    """Each value's number, -1 for one that the past never held."""
    if len(values) < 100:
        return np.array([book.get(value, -1) for value in values], dtype=np.int64)
    there = values.unique()
    codes = pl.DataFrame(
        {"value": there, "code": [book.get(value, -1) for value in there]}, schema_overrides={"code": pl.Int64}
    )
    return pl.DataFrame({"value": values}).join(codes, on="value", how="left", maintain_order="left")["code"].to_numpy()
