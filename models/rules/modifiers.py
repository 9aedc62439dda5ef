"""Modifiers: two letters or digits each, none twice on a line."""

from __future__ import annotations

from collections.abc import Iterator

from models.frames import MODIFIERS
from models.rules.base import Batch, Hit, Rule, pattern


def _shape(batch: Batch) -> Iterator[Hit]:
    for claim_id, line, *modifiers in batch.line.select("claim_id", "line_number", *MODIFIERS).iter_rows():
        wrong = [value for value in modifiers if value is not None and not pattern("modifier").match(value)]
        if wrong:
            yield Hit(
                claim_id,
                f"Line {line}: {', '.join(wrong)} does not have the form of a modifier (two capitals or digits).",
                line,
            )


def _repeated(batch: Batch) -> Iterator[Hit]:
    for claim_id, line, *modifiers in batch.line.select("claim_id", "line_number", *MODIFIERS).iter_rows():
        given = [value for value in modifiers if value is not None]
        twice = sorted({value for value in given if given.count(value) > 1})
        if twice:
            yield Hit(claim_id, f"Line {line} has modifier {', '.join(twice)} more than once.", line)


SHAPE = Rule(id="modifier_shape", severity="error", carc="4", fix="Correct the modifier.", find=_shape)
REPEATED = Rule(id="modifier_repeated", severity="warning", carc="4", fix="Remove the second one.", find=_repeated)
