"""On the simulated practice every measure equals what was planted, to the cent; the truth never saw the files."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.load import load
from etl.measures import MEASURES, data_through
from etl.measures.standardised import Standardised
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from tests.benchmarks.by_hand import BY_HAND

Key = tuple[tuple[str, ...], str | None, str | None, str | None, str]


@pytest.fixture(scope="module", params=[(800, 3)], ids=["800 claims"])
def practice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    claims, seed = request.param
    folder = tmp_path_factory.mktemp("truth")
    write_sample(folder / "sample", claims=claims, seed=seed)
    load([folder / "sample"], folder / "practice.duckdb")
    return folder / "sample", folder / "practice.duckdb"


@pytest.fixture(scope="module")
def truth(practice: tuple[Path, Path]) -> dict[str, Any]:
    return json.loads((practice[0] / "truth.json").read_text())


@pytest.fixture(scope="module")
def connection(practice: tuple[Path, Path]) -> duckdb.DuckDBPyConnection:
    return open_reader(practice[1])


def asked(connection: duckdb.DuckDBPyConnection, name: str, key: Key) -> dict[tuple[str, ...], tuple[Any, Any]]:
    """One question with all values of its dimensions: value of the dimensions -> (numerator, denominator)."""
    dims, start, end, as_of, age_from = key
    period = (start and date.fromisoformat(start), end and date.fromisoformat(end))
    day = date.fromisoformat(as_of) if as_of else None
    frame = MEASURES[name].by(connection, dims, {}, period, day, age_from)
    return {
        tuple(str(row[dim]) for dim in dims): (number(row["numerator"]), number(row["denominator"]))
        for row in frame.to_dicts()
    }


def number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


# what is expected is no event that could be planted; what is observed of a person is the rate's numerator, and
# test_recovery holds the expected dollars against what work brings
PLANTED = [
    name
    for name, measure in MEASURES.items()
    if not isinstance(measure, Standardised) and name != "expected_recoverable_amount"
]


@pytest.mark.parametrize("name", PLANTED)
def test_a_measure_equals_the_planted_truth(name: str, truth: dict[str, Any], connection: duckdb.DuckDBPyConnection):
    planted: dict[Key, dict[tuple[str, ...], tuple[Any, Any]]] = defaultdict(dict)
    for entry in truth["measures"]:
        if entry["measure"] == name:
            key = (tuple(entry["by"]), entry["from"], entry["to"], entry["as_of"], entry["age_from"])
            planted[key][tuple(entry["by"].values())] = (number(entry["numerator"]), number(entry["denominator"]))
    assert len(planted) > 5
    for key, figures in planted.items():
        assert asked(connection, name, key) == figures, key


def test_what_was_loaded_is_what_was_written(truth: dict[str, Any], connection: duckdb.DuckDBPyConnection):
    tables = {"claims": "claim", "service_lines": "service_line", "remittances": "remittance",
              "claim_payments": "claim_payment", "acknowledgements": "acknowledgement"}  # fmt: skip
    counted = {
        name: connection.execute(f"select count(*) from {table}").fetchone()[0] for name, table in tables.items()
    }
    assert counted == {name: truth["counts"][name] for name in tables}


@pytest.mark.parametrize("name", BY_HAND)
def test_what_the_benchmarks_compare_with_gives_the_same_figures(name: str, connection: duckdb.DuckDBPyConnection):
    last = data_through(connection)
    assert last
    period = (date(last.year - 1, last.month, 1), last)
    asked = {"start": period[0], "end": last, "day": last}
    rows = connection.cursor().execute(BY_HAND[name], {k: v for k, v in asked.items() if f"${k}" in BY_HAND[name]})
    by_hand = {payer: [float(one or 0) for one in sums] for payer, *sums in rows.fetchall()}
    frame = MEASURES[name].by(connection, ["payer_name"], {}, period)
    columns = ["numerator"] if MEASURES[name].denominator is None else ["numerator", "denominator"]
    ours = {row["payer_name"]: [float(row[one] or 0) for one in columns] for row in frame.to_dicts()}
    assert by_hand.keys() == ours.keys()
    for payer, sums in ours.items():  # ours count the charges of a day in cents
        assert sums == pytest.approx(by_hand[payer], rel=1e-3, abs=0.01)
