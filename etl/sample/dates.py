"""The simulated calendar: a fixed window, so that the same seed writes the same bytes on any day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

START = date(2025, 5, 1)
END = date(2026, 10, 31)
MIDDLE = date(2026, 1, 31)
QUARTER = (date(2026, 1, 1), date(2026, 3, 31))

TUESDAY, FRIDAY = 1, 4
LAST_SUBMISSION = date(2026, 10, 30)


def plus(day: date, days: int) -> date:
    """The day that many days later."""
    return day + timedelta(days=days)


def weekday_on_or_after(day: date, weekday: int) -> date:
    """The first such weekday (0 = Monday) that is not before the day."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def submission_day(day: date) -> date:
    """The next day on which the practice sends claims: Tuesday or Friday."""
    return min(weekday_on_or_after(day, TUESDAY), weekday_on_or_after(day, FRIDAY))


@lru_cache(maxsize=4096)
def ccyymmdd(day: date) -> str:
    """20261031."""
    return day.strftime("%Y%m%d")


@lru_cache(maxsize=4096)
def yymmdd(day: date) -> str:
    """261031, as ISA09 wants it."""
    return day.strftime("%y%m%d")


def month_of(day: date) -> str:
    """The month's first day in ISO form, the value of the `month` dimension."""
    return f"{day.year:04d}-{day.month:02d}-01"
