"""The views, in the order in which they build on each other.

A view is one select in sql/views; its first line states its grain. After a load each is kept as a table as of the
last known day. For a past day the views that depend on the day are computed anew from their text, as common table
expressions.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

SQL = Path(__file__).parent / "sql"

ORDER = (
    "payer",
    "payment",
    "line_weight",
    "line_share",
    "line_adjustment",
    "payment_line",
    "adjudication",
    "denied_line",
    "claim_root",
    "claim_outcome",
    "denial",
    "claim_staff",
    "cash",
    "deposit",
    "coding_audit_line",
    "receivable",
)

# steps on the way that nobody asks for: they are computed and not kept
PASSING = ("line_weight", "line_share")


@cache
def text(view: str) -> str:
    """The select of a view."""
    return (SQL / "views" / f"{view}.sql").read_text(encoding="utf-8").strip()


def grain(view: str) -> str:
    """What one row of a view is, from its first line."""
    return text(view).splitlines()[0].removeprefix("--").strip()


@cache
def _reads(view: str) -> tuple[str, ...]:
    """The views that this view's text names."""
    words = set(re.findall(r"\b(?:from|join)\s+(\w+)", text(view)))
    return tuple(name for name in ORDER if name in words and name != view)


@cache
def depends_on_day(view: str) -> bool:
    """Whether a view differs from one as-of day to another."""
    return "$as_of" in text(view) or any(depends_on_day(name) for name in _reads(view))


@cache
def as_of_query(view: str) -> str:
    """A `with` clause that defines `view`, and the views below it that depend on the day, as of the parameter
    $as_of."""
    needed = {view}
    for name in reversed(ORDER):
        if name in needed:
            needed.update(below for below in _reads(name) if depends_on_day(below))
    steps = (f"{name} as materialized (\n{text(name)}\n)" for name in ORDER if name in needed and depends_on_day(name))
    return "with " + ",\n".join(steps)
