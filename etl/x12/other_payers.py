"""Coordination of benefits in an 837: the claim's other payers, what they paid and what they adjusted.

Loop 2320 (with 2330) is another payer of the claim, loop 2430 its answer to a line; each carries its CAS.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from etl.x12.adjustments import advice, cas_triplets
from etl.x12.claim_loops import ClaimLoops, LineLoops, find_claims, find_lines
from etl.x12.pieces import Delimiters
from etl.x12.raw import PADDING
from etl.x12.tokens import (
    Positions,
    Tokens,
    first_between,
    index_column,
    last_before,
    next_after,
    ordinals,
    pick,
    split,
    union,
)


def parse_other_payers(t: Tokens, loops: ClaimLoops, lines: LineLoops) -> dict[str, pl.DataFrame]:
    """Rows of `other_payer`, `other_payer_line`, `other_payer_adjustment`, `other_payer_remark` and
    `other_payer_amount`.

    An adjustment's payer is the NM109 of its loop 2330B, or for a line the SVD01, which repeats it.
    """
    coverage = t.where("SBR")
    coverage = coverage[loops.owner(coverage) >= 0]  # the SBR of the subscriber level stands in no claim
    if not len(coverage) and not len(t.where("SVD", "CAS")):
        return _no_rows()  # most claims have one payer, and empty columns cost as much as short ones
    return _tables(t, loops, lines, coverage)


@cache
def _no_rows() -> dict[str, pl.DataFrame]:
    t = split(b"ST~" + PADDING, Delimiters(b"*", b":", b"~"))
    loops = find_claims(t)
    return _tables(t, loops, find_lines(t, loops), t.where("SBR"))


def _tables(t: Tokens, loops: ClaimLoops, lines: LineLoops, coverage: Positions) -> dict[str, pl.DataFrame]:
    owner, answer = loops.owner(coverage), t.where("SVD")
    line = lines.owner(answer)
    t.orphans(answer[line < 0], "LX")
    answer, line = answer[line >= 0], line[line >= 0]
    payers, answers = _payers(t, loops, coverage, owner), _answers(t, lines, answer, line)
    adjustments = _adjustments(t, loops, lines, (coverage, payers), (answer, answers))
    tables = {"other_payer": payers, "other_payer_line": answers, "other_payer_adjustment": adjustments}
    for table, rows in zip(("other_payer_remark", "other_payer_amount"), advice(t), strict=True):
        tables[table] = _of_payer(t, loops, rows, coverage, payers)
    return tables


def _of_payer(
    t: Tokens, loops: ClaimLoops, rows: pl.DataFrame, coverage: Positions, payers: pl.DataFrame
) -> pl.DataFrame:
    """What MIA and MOA say, with the claim and the payer: the nearest SBR of the claim."""
    segment = rows["segment"].to_numpy()
    claim, payer = loops.owner(segment), last_before(coverage, segment)
    payer = np.where(pick(coverage, payer) > pick(loops.claim, claim), payer, -1)
    t.orphans(np.unique(segment[payer < 0]), "SBR")
    own = [payers[name].gather(index_column(payer)) for name in ("sequence", "payer_id")]
    return rows.with_columns(pl.Series("claim", claim), *own).filter(pl.Series(payer >= 0))


def _payers(t: Tokens, loops: ClaimLoops, coverage: Positions, owner: Positions) -> pl.DataFrame:
    end = np.minimum(next_after(coverage, union(t.where("SBR"), t.where("LX")), t.n), loops.end[owner])

    def inside(segment_id: str, qualifier: str) -> Positions:
        return first_between(coverage, end, t.qualified(segment_id, qualifier))

    payer = inside("NM1", "PR")
    return pl.DataFrame(
        {
            "claim": owner,
            "sequence": ordinals(owner),
            "segment": coverage,
            "payer_responsibility": t.text_at(coverage, 1),
            "patient_relationship_code": t.text_at(coverage, 2),
            "claim_filing_code": t.text_at(coverage, 9),
            "payer_name": t.text_at(payer, 3),
            "payer_id": t.text_at(payer, 9),
            "paid_amount": t.amount_at(inside("AMT", "D"), 2, "AMT*D"),
            "noncovered_amount": t.amount_at(inside("AMT", "A8"), 2, "AMT*A8"),
            "patient_liability_amount": t.amount_at(inside("AMT", "EAF"), 2, "AMT*EAF"),
            "adjudication_date": t.date_at(inside("DTP", "573"), 3, "DTP*573"),
            "payer_claim_control_number": t.text_at(inside("REF", "F8"), 2),
        }
    )


def _answers(t: Tokens, lines: LineLoops, answer: Positions, line: Positions) -> pl.DataFrame:
    end = np.minimum(next_after(answer, t.where("SVD"), t.n), lines.end[line])
    qualifier, code, *modifiers = t.components_at(answer, 3, 6)
    return pl.DataFrame(
        {
            "claim": lines.claim[line],
            "line_number": lines.number[line],
            "segment": answer,
            "payer_id": t.text_at(answer, 1),
            "paid_amount": t.amount_at(answer, 2, "SVD02"),
            "procedure_qualifier": qualifier,
            "procedure_code": code,
            "modifier_1": modifiers[0],
            "modifier_2": modifiers[1],
            "modifier_3": modifiers[2],
            "modifier_4": modifiers[3],
            "revenue_code": t.text_at(answer, 4),
            "units": t.amount_at(answer, 5, "SVD05", scale=3),
            "bundled_line_number": t.text_at(answer, 6),
            "adjudication_date": t.date_at(first_between(answer, end, t.qualified("DTP", "573")), 3, "DTP*573"),
            "patient_liability_amount": t.amount_at(
                first_between(answer, end, t.qualified("AMT", "EAF")), 2, "AMT*EAF"
            ),
        }
    )


def _adjustments(
    t: Tokens,
    loops: ClaimLoops,
    lines: LineLoops,
    payers: tuple[Positions, pl.DataFrame],
    answers: tuple[Positions, pl.DataFrame],
) -> pl.DataFrame:
    """Each CAS belongs to the nearest SBR of its claim, or behind an LX to the nearest SVD of that line."""
    segment, triplets = cas_triplets(t, t.where("CAS"))
    claim, line = loops.owner(segment), lines.owner(segment)
    payer, answer = last_before(payers[0], segment), last_before(answers[0], segment)
    payer = np.where((line < 0) & (pick(payers[0], payer) > pick(loops.claim, claim)), payer, -1)
    answer = np.where((line >= 0) & (pick(answers[0], answer) > pick(lines.line, line)), answer, -1)
    known = (payer >= 0) | (answer >= 0)
    t.orphans(np.unique(segment[~known]), "SBR or SVD")
    rows = triplets.with_columns(
        claim=pl.Series(claim),
        line_number=index_column(pick(lines.number, line)),
        payer_id=pl.coalesce(
            answers[1]["payer_id"].gather(index_column(answer)), payers[1]["payer_id"].gather(index_column(payer))
        ),
        sequence=pl.Series(np.arange(len(segment))),
    )
    return rows.filter(pl.Series(known), pl.col("carc").is_not_null())
