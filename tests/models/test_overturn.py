"""The chance that work on a denied line recovers money."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from etl.errors import UserError
from etl.warehouse.store import open_reader
from models import overturn, overturn_card, saved
from models.worklist_cli import learned_chances

LAST = date(2026, 12, 31)


def denials(lines: int = 2_000, through: date = LAST, by_code: bool = False) -> pl.DataFrame:
    """Worked denials of two reasons: authorizations are overturned four times in five, filing limits once in ten; by
    code: so for one procedure, the other way round for the other.
    """
    rng = np.random.default_rng(0)
    rows = []
    for number in range(lines):
        carc, code = str(rng.choice(["197", "29"])), str(rng.choice(["97110", "99213"]))
        turned = {"197": "29", "29": "197"}[carc] if by_code and code == "99213" else carc
        denied_on = date(2025, 1, 1) + timedelta(days=int(number * 600 / lines))
        overturned_on = denied_on + timedelta(days=int(rng.integers(10, 60)))
        is_overturned = bool(rng.random() < {"197": 0.8, "29": 0.1}[turned] and overturned_on <= through)
        rows.append({
            "root_id": number, "payer_id": "A", "line_number": 1, "place": 1, "procedure_code": code, "carc": carc,
            "denial_category": {"197": "authorization", "29": "timely_filing"}[carc], "denied_on": denied_on,
            "denied_amount": 100.0, "is_partial": False, "claim_type": "professional", "age_days": 30,
            "is_overturned": is_overturned, "overturned_on": overturned_on if is_overturned else None,
            "is_worked": bool(rng.random() < 0.8), "data_through": through,
        })  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"overturned_on": pl.Date})


def test_trees_are_used_where_they_know_more_than_rates() -> None:
    frame = denials(by_code=True)
    model, report = overturn.train(frame)
    assert report["kind"] == "learned"
    assert report["metrics"]["trees"]["auroc"] > 0.8 > 0.6 > report["metrics"][overturn.SIMPLE]["auroc"]
    chance = model.chance(overturn._features(frame, report["wait_days"], as_of_end=True))
    known = frame.with_columns(chance=pl.Series(chance)).group_by("carc", "procedure_code").agg(pl.col("chance").mean())
    by_reason = known.sort("carc", "procedure_code")["chance"].to_list()
    assert by_reason == pytest.approx([0.8, 0.1, 0.1, 0.8], abs=0.08)
    assert "the worklist uses them" in overturn_card.markdown(report)


def test_rates_are_used_where_trees_know_no_more() -> None:
    model, report = overturn.train(denials())
    assert (report["kind"], model.trees) == ("rates", None)
    text = overturn_card.markdown(report)
    for words in ("so the worklist uses the rates", "In use: rates by payer and category", "must not be used to write"):
        assert words in text
    assert report["metrics"][overturn.SIMPLE]["brier"] < report["metrics"]["base rate"]["brier"]


@pytest.mark.parametrize("kind", ["rates", "learned"])
def test_the_worklist_takes_trees_or_its_own_rates(trained: Any, tmp_path: Path, kind: str) -> None:
    model, report = overturn.train(denials(by_code=kind == "learned"))
    assert report["kind"] == kind
    content = {"base_rate": 0.5, "features": list(overturn.FEATURES), "trees": model.trees, "calibrator": None}
    path = tmp_path / "a.model.skops"
    path.touch()
    saved.write(content, report, overturn.beside(path))
    found = learned_chances(open_reader(trained.db), path)
    assert (found is not None) == (kind == "learned")


def test_young_denials_wait() -> None:
    through = date(2026, 3, 1)
    _, report = overturn.train(denials(through=through).filter(pl.col("denied_on") <= through))
    assert 40 < report["wait_days"] <= 60
    assert report["overturned"] / report["worked"] == pytest.approx(0.45, abs=0.06)  # not pulled down by open ones


def test_the_future_changes_nothing() -> None:
    frame = denials()
    half = frame.height // 2
    today = frame["denied_on"][half]
    known = frame.head(half).with_columns(
        is_overturned=(pl.col("overturned_on") < today).fill_null(False),
        overturned_on=pl.when(pl.col("overturned_on") < today).then("overturned_on"),
    )
    early = np.flatnonzero((frame["denied_on"] <= today - timedelta(days=60)).to_numpy())
    whole, cut = (overturn._features(one, 60)[early] for one in (frame, known))
    assert np.array_equal(whole, cut)


def test_few_denials_give_rates() -> None:
    model, report = overturn.train(denials(100))
    assert (report["kind"], model.trees) == ("rates", None)
    assert "too few to learn more from" in report["note"]


def test_nothing_denied_at_all() -> None:
    model, report = overturn.train(denials(100).head(0))
    assert (report["worked"], len(model.chance(np.zeros((0, len(overturn.FEATURES)))))) == (0, 0)


def test_chances_of_what_still_stands(trained: Any) -> None:
    found = overturn.chances(open_reader(trained.db), saved.beside(trained.db))
    assert found.height > 0
    assert found["chance"].is_between(0, 1).all()
    assert found["expected_amount"].is_sorted(descending=True)


def test_a_changed_file_is_refused(trained: Any, tmp_path: Path) -> None:
    source, path = overturn.beside(saved.beside(trained.db)), tmp_path / "a.model.overturn.skops"
    path.write_bytes(source.read_bytes()[:-1])
    saved.manifest_path(path).write_text(saved.manifest_path(source).read_text())
    assert json.loads(saved.manifest_path(path).read_text())["report"]["kind"]
    with pytest.raises(UserError, match="changed or damaged"):
        overturn.chances(open_reader(trained.db), tmp_path / "a.model.skops")
