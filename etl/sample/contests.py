"""Denials that were contested inside the practice: attribution.csv moves each to whom it belongs."""

from __future__ import annotations

from datetime import date
from random import Random

from etl.sample import dates
from etl.sample.events import Contest, Root
from etl.sample.truth_rules import History, outcome, role_by_code

# why a denial that the code gives to a role was another's: role -> (to, in whose words)
_WHY = {
    "coder": (("clinical", "the record does not say it"), ("front_end", "the referral was never asked for"),
              ("biller", "the modifier was lost when the charge was entered")),
    "biller": (("front_end", "no number was taken at check-in"), ("coder", "coded after the limit"),
               ("nobody", "the clearing house was down")),
    "front_end": (("clinical", "the order was changed on the day"),),
}  # fmt: skip
DECIDED_BY = "M01"


def add_contests(roots: list[Root], rng: Random, last_day: date) -> None:
    """Contest about one denied line in eight, and now and then move it once more."""
    for root in roots:
        found = outcome(History.of(root), last_day)
        if found is None:
            continue
        numbers = {line.control: line.number for line in found.initial.payment.submission.content.lines}
        for line in found.initial.lines:
            role, day = role_by_code(line), found.day
            while role in _WHY and rng.random() < 0.12:
                day = dates.plus(day, rng.randint(3, 25))
                to_role, reason = rng.choice(_WHY[role])
                if day <= last_day:
                    number = numbers[line.control]
                    root.contests.append(Contest(number, line.control, role, to_role, reason, DECIDED_BY, day))
                role = to_role
