"""Training: what it must find, what it must not, and how it behaves when it knows little."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from etl.errors import UserError
from etl.load import load
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from models import audit, calibration, explain, fit, head, plain, risk, score
from models.examples import Examples, prepare
from models.features import FEATURES, GROUPS, NAMES, Lines, compute, log_odds
from models.frames import from_warehouse
from models.history import KEYS, Past, outcomes
from models.train import train


def planted(tables: Callable[[], Any], claims: int = 1000) -> Any:
    """A payer that denies nine of ten lines of one code without authorization, and little else."""
    rng = np.random.default_rng(0)
    made = tables()
    for _ in range(claims):
        day, code = int(rng.integers(0, 400)), str(rng.choice(["97110", "70553", "99213"]))
        is_authorized, payer = rng.random() < 0.6, str(rng.choice(["A", "B"]))
        is_ruled = code == "70553" and payer == "A" and not is_authorized
        is_denied = rng.random() < (0.9 if is_ruled else 0.03)
        made.add(
            day=day, lines=({"procedure_code": code},), payer_id=payer,
            prior_authorization="G" if is_authorized else None,
            answer=(day + 20, ["authorization" if is_denied else None]),
        )  # fmt: skip
    return made


@dataclass(frozen=True)
class Learned:
    """Planted claims, learned from by the calendar."""

    examples: Examples
    model: risk.Model

    @property
    def past(self) -> Past:
        return self.examples.past


@pytest.fixture(scope="module")
def learned(tables: Callable[[], Any]) -> Learned:
    examples = prepare(planted(tables).past())
    order = np.argsort(examples.submitted, kind="stable")
    return Learned(examples, fit.backtest(examples, order[:700], order[700:]).model)


def explained(model: risk.Model, lines: Lines, past: Past, fired: dict[int, list[str]]) -> dict[int, list[str]]:
    found = explain.reasons(model, lines, score.score(model, lines), past, fired, np.arange(lines.claim_count))
    return {claim: [one.text for one in mine] for claim, mine in found.items()}


def test_features_are_declared_once_and_numeric(tables: Callable[[], Any]) -> None:
    made = planted(tables, 30)
    lines = compute(made.claims(), Past(made.past()))
    assert lines.x.shape == (30, len(NAMES))
    assert lines.x.dtype == np.float64
    assert len(set(NAMES)) == len(NAMES)
    assert {feature.group for feature in FEATURES} <= set(GROUPS)


def test_no_feature_names_a_person_or_an_answer() -> None:
    forbidden = ("member", "name", "paid", "allowed", "status", "zip")
    assert not [name for name in NAMES if any(word in name for word in forbidden)]


def test_without_people_their_histories_change_nothing(learned: Learned) -> None:
    blind = replace(learned.model, uses_people=False)
    x = learned.examples.lines.x[:50]
    other = x.copy()
    other[:, NAMES.index("coder_rate")] += 5
    assert np.array_equal(blind.raw(x), blind.raw(other))


def test_few_rows_are_scored_as_many_are(learned: Learned) -> None:
    """Plain NumPy gives what scikit-learn gives, also where a value is missing."""
    x = learned.examples.lines.x[:200].copy()
    x[::3, ::2] = np.nan
    x[:, NAMES.index("payer_procedure_rate")] = 0.0  # never missing
    model, filled = replace(learned.model, rate_share=0.0, _plain={}), learned.model.filled(x)
    trees, logistic = plain.Trees(model.trees), plain.Logistic(model.logistic)
    assert trees.chance(x) == pytest.approx(model.trees.predict_proba(x)[:, 1], abs=1e-12)
    assert logistic.chance(filled) == pytest.approx(model.logistic.predict_proba(filled)[:, 1], abs=1e-12)
    many = np.concatenate([x, x])
    assert len(many) > plain.MOST_ROWS
    assert model.raw(many)[:200] == pytest.approx(model.raw(x), abs=1e-12)


def test_another_learner_is_not_scored_by_the_one_before(learned: Learned) -> None:
    x, model = learned.examples.lines.x[:20], replace(learned.model, rate_share=0.0, _plain={})
    before = model.raw(x)
    model.trees, model.tree_share = None, 0.0
    assert not np.array_equal(model.raw(x), before)
    assert model.raw(x) == pytest.approx(model.logistic.predict_proba(model.filled(x))[:, 1], abs=1e-12)


def test_three_hundred_claims_and_twenty_denials_train(tables: Callable[[], Any]) -> None:
    """Too little to learn from: shrunken payer x procedure rates, and still a risk for every claim."""
    examples = prepare(planted(tables, 300).past())
    order = np.argsort(examples.submitted, kind="stable")
    tested = fit.backtest(examples, order[:200], order[200:240])
    assert (tested.model.kind, tested.calibrated) == ("rates", None)
    model = fit.final(examples, order, order[240:], tested)
    found = score.score(model, examples.lines).risk
    assert model.kind == "rates"
    assert ((found > 0) & (found < 1)).all()


def test_a_claim_that_lacks_everything_gets_a_risk(learned: Learned, tables: Callable[[], Any]) -> None:
    nothing = tables().add(
        day=500, lines=({"procedure_code": None, "units": None, "diagnosis_pointer": None},), diagnoses=(),
        payer_id=None, rendering_npi=None, patient_birth_date=None, patient_sex=None, service_date=None,
        place_of_service=None,
    )  # fmt: skip
    scored = score.score(learned.model, compute(nothing.claims(), learned.past))
    assert 0 < scored.risk[0] < 1


def test_a_claim_without_lines_has_the_base_rate(learned: Learned, tables: Callable[[], Any]) -> None:
    scored = score.score(learned.model, compute(tables().add(day=500, lines=()).add(day=500).claims(), learned.past))
    assert scored.risk[0] == learned.model.base_rate
    assert scored.amount[0] == 0


def test_a_payer_and_a_code_never_seen_get_a_middling_risk(learned: Learned, tables: Callable[[], Any]) -> None:
    new = tables().add(day=500, payer_id="NEW", lines=({"procedure_code": "99999"},))
    assert 0.01 < score.score(learned.model, compute(new.claims(), learned.past)).risk[0] < 0.5


def test_a_planted_rule_is_found_and_named(learned: Learned, tables: Callable[[], Any]) -> None:
    unsent = tables()
    for code, authorization in (("70553", None), ("70553", "G"), ("97110", None)):
        unsent.add(day=450, lines=({"procedure_code": code},), prior_authorization=authorization)
    lines = compute(unsent.claims(), learned.past)
    found = score.score(learned.model, lines).risk
    assert found[0] > 0.5
    assert max(found[1:]) < 0.25
    reasons = explained(learned.model, lines, learned.past, {})
    assert reasons[0][0].startswith("No prior authorization: this payer denied ")
    assert "lines of 70553 without one" in reasons[0][0]
    assert re.search(r"With an authorization number: \d+% → \d+%\.$", reasons[0][0])
    assert not any("No prior authorization" in reason for reason in reasons[1] + reasons[2])


def test_a_fired_rule_is_a_reason_without_history(learned: Learned, tables: Callable[[], Any]) -> None:
    lines = compute(tables().add(day=450, lines=({"procedure_code": "70553"},)).claims(), learned.past)
    for name in lines.history.n:
        lines.history.n[name] = lines.history.n[name] * 0
    [reason] = explained(learned.model, lines, learned.past, {0: ["missing_authorization"]})[0]
    assert reason.startswith("Authorization: see the finding missing_authorization.")
    assert explained(learned.model, lines, learned.past, {})[0] == []


def test_no_reason_is_a_person() -> None:
    assert {"people", "other"} == set(explain.NEVER_SAID)
    assert {key.group for key in KEYS if set(key.columns) & {"coder", "biller"}} == {"people"}


def test_shuffled_labels_teach_nothing(tables: Callable[[], Any]) -> None:
    examples = prepare(planted(tables).past())
    rng = np.random.default_rng(1)
    order = np.argsort(examples.submitted, kind="stable")
    found = []
    for _ in range(8):
        denied = rng.permutation(examples.denied)
        noise = replace(examples, denied=denied, line_denied=denied[examples.lines.claim])
        model = fit.backtest(noise, order[:450], order[450:600]).model
        assert model.kind == "learned"
        found.append(roc_auc_score(denied[order[600:]], score.score(model, noise.lines).risk[order[600:]]))
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("shape", ["sigmoid", "isotonic"])
def test_calibration_on_planted_probabilities(shape: str) -> None:
    rng = np.random.default_rng(2)
    score_ = rng.uniform(0.01, 0.99, 20_000)
    true = head.expit(0.5 * log_odds(score_) - 1) if shape == "sigmoid" else np.where(score_ < 0.5, 0.1, 0.6)
    hit = (rng.random(20_000) < true).astype(float)
    curve = calibration.fit(score_, hit)
    assert curve.kind == shape
    assert np.abs(curve.of(score_) - true).mean() < 0.02


def test_few_denials_are_calibrated_by_a_sigmoid() -> None:
    rng = np.random.default_rng(3)
    score_ = rng.random(400)
    assert calibration.fit(score_, (rng.random(400) < 0.2 * score_).astype(float)).kind == "sigmoid"


def test_outcomes_known_too_early_are_noticed() -> None:
    found = {"denied": 10_000, "all": 0.8, "shuffled": 0.5, "a_day_early": 0.9, "without": {"without lag_days": 0.6}}
    said = audit.warnings(found)
    assert len(said) == 2
    assert said[0].startswith("Outcomes known a day too early")
    assert "without lag_days" in said[1]


def test_a_column_that_knows_the_answer_is_caught(learned: Learned) -> None:
    """The units of a line are given its outcome: the canary warns, and the audit names the column."""
    examples = learned.examples
    leaky = examples.lines.x.copy()
    leaky[:, NAMES.index("units")] = examples.line_denied
    order = np.argsort(examples.submitted, kind="stable")
    leaking = replace(examples, lines=replace(examples.lines, x=leaky))
    found = audit.audit(leaking, examples.past.outcomes, order[:700], order[700:])
    said = " ".join(audit.warnings(found))
    assert "some column probably knows the answer" in said
    assert "without units: make sure that it is known in time" in said
    honest = audit.warnings(audit.audit(examples, examples.past.outcomes, order[:700], order[700:]))
    assert not any("probably knows the answer" in one or "without units" in one for one in honest)


def test_it_beats_the_baselines_on_the_sample(trained: Any) -> None:
    metrics = trained.report["metrics"]
    assert trained.report["kind"] == "learned"
    assert metrics["model"]["auroc"] > 0.6  # 33 denials in the test: no finer comparison would mean anything
    simple = min(metrics[name]["brier"] for name in ("base rate", "payer x procedure rate"))
    assert metrics["model"]["brier"] < metrics["base rate"]["brier"]
    assert metrics["model"]["brier"] < 1.025 * simple  # a standard error of the difference
    assert trained.report["warnings"] == []


def test_training_and_checking_compute_the_same(trained: Any) -> None:
    connection = open_reader(trained.db)
    past = outcomes(connection)
    together = compute(past.claims, Past(past))
    some = past.claims.claim["claim_id"].to_list()[-50:]
    alone = compute(from_warehouse(connection, some), Past(past))
    rows = np.flatnonzero(together.claim >= together.claim_count - 50)
    assert np.array_equal(together.x[rows], alone.x, equal_nan=True)


def test_young_claims_wait(trained: Any) -> None:
    assert trained.report["waiting_claims"] > 0
    assert "not counted as paid" in trained.report["notes"][0]


def test_little_data_gives_rates_and_says_so(tmp_path: Any) -> None:
    write_sample(tmp_path / "sample", 120, 3)
    load([tmp_path / "sample"], tmp_path / "small.duckdb")
    found = train(open_reader(tmp_path / "small.duckdb"))
    assert found.report["kind"] == "rates"
    assert any(note.startswith("Little is known") for note in found.report["notes"])
    x = np.zeros((1, len(NAMES)))
    x[0, NAMES.index("payer_procedure_rate")] = log_odds(np.array([0.3]))[0]
    one_line = np.zeros(1, np.int64)
    said = found.model.claim_risk(found.model.raw(x), one_line, 1)[0]
    assert found.model.base_rate < said < 0.3  # pulled towards what is usual


@pytest.mark.parametrize(("denials", "trusted"), [(20, 0.17), (100, 0.5), (900, 0.9), (13_000, 0.99)])
def test_the_more_denials_the_less_the_rates_count(denials: int, trusted: float) -> None:
    assert 1 - risk.rate_share(denials) == pytest.approx(trusted, abs=0.005)


def test_learners_of_few_denials_are_mixed_with_rates(learned: Learned) -> None:
    x = learned.examples.lines.x[:50]
    alone, rates = replace(learned.model, rate_share=0.0), replace(learned.model, rate_share=1.0)
    rate = x[:, NAMES.index("payer_procedure_rate")]
    assert rates.raw(x) == pytest.approx(head.expit(rate))
    mixed = replace(learned.model, rate_share=0.5).raw(x)
    assert log_odds(mixed) == pytest.approx((log_odds(alone.raw(x)) + rate) / 2, abs=1e-6)


def test_a_few_denials_move_no_score() -> None:
    """A score that says nothing: ninety denials are not enough to tell, thousands are."""
    rng = np.random.default_rng(4)
    score_ = rng.uniform(0.05, 0.95, 20_000)
    hit = (rng.random(20_000) < 0.1).astype(float)
    assert calibration.fit(score_[:500], hit[:500]).of(score_) == pytest.approx(score_)
    assert np.abs(calibration.fit(score_, hit).of(score_) - 0.1).mean() < 0.02


@pytest.mark.parametrize(("whole", "found"), [(0.0, 0.0), (1.0, 1.0)])
def test_claims_denied_as_a_whole_are_told_from_lines_denied_one_by_one(whole: float, found: float) -> None:
    """Three lines a claim, each denied with the chance that its risk says; in whole claims all of them or none."""
    rng = np.random.default_rng(5)
    claim, risk_ = np.repeat(np.arange(2_000), 3), np.repeat(rng.uniform(0.02, 0.3, 2_000), 3)
    luck = np.where(whole > 0, np.repeat(rng.random(2_000), 3), rng.random(6_000))
    denied = (luck < risk_).astype(float)
    weights = head.together(risk_, denied, claim)
    assert weights == pytest.approx([1 - found, found, 0, 0], abs=0.1)
    said = head.expit(head.head_inputs(risk_, claim, 2_000) @ np.array(weights[:-1]))
    assert said.mean() == pytest.approx(
        np.maximum.reduceat(denied, claim.searchsorted(np.arange(2_000))).mean(), abs=0.02
    )


def test_how_far_lines_are_denied_together_equals_a_plain_twin() -> None:
    rng = np.random.default_rng(6)
    claim, risk_ = np.sort(rng.integers(0, 60, 200)), rng.uniform(0.05, 0.4, 200)
    denied = (rng.random(60)[claim] < risk_).astype(float)
    over = under = 0.0
    for one in range(200):
        for other in range(200):
            if one != other and claim[one] == claim[other]:
                over += (denied[one] - risk_[one]) * (denied[other] - risk_[other])
                under += (risk_[one] * (1 - risk_[one]) * risk_[other] * (1 - risk_[other])) ** 0.5
    share = min(max(over / (under + 10), 0), 1) ** 2
    assert 0.05 < share < 0.95
    assert head.together(risk_, denied, claim) == pytest.approx([1 - share, share, 0, 0])


def test_claims_of_one_line_say_nothing_about_lines_denied_together() -> None:
    assert head.together(np.full(9, 0.1), np.ones(9), np.arange(9)) == [1, 0, 0, 0]


def test_nothing_answered_is_an_error(tmp_path: Any) -> None:
    write_sample(tmp_path / "sample", 50, 3)
    load([tmp_path / "sample" / "837"], tmp_path / "open.duckdb")
    with pytest.raises(UserError, match="No claim in the warehouse has been adjudicated yet"):
        train(open_reader(tmp_path / "open.duckdb"))
