"""What a chart shows first, in a sentence under its title. Of people nothing is singled out: nobody is ranked."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboard import words
from dashboard.question import Question

_PEOPLE = {"coder_id", "biller_id", "staff_id", "team", "employment", "credential", "tenure", "audit_field"}


def first(question: Question, frame: pl.DataFrame, names: Mapping[str, str]) -> str:
    """The largest part and its share of the whole, or between what the months lie; empty where neither can be said."""
    if question.dims == ("month",):
        return _months(question, frame)
    is_sum = question.measure.denominator is None and (frame["numerator"] >= 0).all()
    return "" if not is_sum or set(question.dims) & _PEOPLE else _largest(question, frame, names)


def _largest(question: Question, frame: pl.DataFrame, names: Mapping[str, str]) -> str:
    dims = [dim for dim in question.dims if dim != "ar_bucket"]  # an age is no part to single out
    parts = (
        frame.group_by(dims)
        .agg(pl.col("numerator").sum())
        .sort("numerator", *dims, descending=[True, *[False] * len(dims)])
    )
    whole, most = parts["numerator"].sum(), parts.row(0, named=True)
    name = ", ".join(names.get(str(most[dim]), words.plain(most[dim])) for dim in dims)
    amounts = [words.number(question.measure, value) for value in (most["numerator"], whole)]
    share = words.rate(float(most["numerator"]) / float(whole))
    return f"Most: {name}, {amounts[0]} ({share} of {amounts[1]})" if parts.height > 1 else ""


def _months(question: Question, frame: pl.DataFrame) -> str:
    """Months that are young, or of which the period holds only a part, are left out."""
    scope, month_end = question.scope, pl.col("month").dt.month_end()
    settled = ~pl.col("is_provisional") if "is_provisional" in frame.columns else pl.lit(True)
    whole = frame.drop_nulls("value").filter(settled & (pl.col("month") >= scope.start) & (month_end <= scope.end))
    if whole.height < 2:
        return ""
    ends = [whole.sort("value", "month").row(at, named=True) for at in (0, -1)]
    low, high = (f"{words.number(question.measure, end['value'])} ({end['month']:%b %Y})" for end in ends)
    kind = "Settled" if question.is_sent else "Whole"
    return f"{kind} months lie between {low} and {high}"
