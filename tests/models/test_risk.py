"""Training: what it must find, what it must not, and how it behaves when it knows little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from etl.errors import UserError
from etl.load import load
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from models import evaluate, explain, risk
from models.features import FEATURES, GROUPS, NAMES, compute, matrix
from models.frames import from_warehouse
from models.history import outcomes
from models.train import prepare, train


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


@pytest.fixture(scope="module")
def learned(tables: Callable[[], Any]) -> tuple[Any, Any, risk.Model]:
    made = planted(tables)
    past = made.past()
    examples = prepare(past)
    order = np.argsort(examples.claims["submission_date"].to_numpy(), kind="stable")
    return past, examples, risk.fit(examples.x, examples.denied, order[:800], order[800:])


def test_features_are_declared_once_and_numeric(tables: Callable[[], Any]) -> None:
    made = planted(tables, 30)
    features, _ = compute(made.claims(), made.past())
    assert features.columns == ["claim_id", *NAMES]
    assert len(set(NAMES)) == len(NAMES)
    assert {feature.group for feature in FEATURES} <= set(GROUPS)
    assert set(features.drop("claim_id").dtypes) == {pl.Float64}


def test_no_feature_names_a_person_or_an_answer() -> None:
    forbidden = ("member", "name", "coder", "biller", "paid", "allowed", "status", "zip")
    assert not [name for name in NAMES if any(word in name for word in forbidden)]


def test_a_claim_that_lacks_everything_gets_a_risk(learned: Any, tables: Callable[[], Any]) -> None:
    past, _, model = learned
    nothing = tables().add(
        day=500, lines=({"procedure_code": None, "units": None, "diagnosis_pointer": None},), diagnoses=(),
        payer_id=None, rendering_npi=None, patient_birth_date=None, patient_sex=None, service_date=None,
        place_of_service=None,
    )  # fmt: skip
    features, _ = compute(nothing.claims(), past)
    assert 0 < model.probability(matrix(features))[0] < 1


def test_a_planted_rule_is_found_and_named(learned: Any, tables: Callable[[], Any]) -> None:
    past, _, model = learned
    unsent = tables()
    for code, authorization in (("70553", None), ("70553", "G"), ("97110", None)):
        unsent.add(day=450, lines=({"procedure_code": code},), prior_authorization=authorization)
    claims = unsent.claims()
    features, lines = compute(claims, past)
    x = matrix(features)
    probability = model.probability(x)
    assert probability[0] > 0.6
    assert max(probability[1:]) < 0.25
    reasons = explain.reasons(model, x, [0, 1, 2], lines, {})
    assert reasons[0][0].startswith("No prior authorization: this payer denied ")
    assert "lines of 70553 without one" in reasons[0][0]
    assert not any("No prior authorization" in reason for reason in reasons[1] + reasons[2])


def test_a_fired_rule_is_a_reason_without_history(learned: Any, tables: Callable[[], Any]) -> None:
    past, _, model = learned
    features, lines = compute(tables().add(day=450, lines=({"procedure_code": "70553"},)).claims(), past)
    bare = lines.with_columns(pl.col("^.*_n$").fill_null(0) * 0)
    reasons = explain.reasons(model, matrix(features), [0], bare, {0: ["missing_authorization"]})
    assert reasons[0] == ["Authorization: see the finding missing_authorization."]
    assert explain.reasons(model, matrix(features), [0], bare, {})[0] == []


def test_shuffled_labels_teach_nothing(learned: Any) -> None:
    _, examples, _ = learned
    rng = np.random.default_rng(1)
    order = np.argsort(examples.claims["submission_date"].to_numpy(), kind="stable")
    found = []
    for _ in range(2):
        shuffled = rng.permutation(examples.denied)
        model = risk.fit(examples.x, shuffled, order[:500], order[500:600])
        found.append(roc_auc_score(shuffled[order[600:]], model.probability(examples.x[order[600:]])))
    assert 0.45 < np.mean(found) < 0.55


def test_it_beats_the_baselines_on_the_sample(trained: Any) -> None:
    metrics = trained.report["metrics"]
    assert trained.report["kind"] == "learned"
    assert metrics["model"]["auroc"] > metrics["payer x procedure rate"]["auroc"] > 0.5
    assert metrics["model"]["brier"] < metrics["base rate"]["brier"]
    assert trained.report["warnings"] == []


def test_training_and_checking_compute_the_same(trained: Any) -> None:
    connection = open_reader(trained.db)
    past = outcomes(connection)
    some = past.claims.claim["claim_id"].to_list()[-50:]
    together, _ = compute(past.claims, past)
    alone, _ = compute(from_warehouse(connection, ", ".join(map(str, some))), past)
    assert together.filter(pl.col("claim_id").is_in(some)).equals(alone)


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
    x[0, NAMES.index("payer_procedure_max")] = 0.3
    assert found.model.probability(x).tolist() == [0.3]


def test_nothing_answered_is_an_error(tmp_path: Any) -> None:
    write_sample(tmp_path / "sample", 50, 3)
    load([tmp_path / "sample" / "837"], tmp_path / "open.duckdb")
    with pytest.raises(UserError, match="No claim in the warehouse has been adjudicated yet"):
        train(open_reader(tmp_path / "open.duckdb"))


def test_scores_of_a_small_case() -> None:
    denied, chance = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])
    dollars = np.array([0.0, 0.0, 50.0, 150.0])
    found = evaluate.scores(denied, chance, dollars, chance * 100)
    assert found.auroc == 0.75
    assert found.brier == pytest.approx((0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert found.ece == pytest.approx((0.1 + 0.4 + 0.65 + 0.2) / 4)
    assert found.precision == {"5%": 1.0, "10%": 1.0}
    assert found.dollars == {"5%": 0.75, "10%": 0.75}


def test_one_class_has_no_auroc() -> None:
    found = evaluate.scores(np.zeros(4), np.full(4, 0.1), np.zeros(4), np.zeros(4))
    assert (found.auroc, found.dollars["5%"]) == (None, None)


def test_a_score_too_good_is_warned_of() -> None:
    denied = np.array([0.0] * 50 + [1.0] * 50)
    found = evaluate.scores(denied, denied * 0.8 + 0.1, denied, denied)
    assert "too good to be true" in evaluate.warnings(found)[0]
