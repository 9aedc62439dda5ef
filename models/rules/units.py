"""Units of service are given and above zero."""

from __future__ import annotations

from collections.abc import Iterator

from models.rules.base import Batch, Hit, Rule


def _find(batch: Batch) -> Iterator[Hit]:
    for claim_id, line, units in batch.line.select("claim_id", "line_number", "units").iter_rows():
        if units is None or units <= 0:
            yield Hit(
                claim_id, f"Line {line} has {'no units' if units is None else f'{units.normalize():f} units'}.", line
            )


RULE = Rule(
    id="units_not_positive",
    severity="error",
    carc="16",
    fix="Enter the units that were given.",
    find=_find,
)
