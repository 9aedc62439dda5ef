"""One thing changed on a claim that would be paid: its risk must rise, the cause be named, and mending it be proposed.

Six planted rules of one payer, each learned from answered claims; then unsent claims in pairs, clean and broken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from models import explain, fit, score
from models.examples import prepare
from models.features import compute

LAST = 500


@dataclass(frozen=True)
class Rule:
    """What breaks a clean claim of this code, the denial category it brings, and the group of the reason."""

    code: str
    category: str
    group: str
    clean: dict[str, Any]
    broken: dict[str, Any]
    mended_by: str = ""


RULES = {
    "authorization": Rule("70553", "authorization", "authorization", {"prior_authorization": "G1"}, {},
                          "With an authorization number"),
    "modifier": Rule("97110", "coding", "modifier", {"modifier_1": "GP"}, {}, "With modifier GP"),
    "diagnosis": Rule("93306", "medical_necessity", "diagnosis", {}, {"diagnoses": ("Z0000",)}),
    "late filing": Rule("99213", "timely_filing", "timing", {}, {"lag": 150}),
    "eligibility": Rule("99214", "eligibility", "registration", {}, {"patient_age": 20}),
    "referring provider": Rule("72148", "submission_error", "provider", {"referring_npi": "1234567893"}, {},
                               "With a referring provider"),
}  # fmt: skip


def put(made: Any, rule: Rule, is_broken: bool, day: int, number: int, answer: Any = None) -> None:
    """One claim of the rule's code as the practice sends it, clean or broken."""
    said = dict(rule.broken if is_broken else rule.clean)
    line = {"procedure_code": rule.code}
    if "modifier_1" in said:
        line["modifier_1"] = said.pop("modifier_1")
    lag = said.pop("lag", 3 + number % 5)
    values = {"diagnoses": (("M5450", "I10", "E119")[number % 3],), "patient_age": 45 + number % 40} | said
    made.add(day=day, lines=(line,), answer=answer, **values)
    sent = made.claim[-1]["submission_date"]
    made.claim[-1]["service_date"] = sent - np.timedelta64(lag, "D").astype(object)


@pytest.fixture(scope="module")
def learned(tables: Callable[[], Any]) -> Any:
    rng = np.random.default_rng(0)
    made = tables()
    for number in range(3_000):
        rule = list(RULES.values())[number % len(RULES)]
        is_broken, day = bool(rng.random() < 0.25), int(number * LAST / 3_000)
        is_denied = rng.random() < (0.8 if is_broken else 0.03)
        put(made, rule, is_broken, day, number, (day + 15, [rule.category if is_denied else None]))
    examples = prepare(made.past())
    order = np.argsort(examples.submitted, kind="stable")
    return examples, fit.backtest(examples, order[:2_400], order[2_400:], uses_people=False).model


@pytest.mark.parametrize("name", RULES)
def test_what_breaks_a_claim_raises_its_risk_and_is_named(learned: Any, tables: Callable[[], Any], name: str) -> None:
    examples, model = learned
    pairs = 60
    made = tables()
    for number in range(pairs):
        for is_broken in (False, True):
            put(made, RULES[name], is_broken, LAST + 30, number)
    lines = compute(made.claims(), examples.past)
    scored = score.score(model, lines)
    clean, broken = scored.risk[::2], scored.risk[1::2]
    reasons = explain.reasons(model, lines, scored, examples.past, {}, np.arange(2 * pairs))
    said = [reasons[number] for number in range(1, 2 * pairs, 2)]
    first = sum(bool(one) and one[0].group == RULES[name].group for one in said) / pairs
    rises, doubles = (broken > clean).mean(), (broken > 2 * clean).mean()
    mended = sum(any(RULES[name].mended_by in reason.text and "→" in reason.text for reason in one) for one in said)
    print(
        f"{name}: rises {rises:.2f}, doubles {doubles:.2f}, named first {first:.2f}, mending said {mended / pairs:.2f}"
    )
    assert rises == 1
    assert doubles > 0.95
    assert first > 0.9
    assert not any(one.group == RULES[name].group for number in range(0, 2 * pairs, 2) for one in reasons[number])
    if RULES[name].mended_by:
        assert mended / pairs > 0.9
