"""Which claims a model may learn from, and in which order: time-ordered, with young claims left out, not counted as
paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import numpy.typing as npt

from models.frames import text

MATURE_SHARE = 0.95
_BURN_IN_DAYS = 90
_VERY_MANY = 50_000


@dataclass(frozen=True, slots=True)
class Maturity:
    """Which submissions are old enough: `answer_days` is how long 95 % of the answers take at most.

    submitted, adjudicated: claims submitted up to `until`, and how many of them are answered; younger: claims after it.
    """

    until: date
    answer_days: int
    submitted: int
    adjudicated: int
    younger: int


def maturity(connection: duckdb.DuckDBPyConnection) -> Maturity | None:
    """Measured on the older half of the submissions, whose late answers have come; None when nothing is adjudicated.

    Claims up to `until` had at least `answer_days` to be answered, so what is still open among them is a small rest.
    """
    # fetchone would leave the connection busy (DuckDB 2.0)
    rows = connection.execute(text("maturity"), {"share": MATURE_SHARE}).fetchall()
    return Maturity(*rows[0]) if rows and rows[0][0] is not None else None


@dataclass(frozen=True, slots=True)
class Split:
    """Row positions of each part, oldest first, and the first day of the test."""

    train: npt.NDArray[np.int64]
    calibrate: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    test_from: date


def usable(submitted: npt.NDArray[np.datetime64], ripe: Maturity) -> npt.NDArray[np.int64]:
    """Positions of claims old enough to be answered and young enough to have a history, by submission date.

    The first three months (at most a sixth of the period) only fill the histories.
    """
    first, last = submitted.min(), np.datetime64(ripe.until)
    burn_in = min(_BURN_IN_DAYS, int((last - first).astype(int)) // 6)
    inside = np.flatnonzero((submitted >= first + np.timedelta64(burn_in, "D")) & (submitted <= last))
    return inside[np.argsort(submitted[inside], kind="stable")]


def split(
    submitted: npt.NDArray[np.datetime64],
    remitted: npt.NDArray[np.datetime64],
    rows: npt.NDArray[np.int64],
    answer_days: int,
) -> Split:
    """Train older, calibrate later, test the latest fifth.

    What trains or calibrates was submitted `answer_days` before the test began, and answered before it: a claim whose
    answer was then still open is no example, and neither are younger ones, whose quick answers are not like the rest.
    """
    test_from = submitted[rows[int(len(rows) * 0.8)]]
    test = rows[submitted[rows] >= test_from]
    is_known = (submitted[rows] < test_from - np.timedelta64(answer_days, "D")) & (remitted[rows] < test_from)
    known = rows[is_known]
    cut = calibrate_from(len(known))
    day: date = test_from.astype("datetime64[D]").item()
    return Split(known[:cut], known[cut:], test, day)


def calibrate_from(n: int) -> int:
    """Where, among n rows in order of time, training ends and calibration begins: the latest 15 %, of very many the
    latest 10 % (what is older calibrates for policies that have changed since).
    """
    return int(n * (0.85 if n < _VERY_MANY else 0.9))


def until_text(ripe: Maturity) -> str:
    """How young claims were handled, in a sentence."""
    share = ripe.adjudicated / ripe.submitted if ripe.submitted else 0.0
    after = (ripe.until + timedelta(days=1)).isoformat()
    return (
        f"95 % of answers come within {ripe.answer_days} days, so only claims submitted up to {ripe.until} count "
        f"({share:.1%} of them are answered); {ripe.younger:,} claims submitted from {after} on wait and are "
        "not counted as paid."
    )
