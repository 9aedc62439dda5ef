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

# kept: a table in which each row belongs to one claim root (or control number that has none yet), so that a load
# computes only those that it touches
# small: a table, computed whole by every load
# tally: a small table of sums by its first columns, to which a load adds what its roots change
# passing: a step on the way that nobody asks for
# joined: a join away from what is kept, so it is a view in the warehouse file
Kind = Literal["kept", "small", "tally", "passing", "joined"]
KINDS: dict[str, Kind] = {
    "rejected_set": "joined",
    "file_rejection": "joined",
    "payer_key": "small",
    "payer": "small",
    "version_place": "kept",
    "payment": "kept",
    "line_match": "kept",
    "line_weight": "passing",
    "line_share": "kept",
    "line_adjustment": "joined",
    "payment_line": "kept",
    "line_family": "joined",
    "payment_total": "passing",
    "denial_adjustment": "passing",
    "split_payment": "kept",
    "partial_answer": "passing",
    "adjudication": "kept",
    "adjudication_part": "joined",
    "superseded_line": "kept",
    "denied_line": "kept",
    "claim_root": "kept",
    "claim_answer": "passing",
    "claim_outcome": "kept",
    "denial_definition": "kept",
    "definition_bridge": "joined",
    "denial": "kept",
    "denial_attribution": "kept",
    "owned_denial": "kept",
    "claim_staff": "joined",
    "claim_balance": "kept",
    "receivable": "joined",
    "payer_sum": "tally",
    "payer_share": "joined",
    "claim_money": "joined",
    "patient_posting": "kept",
    "denial_resolution": "kept",
    "unsent_work": "kept",
    "unbilled_charge": "joined",
    "cash": "kept",
    "deposit": "joined",
    "coding_audit_line": "kept",
    "coding_audit_record": "kept",
    "coding_audit_kind": "kept",
    "staff_day": "joined",
    "family_answer": "joined",
    "payer_deadline": "joined",
    "allowed_sum": "tally",
    "usual_allowed": "joined",
    "last_work": "passing",
    "worked_denial": "kept",
    "overturn_chance": "joined",
    "open_item": "kept",
    "open_work": "joined",
    "contract_line": "kept",
}
ORDER = tuple(KINDS)
KEPT = tuple(view for view, kind in KINDS.items() if kind == "kept")
# joined views whose rows hang on the kept rows of one claim root each (and on what all rows share), so that load can
# keep sums of them too; with the kept table that is about as high, and tells how many rows they have
SUMMED = {
    "definition_bridge": "denial_definition",
    "claim_staff": "claim_outcome",
    "receivable": "claim_balance",
    "claim_money": "claim_balance",
}
# a view whose sums are weighed by a column of a joined view that moves for all roots at once: that view and what they
# share, by which its rollups are always kept apart
WEIGHED = {"claim_money": ("payer_share", ("payer_id", "is_answered"))}


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
    """A `with` clause that defines a joined view or a tally over some rows (`rows`: SQL with a place for the name) of
    the kept tables below it, instead of all."""
    needed = {view, *_below(view)}
    for name in reversed(ORDER):
        if name in needed and KINDS[name] == "joined":
            needed.update(_below(name))
    steps = []
    for name in ORDER:
        if name in needed and (KINDS[name] in ("kept", "joined") or name == view):
            select = rows.format(name) if KINDS[name] == "kept" else text(name)
            steps.append(f"{name} as materialized (\n{select}\n)")
    return "with " + ",\n".join(steps)


def _is_computed(view: str) -> bool:
    return depends_on_day(view) or KINDS[view] == "passing"


def _below(view: str) -> tuple[str, ...]:
    return tuple(name for name in ORDER if name in reads(view) and name != view)
