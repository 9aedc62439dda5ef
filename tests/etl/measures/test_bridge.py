"""The initial denial rate by five definitions: each difference has a reason, and the reasons add up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from etl.errors import UserError
from etl.measures import MEASURES
from etl.measures.definitions import DEFINITIONS, REASONS, changed_claims, compare
from tests.etl.measures import edge_practice, practice
from tests.etl.measures.tables import warehouse
from tests.etl.measures.twin import read
from tests.etl.measures.twin_bridge import bridge

OTHERS = [name for name in DEFINITIONS if name != "ours"]
DAYS = (date(2026, 2, 2), date(2026, 2, 17), date(2026, 3, 5), date(2026, 3, 20))


@pytest.fixture(scope="module", params=[practice.TABLES, edge_practice.TABLES], ids=["practice", "edges"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return warehouse(tmp_path_factory.mktemp("bridge") / "bridge.duckdb", request.param)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = warehouse(tmp_path_factory.mktemp("bridge_edges") / "edges.duckdb", edge_practice.TABLES)
    yield connection
    connection.close()


def parts(connection: duckdb.DuckDBPyConnection, definition: str) -> dict[str, tuple[int, str]]:
    """Reason -> (claims, dollars)."""
    found = next(one for one in compare(connection) if one.name == definition)
    return {step.reason: (step.claims, str(step.amount)) for step in found.steps}


def test_the_bridge_equals_its_slow_twin_reason_by_reason(either: duckdb.DuckDBPyConnection):
    tables = read(either)
    for day in DAYS:
        asked = {
            (one.name, step.reason): (step.claims, step.amount)
            for one in compare(either, as_of=day)
            for step in one.steps
        }
        assert asked == bridge(tables, day), day


@pytest.mark.parametrize("definition", OTHERS)
def test_the_steps_lead_from_our_figure_to_the_other(definition: str, either: duckdb.DuckDBPyConnection):
    """Whatever is asked: a payer, a period (the first answer and the decision may lie in two), a past day."""
    questions = (
        {},
        {"filters": {"payer_id": "P1"}},
        {"filters": {"payer_id": "P2"}},
        {"period": (date(2026, 2, 1), date(2026, 2, 10))},
        {"period": (date(2026, 2, 11), date(2026, 3, 31))},
        {"as_of": date(2026, 2, 3)},
    )
    for question in questions:
        ours, *others = compare(either, **question)
        other = next(one for one in others if one.name == definition)
        assert ours.denied + sum(step.claims for step in other.steps) == other.denied, question
        assert ours.amount + sum(step.amount for step in other.steps) == other.amount, question


def test_a_claim_changes_the_count_for_one_reason_only(either: duckdb.DuckDBPyConnection):
    sql = """select count(*) from (select root_id, payer_id, definition from definition_bridge
        where claim_change <> 0 and difference_reason <> 'duplicate'
        group by root_id, payer_id, definition having count(*) > 1)"""
    assert either.execute(sql).fetchone() == (0,)


def test_every_adjustment_counted(edges: duckdb.DuckDBPyConnection):
    assert parts(edges, "every_cas") == {
        # FREE-LINE SAME-AGAIN BAD-SECOND; the dollars of UNITS and HALF-DENIED as well
        "contractual": (3, "105.00"),
        # DEDUCTIBLE-4; and TWO-WRITES' 40 beside its denial
        "patient_share": (1, "140.00"),
        # PENDED, and UNITS at the second payer
        "pending": (2, "150.00"),
        "unknown": (0, "40.00"),
        # DUP-FIRST and DUP-ONLY are counted; DUP-DENIED at the same amount as our later denial
        "duplicate": (2, "150.00"),
        # BEYOND's 70 on a charge of 50; CANCELLED's codes, which cancel out
        "denial_codes": (1, "20.00"),
    }


def test_claim_status_4(edges: duckdb.DuckDBPyConnection):
    assert parts(edges, "status_4") == {
        # DEDUCTIBLE-4
        "patient_share": (1, "100.00"),
        # DUP-ONLY; DUP-DENIED was a 4 as a duplicate and counts the same
        "duplicate": (1, "70.00"),
        # WON-BACK
        "full_denial_missed": (-1, "-110.00"),
        # UNITS 30, HALF-DENIED 40, TWO-WRITES 60
        "partial_denial_missed": (-3, "-130.00"),
    }


def test_nothing_paid(edges: duckdb.DuckDBPyConnection):
    assert parts(edges, "zero_paid") == {
        "patient_share": (1, "100.00"),
        # DUP-FIRST and DUP-ONLY
        "duplicate": (2, "150.00"),
        # PENDED, UNITS at the second payer
        "pending": (2, "190.00"),
        # NO-REASON
        "none": (1, "40.00"),
        # UNITS 30 and HALF-DENIED 40 were paid in part
        "partial_denial_missed": (-2, "-70.00"),
        # TWO-WRITES is denied 60 of 100
        "whole_charge": (0, "40.00"),
    }


def test_any_unpaid_line(edges: duckdb.DuckDBPyConnection):
    assert parts(edges, "unpaid_line") == {
        "patient_share": (1, "100.00"),
        "duplicate": (2, "150.00"),
        "pending": (2, "190.00"),
        "none": (1, "40.00"),
        # FREE-LINE: a line that the contract prices at nothing
        "contractual": (1, "20.00"),
        # UNITS' line was paid in part
        "partial_denial_missed": (-1, "-30.00"),
        # HALF-DENIED 10, TWO-WRITES 40
        "whole_charge": (0, "50.00"),
    }


def test_every_reason_has_words(either: duckdb.DuckDBPyConnection):
    assert {step.reason for one in compare(either) for step in one.steps} <= set(REASONS)
    for name, one in DEFINITIONS.items():
        assert one.rate in MEASURES and one.amount in MEASURES, name


def test_a_predetermination_a_forward_and_a_reversal_are_no_answer(edges: duckdb.DuckDBPyConnection):
    counted = [one.answered for one in compare(edges)]
    # ours waits for the decision on DUP-ONLY
    assert counted == [17, 18, 18, 18, 18]
    assert compare(edges)[0].amount == Decimal("410.00")


def test_each_changed_claim_can_be_listed(edges: duckdb.DuckDBPyConnection):
    listed = changed_claims(edges, "status_4").select("claim_number", "difference_reason", "claim_change").rows()
    assert listed == [
        # counted on the day of the duplicate instead of the day of the decision
        ("DUP-DENIED", "duplicate", 1),
        ("DUP-DENIED", "duplicate", -1),
        ("DUP-ONLY", "duplicate", 1),
        ("WON-BACK", "full_denial_missed", -1),
        ("HALF-DENIED", "partial_denial_missed", -1),
        ("TWO-WRITES", "partial_denial_missed", -1),
        ("UNITS", "partial_denial_missed", -1),
        ("DEDUCTIBLE-4", "patient_share", 1),
    ]
    with pytest.raises(UserError, match="No such definition: ours"):
        changed_claims(edges, "ours")
