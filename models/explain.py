"""Why a claim is at risk, in words that a biller can act on, each with its evidence and, where there is one, what the
risk would be without it.

One group of features at a time is set to that of the median paid line; what the claim's risk loses is the group's share
(FACTS.md: names the planted rule as well as SHAP at a fifteenth of its cost). A group is said only with enough history
behind it, or when a rule of the scrubber fired for it; never a person.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from models import counterfactual
from models.features import FEATURES, GROUPS, NEVER_SAID, Floats, Integers, Lines, log_odds
from models.history import BY_NAME, KEYS, Key, Past
from models.risk import Model
from models.score import Scored, part
from models.wording import WINDOW_DAYS, Evidence, sentence

# lines answered, and denied, behind a reason
FEWEST_LINES = 10
FEWEST_DENIED = 3
# log-odds that a group must add to the claim's risk, and that its history must lie above what it is compared with
_LEAST_SHARE = 0.2
_LEAST_LIFT = 0.2
MOST_REASONS = 3
# what one category's denials are held against where nothing narrower is known
_RARE = 0.02
# histories that only hold up others: that a payer asks for authorizations at all is no reason
_ONLY_PARENTS = ("asks_authorization", "asks_procedure", "coding", "place", "procedure", "payer", "provider")

Place = TypeVar("Place", bound=Hashable)

_RULE_GROUPS = {
    "missing_authorization": "authorization",
    "modifier_shape": "modifier",
    "modifier_repeated": "modifier",
    "diagnosis_pointer": "diagnosis",
    "missing_principal_diagnosis": "diagnosis",
    "diagnosis_code_shape": "diagnosis",
    "filing_limit_passed": "timing",
    "filing_limit_near": "timing",
    "service_date_in_future": "timing",
    "npi_check_digit": "provider",
    "units_not_positive": "units",
    "charges_do_not_add_up": "units",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One group's share of a claim's risk: `share` in log-odds, `text` for the biller."""

    group: str
    share: float
    text: str


def shares(model: Model, lines: Lines, scored: Scored, claims: Integers, rows: Integers) -> dict[str, Floats]:
    """Per group of features: by how many log-odds it raises each claim's risk over the median paid line's.

    claims: positions of the claims asked for; rows: those of their lines.
    """
    risk = log_odds(scored.risk[claims])
    if model.kind == "rates":
        return {"habit": risk - log_odds(np.full(len(claims), model.base_rate))}
    x, position = part(lines, claims, rows)
    typical = model.typical_row()
    found = {}
    for group in GROUPS:
        if group in NEVER_SAID:
            continue
        without = x.copy()
        columns = [column for column, feature in enumerate(FEATURES) if feature.group == group]
        without[:, columns] = typical[columns]
        found[group] = risk - log_odds(model.claim_risk(model.raw(without), position, len(claims)))
    return found


def reasons(
    model: Model, lines: Lines, scored: Scored, past: Past, fired: Mapping[int, list[str]], claims: Integers
) -> dict[int, list[Reason]]:
    """Per claim position of `claims`: up to three reasons, the weightiest first.

    fired: the rules that fired, by claim position. A claim whose risk is below the base rate gets none.
    """
    found: dict[int, list[Reason]] = {int(claim): [] for claim in claims}
    risky = claims[scored.risk[claims] >= model.base_rate]
    rows = np.flatnonzero(np.isin(lines.claim, risky))
    if not len(rows):
        return found
    of_group = shares(model, lines, scored, risky, rows)
    evidence = _evidence(lines, past, rows, model.base_rate)
    general = _general(lines, past, rows, scored)
    asked = {group: risky[of_group[group] >= _LEAST_SHARE] for group in of_group}
    tried = counterfactual.tried(model, lines, scored, past, asked)
    for at, claim in enumerate(risky.tolist()):
        groups = sorted((g for g in of_group if of_group[g][at] >= _LEAST_SHARE), key=lambda g: -of_group[g][at])
        rules = {_RULE_GROUPS[rule]: rule for rule in reversed(fired.get(claim, [])) if rule in _RULE_GROUPS}
        for group in groups:
            text = ""
            if (claim, group) in evidence:
                text = sentence(evidence[claim, group])
            elif group in rules:
                text = f"{GROUPS[group].capitalize()}: see the finding {rules[group]}."
            if text:
                text += tried.get((claim, group), "")
                found[claim].append(Reason(group, float(of_group[group][at]), text))
        found[claim] = found[claim][:MOST_REASONS]
        if not found[claim] and claim in general:
            found[claim] = [Reason("habit", 0.0, f"No single cause stands out. {sentence(general[claim])}")]
    return found


def _evidence(lines: Lines, past: Past, rows: Integers, base_rate: float) -> dict[tuple[int, str], Evidence]:
    """Per claim and group: the line and key with the strongest history behind them, if any is strong enough."""
    best: dict[tuple[int, str], tuple[float, Key, int]] = {}
    history = lines.history
    for key in KEYS:
        if key.name in _ONLY_PARENTS or key.latest or key.group in NEVER_SAID:
            continue
        rate = history.rate[key.name][rows]
        against = np.full(len(rows), _RARE if key.categories else base_rate)
        if key.parent and key.group != "habit":
            against = history.rate[key.parent][rows]
        lift = log_odds(rate) - log_odds(against)
        enough = (history.n[key.name][rows] >= FEWEST_LINES) & (history.d[key.name][rows] >= FEWEST_DENIED)
        for at in np.flatnonzero(enough & (lift >= _LEAST_LIFT)).tolist():
            of = (int(lines.claim[rows[at]]), key.group)
            if of not in best or lift[at] > best[of][0]:
                best[of] = (float(lift[at]), key, int(rows[at]))
    return _counted(lines, past, {of: (key, row) for of, (_, key, row) in best.items()})


def _general(lines: Lines, past: Past, rows: Integers, scored: Scored) -> dict[int, Evidence]:
    """The payer's history with the code of each claim's riskiest line, for claims where no cause stands out."""
    key = BY_NAME["payer_procedure"]
    found: dict[int, tuple[Key, int]] = {}
    for row in rows[np.argsort(scored.raw[rows], kind="stable")].tolist():
        if lines.history.n[key.name][row] >= FEWEST_LINES:
            found[int(lines.claim[row])] = (key, row)
    return _counted(lines, past, found)


def _counted(lines: Lines, past: Past, chosen: Mapping[Place, tuple[Key, int]]) -> dict[Place, Evidence]:
    """Evidence with its counts: of the last WINDOW_DAYS days where they are enough, else of all time."""
    found = {}
    for key in KEYS:
        of = [(place, row) for place, (one, row) in chosen.items() if one is key]
        if not of:
            continue
        at = np.array([row for _, row in of], dtype=np.int64)
        frame_rows = at if key.unit == "line" else lines.history.worst[key.name][at]
        n, d = past.counts(lines.claims, key, frame_rows, WINDOW_DAYS)
        all_n, all_d = lines.history.n[key.name][at], lines.history.d[key.name][at]
        frame = lines.claims.unit(key.unit)[frame_rows].to_dicts()
        parent = key.parent if key.unit == "line" and key.parent in ("asks_procedure", "coding") else None
        for i, (place, row) in enumerate(of):
            is_recent = bool(n[i] >= FEWEST_LINES and d[i] >= FEWEST_DENIED)
            other_n = int(lines.history.n[parent][row] - all_n[i]) if parent else 0
            other_d = int(lines.history.d[parent][row] - all_d[i]) if parent else 0
            counts = (int(n[i]), int(d[i])) if is_recent else (int(all_n[i]), int(all_d[i]))
            found[place] = Evidence(key, frame[i], *counts, is_recent, other_n, other_d)
    return found
