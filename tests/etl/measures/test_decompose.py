"""A change of a rate, taken apart: the parts add up."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.measures import rate_change

COUNTS = st.dictionaries(
    st.sampled_from(["A", "B", "C", "D"]),
    st.integers(1, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
)


def answer(counts: dict[str, tuple[int, int]]) -> pl.DataFrame:
    rows = [{"payer": payer, "numerator": n, "denominator": of} for payer, (n, of) in counts.items()]
    return pl.DataFrame(rows)


def whole(counts: dict[str, tuple[int, int]]) -> float:
    return sum(n for n, _ in counts.values()) / sum(of for _, of in counts.values())


@given(COUNTS, COUNTS)
def test_the_effects_add_up_to_the_change(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    parts = rate_change(answer(before), answer(after), "payer")
    assert parts["rate_effect"].sum() + parts["mix_effect"].sum() == pytest.approx(
        whole(after) - whole(before), abs=1e-12
    )
    assert set(parts["payer"]) == set(before) | set(after)


def test_the_same_rates_in_other_shares_are_all_mix() -> None:
    parts = rate_change(answer({"A": (10, 100), "B": (20, 100)}), answer({"A": (5, 50), "B": (30, 150)}), "payer")
    assert parts["rate_effect"].to_list() == [0, 0]
    assert parts["mix_effect"].sum() == pytest.approx(35 / 200 - 30 / 200)


def test_other_rates_in_the_same_shares_are_all_rate() -> None:
    parts = rate_change(answer({"A": (10, 100), "B": (20, 100)}), answer({"A": (30, 100), "B": (20, 100)}), "payer")
    assert parts.row(0, named=True)["payer"] == "A"
    assert parts["mix_effect"].abs().sum() == pytest.approx(0)
    assert parts["rate_effect"].to_list() == pytest.approx([0.1, 0])


def test_a_new_payer_changes_the_mix_only() -> None:
    parts = rate_change(answer({"A": (10, 100)}), answer({"A": (10, 100), "B": (50, 100)}), "payer")
    assert parts["rate_effect"].abs().sum() == 0
    assert parts["mix_effect"].sum() == pytest.approx(0.3 - 0.1)
