"""The views, in the order in which they build on each other.

A view is one select in sql/views; its first line states its grain. How it is kept is said here. For a past day the
views that depend on the day are computed anew from their text, as common table expressions.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

SQL = Path(__file__).parent / "sql"

ORDER = (
    "file_answer",
    "payer_key",
    "payer",
    "payment",
    "line_match",
    "line_weight",
    "line_share",
    "line_adjustment",
    "payment_line",
    "split_payment",
    "adjudication",
    "denied_line",
    "claim_root",
    "claim_answer",
    "claim_outcome",
    "denial",
    "claim_staff",
    "claim_balance",
    "receivable",
    "cash",
    "deposit",
    "coding_audit_line",
)

# computed by the load and kept as tables: each row belongs to one claim root, so a load computes only those it touches
KEPT = (
    "payment",
    "line_match",
    "line_share",
    "payment_line",
    "split_payment",
    "adjudication",
    "denied_line",
    "claim_root",
    "claim_answer",
    "denial",
    "claim_balance",
)
# small, and kept whole
SMALL = ("payer_key", "payer")
# a step on the way that nobody asks for
PASSING = ("line_weight",)
# all others are a join away from what is kept: real views in the warehouse file


@cache
def text(view: str) -> str:
    """The select of a view."""
    return (SQL / "views" / f"{view}.sql").read_text(encoding="utf-8").strip()


def text_as_of(view: str, day: date) -> str:
    """The select of a view with the day written into it."""
    return text(view).replace("$as_of", f"date '{day:%Y-%m-%d}'")


def grain(view: str) -> str:
    """What one row of a view is, from its first line."""
    return text(view).splitlines()[0].removeprefix("--").strip()


@cache
def reads(view: str) -> frozenset[str]:
    """The tables and views that this view's text names."""
    return frozenset(re.findall(r"\b(?:from|join)\s+(\w+)", text(view)))


@cache
def depends_on_day(view: str) -> bool:
    """Whether a view differs from one as-of day to another."""
    return "$as_of" in text(view) or any(depends_on_day(name) for name in _below(view))


@cache
def as_of_query(view: str) -> str:
    """A `with` clause that defines `view`, and the views below it that depend on the day, as of the parameter
    $as_of."""
    needed = {view}
    for name in reversed(ORDER):
        if name in needed:
            needed.update(below for below in _below(name) if depends_on_day(below))
    steps = (f"{name} as materialized (\n{text(name)}\n)" for name in ORDER if name in needed and depends_on_day(name))
    return "with " + ",\n".join(steps)


def _below(view: str) -> tuple[str, ...]:
    return tuple(name for name in ORDER if name in reads(view) and name != view)
