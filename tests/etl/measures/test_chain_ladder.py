"""The chain ladder against published figures, a slow twin in plain Python, and cohorts whose future is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from etl.measures import chain_ladder
from etl.measures.chain_ladder import Array

# Taylor and Ashe (1983), as in Mack, ASTIN Bulletin 23 (1993), table 1
TAYLOR_ASHE = """
357848 1124788 1735330 2218270 2745596 3319994 3466336 3606286 3833515 3901463
352118 1236139 2170033 3353322 3799067 4120063 4647867 4914039 5339085
290507 1292306 2218525 3235179 3985995 4132918 4628910 4909315
310608 1418858 2195047 3757447 4029929 4381982 4588268
443160 1136350 2128333 2897821 3402672 3873311
396132 1333217 2180715 2985752 3691712
440832 1288463 2419861 3483130
359480 1421128 2864498
376686 1363294
344014
"""
# Mack's table 3, in thousands
RESERVES = [0, 95, 470, 710, 985, 1419, 2178, 3920, 4279, 4626]
STANDARD_ERRORS = [0, 76, 122, 134, 261, 411, 558, 875, 971, 1363]


def triangle(text: str) -> Array:
    rows = [[float(cell) for cell in line.split()] for line in text.strip().splitlines()]
    width = max(map(len, rows))
    return np.array([row + [math.nan] * (width - len(row)) for row in rows])


def test_mack_s_published_reserves_and_standard_errors() -> None:
    claims = triangle(TAYLOR_ASHE)
    latest = [row[~np.isnan(row)][-1] for row in claims]
    assert np.round((chain_ladder.complete(claims)[:, -1] - latest) / 1000).tolist() == RESERVES
    assert np.round(np.sqrt(chain_ladder.covariance(claims, claims)) / 1000).tolist() == STANDARD_ERRORS


def test_a_triangle_done_by_hand() -> None:
    """Growth 30/20, then 16.5/15 of the oldest cohort alone: how much that scatters nobody knows."""
    claims = triangle("10 15 16.5\n10 15\n8")
    assert chain_ladder.factors(claims).tolist() == pytest.approx([1.5, 1.1])
    assert chain_ladder.complete(claims)[:, -1].tolist() == pytest.approx([16.5, 16.5, 13.2])
    assert np.nan_to_num(chain_ladder.covariance(claims, claims)[1:], nan=-1).tolist() == [
        -1,
        -1,
    ]


def test_nothing_there_to_grow_cannot_be_completed() -> None:
    claims = triangle("0 5 6\n0 4\n0")
    assert np.isnan(chain_ladder.complete(claims)[2, -1])
    assert np.isnan(chain_ladder.covariance(claims, claims)[2])


def slow_covariance(one: Array, other: Array) -> list[float]:
    """Braun's formula, one cohort and one step at a time; both triangles full squares cut along the diagonal."""
    n = len(one)

    def growth(t: Array, k: int) -> float:
        return sum(t[i][k + 1] for i in range(n - k - 1)) / sum(t[i][k] for i in range(n - k - 1))

    def scatter(k: int, a: Array, b: Array) -> float:
        rows = range(n - k - 1)
        together = sum(
            math.sqrt(a[i][k] * b[i][k])
            * (a[i][k + 1] / a[i][k] - growth(a, k))
            * (b[i][k + 1] / b[i][k] - growth(b, k))
            for i in rows
        )
        root = sum(math.sqrt(a[i][k] * b[i][k]) for i in rows)
        shared = root**2 / (sum(a[i][k] for i in rows) * sum(b[i][k] for i in rows))
        return together / (len(rows) - 2 + shared)

    def last(a: Array) -> float:
        before, earlier = scatter(n - 3, a, a), scatter(n - 4, a, a)
        return min(before**2 / earlier, before, earlier)

    spreads = [scatter(k, one, other) for k in range(n - 2)]
    sizes = math.sqrt(scatter(n - 3, one, one) * scatter(n - 3, other, other))
    spreads.append(min(spreads[-1] / sizes, 1) * math.sqrt(last(one) * last(other)))  # no correlation above one
    found = []
    for i in range(n):
        a, b, total = one[i][n - 1 - i], other[i][n - 1 - i], 0.0
        for k in range(n - 1 - i, n - 1):
            rows = range(n - k - 1)
            of_growth = sum(math.sqrt(one[j][k] * other[j][k]) for j in rows) / (
                sum(one[j][k] for j in rows) * sum(other[j][k] for j in rows)
            )
            of_chance = 1 / math.sqrt(a * b)
            total += spreads[k] / (growth(one, k) * growth(other, k)) * (of_chance + of_growth)
            a, b = a * growth(one, k), b * growth(other, k)
        found.append(a * b * total)
    return found


def test_the_covariance_equals_its_slow_twin() -> None:
    chance = np.random.default_rng(7)
    claims = triangle(TAYLOR_ASHE)
    part = np.cumsum(np.diff(claims, prepend=0, axis=1) * chance.uniform(0.05, 0.2, claims.shape), axis=1)
    for one, other in ((claims, claims), (part, part), (claims, part), (part, claims)):
        assert chain_ladder.covariance(one, other).tolist() == pytest.approx(slow_covariance(one, other), rel=1e-9)
