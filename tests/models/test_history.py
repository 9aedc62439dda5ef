"""As-of histories: exact, and blind to the future."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl

from models.frames import Claims
from models.history import KEYS, PULL, RECENT_DAYS, Outcomes, histories


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

    def count(
        row: dict[str, Any], unit: str, columns: tuple[str, ...], is_recent: bool, category: str | None
    ) -> tuple[int, int]:
        n = d = 0
        for event in known[unit]:
            answer = answers[event["row"]]
            day, sent = answer["remit_date"], row["submission_date"]
            if day is None or day >= sent or (is_recent and day < sent - timedelta(days=RECENT_DAYS)):
                continue
            if all(event[column] == row[column] for column in columns):
                is_hit = answer["is_denied"] if category is None else answer["denial_category"] == category
                n, d = n + 1, d + int(is_hit)
        return n, d

    def overall(category: str | None) -> list[float]:
        counts = [count(row, "line", (), False, category) for row in frames["line"]]
        return [(d + PULL * (0.01 if category else 0.1)) / (n + PULL) for n, d in counts]

    found: dict[str, list[tuple[int, int, float]]] = {}
    for key in KEYS:
        best: dict[int, tuple[int, int, float]] = {}
        parents = [one[2] for one in found[key.parent]] if key.parent else overall(key.category)
        for row in frames[key.unit]:
            n, d = count(row, key.unit, key.columns, key.recent, key.category)
            rate = (d + PULL * parents[row["row"]]) / (n + PULL)
            if row["row"] not in best or rate > best[row["row"]][2] + 1e-12:
                best[row["row"]] = (n, d, rate)
        found[key.name] = [best.get(row, (0, 0, parents[row])) for row in range(n_lines)]
    return found


def test_histories_equal_the_slow_twin(tables: Callable[[], Any]) -> None:
    past = random_past(tables, 1).past()
    found = histories(past.claims, past)
    for name, rows in naive(past.claims, past).items():
        rates = found[f"{name}_rate"].to_list()
        assert max(abs(rate - row[2]) for rate, row in zip(rates, rows, strict=True)) < 1e-12, name
        if next(key for key in KEYS if key.name == name).unit == "line":
            assert found.select(f"{name}_n", f"{name}_d").rows() == [row[:2] for row in rows], name


def test_other_claims_than_those_of_the_past(tables: Callable[[], Any]) -> None:
    past, queries = random_past(tables, 2).past(), random_past(tables, 3, claims=40).claims()
    found = histories(queries, past)
    for name, rows in naive(queries, past).items():
        rates = found[f"{name}_rate"].to_list()
        assert max(abs(rate - row[2]) for rate, row in zip(rates, rows, strict=True)) < 1e-12, name


def test_the_future_changes_nothing(tables: Callable[[], Any]) -> None:
    past = random_past(tables, 4).past()
    today = past.line["remit_date"].sort()[past.line.height // 2]
    early = past.claims.claim.filter(pl.col("submission_date") <= today)["claim_id"].to_list()
    without = Outcomes(
        past.claims,
        past.line.with_columns(remit_date=pl.when(pl.col("remit_date") < today).then("remit_date")),
        past.claim,
    )
    rows = past.claims.line.filter(pl.col("claim_id").is_in(early))["row"].to_list()
    whole, cut = histories(past.claims, past), histories(past.claims, without)
    assert whole.filter(pl.col("row").is_in(rows)).equals(cut.filter(pl.col("row").is_in(rows)))


def test_an_answer_of_the_same_day_is_not_known(tables: Callable[[], Any]) -> None:
    made = tables().add(day=1, answer=(20, ["coding"])).add(day=20).add(day=21)
    found = histories(made.claims(), made.past())
    assert found["payer_n"].to_list() == [0, 0, 1]
    assert found["payer_d"].to_list() == [0, 0, 1]


def test_a_claim_without_date_has_no_history(tables: Callable[[], Any]) -> None:
    made = tables().add(day=1, answer=(5, ["coding"])).add(day=9, submission_date=None)
    assert histories(made.claims(), made.past())["payer_n"].to_list() == [0, 0]
