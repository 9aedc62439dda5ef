"""Why a claim is at risk, in words that a biller can act on, each with its evidence from history.

One group of features at a time is set to that of the median paid claim; what the risk loses is the group's share
(FACTS.md: names the planted rule as well as SHAP at a fifteenth of its cost). A group is said only with enough history
behind it, or when a rule of the scrubber fired for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from models.features import FEATURES, GROUPS
from models.history import KEYS, RECENT_DAYS, Key
from models.risk import Floats, Model, log_odds

# lines answered, and denied, behind a reason
FEWEST_LINES = 10
FEWEST_DENIED = 3
# log-odds that a group must add to the risk, and that its history must lie above what it is compared with
_LEAST_SHARE = 0.25
_LEAST_LIFT = 0.2
MOST_REASONS = 3
# what one category's denials are held against where nothing narrower is known
_RARE = 0.02
# histories that only hold up others: that a payer asks for authorizations at all is no reason
_ONLY_PARENTS = ("asks_authorization", "asks_procedure")

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
Row = Mapping[str, object]


def shares(model: Model, x: Floats) -> dict[str, Floats]:
    """Per group of features: by how many log-odds it raises each claim's risk over the median paid claim's."""
    if model.kind == "rates":
        return {"habit": log_odds(model.probability(x)) - log_odds(np.full(len(x), model.base_rate))}
    risk = log_odds(model.probability(x))
    found = {}
    for group in GROUPS:
        if group == "other":
            continue
        without = x.copy()
        for column, feature in enumerate(FEATURES):
            if feature.group == group:
                without[:, column] = model.typical[feature.name]
        found[group] = risk - log_odds(model.probability(without))
    return found


def reasons(
    model: Model, x: Floats, claim_ids: list[int], lines: pl.DataFrame, fired: Mapping[int, list[str]]
) -> dict[int, list[str]]:
    """Per claim_id of the rows of `x`: up to three reasons, the weightiest first.

    lines: the line histories of features.compute. fired: the rules that fired on each claim. A claim whose risk is
    below the base rate gets none.
    """
    found: dict[int, list[str]] = {claim_id: [] for claim_id in claim_ids}
    risky = np.flatnonzero(model.probability(x) >= model.base_rate)
    if not len(risky):
        return found
    chosen = [claim_ids[row] for row in risky]
    evidence = _evidence(lines.filter(pl.col("claim_id").is_in(chosen)), model.base_rate)
    said = {(row["claim_id"], row["group"]): row for row in evidence.iter_rows(named=True)}
    of_group = shares(model, x[risky])
    for at, claim_id in enumerate(chosen):
        groups = sorted(
            (group for group in of_group if of_group[group][at] >= _LEAST_SHARE), key=lambda g: -of_group[g][at]
        )
        rules = {_RULE_GROUPS[rule]: rule for rule in reversed(fired.get(claim_id, [])) if rule in _RULE_GROUPS}
        for group in groups:
            if row := said.get((claim_id, group)):
                found[claim_id].append(sentence(row))
            elif group in rules:
                found[claim_id].append(f"{GROUPS[group].capitalize()}: see the finding {rules[group]}.")
        found[claim_id] = found[claim_id][:MOST_REASONS]
    return found


def _evidence(lines: pl.DataFrame, base_rate: float) -> pl.DataFrame:
    """One row per claim and group: the line and key with the strongest history behind them, if any is strong enough."""
    parts = [_of_key(lines, key, base_rate) for key in KEYS if key.name not in _ONLY_PARENTS]
    enough = (pl.col("n") >= FEWEST_LINES) & (pl.col("d") >= FEWEST_DENIED) & (pl.col("lift") >= _LEAST_LIFT)
    return (
        pl.concat(parts)
        .filter(enough)
        .sort("claim_id", "group", "lift", "key", "line_number", descending=[False, False, True, False, False])
        .unique(["claim_id", "group"], keep="first", maintain_order=True)
    )


def _of_key(lines: pl.DataFrame, key: Key, base_rate: float) -> pl.DataFrame:
    """The history of one key on every line, with what it is compared to: the lines of this code by this payer
    otherwise.
    """
    # a payer's habit stands out against all claims; what a person could change, against the same code without it
    against = pl.lit(_RARE if key.category else base_rate)
    if key.parent and key.group != "habit":
        against = pl.col(f"{key.parent}_rate")
    rate = pl.col(f"{key.name}_rate")
    is_part = key.parent in ("payer_procedure", "asks_procedure") and key.unit == "line" and not key.recent
    other_n = pl.col(f"{key.parent}_n") - pl.col(f"{key.name}_n") if is_part else pl.lit(0, pl.Int64)
    other_d = pl.col(f"{key.parent}_d") - pl.col(f"{key.name}_d") if is_part else pl.lit(0, pl.Int64)
    return lines.select(
        "claim_id", "line_number", "procedure", "modifiers", "units", "place", "provider", "authorization", "referring",
        "lag_days",
        group=pl.lit(key.group),
        key=pl.lit(key.name),
        n=pl.col(f"{key.name}_n").cast(pl.Int64),
        d=pl.col(f"{key.name}_d").cast(pl.Int64),
        lift=(rate / (1 - rate)).log() - (against / (1 - against)).log(),
        what=pl.col(f"{key.name}_what") if key.unit != "line" else pl.lit(None, pl.String),
        other_n=other_n.cast(pl.Int64),
        other_d=other_d.cast(pl.Int64),
    )  # fmt: skip


def sentence(row: Row) -> str:
    """A reason in words: what is unusual, and how often it was denied before this claim."""
    key = next(one for one in KEYS if one.name == row["key"])
    when = f"in the {RECENT_DAYS} days before this claim" if key.recent else "before this claim"
    who = "this payer" if "payer" in key.columns else "payers"
    denied = f"{who} denied {row['d']:,} of {row['n']:,} lines"
    name = key.name.removesuffix("_recent")
    text = f"{_lead(name, row)}: {denied}{_which(name, row)} {when}"
    if isinstance(row["other_n"], int) and row["other_n"] >= FEWEST_LINES:
        text += f", and {row['other_d']:,} of {row['other_n']:,} otherwise"
    return f"{text}."


def _lead(name: str, row: Row) -> str:
    code = row["procedure"]
    leads = {
        "authorization": f"An authorization is given for {code}, yet"
        if row["authorization"]
        else "No prior authorization",
        "modifier": "Modifiers",
        "pair": f"{code} together with {row['what']}",
        "diagnosis": f"Diagnosis support is unusual for {code}",
        "diagnosis_category": f"Diagnosis support is unusual for {code}",
        "any_payer_diagnosis": f"Diagnosis support is unusual for {code}",
        "lag": f"Sent {row['lag_days']} days after the service",
        "provider": "Provider",
        "payer_provider": "Provider",
        "referring": "Referring provider" if row["referring"] else "No referring provider",
        "units": "Units",
    }
    return leads.get(name, "This payer's habit" if name != "procedure" else "This code")


def _which(name: str, row: Row) -> str:
    """What the counted lines have in common."""
    code, modifiers = row["procedure"], _modifiers(str(row["modifiers"]))
    commons = {
        "payer": "",
        "procedure": f" of {code}",
        "payer_procedure": f" of {code}",
        "place": f" of {code} at place of service {row['place']}",
        "payer_place": f" at place of service {row['place']}",
        "authorization": f" of {code} {'with' if row['authorization'] else 'without'} one for that reason",
        "modifier": f" of {code} {modifiers}",
        "pair": f" of {code} {modifiers} when {row['what']} was on the claim",
        "diagnosis": f" of it with diagnosis {row['what']}",
        "diagnosis_category": f" of it with a diagnosis in {row['what']}",
        "any_payer_diagnosis": f" of it with diagnosis {row['what']}",
        "provider": f" of provider {row['provider']}",
        "payer_provider": f" of provider {row['provider']}",
        "referring": f" of {code} {'with' if row['referring'] else 'without'} one",
        "units": f" of {code} with {row['units']:g} units",
        "lag": " sent about that late for that reason",
    }
    return commons[name]


def _modifiers(modifiers: str) -> str:
    return f"with modifier {modifiers.replace(' ', ', ')}" if modifiers else "without a modifier"
