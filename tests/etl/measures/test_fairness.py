"""The statistics of the scorecards against SciPy and first principles, and what they do to simulated people."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

from etl.measures import fairness
from etl.measures.case_mix import MIX, summed, with_chance
from tests.etl.measures.clinics import clinic, drawn, flagged, judged

COUNTS = [(0, 4.2), (1, 0.5), (3, 8.0), (12, 12.0), (40, 21.5), (500, 430.0)]


def at_most(k: int, mean: float) -> float:
    """P(X <= k) of a Poisson count, term by term."""
    return sum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(k + 1))


@pytest.mark.parametrize(("observed", "expected"), COUNTS)
def test_the_exact_interval_is_where_the_count_becomes_a_surprise(observed: int, expected: float) -> None:
    low, high = (float(x) for x in fairness.ratio_interval(observed, expected))
    assert at_most(observed, high * expected) == pytest.approx(0.025, rel=1e-6)
    if observed:
        assert 1 - at_most(observed - 1, low * expected) == pytest.approx(0.025, rel=1e-6)
        assert low * expected == pytest.approx(stats.chi2.ppf(0.025, 2 * observed) / 2)
    else:
        assert low == 0
    assert high * expected == pytest.approx(stats.chi2.ppf(0.975, 2 * observed + 2) / 2)


def test_nothing_expected_has_no_ratio() -> None:
    low, high = fairness.ratio_interval([0, 2], [0, 0])
    assert np.isnan(low).all() and np.isnan(high).all()


@pytest.mark.parametrize("expected", [3.0, 7.7, 30.0, 400.0])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_the_funnel_is_where_a_count_at_the_target_becomes_a_surprise(expected: float, level: float) -> None:
    """Both limits by bisection on SciPy's Poisson tails, continued between whole counts by the gamma function."""
    tail = (1 - level) / 2
    low, high = (float(x) for x in fairness.funnel_limits(expected, 1.0, level))
    upper = optimize.brentq(lambda k: stats.gamma.cdf(expected, k) - tail, 1e-6, 20 * expected + 50)
    assert high * expected == pytest.approx(upper, rel=1e-6)
    if math.exp(-expected) < tail:
        lower = optimize.brentq(lambda k: stats.gamma.sf(expected, k + 1) - tail, 1e-9, expected)
        assert low * expected == pytest.approx(lower, rel=1e-6, abs=1e-6)
    else:
        assert low == 0


@pytest.mark.parametrize("phi", [1.0, 2.5])
def test_whoever_is_flagged_is_outside_the_drawn_limits(phi: float) -> None:
    expected = np.full(60, 14.3)
    observed = np.arange(60)
    low, high = fairness.funnel_limits(expected, phi)
    side = np.where(observed / expected > high, 1, np.where(observed / expected < low, -1, 0))
    assert fairness.outside(observed, expected, phi).tolist() == side.tolist()


@pytest.mark.parametrize("spread", [0.0, 0.4])
def test_the_drawn_limit_the_interval_and_the_word_say_the_same_of_everybody(spread: float) -> None:
    """Clinics of the same skill, and of people who truly differ, so that the funnel is widened."""
    rng = np.random.default_rng(17)
    cards = []
    for _ in range(120):
        skill = rng.gamma(1 / spread, spread, (8, 1)) if spread else np.ones((8, 1))
        rates = np.clip(rng.gamma(3, 0.01, 24), 0.002, 0.2)
        counts = np.stack([rng.multinomial(400, one) for one in rng.dirichlet(np.full(24, 0.7), 8)])
        cards.append(judged(drawn(rng, counts, rates, skill)))
    assert spread == 0 or any(card["over_dispersion"][0] > 1 for card in cards)
    card = pl.concat(cards).filter(~pl.col("is_small"))
    assert (card["effective_expected"] < 0.95 * card["expected"]).any()  # the doubt matters here
    for word, by_limit, by_interval in (
        (fairness.HIGHER, pl.col("ratio") > pl.col("funnel_high"), pl.col("low") > 1),
        (fairness.LOWER, pl.col("ratio") < pl.col("funnel_low"), pl.col("high") < 1),
    ):
        said = card["verdict"] == word
        assert said.any()
        assert card.select(by_limit).to_series().to_list() == said.to_list()
        assert card.select(by_interval).to_series().to_list() == said.to_list()


def test_doubt_counts_as_fewer_expected_denials() -> None:
    """A count that varies by 20 for chance and by 20 more for the doubt is as sure as half of it without doubt."""
    assert fairness.effective(20.0, 20.0) == pytest.approx(10)
    assert fairness.effective([20.0, 5.0], 0.0).tolist() == [20, 5]
    frame = pl.DataFrame({"claims": [900] * 2, "comparable": [1.0] * 2, "observed": [30, 20], "expected": [20.0] * 2,
                          "doubt": [20.0, 0.0]})  # fmt: skip
    card = fairness.scored(frame)
    low, high = fairness.ratio_interval(15, 10)
    assert (card["low"][0], card["high"][0]) == pytest.approx((float(low), float(high)))
    assert card["funnel_high"].to_list() == pytest.approx(list(fairness.funnel_limits([10.0, 20.0])[1]))


def test_with_over_dispersion_the_limits_are_those_of_a_variance_phi_times_as_large() -> None:
    """Far from zero they are Spiegelhalter's 1 ± z √(phi / expected)."""
    low, high = fairness.funnel_limits(40_000.0, 3.0)
    half = stats.norm.ppf(0.975) * math.sqrt(3 / 40_000)
    assert (float(low), float(high)) == pytest.approx((1 - half, 1 + half), abs=2e-4)


def test_over_dispersion_is_the_winsorised_mean_of_squared_z() -> None:
    rng = np.random.default_rng(5)
    expected = rng.uniform(20, 200, 50)
    observed = rng.poisson(expected * rng.gamma(10, 0.1, 50))
    z = 2 * (np.sqrt(observed) - np.sqrt(expected))
    low, high = np.percentile(z, [10, 90])
    by_hand = np.mean([min(max(one, low), high) ** 2 for one in z])
    assert by_hand > 1 + 2 * math.sqrt(2 / 50)
    assert fairness.over_dispersion(observed, expected) == pytest.approx(by_hand)
    assert fairness.over_dispersion(rng.poisson(expected), expected) == 1.0
    # a doubt as large as the expected count itself halves z²
    assert fairness.over_dispersion(observed, expected, expected) == pytest.approx(max(by_hand / 2, 1))


def test_the_prior_is_that_of_the_moments_and_close_to_the_one_that_made_the_counts() -> None:
    rng = np.random.default_rng(2)
    expected = rng.uniform(5, 120, 4_000)
    observed = rng.poisson(expected * rng.gamma(8, 1.1 / 8, 4_000))
    prior = fairness.gamma_prior(observed, expected)
    mean = sum(observed) / sum(expected)
    spread = sum(e * (o / e - mean) ** 2 for o, e in zip(observed, expected, strict=True)) / sum(expected)
    assert (prior.mean, prior.variance) == pytest.approx((mean, spread - mean / (sum(expected) / len(expected))))
    assert (prior.mean, prior.variance) == pytest.approx((1.1, 1.1**2 / 8), rel=0.1)


@pytest.mark.parametrize(("observed", "expected"), COUNTS)
def test_the_shrunken_ratio_is_the_posterior_mean(observed: int, expected: float) -> None:
    """Bayes' rule by numerical integration: gamma prior times Poisson likelihood."""
    prior = fairness.Prior(1.05, 0.2)
    of = stats.gamma(prior.mean**2 / prior.variance, scale=prior.variance / prior.mean)
    grid = np.linspace(1e-6, 12, 400_001)
    weight = of.pdf(grid) * stats.poisson.pmf(observed, grid * expected)
    weight /= weight.sum()
    middle, low, high = (float(x) for x in fairness.shrunken(observed, expected, prior))
    assert middle == pytest.approx((grid * weight).sum(), rel=1e-4)
    assert np.interp([0.025, 0.975], weight.cumsum(), grid) == pytest.approx([low, high], rel=1e-3)


def test_people_who_differ_by_chance_alone_are_all_drawn_to_the_mean() -> None:
    prior = fairness.gamma_prior([10, 11, 9, 10], [10, 10, 10, 10])
    assert prior == fairness.Prior(1.0, 0.0)
    assert fairness.shrunken([10, 30], [10, 10], prior)[0].tolist() == [1, 1]


def test_a_persons_own_claims_do_not_make_their_expectation() -> None:
    """C is alone in a cell where everything was denied: what is expected comes from the others' cells."""
    rows = [("A", 1, 300, 9), ("B", 1, 300, 9), ("C", 1, 300, 9), ("C", 2, 50, 50)]
    frame = pl.DataFrame(
        [(p, "professional", "visit", payer, "NORTH", n, d) for p, payer, n, d in rows],
        schema=["person", *MIX, "claims", "denials"], orient="row",
    )  # fmt: skip
    chance = {(r["person"], r["payer_id"]): r["chance"] for r in with_chance(frame).to_dicts()}
    assert chance["C", 2] == pytest.approx(0.03, abs=1e-6)
    assert chance["A", 1] < 0.06  # the strange cell does not raise what colleagues are measured by, either


def test_a_team_whose_work_is_seldom_denied_is_not_expected_to_have_the_others_denials() -> None:
    """Six people do office work (4 %), three the hospital's (0.8 %), an eighth of all each other's: all alike."""
    rng = np.random.default_rng(22)
    observed, expected = np.zeros(2), np.zeros(2)
    for _ in range(60):
        rows = []
        for person in range(9):
            for cell in range(40):  # the first twenty are the office's
                is_own, is_office = (person < 6) == (cell < 20), cell < 20
                claims = rng.poisson(44 if is_own else 6)
                rate = (0.04 if is_office else 0.008) * (0.25, 0.75, 1.0, 2.0)[cell % 4]
                rows.append((person, "professional" if is_office else "institutional", cell // 2, cell % 2, 0, claims,
                             rng.binomial(claims, rate)))  # fmt: skip
        frame = pl.DataFrame(rows, schema=["person", *MIX, "claims", "denials"], orient="row")
        card = summed(with_chance(frame))
        for team, people in enumerate((pl.col("person") < 6, pl.col("person") >= 6)):
            observed[team] += card.filter(people)["observed"].sum()
            expected[team] += card.filter(people)["expected"].sum()
    assert expected / observed == pytest.approx([1, 1], abs=0.1)


def test_little_work_and_work_of_ones_own_is_not_judged() -> None:
    rng = np.random.default_rng(3)
    frame = clinic(rng, people=6)
    few = frame.filter(pl.col("person") == 0).with_columns(
        person=pl.lit(90, pl.Int64), claims=pl.col("claims") // 8, denials=pl.lit(0, pl.Int64)
    )
    alone = pl.DataFrame({**few.row(0, named=True), "person": 91, "procedure_family": 77, "claims": 800, "denials": 90})
    card = judged(pl.concat([frame, few, alone.cast(dict(frame.schema))]))
    said = dict(card.select("person", "verdict").iter_rows())
    assert said[90] == fairness.TOO_FEW
    assert said[91] == fairness.ALONE
    # to be drawn towards all others, one must do what they do
    assert card.filter(pl.col("shrunken").is_null())["person"].to_list() == [91]


def test_people_of_the_same_skill_are_flagged_at_most_one_time_in_twenty() -> None:
    """500 clinics of 12 people each; every figure by the product's own functions (run.py people prints them)."""
    rng = np.random.default_rng(11)
    share = np.mean([flagged(judged(clinic(rng))).mean() for _ in range(500)])
    assert 0.01 < share <= 0.05


def test_a_coder_of_12_percent_among_3_percent_is_found() -> None:
    rng = np.random.default_rng(12)
    flat = np.full(24, 0.03)
    found = [judged(clinic(rng, people=10, rates=flat, skill=4.0))["verdict"][0] == fairness.HIGHER for _ in range(150)]
    assert np.mean(found) >= 0.9


def test_groups_of_people_who_differ_are_seldom_said_to_differ_themselves() -> None:
    """Every second of 12 people who truly vary belongs to another group: which six says nothing of the groups."""
    rng = np.random.default_rng(21)
    plain = wide = 0.0
    for _ in range(100):
        skill = rng.gamma(10, 0.1, (12, 1))
        counts = np.stack([rng.multinomial(2_000, one) for one in rng.dirichlet(np.full(24, 0.7), 12)])
        cells = with_chance(drawn(rng, counts, np.full(24, 0.03), skill))
        phi = fairness.scored(summed(cells))["over_dispersion"][0]
        groups = cells.group_by(pl.col("person") % 2).agg(
            numerator=pl.col("denials").sum(), denominator=(pl.col("claims") * pl.col("chance")).sum()
        )
        for width in (1.0, phi):
            shown = fairness.with_ratio_interval(groups, width)
            apart = shown.select(((pl.col("low") > 1) | (pl.col("high") < 1)).mean()).item()
            plain, wide = (plain + apart, wide) if width == 1.0 else (plain, wide + apart)
    assert plain / 100 > 0.15
    assert wide / 100 <= 0.06


def test_with_the_same_skill_and_another_mix_raw_rates_differ_and_adjusted_ones_do_not() -> None:
    rng = np.random.default_rng(13)
    rates = np.repeat([0.01, 0.08], 12)
    counts = np.full((10, 24), 10)
    counts[:5, :12], counts[:5, 12:] = 50, 10  # half of the people have the easy cases
    counts[5:, :12], counts[5:, 12:] = 10, 50
    raw, ratio = [], []
    for _ in range(100):
        card = judged(drawn(rng, counts, rates)).with_columns(raw=pl.col("observed") / pl.col("claims"))
        easy, hard = card.filter(pl.col("person") < 5), card.filter(pl.col("person") >= 5)
        raw.append(hard["raw"].mean() / easy["raw"].mean())
        ratio.append(hard["ratio"].mean() / easy["ratio"].mean())
    assert np.mean(raw) > 2.5
    assert np.mean(ratio) == pytest.approx(1, abs=0.08)
