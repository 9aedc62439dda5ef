"""Synthetic patients: names made of syllables, one street, one town that does not exist."""

from __future__ import annotations

from datetime import date
from random import Random

from etl.sample.events import Patient
from etl.sample.practice import MEDICAID, MEDICARE, PAYERS, PRAIRIE

ONSETS = (
    "BRA",
    "COR",
    "DEL",
    "FEN",
    "GOR",
    "HAL",
    "JUN",
    "KEL",
    "LOM",
    "MAR",
    "NOL",
    "PEL",
    "QUI",
    "RAS",
    "TOV",
    "VEX",
)
ENDINGS = ("BIT", "DEMO", "FAUX", "MOCK", "SYNTH", "TEST")
FIRSTS = ("ALFO", "BETRA", "CINDO", "DARVI", "ELSTO", "FARNE", "GILDA", "HESTO", "ILMO", "JARNA", "KESTI", "LORVO")
TOWN, STATE, ZIP = "TESTVILLE", "OH", "000000000"


def patients_by_payer(claims: int, seed: int) -> dict[str, list[Patient]]:
    """About one patient for four claims of each payer; Medicare's are old, the commercial plans' often dependents."""
    rng = Random(f"{seed}:patients")
    found: dict[str, list[Patient]] = {}
    number = 0
    for payer in PAYERS:
        people = []
        for _ in range(max(3, claims * payer.weight // 400)):
            number += 1
            people.append(_patient(rng, number, payer.payer_id))
        found[payer.payer_id] = people
    return found


def _patient(rng: Random, number: int, payer_id: str) -> Patient:
    old = payer_id in (MEDICARE, PRAIRIE)
    year = rng.randint(1932, 1960) if old else rng.randint(1955, 2018)
    relation = "18"
    if not old and payer_id != MEDICAID:
        if year > 2002:
            relation = "19"
        elif rng.random() < 0.15:
            relation = "01"
    return Patient(
        number=number,
        last=rng.choice(ONSETS) + rng.choice(ONSETS) + rng.choice(ENDINGS),
        first=rng.choice(FIRSTS),
        born=date(year, rng.randint(1, 12), rng.randint(1, 28)),
        sex=rng.choice("FM"),
        street=f"{rng.randint(1, 999)} EXAMPLE STREET",
        member_id=f"SYN{payer_id[-1]}{number:07d}",
        subscriber_first=None if relation == "18" else rng.choice(FIRSTS),
        relation=relation,
    )
