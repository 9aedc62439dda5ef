"""Expected denied dollars of a claim: its risk x what would be denied."""

from __future__ import annotations

import numpy as np

from models.features import Floats, Integers
from models.head import expit, head_inputs

# claims with which a payer's share is pulled towards that of all
_PULL = 20.0


def pointed_amount(line_risk: Floats, charge: Floats, claim: Integers, claims: int) -> Floats:
    """Per claim: the charge that would be denied if it is, in dollars.

    Each line's charge weighs with the chance that it is the line: its risk over the claim's chance of any.
    """
    any_line = expit(head_inputs(line_risk, claim, claims)[:, 0])
    weight = np.clip(line_risk / np.maximum(any_line[claim], 1e-9), 0, 1)
    return np.asarray(np.bincount(claim, weights=weight * np.nan_to_num(charge).clip(0), minlength=claims), float)


def denied_shares(payer: list[str], pointed: Floats, denied_amount: Floats, is_denied: Floats) -> dict[str, float]:
    """Per payer, and "" for all: denied dollars per pointed dollar of denied claims; a payer is pulled towards all."""
    hit = is_denied > 0
    overall = _ratio(denied_amount[hit].sum(), pointed[hit].sum(), 1.0)
    found = {"": overall}
    names = np.array(payer)
    for name in sorted(set(payer)):
        mine = hit & (names == name)
        n = int(mine.sum())
        rate = _ratio(denied_amount[mine].sum(), pointed[mine].sum(), overall)
        found[name] = (n * rate + _PULL * overall) / (n + _PULL)
    return found


def expected_amount(
    shares: dict[str, float], payer: list[str], pointed: Floats, risk: Floats, charge: Floats
) -> Floats:
    """Expected denied dollars per claim: risk x what would be denied (by `denied_shares`), at most the charge."""
    overall = shares.get("", 1.0)
    share = np.array([shares.get(name, overall) for name in payer])
    return np.asarray(risk * np.minimum(share * pointed, np.nan_to_num(charge).clip(0)))


def _ratio(over: float, under: float, otherwise: float) -> float:
    return float(over / under) if under > 0 else otherwise
