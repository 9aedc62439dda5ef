"""As-of histories: exact, and blind to the future."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from models.asof import Codes
from models.features import compute
from models.frames import Claims
from models.history import BY_NAME, KEYS, LATEST, PULL, Key, Outcomes, Past


def random_past(tables: Callable[[], Any], seed: int, claims: int = 120) -> Any:
    rng = random.Random(seed)
    made = tables()
    for _ in range(claims):
        day = rng.randrange(400)
        lines = tuple(
            {
                "procedure_code": rng.choice("XYZ"),
                "modifier_1": rng.choice([None, "25"]),
                "diagnosis_pointer": rng.choice(["1", "1:2"]),
            }
            for _ in range(rng.randint(1, 3))
        )  # fmt: skip
        said = [None, None, None, "coding", "authorization"]
        made.add(
            day=day, lines=lines, diagnoses=("M5450", rng.choice(["R51", "I10"])), payer_id=rng.choice("AB"),
            prior_authorization=rng.choice([None, "G"]), rendering_npi=rng.choice("PQ"),
            answer=(day + rng.randint(0, 60), [rng.choice(said) for _ in lines]),
        )  # fmt: skip
    return made


def naive(queries: Claims, past: Outcomes) -> dict[str, list[tuple[int, int, float]]]:
    """The slow twin: for every line and key, walk through all answered lines and count those before."""
    frames = {unit: queries.unit(unit).to_dicts() for unit in ("line", "diagnosis", "pair")}
    known = {unit: past.claims.unit(unit).to_dicts() for unit in ("line", "diagnosis", "pair")}
    answers = past.line.to_dicts()
    n_lines = queries.line.height

    def count(row: dict[str, Any], key: Key) -> tuple[int, int]:
        hits = []
        for event in known[key.unit]:
            answer = answers[event["row"]]
            day, sent = answer["remit_date"], row["submission_date"]
            if day is None or day >= sent or (key.window and day < sent - timedelta(days=key.window)):
                continue
            if all(event[column] == row[column] for column in key.columns):
                is_hit = answer["denial_category"] in key.categories if key.categories else answer["is_denied"]
                hits.append((day, int(is_hit)))
        if key.latest:  # the sort is stable: of one day, those later in the files are the latest
            hits = sorted(hits, key=lambda one: one[0])[-LATEST:]
        return len(hits), sum(hit for _, hit in hits)

    def overall(categories: tuple[str, ...]) -> list[float]:
        everything = Key("", "", (), None, categories=categories)
        counts = [count(row, everything) for row in frames["line"]]
        return [(d + PULL * (0.01 if categories else 0.1)) / (n + PULL) for n, d in counts]

    found: dict[str, list[tuple[int, int, float]]] = {}
    for key in KEYS:
        best: dict[int, tuple[int, int, float]] = {}
        parents = [one[2] for one in found[key.parent]] if key.parent else overall(key.categories)
        for row in frames[key.unit]:
            n, d = count(row, key)
            rate = (d + key.pull * parents[row["row"]]) / (n + key.pull)
            if row["row"] not in best or rate > best[row["row"]][2] + 1e-12:
                best[row["row"]] = (n, d, rate)
        found[key.name] = [best.get(row, (0, 0, parents[row])) for row in range(n_lines)]
    return found


def assert_equal(past: Outcomes, queries: Claims) -> None:
    found = Past(past).of(queries)
    for name, rows in naive(queries, past).items():
        assert np.abs(found.rate[name] - [row[2] for row in rows]).max() < 1e-12, name
        if BY_NAME[name].unit == "line":
            assert list(zip(found.n[name].tolist(), found.d[name].tolist(), strict=True)) == [r[:2] for r in rows], name


def test_histories_equal_the_slow_twin(tables: Callable[[], Any]) -> None:
    past = random_past(tables, 1).past()
    assert_equal(past, past.claims)


def test_other_claims_than_those_of_the_past(tables: Callable[[], Any]) -> None:
    assert_equal(random_past(tables, 2).past(), random_past(tables, 3, claims=40).claims())


def test_the_future_changes_nothing(tables: Callable[[], Any]) -> None:
    past = random_past(tables, 4).past()
    today = past.line["remit_date"].sort()[past.line.height // 2]
    early = past.claims.claim.filter(pl.col("submission_date") <= today)["claim_id"].to_list()
    without = Outcomes(
        past.claims,
        past.line.with_columns(remit_date=pl.when(pl.col("remit_date") < today).then("remit_date")),
        past.claim,
    )
    rows = past.claims.line.filter(pl.col("claim_id").is_in(early))["row"].to_numpy()
    whole, cut = compute(past.claims, Past(past)), compute(past.claims, Past(without))
    assert np.array_equal(whole.x[rows], cut.x[rows], equal_nan=True)
    assert not np.array_equal(whole.x, cut.x, equal_nan=True)  # later claims do see it


def test_an_answer_of_the_same_day_is_not_known(tables: Callable[[], Any]) -> None:
    made = tables().add(day=1, answer=(20, ["coding"])).add(day=20).add(day=21)
    found = Past(made.past()).of(made.claims())
    assert found.n["payer"].tolist() == [0, 0, 1]
    assert found.d["payer"].tolist() == [0, 0, 1]


def test_a_claim_without_date_has_no_history(tables: Callable[[], Any]) -> None:
    made = tables().add(day=1, answer=(5, ["coding"])).add(day=9, submission_date=None)
    assert Past(made.past()).of(made.claims()).n["payer"].tolist() == [0, 0]


def test_a_payer_and_a_code_never_seen_have_the_general_rate(tables: Callable[[], Any]) -> None:
    past = random_past(tables, 5).past()
    new = tables().add(day=500, payer_id="NEW", lines=({"procedure_code": "99999"},))
    found = Past(past).of(new.claims())
    assert found.n["payer_procedure"].tolist() == [0]
    n, d = past.line.height, past.line["is_denied"].sum()
    assert found.rate["payer_procedure"][0] == (d + PULL * 0.1) / (n + PULL)


def test_codes_of_many_columns_stay_exact() -> None:
    rng = np.random.default_rng(0)
    columns = [rng.integers(0, 50_000, 2_000) for _ in range(4)]
    codes = Codes()
    fitted = codes.fit(columns, [50_000] * 4)
    assert len(set(fitted.tolist())) == len(set(zip(*(one.tolist() for one in columns), strict=True)))
    assert np.array_equal(codes.of(columns), fitted)
    assert codes.of([one[:1] * 0 - 1 for one in columns]).tolist() == [-1]


def test_counts_of_a_window(tables: Callable[[], Any]) -> None:
    made = tables().add(day=1, answer=(5, ["coding"])).add(day=100, answer=(150, [None])).add(day=300)
    past = Past(made.past())
    rows = np.array([2])
    assert [one.tolist() for one in past.counts(made.claims(), BY_NAME["payer"], rows)] == [[2], [1]]
    assert [one.tolist() for one in past.counts(made.claims(), BY_NAME["payer"], rows, 180)] == [[1], [0]]
