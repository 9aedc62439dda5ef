"""Diagnosis pointers (SV107): each line of a professional or dental claim points to diagnoses that are there."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from models.rules.base import Batch, Hit, Rule

# what a pointer can name (HI01-1); admitting and external-cause codes cannot be pointed to
POINTED = ("ABK", "BK", "ABF", "BF")


def _find(batch: Batch) -> Iterator[Hit]:
    pointed = batch.diagnosis.filter(pl.col("qualifier").is_in(list(POINTED)))
    count = dict(pointed.group_by("claim_id").agg(pl.len()).iter_rows())
    kind = dict(batch.claim.select("claim_id", "claim_type").iter_rows())
    said: set[int] = set()
    for claim_id, line, pointer in batch.line.select("claim_id", "line_number", "diagnosis_pointer").iter_rows():
        if kind[claim_id] == "institutional":
            continue  # the 837I has no pointers
        there = count.get(claim_id, 0)
        if not there:
            if claim_id not in said:
                yield Hit(claim_id, "the claim has no diagnosis to point to", is_checked=False)
            said.add(claim_id)
        elif pointer is None:
            if kind[claim_id] == "professional":
                yield Hit(claim_id, f"Line {line} points to no diagnosis.", line)
        else:
            wrong = [part for part in pointer.split(":") if part and not (part.isdigit() and 1 <= int(part) <= there)]
            if wrong:
                yield Hit(claim_id, f"Line {line} points to diagnosis {', '.join(wrong)}; the claim has {there}.", line)


RULE = Rule(
    id="diagnosis_pointer",
    severity="error",
    carc="16",
    fix="Point the line to the diagnosis that supports it, or add the missing diagnosis.",
    find=_find,
)
