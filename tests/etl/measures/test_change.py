"""What may be false is kept small, what was planted is found, and the statistics are those of the textbooks."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from etl.measures import change
from etl.measures.case_mix import indirect
from etl.measures.fairness import ratio_interval
from tests.etl.measures.simulated_payers import payers_with_jumps, weekly_days


def test_payers_without_change_are_seldom_said_to_have_changed():
    """50 payers x 14 categories; weekday effects, batches that are denied together, volumes that differ and grow."""
    rng = np.random.default_rng(11)
    runs = [change.rates(*payers_with_jumps(rng, payers=50, categories=14, jumps=0)).is_change.any() for _ in range(30)]
    assert np.mean(runs) <= 0.05


def test_over_a_year_of_monthly_looks_too():
    """Of a year in which nothing changes, any word is false: judgements.py payers counts it for 50 payers."""
    rng = np.random.default_rng(18)
    said = []
    for _ in range(25):
        events, trials, owner = payers_with_jumps(rng, payers=8, categories=14, jumps=0, days=750)
        looks = (slice(end - 420, end) for end in range(420, 751, 30))
        said.append(any(change.rates(events[:, days], trials[:, days], owner).is_change.any() for days in looks))
    assert 0 < np.mean(said) <= 0.10


def test_a_jump_from_5_to_15_percent_is_found_within_30_adjudicated_days():
    rng = np.random.default_rng(12)
    found, false, said = 0, 0, 0
    for _ in range(20):
        result = change.rates(*payers_with_jumps(rng, payers=50, categories=14, jumps=5, a_day=12))
        found += int(result.is_change[:5].sum())
        false, said = false + int(result.is_change[5:].sum()), said + int(result.is_change.sum())
    assert found / 100 >= 0.90
    assert false / said <= 0.10


def test_the_day_of_a_change_lies_in_its_interval():
    rng = np.random.default_rng(13)
    events, trials, owner = payers_with_jumps(rng, payers=4, categories=5, jumps=5, a_day=40)
    found = change.rates(events, trials, owner)
    jump = events.shape[1] - 42
    assert found.is_change[:5].all()
    assert np.all(np.abs(found.day[:5] - jump) <= 7)
    assert np.all((found.day_low[:5] <= found.day[:5]) & (found.day[:5] <= found.day_high[:5]))


def test_slower_payment_is_found_and_steady_payment_is_not():
    rng = np.random.default_rng(14)
    false = [change.levels(weekly_days(rng, payers=50, weeks=60)).is_change.any() for _ in range(12)]
    assert np.mean(false) <= 0.10
    found = change.levels(weekly_days(rng, payers=50, weeks=60, slower=3, more=9, since=54))
    assert found.is_change[:3].all()
    assert np.all(np.abs(found.day[:3] - 54) <= 1)


def test_dispersion_is_one_for_chance_and_more_for_batches():
    rng = np.random.default_rng(15)
    trials = np.full((200, 210), 20.0)
    chance = rng.binomial(20, 0.1, trials.shape).astype(float)
    together = 5.0 * rng.binomial(4, 0.1, trials.shape)
    owner = np.arange(200) // 10
    assert change.dispersion(chance, trials, owner).mean() == pytest.approx(1.05, abs=0.06)
    assert change.dispersion(together, trials, owner).mean() == pytest.approx(5, rel=0.1)


def test_a_window_is_judged_by_fishers_exact_test():
    """Both tails term by term, from the ways to choose; the mid-p of one side doubled."""
    for x, n, events, trials in [(7, 30, 9, 200), (0, 60, 9, 200), (28, 30, 180, 200), (5, 50, 20, 200)]:
        ways = {
            k: math.comb(n, k) * math.comb(trials - n, events - k)
            for k in range(max(0, events - (trials - n)), min(n, events) + 1)
        }
        below, above = (sum(way for k, way in ways.items() if (k - x) * side > 0) for side in (-1, 1))
        by_hand = 2 * (min(below, above) + ways[x] / 2) / sum(ways.values())
        found = change._two_sided(*(np.array([float(one)]) for one in (x, n, events, trials)))
        assert found[0] == pytest.approx(by_hand)


def test_benjamini_hochberg_is_scipys():
    p = np.random.default_rng(16).beta(0.3, 2, 200)
    found = change.benjamini_hochberg(p, np.arange(200), 0.1)
    assert (found == (stats.false_discovery_control(p) <= 0.1)).all()


def test_poisson_limits_are_exact():
    low, high = ratio_interval(np.array([0.0, 1, 10, 250]), np.ones(4))
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * np.array([1, 2, 11, 251])) / 2)
    assert low[1:] == pytest.approx(stats.chi2.ppf(0.025, 2 * np.array([1, 10, 250])) / 2)
    assert low[0] == 0


def test_equal_payers_with_another_mix_differ_in_the_raw_rate_only():
    """EASY and HARD deny visits at 2 % and scans at 20 %, both alike; one sees visits, the other scans."""
    frame = pl.DataFrame(
        [("EASY", "visit", 18, 900), ("EASY", "scan", 20, 100), ("HARD", "visit", 2, 100), ("HARD", "scan", 180, 900)],
        schema=["payer", "family", "denials", "claims"], orient="row",
    )  # fmt: skip
    found = indirect(frame, "payer", ["family"])
    assert found["rate"].to_list() == [0.038, 0.182]
    assert found["ratio"].to_list() == pytest.approx([1, 1])
    assert found["adjusted_rate"].to_list() == pytest.approx([0.11, 0.11])
    assert (found["low"] < 1).all() and (found["high"] > 1).all()
