"""What open denials would bring, what is late, and what was paid short: planted figures in plain Python.

Like truth_rules, a second implementation over the simulated events that shares no code with the warehouse.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from etl.sample.adjudication import allowed_amount
from etl.sample.events import Adjustment, Root
from etl.sample.money import text
from etl.sample.practice import CEDAR, MEDICAID, MEDICARE, MUTUAL, PRAIRIE, SLOWER, SUMMIT, WORK_LIMITS, Payer
from etl.sample.side_files import schedule
from etl.sample.truth_rules import CARC_FILE, History, receivable, treatment
from etl.sample.work_rates import LOST_IS_ANSWERED, REACTIONS, TRIES_AGAIN, appeal_is_won, replaced_is_paid

# class defaults that hold until limits.toml is applied: days to file, to correct, to appeal
DEFAULT_LIMITS = {
    MEDICARE: (365, 180, 120), MEDICAID: (120, 180, 60), MUTUAL: (120, 180, 180), SUMMIT: (120, 180, 180),
    PRAIRIE: (365, 180, 65), CEDAR: (120, 180, 180),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A denied line or rejected claim that is open on a day; cents, and days left by the class defaults."""

    root: Root
    reason: str
    amount: int
    days_left: int
    is_in_progress: bool


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A line that the schedule covers: allowed less contract, in cents."""

    root: Root
    day: date
    variance: int


def open_work(history: History, as_of: date) -> Iterator[OpenWork]:
    """What is open of one root on that day."""
    item, root = receivable(history, as_of), history.root
    if item is None or item.insurance <= 0:
        return
    filing, corrected, appeal = DEFAULT_LIMITS[root.content.payer.payer_id]
    if item.reason == "rejected":
        left = filing - (as_of - root.content.service_date).days
        yield OpenWork(root, "rejected", item.insurance, left, False)
    standing = history.standing(as_of)
    if item.reason != "denied" or standing is None:
        return
    day, unused = standing.payment.day, item.insurance
    again = any(day < s.day <= as_of for s in root.submissions)
    waiting = any(day <= a.sent <= as_of and (a.decided is None or a.decided > as_of) for a in root.appeals)
    for line in standing.lines:
        own = [a for a in line.denials if a.group != "PR"]
        if own:
            amount = min(sum(a.amount for a in own), unused)
            unused -= amount
            limit = appeal if "appeal" in next_steps().get(max(own, key=lambda a: a.amount).carc, "") else corrected
            if amount > 0:
                yield OpenWork(root, "denied", amount, limit - (as_of - day).days, again or waiting)


def contract_lines(history: History, as_of: date) -> Iterator[ContractLine]:
    """The covered lines of what stands of one root on that day."""
    root, standing = history.root, history.standing(as_of)
    sent = [s for s in root.submissions if s.day <= as_of]
    if standing is None or not standing.payment.lines or not sent or sent[-1].frequency == "8":
        return
    for paid, line in zip(standing.payment.lines, standing.lines, strict=True):
        price = _price(root.content.payer.payer_id, line.procedure, paid.line.last_day)
        if price is not None and line.allowed > 0 and not line.denials and not _is_duplicate(paid.adjustments):
            yield ContractLine(root, standing.payment.day, line.allowed - price * paid.units_paid)


def _is_duplicate(adjustments: tuple[Adjustment, ...]) -> bool:
    return any(treatment(a) == "duplicate" for a in adjustments)


def _price(payer_id: str, procedure: str, day: date) -> int | None:
    for since, until, price in _schedule().get((payer_id, procedure), ()):
        if since <= day and (until is None or day <= until):
            return price
    return None


@lru_cache(maxsize=1)
def _schedule() -> dict[tuple[str, str], list[tuple[date, date | None, int]]]:
    found: dict[tuple[str, str], list[tuple[date, date | None, int]]] = {}
    for payer, code, since, until, price in schedule():
        found.setdefault((payer, code), []).append((since, until, price))
    return found


@lru_cache(maxsize=1)
def next_steps() -> dict[str, str]:
    """CARC -> what to do next, from the shipped reference table."""
    with CARC_FILE.open(encoding="utf-8", newline="") as file:
        return {row["carc"]: row["next_step"] for row in csv.DictReader(file)}


def payer_changes() -> list[dict[str, object]]:
    """The planted changes of payers' behaviour that a look at the end should find, by the day they began."""
    slower = [
        {"payer_id": payer, "kind": "days_to_pay", "since": since.isoformat(), "more_days": more, "date": "submission"}
        for payer, (since, more) in SLOWER.items()
    ]
    return [
        {"payer_id": SUMMIT, "kind": "denial_rate", "denial_category": "bundling", "procedure_code": "36415",
         "since": "2026-03-01", "date": "service"},
        {"payer_id": SUMMIT, "kind": "denial_rate", "denial_category": "authorization", "procedure_code": "97110",
         "since": "2026-02-01", "date": "service"},
        *slower,
    ]  # fmt: skip


def chance_if_worked(payer_id: str, mechanism: str) -> float:
    """How often work brings the money when it is done as the practice does it: corrected or appealed, and sometimes
    once more when it is denied again."""
    correct, appeal = REACTIONS[mechanism]
    paid, won = replaced_is_paid(mechanism) / 100, appeal_is_won(payer_id, mechanism) / 100
    at_once = (correct * paid + appeal * won) / (correct + appeal)
    denied_again = (correct * (1 - paid) + appeal * (1 - won) * LOST_IS_ANSWERED) / (correct + appeal)
    # the second time it is worked as often as the first
    return at_once + denied_again * TRIES_AGAIN * at_once * (correct + appeal) / 100


def write_recovery(path: Path, histories: list[History], as_of: date) -> None:
    """What work on each open denial would bring by the simulation's own chances, at the payers' own limits.

    `recoverable_amount` is what the payer would allow of the denied lines; nothing after the limit.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("claim_id", "is_in_limit", "chance", "recoverable_amount"))
        for history in histories:
            work = [w for w in open_work(history, as_of) if not w.is_in_progress]
            if work:
                is_in_limit, chance, amount = _recovery(history, work[0].reason, as_of)
                claim = history.root.claim_number
                writer.writerow((claim, "yes" if is_in_limit else "no", f"{chance:.4f}", text(amount)))


def _recovery(history: History, reason: str, as_of: date) -> tuple[bool, float, int]:
    root = history.root
    content = root.content
    payer: Payer = content.payer
    if reason == "rejected":
        whole = sum(allowed_amount(payer, line) for line in content.lines)
        in_time = (as_of - content.service_date).days <= payer.filing_limit
        return in_time, 1 - root.denial_probability, whole
    standing = history.standing(as_of)
    assert standing is not None  # noqa: S101  (a denial stands)
    denied = {line.control for line in standing.lines if any(a.group != "PR" for a in line.denials)}
    lines = [line for line in standing.payment.submission.content.lines if line.control in denied]
    corrected, appeal = WORK_LIMITS[payer.payer_id]
    mechanism = root.denied_for
    limit = corrected if REACTIONS[mechanism][0] >= REACTIONS[mechanism][1] else appeal
    in_time = (as_of - standing.payment.day).days <= limit
    return in_time, chance_if_worked(payer.payer_id, mechanism), sum(allowed_amount(payer, line) for line in lines)
