"""By what a quarantined transaction set is known again when it comes mended (warehouse/sql/load/mended_sets.sql)."""

from __future__ import annotations

import hashlib
from bisect import bisect
from dataclasses import replace

from etl.errors import Mark, Problem
from etl.x12.envelope import TransactionSet
from etl.x12.interchange import Stretch
from etl.x12.tokens import Tokens, union

# segments that were set aside by themselves: the set around them is none of theirs
_ALONE = ("outside-set", "wrong-set")


def marked(stretch: Stretch, problems: list[tuple[int, Problem]]) -> list[tuple[int, Problem]]:
    """The same problems; those that quarantine a whole transaction set bear its mark."""
    places = sorted((one.file, one.segment, index) for index, one in enumerate(stretch.sets))
    out = []
    for file, problem in problems:
        if problem.severity == "quarantined" and problem.rule not in _ALONE and problem.segment is not None:
            before = bisect(places, (file, problem.segment, len(places))) - 1
            if before >= 0 and places[before][0] == file:
                problem = replace(problem, mark=_mark(stretch.tokens, stretch.sets[places[before][2]]))
        out.append((file, problem))
    return out


def _mark(t: Tokens, one: TransactionSet) -> Mark:
    numbers = (one.sender_id, one.interchange_control_number, one.interchange_date, one.control_number)
    control = _hash(one.kind, *("" if number is None else str(number) for number in numbers))
    at = [t.where(name) for name in ("CLM", "CLP")]
    inside = union(*(where[slice(*where.searchsorted([one.start, one.end]))] for where in at))
    claims = t.text_at(inside, 1).fill_null("").to_list()
    if not claims:
        return Mark(control)
    # the same claims are sent and paid more than once: a replacement is another set, and so is another payment
    frequency = t.components_at(inside, 5, 3)[2].fill_null("1").to_list()
    trace = t.text_at(t.where("TRN"), 2)[slice(*t.where("TRN").searchsorted([one.start, one.end]))].head(1).to_list()
    what = frequency if one.kind == "837" else [trace[0] if trace else ""] * len(claims)
    told = [f"{number}/{more or ''}" for number, more in zip(claims, what, strict=True)]
    return Mark(control, _hash(one.kind, claims[0]), _hash(one.kind, *told))


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]
