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
from models import overturn, saved

LAST = date(2026, 12, 31)


def denials(lines: int = 2_000, through: date = LAST) -> pl.DataFrame:
    """Worked denials of two reasons: authorizations are overturned four times in five, filing limits once in ten."""
    rng = np.random.default_rng(0)
    rows = []
    for number in range(lines):
        carc = str(rng.choice(["197", "29"]))
        denied_on = date(2025, 1, 1) + timedelta(days=int(number * 600 / lines))
        overturned_on = denied_on + timedelta(days=int(rng.integers(10, 60)))
        is_overturned = bool(rng.random() < {"197": 0.8, "29": 0.1}[carc] and overturned_on <= through)
        rows.append({
            "root_id": number, "payer_id": "A", "line_number": 1, "place": 1, "procedure_code": "97110", "carc": carc,
            "denial_category": {"197": "authorization", "29": "timely_filing"}[carc], "denied_on": denied_on,
            "denied_amount": 100.0, "is_partial": False, "claim_type": "professional", "age_days": 30,
            "is_overturned": is_overturned, "overturned_on": overturned_on if is_overturned else None,
            "is_worked": bool(rng.random() < 0.8), "data_through": through,
        })  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"overturned_on": pl.Date})


def test_what_is_overturned_more_often_has_a_higher_chance() -> None:
    frame = denials()
    model, report = overturn.train(frame)
    assert report["kind"] == "learned"
    assert report["metrics"]["model"]["auroc"] > 0.8
    chance = model.chance(overturn._features(frame, report["wait_days"], as_of_end=True))
    by_reason = frame.with_columns(chance=pl.Series(chance)).group_by("carc").agg(pl.col("chance").mean()).sort("carc")
    assert by_reason["chance"].to_list() == pytest.approx([0.8, 0.1], abs=0.07)


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
