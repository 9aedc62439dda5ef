"""The bank's side: a CSV of what arrived on the account, matched to the deposits that the remittances announce.

By trace number first; then by amount within a few days, when each fits only the other. Nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from etl.errors import UserError

# an ACH is announced before it arrives, a check is cashed after it: days from the payment date to the bank's
EARLIEST, LATEST = -3, 10

# what a bank may call its columns, best first
_NAMES = {
    "date": ("date", "posted", "posting date", "post date", "posted date", "transaction date", "value date",
             "deposit date", "effective date", "booking date"),
    "amount": ("amount", "deposit amount", "credit amount", "credit", "credits", "deposit", "deposits", "paid in",
               "transaction amount", "net amount"),
    "trace": ("trace", "trace number", "trace no", "trace id", "eft number", "eft trace number", "check number",
              "check no", "reference number", "reference", "ref", "transaction id", "description", "details", "memo"),
}  # fmt: skip
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y%m%d", "%m-%d-%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%b-%Y", "%d-%b-%y",
          "%d %b %Y", "%b %d %Y", "%B %d %Y")  # fmt: skip
# a bank may write its name, the account and the period above the names of the columns
_TITLE_LINES = 20
_EXPECTED = {"date": "a day like 2026-04-30 or 04/30/2026", "amount": "an amount like 1,234.50"}

State = Literal["matched", "different_amount", "ambiguous", "only_bank", "only_remittance", "not_covered"]

MEANING = {
    "different_amount": (
        "The bank's amount under this trace number is not the deposit (BPR02) that the remittance announces.",
        "Ask the payer which is right: a fee, an offset or a second payment may be missing from one of them.",
    ),
    "ambiguous": (
        "Several deposits and bank rows fit each other, by trace number or by amount and day; none was taken.",
        "Look up the trace number at the bank and pair them by hand.",
    ),
    "only_bank": (
        "Money arrived that no loaded remittance explains.",
        "Find the payer by the bank's text and ask it, or the clearinghouse, for the remittance (835).",
    ),
    "only_remittance": (
        "A remittance announces money that is not in the bank file.",
        "Check that the file covers the account and the days; if it does, trace the payment with the payer.",
    ),
}


@dataclass(frozen=True, slots=True)
class BankRow:
    """One row of the bank file; `row` counts its lines from 1, the header included."""

    row: int
    day: date
    amount: Decimal
    trace: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a remittance announces."""

    file: str
    segment: int
    day: date | None
    amount: Decimal
    trace: str
    payer_id: str
    payer_name: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A bank row and a deposit, or one of them alone. `how` is trace, amount_and_day or nothing."""

    state: State
    bank: BankRow | None = None
    deposit: Deposit | None = None
    how: str = ""

    @property
    def difference(self) -> Decimal:
        """Bank less remittance."""
        return (self.bank.amount if self.bank else Decimal(0)) - (self.deposit.amount if self.deposit else Decimal(0))


def read(path: Path) -> tuple[list[BankRow], list[dict[str, Any]]]:
    """The good rows of a bank file, and for each bad one file, row, column, found, expected.

    Separators, the order and names of columns, lines above them, `$`, commas and (negative) brackets do not matter;
    where debits have a column of their own, rows without a credit are left out. Raises UserError when there is no such
    file, or no column of days or amounts.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}. Name the bank's CSV file.") from None
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    lines = _lines(path, data.decode("utf-16" if is_wide else "utf-8-sig", errors="replace"))
    top = next((i for i, line in enumerate(lines[:_TITLE_LINES]) if {"date", "amount"} <= _found(line).keys()), 0)
    header = lines[top] if lines else []
    columns = _columns(path, header)
    rows: list[BankRow] = []
    bad: list[dict[str, Any]] = []
    for number, cells in enumerate(lines[top + 1 :], top + 2):
        cell = {name: cells[i].strip() if i < len(cells) else "" for name, i in columns.items()}
        if not any(text.strip() for text in cells) or (not cell["amount"] and _has_debits(header)):
            continue
        day, amount = _day(cell["date"]), _amount(cell["amount"])
        for name, value in (("date", day), ("amount", amount)):
            if value is None:
                column, found = header[columns[name]].strip(), cell[name][:40] or "nothing"
                expected = _EXPECTED[name]
                bad.append({"file": path.name, "row": number, "column": column, "found": found, "expected": expected})
        if day is not None and amount is not None:
            rows.append(BankRow(number, day, amount, cell.get("trace", "")))
    return rows, bad


def match(rows: list[BankRow], deposits: list[Deposit]) -> list[Pair]:
    """Pair bank rows with deposits; each is in exactly one pair, so that the amounts of both sides add up.

    Deposits of nothing (no money moves) are left out. One that no row matches is `not_covered` when the bank file does
    not reach its day.
    """
    deposits = [one for one in deposits if one.amount]
    pairs: list[Pair] = []
    left_rows, left_deposits = _by_trace(rows, deposits, pairs)
    left_rows, left_deposits = _by_amount(left_rows, left_deposits, pairs)
    pairs += [Pair("only_bank", bank=row) for row in left_rows]
    days = [row.day for row in rows]
    for one in left_deposits:
        covered = not days or not one.day or _reaches(min(days), max(days), one.day)
        pairs.append(Pair("only_remittance" if covered else "not_covered", deposit=one))
    return pairs


def _by_trace(rows: list[BankRow], deposits: list[Deposit], pairs: list[Pair]) -> tuple[list[BankRow], list[Deposit]]:
    """Pair what bears the same trace number; the bank may write it among other text, or with leading zeros."""
    numbers: dict[str, list[Deposit]] = {}
    for one in deposits:
        if _plain(one.trace):
            numbers.setdefault(_plain(one.trace), []).append(one)
    found: dict[str, list[BankRow]] = {}
    left = []
    for row in rows:
        words = {_plain(row.trace)} | {_plain(word) for word in re.split(r"[\s:;,/*]+", row.trace)}
        named = [word for word in words if word in numbers]
        if len(named) == 1:
            found.setdefault(named[0], []).append(row)
        else:
            left.append(row)
    unnamed = [one for one in deposits if _plain(one.trace) not in found]
    for number, some in found.items():
        announced = numbers[number]
        if len(some) == len(announced) == 1:
            same = some[0].amount == announced[0].amount
            pairs.append(Pair("matched" if same else "different_amount", some[0], announced[0], "trace"))
            continue
        # the same number several times: what is alike in amount belongs together, what stays needs a person
        for one in list(announced):
            alike = [row for row in some if row.amount == one.amount]
            if len(alike) == 1 and sum(other.amount == one.amount for other in announced) == 1:
                pairs.append(Pair("matched", alike[0], one, "trace"))
                some.remove(alike[0])
                announced.remove(one)
        pairs += [Pair("ambiguous" if announced else "only_bank", bank=row) for row in some]
        pairs += [Pair("ambiguous" if some else "only_remittance", deposit=one) for one in announced]
    return left, unnamed


def _by_amount(rows: list[BankRow], deposits: list[Deposit], pairs: list[Pair]) -> tuple[list[BankRow], list[Deposit]]:
    """Pair what has the same amount within a few days, when both fit only each other."""
    fits: dict[int, list[int]] = {}
    fitted: dict[int, list[int]] = {}
    by_amount: dict[Decimal, list[int]] = {}
    for j, one in enumerate(deposits):
        by_amount.setdefault(one.amount, []).append(j)
    for i, row in enumerate(rows):
        for j in by_amount.get(row.amount, ()):
            day = deposits[j].day
            if day is not None and EARLIEST <= (row.day - day).days <= LATEST:
                fits.setdefault(i, []).append(j)
                fitted.setdefault(j, []).append(i)
    for i, candidates in fits.items():
        if len(candidates) == 1 and len(fitted[candidates[0]]) == 1:
            pairs.append(Pair("matched", rows[i], deposits[candidates[0]], "amount_and_day"))
        else:
            pairs.append(Pair("ambiguous", bank=rows[i]))
    for j, candidates in fitted.items():
        if not (len(candidates) == 1 and len(fits[candidates[0]]) == 1):
            pairs.append(Pair("ambiguous", deposit=deposits[j]))
    return [r for i, r in enumerate(rows) if i not in fits], [d for j, d in enumerate(deposits) if j not in fitted]


def _reaches(first: date, last: date, day: date) -> bool:
    """Whether a bank file of these days should show a deposit of this day."""
    return first + timedelta(days=EARLIEST) <= day <= last + timedelta(days=LATEST)


def _lines(path: Path, text: str) -> list[list[str]]:
    """The cells of each line, by the separator that most lines at the top hold."""
    top = text.split("\n", _TITLE_LINES)[:_TITLE_LINES]
    separator = max(",;\t|", key=lambda one: (sum(one in line for line in top), text[:4096].count(one)))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        raise UserError(f"{path}: found no table; expected the bank's list as CSV. Name the bank's CSV file.") from None


def _found(header: list[str]) -> dict[str, int]:
    """Where the columns stand that this line names."""
    names = [re.sub(r"[^a-z]+", " ", name.lower()).strip() for name in header]
    return {
        what: names.index(chosen)
        for what, known in _NAMES.items()
        if (chosen := next((name for name in known if name in names), None)) is not None
    }


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    """Where the columns stand: date, amount, and trace when there is one."""
    columns = _found(header)
    missing = [what for what in ("date", "amount") if what not in columns]
    if missing:
        raise UserError(
            f"{path.name}, row 1: found the columns {', '.join(header)[:200] or 'nothing'}; expected a column "
            f"{' and a column '.join(missing)}. Save the bank's list as CSV with the columns date, amount and trace."
        )
    return columns


def _has_debits(header: list[str]) -> bool:
    return any(re.search(r"debit|withdrawal|paid out", name.lower()) for name in header)


def _day(text: str) -> date | None:
    """A day, whatever time stands behind it; None when it is none."""
    bare = re.sub(r"(?<=\d)[T ]+\d{1,2}:\d\d.*$", "", text).replace(",", "")
    for form in _DATES:
        try:
            return datetime.strptime(bare, form).date()
        except ValueError:
            continue
    return None


def _amount(text: str) -> Decimal | None:
    """An amount with an optional $ or USD, commas between thousands, brackets or a minus sign; None when it is none."""
    bare = text.replace("$", "").replace("USD", "").strip()
    negative = bare.startswith(("-", "(")) or bare.endswith("-")
    bare = bare.strip("()-+ ").strip()
    if not re.fullmatch(r"(\d+|\d{1,3}(,\d{3})+)(\.\d{0,2}0*)?|\.\d{1,2}0*", bare) or len(bare) > 20:
        return None
    cents = Decimal(bare.replace(",", "")).quantize(Decimal("0.01"))
    return -cents if negative else cents


def _plain(trace: str) -> str:
    """A trace number as it is compared: capitals and digits, no leading zeros."""
    return re.sub(r"[^A-Z0-9]", "", trace.upper()).lstrip("0")
