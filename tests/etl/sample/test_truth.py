"""truth.json keeps its identities, and the planted probabilities are the outcomes' probabilities."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ADDITIVE = (
    "claims_adjudicated", "denied_amount", "insurance_paid_amount", "deposit_amount", "insurance_ar_amount",
    "patient_ar_amount", "unadjudicated_amount",
)  # fmt: skip
Read = Callable[[Path], list[list[str]]]
Scope = tuple[Any, ...]


def scope(figure: dict[str, Any]) -> Scope:
    return tuple(figure[key] for key in ("measure", "from", "to", "as_of", "age_from"))


@pytest.fixture(scope="module")
def overall(truth: dict[str, Any]) -> dict[Scope, dict[str, Any]]:
    return {scope(f): f for f in truth["measures"] if not f["by"]}


def test_the_parts_of_a_sum_add_up_to_the_whole(truth: dict[str, Any], overall: dict[Scope, dict[str, Any]]) -> None:
    sums: dict[tuple[Scope, str], Decimal] = defaultdict(Decimal)
    for figure in truth["measures"]:
        for dim in figure["by"]:
            if figure["measure"] != "days_in_ar_net":  # shares of amounts, rounded to the cent
                sums[scope(figure), dim] += Decimal(figure["numerator"])
    for (of, dim), total in sums.items():
        assert total == Decimal(overall[of]["numerator"]), (of, dim)
    assert {of[0] for of, _ in sums} >= set(ADDITIVE)


def test_denominators_of_rates_add_up_too(truth: dict[str, Any], overall: dict[Scope, dict[str, Any]]) -> None:
    sums: dict[tuple[Scope, str], Decimal] = defaultdict(Decimal)
    for figure in truth["measures"]:
        for dim in figure["by"]:
            if figure["measure"] not in ("days_in_ar", "days_in_ar_net"):  # a daily average, rounded to the cent
                sums[scope(figure), dim] += Decimal(figure["denominator"] or 0)
    for (of, dim), total in sums.items():
        assert total == Decimal(overall[of]["denominator"] or 0), (of, dim)


def test_denials_are_zero_pay_or_partial_pay(overall: dict[Scope, dict[str, Any]]) -> None:
    for (name, *rest), figure in overall.items():
        if name == "initial_denial_rate":
            zero = overall["zero_pay_denial_rate", *rest]["numerator"]
            partial = overall["partial_pay_denial_rate", *rest]["numerator"]
            assert figure["numerator"] == zero + partial
            assert figure["denominator"] == overall["claims_adjudicated", *rest]["numerator"]
            assert figure["numerator"] == overall["denial_overturn_rate", *rest]["denominator"]


def test_few_reasons_hold_most_of_the_denied_money(truth: dict[str, Any]) -> None:
    amounts = sorted(
        (Decimal(f["numerator"]) for f in truth["measures"]
         if f["measure"] == "denied_amount" and "group_carc" in f["by"] and not (f["from"] or f["as_of"])),
        reverse=True,
    )  # fmt: skip
    assert sum(amounts[: len(amounts) // 2]) > sum(amounts) * Decimal("0.75")


def test_money_in_the_files_is_money_in_the_truth(
    sample: Path, read: Read, originals: Callable[[str], list[Path]], overall: dict[Scope, dict[str, Any]]
) -> None:
    segments = [s for path in originals("835") for s in read(path)]
    paid = sum(Decimal(s[4]) for s in segments if s[0] == "CLP")
    deposited = sum(Decimal(s[2]) for s in segments if s[0] == "BPR")
    everything = (None, None, None, "service")
    assert Decimal(overall["insurance_paid_amount", *everything]["numerator"]) == paid
    assert Decimal(overall["deposit_amount", *everything]["numerator"]) == deposited


def test_planted_probabilities_match_the_outcomes(sample: Path, overall: dict[Scope, dict[str, Any]]) -> None:
    with (sample / "claims_truth.csv").open() as file:
        rows = list(csv.DictReader(file))
    probabilities = [float(row["denial_probability"]) for row in rows]
    assert len(rows) == 1_500
    assert all(0 <= p < 1 for p in probabilities)
    rate = overall["initial_denial_rate", None, None, None, "service"]
    assert sum(probabilities) / len(rows) == pytest.approx(rate["numerator"] / rate["denominator"], abs=0.03)


def test_figures_have_the_agreed_shape(truth: dict[str, Any]) -> None:
    keys = {"measure", "by", "from", "to", "as_of", "age_from", "numerator", "denominator"}
    assert len(truth["measures"]) > 500
    assert all(set(figure) == keys for figure in truth["measures"])
    assert len({f["measure"] for f in truth["measures"]}) >= 50
