"""The books close: every equation of the ledger holds to the cent, and equals what plain Python adds up from rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import ledger
from etl.load import load
from etl.sample import write_sample
from etl.warehouse.store import open_reader
from tests.etl.measures import twin
from tests.etl.measures.practice import TABLES
from tests.etl.measures.tables import rows, warehouse

ZERO = Decimal("0.00")
Row = dict[str, Any]


def assert_closes(connection: duckdb.DuckDBPyConnection) -> None:
    """Every row of both ledgers adds up, and no cent is in only one of them."""
    for row in ledger.remittances(connection, ledger.Scope()).to_dicts():
        assert row["deposit_amount"] == (
            row["paid_amount"] - row["provider_adjustment_amount"] + row["deposit_unexplained_amount"]
        )
        adjusted = sum(row[f"{group}_amount"] for group in ("co", "pr", "oa", "pi", "other"))
        assert row["charge_amount"] == row["paid_amount"] + adjusted + row["claim_unexplained_amount"]
        assert row["charge_amount"] == row["not_itemised_amount"] + row["line_charge_amount"]
        assert row["line_charge_amount"] == (
            row["line_paid_amount"] + row["line_adjustment_amount"] + row["line_unexplained_amount"]
        )
    for row in ledger.claims(connection, ledger.Scope()).to_dicts():
        named = sum(row[name] for name in ledger.CLAIM[1:-1])
        assert row["charge_amount"] == named - row["credit_amount"]
        assert min(row["insurance_open_amount"], row["patient_open_amount"], row["credit_amount"]) >= 0
    tie = ledger.tie(connection)
    assert tie["paid_by_remittances"] == tie["paid_on_claims"]


def remittance_twin(t: twin.Tables) -> dict[int, dict[str, Decimal]]:
    """The columns of each remittance, added up one row at a time."""

    def total(some: Iterable[Row], column: str) -> Decimal:
        return sum((row[column] for row in some), ZERO)

    out = {}
    for remittance in t.rows["remittance"]:
        key = remittance["remittance_id"]
        payments = t.of("claim_payment", remittance_id=key)
        keys = {row["claim_payment_id"] for row in payments}
        lines = [row for row in t.rows["service_payment"] if row["claim_payment_id"] in keys]
        adjustments = [row for row in t.rows["adjustment"] if row["claim_payment_id"] in keys]
        of_lines = [row for row in adjustments if row["service_payment_id"] is not None]
        paid, moved = total(payments, "paid_amount"), total(t.of("provider_adjustment", remittance_id=key), "amount")
        out[key] = {
            "deposit_amount": remittance["deposit_amount"],
            "paid_amount": paid,
            "provider_adjustment_amount": moved,
            "deposit_unexplained_amount": remittance["deposit_amount"] - paid + moved,
            "charge_amount": total(payments, "charge_amount"),
            "claim_unexplained_amount": total(payments, "charge_amount") - paid - total(adjustments, "amount"),
            "line_charge_amount": total(lines, "charge_amount"),
            "line_paid_amount": total(lines, "paid_amount"),
            "line_unexplained_amount": total(lines, "charge_amount")
            - total(lines, "paid_amount")
            - total(of_lines, "amount"),
        } | {
            f"{group.lower()}_amount": total([row for row in adjustments if row["group_code"] == group], "amount")
            for group in ("CO", "PR", "OA", "PI")
        }
    return out


def assert_equals_twins(connection: duckdb.DuckDBPyConnection) -> None:
    t = twin.read(connection)
    answer = connection.execute("select * from provider_adjustment")
    names = [column[0] for column in answer.description]
    t.rows["provider_adjustment"] = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    found = {row["remittance_id"]: row for row in ledger.remittances(connection, ledger.Scope()).to_dicts()}
    for key, expected in remittance_twin(t).items():
        assert {name: found[key][name] for name in expected} == expected
    last = connection.execute("select data_through from warehouse_state").fetchall()[0][0]
    claims = {row["claim_number"]: row for row in ledger.claims(connection, ledger.Scope()).to_dicts()}
    for claim, insurance, patient in twin.balances(t, last):
        first = min(
            (c["submission_date"], c["claim_id"], c["patient_control_number"])
            for c in t.rows["claim"]
            if t.root_of[c["patient_control_number"]] == claim.root
        )
        row = claims[first[2]]
        assert row["insurance_open_amount"] == max(insurance, ZERO), first
        assert row["patient_open_amount"] == max(patient, ZERO), first
        assert row["credit_amount"] == max(-insurance, ZERO) + max(-patient, ZERO), first
        assert row["insurance_paid_amount"] == sum((p.row["paid_amount"] for p in claim.payments), ZERO), first


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return warehouse(tmp_path_factory.mktemp("practice") / "w.duckdb", TABLES)


def test_the_practice_closes(practice: duckdb.DuckDBPyConnection) -> None:
    assert_closes(practice)
    assert_equals_twins(practice)


LEDGER = """
    claim_number | charge | paid   | contractual | patient | to coll. | written | insurance | owed   | credit
    DEDUCTIBLE   | 100.00 |   0.00 |        0.00 |   50.00 |    0.00 |    0.00 |      0.00 |  50.00 |   0.00
    CLAIM-LEVEL  | 200.00 |   0.00 |        0.00 |    0.00 |    0.00 |   50.00 |    150.00 |   0.00 |   0.00
    VOIDED       |   0.00 | 100.00 |        0.00 |    0.00 |    0.00 |    0.00 |      0.00 |   0.00 | 100.00
    OVERPAID     | 100.00 | 120.00 |      -20.00 |    0.00 |    0.00 |    0.00 |      0.00 |   0.00 |   0.00
    SECONDARY    | 100.00 |  75.00 |       20.00 |   13.00 |    0.00 |    0.00 |      0.00 |   0.00 |   8.00
    COVERAGE     | 130.00 |   0.00 |        0.00 |    0.00 |  100.00 |   50.00 |      0.00 |   0.00 |  20.00
    TAKEN-BACK   |  65.00 |   0.00 |        0.00 |    0.00 |    0.00 |    0.00 |     65.00 |   0.00 |   0.00
    UNANSWERED   | 300.00 |   0.00 |        0.00 |    0.00 |    0.00 |    0.00 |    300.00 |   0.00 |   0.00
    STRANGER     |  25.00 |  25.00 |        0.00 |    0.00 |    0.00 |    0.00 |      0.00 |   0.00 |   0.00
"""


def test_where_each_charge_went(practice: duckdb.DuckDBPyConnection) -> None:
    """Credits, write-offs, a collection agency, a reversal, a void, a secondary payer, a payment without a claim."""
    found = {row["claim_number"]: row for row in ledger.claims(practice, ledger.Scope()).to_dicts()}
    for row in rows(LEDGER):
        name, *amounts = row.values()
        assert [str(found[name][column]) for column in ledger.CLAIM] == amounts, name


def test_a_scope_keeps_days_and_payers(practice: duckdb.DuckDBPyConnection) -> None:
    scope = ledger.Scope(date(2026, 2, 1), date(2026, 2, 28), ("P2",))
    assert [row["trace_number"] for row in ledger.remittances(practice, scope).to_dicts()] == ["T4"]
    assert ledger.claims(practice, scope).height == 0


def test_the_tables_add_up_to_the_rows(practice: duckdb.DuckDBPyConnection) -> None:
    whole = ledger.remittances(practice, ledger.Scope())
    table = ledger.by_payer_and_month(whole, "remittances", ledger.DEPOSIT)
    assert sum(row["remittances"] for row in table) == whole.height
    for name in ledger.DEPOSIT:
        assert sum(row[name] for row in table) == whole[name].sum()


@pytest.mark.slow
def test_the_sample_closes_with_nothing_unexplained(tmp_path: Path) -> None:
    write_sample(tmp_path / "in", claims=600, seed=11)
    load([tmp_path / "in"], tmp_path / "w.duckdb")
    connection = open_reader(tmp_path / "w.duckdb")
    assert_closes(connection)
    whole = ledger.remittances(connection, ledger.Scope())
    for name in ("deposit_unexplained_amount", "claim_unexplained_amount", "line_unexplained_amount"):
        assert not whole[name].abs().sum()
    assert ledger.exceptions(connection, ledger.Scope()) == []
    open_amounts = "select sum(open_amount) filter (where ar_reason <> 'credit') from receivable"
    claims = ledger.claims(connection, ledger.Scope())
    receivable = connection.execute(open_amounts).fetchall()[0][0]
    assert claims["insurance_open_amount"].sum() + claims["patient_open_amount"].sum() == receivable


# --- any story ---------------------------------------------------------------------------------------------------

CENTS = st.integers(0, 20_000).map(lambda cents: Decimal(cents) / 100)
ANY = st.integers(-5_000, 20_000).map(lambda cents: Decimal(cents) / 100)


@st.composite
def story(draw: st.DrawFn) -> dict[str, str]:
    """Claims, replacements and voids, answered by two payers in any order and arithmetic, and what patients paid."""
    tables: dict[str, list[list[object]]] = {name: [] for name in HEADS}
    n = draw(st.integers(1, 5))
    for i in range(1, n + 1):
        tables["claim"].append([i, "2026-01-05", f"C{i}", draw(CENTS), 1, "", "P1", "2026-01-02"])
        if draw(st.booleans()):
            frequency = draw(st.sampled_from("78"))
            row = [10 + i, "2026-02-05", f"C{i}-2", draw(CENTS), frequency, f"I{i}", "P1", "2026-01-02"]
            tables["claim"].append(row)
        if draw(st.booleans()):
            kind = draw(st.sampled_from(["copay", "patient_payment", "refund", "write_off", "collections"]))
            tables["patient_transaction"].append([f"C{i}", "2026-03-02", kind, draw(CENTS)])
    for r, (day, payer) in enumerate([("2026-01-20", "P1"), ("2026-02-20", "P2"), ("2026-03-01", "P1")], 1):
        tables["remittance"].append([r, day, draw(ANY), payer, f"T{r}"])
        for _ in range(draw(st.integers(0, 4))):
            p, status = len(tables["claim_payment"]) + 1, draw(st.sampled_from(["1", "2", "4", "19", "22"]))
            i = draw(st.integers(1, n + 1))  # one more than were sent: a stranger's
            number = draw(st.sampled_from([f"C{i}", f"C{i}-2"]))
            tables["claim_payment"].append([p, r, number, status, draw(ANY), draw(ANY), f"I{i}"])
            for _ in range(draw(st.integers(0, 2))):
                s = len(tables["service_payment"]) + 1
                tables["service_payment"].append([s, p, s, "99213", draw(ANY), draw(ANY)])
                tables["adjustment"].append([p, s, *draw(REASON), draw(ANY)])
            if draw(st.booleans()):
                tables["adjustment"].append([p, "", *draw(REASON), draw(ANY)])
        if draw(st.booleans()):
            tables["provider_adjustment"].append([r, "WO", draw(ANY)])
    return {
        name: "\n".join([HEADS[name], *(" | ".join(map(str, row)) for row in some)]) for name, some in tables.items()
    }


HEADS = {
    "claim": "claim_id | submission_date | patient_control_number | charge_amount | frequency_code | original_reference"
    " | payer_id | service_date",
    "remittance": "remittance_id | payment_date | deposit_amount | payer_id | trace_number",
    "claim_payment": "claim_payment_id | remittance_id | patient_control_number | status_code | charge_amount"
    " | paid_amount | payer_claim_control_number",
    "service_payment": "service_payment_id | claim_payment_id | line_number | procedure_code | charge_amount"
    " | paid_amount",
    "adjustment": "claim_payment_id | service_payment_id | group_code | carc | amount",
    "provider_adjustment": "remittance_id | reason_code | amount",
    "patient_transaction": "claim_id | date | kind | amount",
}
REASON = st.sampled_from(
    [("CO", "45"), ("CO", "197"), ("PR", "1"), ("PR", "27"), ("OA", "23"), ("PI", "94"), ("CO", "XX")]
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(story())
def test_any_story_closes(tables: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        connection = warehouse(Path(folder) / "w.duckdb", tables)
        assert_closes(connection)
        connection.close()
