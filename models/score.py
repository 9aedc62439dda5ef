"""What a model says about claims: risk of the claim and of each line, expected denied dollars, likely category."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import category, dollars
from models.features import Floats, Integers, Lines
from models.risk import Model


@dataclass(frozen=True, slots=True)
class Scored:
    """Aligned by claim: `risk` (0 to 1), `amount` (expected denied dollars). By line: `raw` (before calibration),
    `line_risk`.
    """

    risk: Floats
    amount: Floats
    raw: Floats
    line_risk: Floats


def score(model: Model, lines: Lines) -> Scored:
    """Risks and dollars of these claims."""
    raw = model.raw(lines.x)
    claim = model.claim_risk(raw, lines.claim, lines.claim_count)
    pointed = dollars.pointed_amount(raw, lines.claims.line["line_charge"].to_numpy(), lines.claim, lines.claim_count)
    said = lines.claims.claim
    amount = dollars.expected_amount(
        model.denied_share, said["payer"].to_list(), pointed, claim, said["charge"].to_numpy()
    )
    return Scored(claim, amount, raw, model.line_risk(raw))


def part(lines: Lines, claims: Integers, rows: Integers) -> tuple[Floats, Integers]:
    """Features and claim positions (from 0, in the order of `claims`) of the lines `rows`."""
    position = np.full(lines.claim_count, -1, np.int64)
    position[claims] = np.arange(len(claims))
    return lines.x[rows], position[lines.claim[rows]]


def categories(model: Model, lines: Lines, scored: Scored) -> list[str | None]:
    """The likely denial category of each claim, given that it is denied."""
    return category.likely(model, lines.x, scored.raw, lines.claim, lines.claim_count)
