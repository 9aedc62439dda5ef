"""What the drawings of people show is what the words say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dashboard import charts_people
from etl.measures.fairness import HIGHER, LOWER, WITHIN
from tests.etl.measures.clinics import clinic, judged


@pytest.mark.parametrize("people", [4, 12])
def test_a_dot_outside_the_drawn_95_percent_lines_is_one_that_the_words_name(people: int) -> None:
    """Read from the figure itself: each judged dot against the lines at its place."""
    rng = np.random.default_rng(19)
    seen = dict.fromkeys((HIGHER, LOWER, WITHIN), 0)
    for _ in range(60):
        card = judged(clinic(rng, people, skill=2.5)).with_columns(pl.col("person").cast(pl.String))
        traces = charts_people.funnel(card).data
        low, high = (one for one in traces if one.mode == "lines" and one.name == "95 % limits")
        for trace in traces:
            for x, y in zip(trace.x, trace.y, strict=True) if trace.name in seen else ():
                below, above = np.interp(x, low.x, low.y), np.interp(x, high.x, high.y)
                if min(abs(y - below), abs(y - above)) > 0.02:  # between two points of a line it is straight
                    assert trace.name == (HIGHER if y > above else LOWER if y < below else WITHIN)
                    seen[trace.name] += 1
    assert min(seen.values()) > 0


def test_an_interval_that_leaves_out_1_is_drawn_in_the_colour_of_its_word() -> None:
    rng = np.random.default_rng(20)
    card = judged(clinic(rng, 12, skill=3.0)).with_columns(pl.col("person").cast(pl.String))
    drawn = {one.name: one for one in charts_people.caterpillar(card).data}
    assert len(drawn[HIGHER].x) > 0
    assert (np.asarray(drawn[HIGHER].x) - np.asarray(drawn[HIGHER].error_x.arrayminus) > 1).all()
    assert (np.asarray(drawn[WITHIN].x) - np.asarray(drawn[WITHIN].error_x.arrayminus) <= 1).all()
