"""A reason's evidence in words: what is unusual about the line, and how often such lines were denied before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.history import Key

WINDOW_DAYS = 180
_FEWEST_OTHERS = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """The history of `key` on a row of its frame: `d` of `n` lines denied, of the last WINDOW_DAYS days or of all time;
    `other_d` of `other_n` otherwise alike lines.
    """

    key: Key
    row: dict[str, Any]
    n: int
    d: int
    is_recent: bool
    other_n: int
    other_d: int


def sentence(found: Evidence) -> str:
    """A reason in words."""
    key, row = found.key, found.row
    when = f"in the {WINDOW_DAYS} days before this claim" if found.is_recent else "before this claim"
    who = "this payer" if "payer" in key.columns else "payers"
    text = f"{_lead(key.name, row)}: {who} denied {found.d:,} of {found.n:,} lines{_which(key.name, row)} {when}"
    if found.other_n >= _FEWEST_OTHERS and not found.is_recent:
        text += f", and {found.other_d:,} of {found.other_n:,} otherwise"
    return f"{text}."


def _lead(name: str, row: dict[str, Any]) -> str:
    code = row["procedure"]
    leads = {
        "authorization": f"An authorization is given for {code}, yet"
        if row["authorization"]
        else "No prior authorization",
        "modifier": "Modifiers",
        "pair": f"{code} together with {row.get('other')}",
        "any_payer_pair": f"{code} together with {row.get('other')}",
        "diagnosis": f"Diagnosis support is unusual for {code}",
        "diagnosis_category": f"Diagnosis support is unusual for {code}",
        "any_payer_diagnosis": f"Diagnosis support is unusual for {code}",
        "lag": f"Sent {row['lag_days']} days after the service",
        "payer_provider": "Provider",
        "referring": "Referring provider" if row["referring"] else "No referring provider",
        "units": "Units",
        "coverage": "Registration",
        "coverage_code": "Coverage of this code",
        "place_procedure": "Place of service",
    }
    return leads.get(name, "This payer's habit")


def _which(name: str, row: dict[str, Any]) -> str:
    """What the counted lines have in common."""
    code, modifiers = row["procedure"], _modifiers(str(row["modifiers"]))
    commons = {
        "payer_procedure": f" of {code}",
        "coverage_code": f" of {code} as not covered or not necessary",
        "place_procedure": f" of {code} at place of service {row['place']} for its coding",
        "authorization": f" of {code} {'with' if row['authorization'] else 'without'} one for that reason",
        "modifier": f" of {code} {modifiers} for its coding",
        "pair": f" of {code} {modifiers} when {row.get('other')} was on the claim",
        "any_payer_pair": f" of {code} {modifiers} when {row.get('other')} was on the claim",
        "diagnosis": f" of it with diagnosis {row.get('diagnosis')}",
        "diagnosis_category": f" of it with a diagnosis in {row.get('category')}",
        "any_payer_diagnosis": f" of it with diagnosis {row.get('diagnosis')}",
        "payer_provider": f" of provider {row['provider']} for enrolment",
        "referring": f" of {code} {'with' if row['referring'] else 'without'} one as incomplete",
        "units": f" of {code} with about {row['units'] or 0:g} units as not covered or not necessary",
        "coverage": " of patients of this age for coverage",
        "lag": " sent about that late for that reason",
    }
    return commons[name]


def _modifiers(modifiers: str) -> str:
    return f"with modifier {modifiers.replace(' ', ', ')}" if modifiers else "without a modifier"
