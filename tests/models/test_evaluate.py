"""Figures of quality on small cases, the card, the choice between two models, and life after training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from etl.warehouse.store import open_reader
from models import card, champion, evaluate, live, saved, train


def test_scores_of_a_small_case() -> None:
    denied, chance = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])
    dollars = np.array([0.0, 0.0, 50.0, 150.0])
    found = evaluate.scores(denied, chance, dollars, chance * 100)
    assert found.auroc == 0.75
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert found.ece == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4)
    assert found.precision == {"1%": 1.0, "5%": 1.0, "10%": 1.0}
    assert found.dollars == {"1%": 0.75, "5%": 0.75, "10%": 0.75}


def test_one_class_has_no_auroc() -> None:
    found = evaluate.scores(np.zeros(4), np.full(4, 0.1), np.zeros(4), np.zeros(4))
    assert (found.auroc, found.dollars["5%"]) == (None, None)


def test_a_score_too_good_is_warned_of() -> None:
    denied = np.array([0.0] * 50 + [1.0] * 50)
    found = evaluate.scores(denied, denied * 0.8 + 0.1, denied, denied)
    assert "too good to be true" in evaluate.warnings(found)[0]


def test_parts_are_scored_apart() -> None:
    payer = np.array(["A"] * 40 + ["B"] * 40)
    denied = np.array(([0.0] * 20 + [1.0] * 20) + [0.0] * 40)
    [a, b] = evaluate.by("payer", payer, denied, np.linspace(0.01, 0.99, 80))
    assert (a["payer"], a["denied"], a["auroc"]) == ("A", 20, 1.0)
    assert (b["denied_share"], b["auroc"], b["ece"]) == (0.0, None, None)


def test_dollar_bands() -> None:
    found = evaluate.bands(np.array([0.0, 100.0, 100.01, 5000.0]))
    assert found.tolist() == ["1. 0 to 100", "1. 0 to 100", "2. 100 to 250", "5. over 1,000"]


def test_a_working_list_takes_the_first_of_each_day() -> None:
    day = np.array(["2026-01-05"] * 10 + ["2026-01-06"] * 10, dtype="datetime64[D]")
    denied = np.array(([1.0] * 5 + [0.0] * 5) * 2)
    rows = evaluate.working_list({"best": denied, "worst": -denied}, day, denied, denied * 100)
    five = {row["ranked_by"]: row for row in rows if row["claims_a_day"] == 5}
    assert (five["best"]["claims"], five["best"]["denied_amount"], five["best"]["at_random_amount"]) == (10, 1000, 500)
    assert five["worst"]["denied_amount"] == 0


def test_intervals_hold_the_figure() -> None:
    rng = np.random.default_rng(0)
    risk = rng.random(500)
    denied = (rng.random(500) < risk).astype(float)
    found = evaluate.intervals(denied, risk)
    for name, figure in (("brier", ((risk - denied) ** 2).mean()), ("ece", evaluate.calibration_error(denied, risk))):
        low, high = found[name]
        assert low < figure < high, name


def test_against_the_truth() -> None:
    rng = np.random.default_rng(0)
    true = rng.random(5_000)
    denied = (rng.random(5_000) < true).astype(float)
    assert evaluate.against_truth(denied, true, true)["share_of_best"] == 1
    assert abs(evaluate.against_truth(denied, rng.random(5_000), true)["share_of_best"] or 0) < 0.1


def test_population_stability() -> None:
    rng = np.random.default_rng(0)
    old = rng.normal(size=5_000)
    assert live.stability(old, rng.normal(size=5_000)) < live.MOVED
    assert live.stability(old, rng.normal(2, size=5_000)) > live.SHIFTED
    assert live.stability(old, np.full(5_000, np.nan)) > live.SHIFTED


def test_the_card_says_what_it_must_not_be_used_for(trained: Any) -> None:
    text = card.markdown(trained.report)
    for words in (
        "# Denial-risk model",
        "## By payer",
        "## The working list",
        "## Leakage audit",
        "refuse or delay care",
    ):
        assert words in text
    assert saved.beside(trained.db).with_suffix(".md").read_text() == text


@pytest.fixture(scope="module")
def training(trained: Any) -> Any:
    return train.train(open_reader(trained.db), audited=False, refit=False)


def test_nothing_is_judged_without_newer_claims(trained: Any, training: Any) -> None:
    old = saved.load(saved.beside(trained.db))
    decision = champion.judge(training, old, saved.trained_to(saved.beside(trained.db)))
    assert decision.is_taken
    assert "too few to compare on" in decision.reason


def test_a_worse_challenger_is_refused(training: Any) -> None:
    champion_model = training.tested
    training = replace(training, test=np.concatenate([training.test] * 2))  # enough claims to judge by
    assert champion.judge(training, champion_model, None).is_taken
    worse = replace(training, tested=replace(champion_model, head=[-weight for weight in champion_model.head]))
    decision = champion.judge(worse, champion_model, None)
    assert not decision.is_taken
    assert decision.reason.startswith("The model in use stays")


def test_claims_answered_since_training(trained: Any, training: Any) -> None:
    connection = open_reader(trained.db)
    found = live.since_training(connection, training.tested, training.report["test_from"])
    assert 0 < found["claims"] < len(training.test)
    assert found["metrics"]["auroc"] > 0.5
    assert {row["verdict"] for row in found["drift"]} <= {"stable", "moved", "shifted"}
    nothing = live.since_training(connection, training.tested, training.report["submitted_to"])
    assert nothing["claims"] == 0


def test_every_training_is_a_version(trained: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.model.skops"
    model = saved.load(saved.beside(trained.db))
    first = saved.keep_version(model, trained.report, path)
    saved.promote(first, path)
    saved.keep_version(replace(model, base_rate=0.5), trained.report, path)
    assert [(one["version"], one["is_live"]) for one in saved.versions(path)] == [(2, False), (1, True)]
    assert saved.load(path).base_rate == model.base_rate
