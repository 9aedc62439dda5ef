"""The second practice: every measure against its slow twin, the newer ones against figures by hand, and identities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations

import duckdb
import pytest

from etl.measures import DIMENSIONS, MEASURES
from tests.etl.measures import edge_practice, practice
from tests.etl.measures.tables import warehouse
from tests.etl.measures.twin import Tables, books, claims, postings, read
from tests.etl.measures.twins import TWIN

DAYS = [date(2026, 1, 4), date(2026, 1, 15), date(2026, 2, 2), date(2026, 2, 3), date(2026, 2, 17), date(2026, 2, 28),
        date(2026, 3, 5)]  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = warehouse(tmp_path_factory.mktemp("edges") / "edges.duckdb", edge_practice.TABLES)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def tables(edges: duckdb.DuckDBPyConnection) -> Tables:
    return read(edges)


@pytest.fixture(scope="module", params=[practice.TABLES, edge_practice.TABLES], ids=["practice", "edges"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return warehouse(tmp_path_factory.mktemp("either") / "either.duckdb", request.param)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_equals_its_slow_twin_as_of_any_day(name: str, edges: duckdb.DuckDBPyConnection, tables: Tables):
    for day in DAYS:
        asked = MEASURES[name].by(edges, as_of=day).row(0, named=True)
        assert (asked["numerator"], asked["denominator"]) == TWIN[name](tables, day), day


# expected denials are no whole numbers; money is exact to the cent
_SIXTH_PLACE = Decimal("0.00001")

# worked out by hand from edge_practice.py, as of 2026-03-05
BY_HAND = {
    # UNITS (units cut), DUP-DENIED (the second answer decides), BEYOND, HALF-DENIED, TWO-WRITES, WON-BACK;
    # CANCELLED's codes cancel out, BAD-SECOND was denied only after its reversal
    "denied_claims": (6, None),
    # 30 + 120 + 50 (of 70, at most the charge) + 40 + 60 + 110
    "denied_amount": ("410.00", None),
    # the same over 20 claims sent, those without an answer included
    "initial_denial_rate_submitted": (6, 20),
    # 17 adjudications: all but DUP-ONLY, FORWARDED, SENT-LATER and UNANSWERED (303), UNITS once more at P3 (100)
    "denied_amount_rate": ("410.00", "1490.00"),
    # AFTERWARDS stands at 65
    "denied_amount_rate_submitted": ("410.00", "1728.00"),
    # CO-151 is only partly preventable; of BEYOND the first 40 are CO-16's, the other 10 CO-50's
    "preventable_denied_amount": ("370.00", None),
    "overturned_amount": ("110.00", None),
    "overturned_amount_rate": ("110.00", "410.00"),
    # TWO-WRITES 30 + 30 of the 50 (60 denied), DUP-DENIED 9, BAD-SECOND 4; WON-BACK's denial stands no more
    "denial_write_off_amount": ("73.00", None),
    # WON-BACK 27 (the write-off before the denial settles nothing), TWO-WRITES 17, DUP-DENIED 0
    "days_denial_to_resolution": (44, 3),
    # UNITS and SAME-AGAIN of four answered; UNANSWERED was rejected at once, AFTERWARDS after it was paid
    "clean_claim_rate": (2, 4),
    # of 16 (P3 was not sent to), SAME-AGAIN came again before its answer, AFTERWARDS was rejected
    "clean_claim_rate_untouched": (14, 16),
    # less the six denied
    "first_pass_yield": (8, 16),
    # FREE-LINE on the fourth day; UNITS on the third and SENT-LATER on the second are in time
    "late_charge_rate": ("80.00", "213.00"),
    # 10 and, on the seventh day, 20; then 30 and 5; collections and refunds are no payments
    "point_of_service_collection_rate": ("30.00", "65.00"),
    # OVERPAID 20 by the payer and 5 - 2 by the patient, UNITS 7 by collections, WON-BACK 2 written off too much
    "credit_balance_amount": ("32.00", None),
    # NEVER-SENT 55, ENTERED-LATER 21; SENT-LATER has gone, NOT-ENTERED has not come
    "unbilled_amount": ("76.00", None),
    # and NO-AMOUNT
    "unbilled_claims": (3, None),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_measure_equals_the_figure_worked_out_by_hand(name: str, edges: duckdb.DuckDBPyConnection):
    asked = MEASURES[name].by(edges).row(0, named=True)
    shown = tuple(str(x) if isinstance(x, Decimal) else x for x in (asked["numerator"], asked["denominator"]))
    assert shown == BY_HAND[name]


def test_every_measure_says_how_it_is_counted_and_against_what():
    for measure in MEASURES.values():
        assert measure.formula and measure.benchmark, measure.name
        assert (measure.denominator is None) or " / " in measure.formula, measure.name


def test_clean_and_rejected_claims_are_all_claims(either: duckdb.DuckDBPyConnection):
    clean, rejected = (MEASURES[name].by(either).row(0, named=True) for name in ("clean_claim_rate", "rejection_rate"))
    assert clean["numerator"] + rejected["numerator"] == clean["denominator"] == rejected["denominator"]


def apart(one: object, other: object) -> Decimal:
    return abs(Decimal(str(one or 0)) - Decimal(str(other or 0)))


@pytest.mark.parametrize("name", MEASURES)
def test_the_parts_of_a_breakdown_add_up_to_the_whole(name: str, either: duckdb.DuckDBPyConnection):
    measure = MEASURES[name]
    whole = measure.by(either).row(0, named=True)
    for dim in measure.dimensions:
        if DIMENSIONS[dim].many:
            continue
        parts = measure.by(either, [dim])
        # a share of amounts is rounded to the cent, each part by itself
        slack = Decimal("0.01") * parts.height if measure.numerator.share else 0
        assert apart(parts["numerator"].sum(), whole["numerator"]) < slack + _SIXTH_PLACE, dim
        if measure.denominator:
            # a daily average is rounded to the cent, each part by itself
            slack = 0 if measure.denominator.divided_by == 1 else Decimal("0.01") * parts.height
            assert apart(parts["denominator"].sum(), whole["denominator"]) < slack + _SIXTH_PLACE, dim


@pytest.mark.parametrize("name", MEASURES)
def test_a_part_of_a_breakdown_equals_its_drill_down(name: str, either: duckdb.DuckDBPyConnection):
    """The tile of one value of a dimension, and the rows it opens to."""
    measure = MEASURES[name]
    dim = next(one for one in ("definition", "payer_id", "coder_id", "staff_id") if one in measure.dimensions)
    for part in measure.by(either, [dim]).iter_rows(named=True):
        rows = measure.rows(either, {dim: part[dim]})
        slack = Decimal("0.005") if measure.numerator.share else 0
        assert apart(rows["contribution"].sum(), part["numerator"]) < slack + _SIXTH_PLACE, part


def test_receivables_move_by_charges_less_cash_and_adjustments(either: duckdb.DuckDBPyConnection):
    """A/R then + charges - cash - adjustments = A/R now, over any two days: the left side is what measures say."""
    tables = read(either)

    def net(day: date) -> Decimal:
        insurance, patient, credit = (
            MEASURES[name].by(either, as_of=day)["value"][0]
            for name in ("insurance_ar_amount", "patient_ar_amount", "credit_balance_amount")
        )
        return insurance + patient - credit

    def flows(day: date) -> dict[str, Decimal]:
        """Everything since the beginning, each from the rows that say it."""
        known = claims(tables, day)
        voided = {c.root for c in known if c.current["frequency_code"] == "8"}
        posted = [x for c in known for x in postings(tables, c, day)]
        return {
            "charges": sum(c.current["charge_amount"] for c in known if c.root not in voided),
            "cash": sum(p.row["paid_amount"] for c in known for p in c.payments),
            "adjustments": sum(b.never for b in books(tables, day)),
            "patients and write-offs": sum(-x["amount"] if x["kind"] == "refund" else x["amount"] for x in posted),
        }

    days = [date(2026, 1, 6), *DAYS[1:], date(2026, 3, 15), date(2026, 3, 20)]
    standing, moved = {day: net(day) for day in days}, {day: flows(day) for day in days}
    for then, now in combinations(days, 2):
        change = {name: moved[now][name] - moved[then][name] for name in moved[now]}
        assert standing[now] == standing[then] + change.pop("charges") - sum(change.values()), (then, now)
