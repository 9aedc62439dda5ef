"""Each measure on the hand-drawn practice: against its slow twin as of many days, and against figures by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from etl.errors import UserError
from etl.measures import MEASURES
from etl.warehouse import views
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import warehouse
from tests.etl.measures.twin import Tables, read
from tests.etl.measures.twins import TWIN

DAYS = [date(2026, 1, 4), date(2026, 1, 10), date(2026, 1, 26), date(2026, 2, 1), date(2026, 2, 16), date(2026, 2, 26),
        date(2026, 3, 3), date(2026, 3, 15), date(2026, 3, 20), date(2026, 6, 30), date(2026, 9, 30)]  # fmt: skip


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = warehouse(tmp_path_factory.mktemp("practice") / "practice.duckdb", TABLES)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def tables(practice: duckdb.DuckDBPyConnection) -> Tables:
    return read(practice)


def figure(frame: pl.DataFrame) -> tuple[object, object]:
    row = frame.to_dicts()[0]
    return row["numerator"], row["denominator"]


def test_every_measure_has_a_twin():
    assert set(TWIN) == set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_equals_its_slow_twin_as_of_any_day(name: str, practice: duckdb.DuckDBPyConnection, tables: Tables):
    asked = {day: figure(MEASURES[name].by(practice, as_of=day)) for day in DAYS}
    assert asked == {day: TWIN[name](tables, day) for day in DAYS}


# worked out by hand from practice.py, as of 2026-03-20
BY_HAND = {
    # P1: DEDUCTIBLE PARTIAL CLAIM-LEVEL APPEALED CORRECTED TWICE DUPLICATE VOIDED SECONDARY COVERAGE UNKNOWN CHAIN
    # TAKEN-BACK STRANGER; P2: CO-1 BUNDLED OVERPAID RESENT, and SECONDARY again (another payer); ESTIMATE is none
    "claims_adjudicated": (19, None),
    # PARTIAL CLAIM-LEVEL APPEALED CORRECTED TWICE COVERAGE CHAIN BUNDLED
    "initial_denial_rate": (8, 19),
    # all but PARTIAL (60 allowed) and BUNDLED (20 of copay allowed)
    "zero_pay_denial_rate": (6, 19),
    "partial_pay_denial_rate": (2, 19),
    # 40 + 200 + 150 + 90 + 60 + 130 + 80 + 50 (the second BUNDLED line has something allowed)
    "denied_amount": ("800.00", None),
    # APPEALED CORRECTED CHAIN
    "denial_overturn_rate": (3, 8),
    "insurance_paid_amount": ("888.00", None),
    # 30 were recouped
    "deposit_amount": ("858.00", None),
    # PARTIAL 40, CLAIM-LEVEL 200 - 50, TWICE 60, REJECTED 75, UNKNOWN 40, UNANSWERED 300, ESTIMATE 100, TAKEN-BACK 65,
    # LATE 40; BUNDLED's write-off takes the denied 50 first; OVERPAID stands at 0 (the payer's -20), VOIDED is a credit
    "insurance_ar_amount": ("870.00", None),
    # DEDUCTIBLE 100 - 20 - 30, BUNDLED 20 less the other 10 of its write-off; COVERAGE 130 - 100 - 30 of the write-off;
    # SECONDARY 5 - 25 + 12 is a credit
    "patient_ar_amount": ("60.00", None),
    # CLAIM-LEVEL is exactly 90 days old, so only TWICE is older
    "ar_over_90_share": ("60.00", "930.00"),
    "unadjudicated_amount": ("415.00", None),
    "rejection_rate": (2, 4),
    # 1 + 1 + 15 + 1 + 1 + 125 + 1 + 1
    "charge_lag": (146, 8),
    # CHAIN; APPEALED was the payer's error, CORRECTED was moved to clinical and then to the biller
    "coder_denial_rate": (1, 7),
    "coder_denial_rate_before_contest": (2, 7),
    # CLAIM-LEVEL (one line of three is nobody's since) and CORRECTED; TWICE was the front desk's
    "biller_denial_rate": (2, 7),
    "biller_denial_rate_before_contest": (2, 7),
    # each line falls to one role, all add up to the denied amount
    "attributed_denied_amount": ("800.00", None),
    # DEDUCTIBLE PARTIAL APPEALED TWICE CHAIN of the seven and REJECTED
    "biller_first_pass_rate": (5, 8),
    "coder_productivity": (7, 5),
    "biller_productivity": (9, 3),
    # 0 + 0 + 14 + 1 + 1 + 1 + 1
    "coding_lag": (18, 7),
    # TWICE alone
    "coding_record_accuracy": (1, 3),
    # its modifiers are one kind of PARTIAL, its diagnosis and its procedure two of DEDUCTIBLE
    "coding_record_kind_accuracy": (2, 4),
    "coding_accuracy": (2, 4),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_measure_equals_the_figure_worked_out_by_hand(name: str, practice: duckdb.DuckDBPyConnection):
    numerator, denominator = figure(MEASURES[name].by(practice))
    shown = tuple(str(x) if isinstance(x, Decimal) else x for x in (numerator, denominator))
    assert shown == BY_HAND[name]


ADDITIVE = [m.name for m in MEASURES.values() if m.denominator is None]


@pytest.mark.parametrize("name", ADDITIVE)
def test_the_parts_of_a_breakdown_add_up_to_the_whole(name: str, practice: duckdb.DuckDBPyConnection):
    measure = MEASURES[name]
    whole = measure.by(practice)["value"][0]
    for dim in measure.dimensions:
        if dim != "teams":
            assert float(measure.by(practice, [dim])["value"].sum()) == pytest.approx(float(whole)), dim


@pytest.mark.parametrize("name", MEASURES)
def test_the_rows_that_a_figure_opens_to_add_up_to_it(name: str, practice: duckdb.DuckDBPyConnection):
    measure = MEASURES[name]
    for as_of in (None, date(2026, 2, 16)):
        rows = measure.rows(practice, as_of=as_of)
        counted = measure.by(practice, as_of=as_of)["numerator"][0]
        assert Decimal(str(rows["contribution"].sum())) == Decimal(str(counted or 0))


def test_balances_move_by_charges_less_cash_adjustments_and_postings(practice: duckdb.DuckDBPyConnection):
    """Credits included, what the patient owes moves from one side to the other and cancels out."""

    def net(day: date) -> Decimal:
        query = f"{views.as_of_query('receivable')} select sum(balance_amount) from receivable"
        return practice.execute(query, {"as_of": day}).fetchone()[0]

    assert net(date(2026, 1, 10)) == Decimal("2265.00") - 20  # all charges but LATE's, and the copay at check-in
    charges = Decimal("2265.00") + 40 + 5 - 110  # LATE; CHAIN's rose by 5; VOIDED
    cash = Decimal("888.00") - 25  # STRANGER was never sent
    contractual = 20 + 50 + 20 + 22 + 20 + 30 + 30 - 20 + 25 + 15
    patients_and_write_offs = 20 + 30 + 100 + 50 + 50 + 60 + 25 - 12
    assert net(date(2026, 3, 20)) == charges - cash - contractual - patients_and_write_offs


def test_a_period_keeps_the_days_at_both_ends(practice: duckdb.DuckDBPyConnection):
    asked = MEASURES["claims_adjudicated"].by(practice, period=(date(2026, 1, 26), date(2026, 1, 26)))
    assert asked["value"].to_list() == [14]


def test_a_period_on_a_balance_means_its_last_day(practice: duckdb.DuckDBPyConnection):
    measure = MEASURES["insurance_ar_amount"]
    asked = measure.by(practice, period=(date(2026, 1, 1), date(2026, 2, 16)))
    assert asked.equals(measure.by(practice, as_of=date(2026, 2, 16)))


def test_an_empty_denominator_gives_no_value(practice: duckdb.DuckDBPyConnection):
    asked = MEASURES["initial_denial_rate"].by(practice, filters={"payer_id": "nobody"})
    assert asked.to_dicts() == [{"numerator": 0, "denominator": 0, "value": None}]


def test_a_filter_with_several_values_means_or(practice: duckdb.DuckDBPyConnection):
    asked = MEASURES["denied_amount"].by(practice, ["group_carc"], {"group_carc": ["CO-197", "CO-16"]})
    assert asked.select("group_carc", "value").rows() == [("CO-16", Decimal("200.00")), ("CO-197", Decimal("40.00"))]


def test_ages_start_where_they_are_asked_to(practice: duckdb.DuckDBPyConnection):
    measure = MEASURES["insurance_ar_amount"]
    by_age = {age: dict(measure.by(practice, ["ar_bucket"], age_from=age).select("ar_bucket", "value").iter_rows())
              for age in ("service", "submission", "remit")}  # fmt: skip
    assert by_age["service"] == {"0-30": 40, "61-90": 770, ">120": 60}
    assert by_age["submission"] == {"0-30": 40, "61-90": 830}
    assert by_age["remit"] == {"0-30": 40, "31-60": 455, "61-90": 375}


def test_a_team_of_coder_or_biller_filters_claims_but_cannot_break_them_down(practice: duckdb.DuckDBPyConnection):
    measure = MEASURES["claims_adjudicated"]
    # the coder or the biller of DEDUCTIBLE, PARTIAL, CLAIM-LEVEL, TWICE, CHAIN is in NORTH
    assert measure.by(practice, filters={"teams": "NORTH"})["value"].to_list() == [5]
    with pytest.raises(UserError, match="teams can filter claims_adjudicated, not break it down"):
        measure.by(practice, ["teams"])


def test_a_strange_dimension_is_named_with_the_ones_there_are(practice: duckdb.DuckDBPyConnection):
    with pytest.raises(UserError, match="deposit_amount has no dimension 'coder_id'; it has: payer_id, payer_name"):
        MEASURES["deposit_amount"].by(practice, ["coder_id"])


@pytest.mark.parametrize("day", DAYS)
def test_each_denied_line_falls_to_one_role_and_all_roles_add_up_to_the_denied_amount(
    practice: duckdb.DuckDBPyConnection, day: date
):
    """Before contests and after; the payer, the front end, nobody and unknown are roles like coder and biller."""
    whole = MEASURES["denied_amount"].by(practice, as_of=day)["value"][0]
    for dim in ("responsible_role", "role_before_contest"):
        of_roles = MEASURES["attributed_denied_amount"].by(practice, [dim], as_of=day)
        assert of_roles["value"].sum() == (whole or 0)
    rows = MEASURES["attributed_denied_amount"].rows(
        practice, as_of=day, columns=["root_id", "payer_id", "line_number"]
    )
    assert rows.height == rows.unique(["root_id", "payer_id", "line_number"]).height


def test_a_contest_moves_a_denial_on_the_day_of_its_decision(practice: duckdb.DuckDBPyConnection):
    measure = MEASURES["attributed_denied_amount"]

    def whose(claim: str, day: date) -> list[tuple[str, str]]:
        rows = measure.rows(practice, as_of=day, columns=["claim_number", "role_before_contest", "responsible_role"])
        return rows.filter(claim_number=claim).select("role_before_contest", "responsible_role").unique().rows()

    assert whose("CORRECTED", date(2026, 2, 1)) == [("coder", "coder")]
    assert whose("CORRECTED", date(2026, 2, 16)) == [("coder", "clinical")]
    assert whose("CORRECTED", date(2026, 3, 20)) == [("coder", "biller")]
    assert whose("CHAIN", date(2026, 3, 20)) == [("coder", "coder")]  # it was never the biller's to be taken from
    assert whose("APPEALED", date(2026, 3, 20)) == [("payer", "payer")]  # whatever was decided
