"""The views, in the order in which they build on each other.

A view is one select in sql/views; its first line states its grain. How it is kept is said here. For a past day the
views that depend on the day are computed anew from their text, as common table expressions.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

SQL = Path(__file__).parent / "sql"

# kept: a table in which each row belongs to one claim root, so that a load computes only the roots that it touches
# small: a table, computed whole by every load
# passing: a step on the way that nobody asks for
# joined: a join away from what is kept, so it is a view in the warehouse file
Kind = Literal["kept", "small", "passing", "joined"]
KINDS: dict[str, Kind] = {
    "rejected_set": "joined",
    "file_rejection": "joined",
    "payer_key": "small",
    "payer": "small",
    "payment": "kept",
    "line_match": "kept",
    "line_weight": "passing",
    "line_share": "kept",
    "line_adjustment": "joined",
    "payment_line": "kept",
    "payment_total": "passing",
    "split_payment": "kept",
    "partial_answer": "passing",
    "adjudication": "kept",
    "superseded_line": "kept",
    "denied_line": "kept",
    "claim_root": "kept",
    "claim_answer": "passing",
    "claim_outcome": "kept",
    "first_answer": "passing",
    "denial_definition": "kept",
    "definition_bridge": "joined",
    "denial": "kept",
    "denial_attribution": "kept",
    "claim_staff": "joined",
    "claim_balance": "kept",
    "receivable": "joined",
    "claim_money": "joined",
    "patient_posting": "joined",
    "denial_resolution": "joined",
    "unbilled_charge": "joined",
    "cash": "kept",
    "deposit": "joined",
    "coding_audit_line": "joined",
    "coding_audit_record": "joined",
    "coding_audit_kind": "joined",
    "staff_day": "joined",
    "family_answer": "joined",
    "payer_deadline": "joined",
    "usual_allowed": "joined",
    "overturn_chance": "joined",
    "open_work": "joined",
    "contract_line": "joined",
}
ORDER = tuple(KINDS)
KEPT = tuple(view for view, kind in KINDS.items() if kind == "kept")
# joined views whose rows hang on the kept rows of one claim root each (and on what all rows share), so that load can
# keep sums of them too; with the kept table that is about as high, and tells how many rows they have
SUMMED = {"definition_bridge": "denial_definition", "claim_staff": "claim_outcome", "receivable": "claim_balance"}


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
    """A `with` clause that defines `view`, and the views below it that depend on the day or that the warehouse does not
    hold, as of the parameter $as_of."""
    needed = {view}
    for name in reversed(ORDER):
        if name in needed:
            needed.update(below for below in _below(name) if _is_computed(below))
    steps = (f"{name} as materialized (\n{text(name)}\n)" for name in ORDER if name in needed and _is_computed(name))
    return "with " + ",\n".join(steps)


@cache
def over_kept(view: str, rows: str) -> str:
    """A `with` clause that defines a joined view over some rows (`rows`: SQL with a place for the name) of the kept
    tables below it, instead of all."""
    needed = {view}
    for name in reversed(ORDER):
        if name in needed and KINDS[name] == "joined":
            needed.update(_below(name))
    steps = []
    for name in ORDER:
        if name in needed and KINDS[name] in ("kept", "joined"):
            select = rows.format(name) if KINDS[name] == "kept" else text(name)
            steps.append(f"{name} as materialized (\n{select}\n)")
    return "with " + ",\n".join(steps)


def _is_computed(view: str) -> bool:
    return depends_on_day(view) or KINDS[view] == "passing"


def _below(view: str) -> tuple[str, ...]:
    return tuple(name for name in ORDER if name in reads(view) and name != view)
