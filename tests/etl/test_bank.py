"""The bank's list beside the deposits: what may be read, what must not be, and who belongs to whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import bank
from etl.bank import BankRow, Deposit
from etl.errors import UserError


def read(
    folder: Path, text: str, encoding: str = "utf-8"
) -> tuple[list[tuple[str, str, str]], list[dict[str, object]]]:
    path = folder / "bank.csv"
    path.write_bytes(text.encode(encoding))
    found, bad = bank.read(path)
    return [(row.day.isoformat(), str(row.amount), row.trace) for row in found], bad


@pytest.mark.parametrize(
    "text",
    [
        "date,amount,trace\n2026-02-03,1234.50,T1\n",
        "DATE,Amount,Trace Number\r\n02/03/2026,\"$1,234.50\",T1\r\n",
        "\ufeffPosting Date;Credit;Reference\n2/3/26;1234.5;T1\n",
        "Description\tPosted\tDebit\tCredit\nT1\t20260203\t\t1,234.50\nRENT\t20260204\t900.00\t\n",
        "Transaction Date,Memo,Amount\n03-Feb-2026,T1,\"$ 1,234.50\"\n\n,,\n",
        "First Bank;\nAccount: 99, checking\n\nDate,Trace,Amount\n03-FEB-26,T1,1234.500\n",
        "date,amount,trace\n2026-02-03 10:15:00,1234.5,T1\n",
        "date,amount,trace\n2026-02-03T10:15:00Z,1234.5,T1\n",
        "date,amount,trace\n\"FEBRUARY 3, 2026\",1234.5,T1\n",
        "date,amount,trace\n3.2.2026,1234.5,T1\n",
    ],
)  # fmt: skip
def test_a_bank_may_write_as_it_likes(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ([("2026-02-03", "1234.50", "T1")], [])


def test_a_bank_may_write_utf_16(tmp_path: Path) -> None:
    assert read(tmp_path, "date\tamount\n2026-02-03\t5\n", "utf-16") == ([("2026-02-03", "5.00", "")], [])


@pytest.mark.parametrize(("cell", "amount"), [("(12.00)", "-12.00"), ("-$12", "-12.00"), ("12.00-", "-12.00")])
def test_negative_amounts(tmp_path: Path, cell: str, amount: str) -> None:
    assert read(tmp_path, f"date,amount\n2026-02-03,{cell}\n") == ([("2026-02-03", amount, "")], [])


def test_a_bad_cell_is_reported_with_its_place_and_the_other_rows_are_read(tmp_path: Path) -> None:
    found, bad = read(
        tmp_path, 'Date,Amount,Trace\n2026-02-30,1.00,A\n2026-02-03,"1,50",B\n2026-02-03,,C\n2026-02-03,2,D\n'
    )
    assert found == [("2026-02-03", "2.00", "D")]
    assert [(row["row"], row["column"], row["found"], row["expected"]) for row in bad] == [
        (2, "Date", "2026-02-30", "a day like 2026-04-30 or 04/30/2026"),
        (3, "Amount", "1,50", "an amount like 1,234.50"),
        (4, "Amount", "nothing", "an amount like 1,234.50"),
    ]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "date,trace\n2026-02-03,T\n"])
def test_without_a_day_or_an_amount_it_is_no_bank_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="expected a column"):
        read(tmp_path, text)


def test_what_is_no_text_is_no_bank_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"bank\.csv: found no table"):
        read(tmp_path, "x" * 200_000)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No such file"):
        bank.read(tmp_path / "none.csv")


# --- matching ----------------------------------------------------------------------------------------------------


def row(number: int, day: str, amount: str, trace: str = "") -> BankRow:
    return BankRow(number, date.fromisoformat(day), Decimal(amount), trace)


def deposit(day: str, amount: str, trace: str = "") -> Deposit:
    return Deposit("a.835", 3, date.fromisoformat(day), Decimal(amount), trace, "P1", "PAYER ONE")


def states(rows: list[BankRow], deposits: list[Deposit]) -> list[tuple[str, str, str | None, str | None]]:
    """(state, how, bank amount, deposit amount) of each pair."""
    return [
        (p.state, p.how, str(p.bank.amount) if p.bank else None, str(p.deposit.amount) if p.deposit else None)
        for p in bank.match(rows, deposits)
    ]


@pytest.mark.parametrize("trace", ["0012-ab", "12AB", "ACH CREDIT TRN*1*0012AB*1999999999", "EFT:12ab"])
def test_by_trace_number_however_the_bank_writes_it(trace: str) -> None:
    assert states([row(2, "2026-05-01", "50", trace)], [deposit("2026-02-01", "50", "0012AB")]) == [
        ("matched", "trace", "50", "50")
    ]


def test_the_same_trace_number_with_another_amount_needs_a_person() -> None:
    assert states([row(2, "2026-02-02", "49.50", "T1")], [deposit("2026-02-01", "50", "T1")]) == [
        ("different_amount", "trace", "49.50", "50")
    ]


def test_a_trace_number_goes_before_an_amount() -> None:
    rows = [row(2, "2026-02-02", "50", "T2"), row(3, "2026-02-02", "50", "T1")]
    pairs = bank.match(rows, [deposit("2026-02-01", "50", "T1"), deposit("2026-02-02", "50", "T2")])
    assert {(p.bank.row, p.deposit.trace) for p in pairs if p.bank and p.deposit} == {(2, "T2"), (3, "T1")}


def test_by_amount_within_a_few_days() -> None:
    assert states([row(2, "2026-02-06", "50")], [deposit("2026-02-01", "50", "T1")]) == [
        ("matched", "amount_and_day", "50", "50")
    ]


def test_the_same_amount_weeks_later_is_another_payment() -> None:
    assert states([row(2, "2026-02-02", "9"), row(3, "2026-03-20", "50")], [deposit("2026-02-01", "50", "T1")]) == [
        ("only_bank", "", "9", None),
        ("only_bank", "", "50", None),
        ("only_remittance", "", None, "50"),
    ]


def test_two_deposits_of_one_amount_are_not_told_apart() -> None:
    found = states([row(2, "2026-02-03", "50")], [deposit("2026-02-01", "50", "T1"), deposit("2026-02-02", "50", "T2")])
    assert [state for state, *_ in found] == ["ambiguous"] * 3


def test_a_trace_number_that_comes_twice_pairs_what_is_alike_in_amount() -> None:
    rows = [row(2, "2026-02-02", "50", "T1"), row(3, "2026-02-02", "7", "T1")]
    assert states(rows, [deposit("2026-02-01", "50", "T1")]) == [
        ("matched", "trace", "50", "50"),
        ("only_bank", "", "7", None),
    ]


def test_a_remittance_without_money_is_not_looked_for() -> None:
    assert states([], [deposit("2026-02-01", "0.00", "T1")]) == []


def test_what_the_bank_file_does_not_reach_is_no_exception() -> None:
    assert states([row(2, "2026-02-02", "9")], [deposit("2026-06-01", "50", "T1")]) == [
        ("only_bank", "", "9", None),
        ("not_covered", "", None, "50"),
    ]


DAYS = st.sampled_from(["2026-02-01", "2026-02-03", "2026-02-28", "2026-07-01"])
AMOUNTS = st.sampled_from(["-5", "10", "20"])
TRACES = st.sampled_from(["", "T1", "0T1", "X T1", "T2", "T1 T2"])


@given(
    st.lists(st.builds(row, st.integers(2, 99), DAYS, AMOUNTS, TRACES)),
    st.lists(st.builds(deposit, DAYS, AMOUNTS, TRACES)),
)
def test_everything_is_in_exactly_one_pair(rows: list[BankRow], deposits: list[Deposit]) -> None:
    pairs = bank.match(rows, deposits)
    assert sorted(map(id, rows)) == sorted(id(p.bank) for p in pairs if p.bank)
    assert sorted(map(id, deposits)) == sorted(id(p.deposit) for p in pairs if p.deposit)
    assert all(p.difference == 0 for p in pairs if p.state == "matched")
