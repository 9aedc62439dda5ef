"""Calibration and false positives by age and sex, on small cases; and that people's histories can be left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from etl.warehouse.store import open_reader
from models import fairness, saved
from models.features import GROUP_OF, NAMES
from models.train import train


def test_a_group_judged_too_hard_is_seen() -> None:
    """Two sexes denied alike, the risks of one twice as high."""
    rng = np.random.default_rng(0)
    is_female = np.repeat([0.0, 1.0], 2_000)
    denied = (rng.random(4_000) < 0.1).astype(float)
    risk = np.where(is_female == 1, 0.2, 0.1) + rng.uniform(-0.01, 0.01, 4_000)
    rows = {row["group"]: row for row in fairness.report(np.full(4_000, 50.0), is_female, denied, risk)}
    assert (rows["sex female"]["fit"], rows["sex male"]["fit"]) == ("too high", "fits")
    assert (rows["sex female"]["listed_share"], rows["sex male"]["listed_share"]) == (0.1, 0.0)
    paid = (denied[is_female == 1] == 0).sum()
    listed = risk >= np.sort(risk)[-200]
    assert rows["sex female"]["false_positive_share"] == round((listed & (denied == 0)).sum() / paid, 4)
    assert rows["age 40 to 64"]["claims"] == rows["all"]["claims"] == 4_000


def test_small_groups_and_unknown_patients() -> None:
    age = np.array([10.0] * 29 + [80.0] * 40 + [np.nan] * 40)
    rows = fairness.report(age, np.full(109, np.nan), np.zeros(109), np.full(109, 0.1))
    assert [row["group"] for row in rows] == ["all", "age 75 and over", "age unknown", "sex unknown"]


def test_the_interval_is_exact() -> None:
    assert fairness.interval(0, 10) == pytest.approx((0, 0.3085), abs=1e-4)
    assert fairness.interval(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)


def test_the_report_has_every_tested_claim_and_the_card_says_it(trained: Any) -> None:
    [everybody, *groups] = trained.report["fairness"]
    assert everybody["claims"] == trained.report["parts"]["test"]
    sexes = [row for row in groups if row["group"].startswith("sex")]
    assert sum(row["claims"] for row in sexes) == everybody["claims"]
    text = saved.beside(trained.db).with_suffix(".md").read_text()
    assert "## By age and sex" in text
    assert "a question, not a finding" in text


def test_people_count_only_when_asked_for(trained: Any) -> None:
    """Off by default, no column of a coder or biller reaches the model; with them on, some does."""
    people = [column for column, name in enumerate(NAMES) if GROUP_OF[name] == "people"]
    assert {NAMES[column].split("_")[0] for column in people} == {"coder", "biller"}
    default = saved.load(saved.beside(trained.db))
    asked = train(open_reader(trained.db), uses_people=True, audited=False, refit=False).model
    assert used(default, people) == 0
    assert used(asked, people) > 0
    assert "histories of coders and billers are not used" in saved.beside(trained.db).with_suffix(".md").read_text()


def used(model: Any, columns: list[int]) -> int:
    """Splits of trees on these columns and weights of the logistic regression on them."""
    nodes = [trees[0].nodes for trees in model.trees._predictors]
    splits = sum(int((np.isin(one["feature_idx"], columns) & (one["is_leaf"] == 0)).sum()) for one in nodes)
    return splits + int((np.abs(model.logistic[-1].coef_[0][columns]) > 1e-12).sum())
