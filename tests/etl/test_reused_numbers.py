"""A patient control number that a practice gives to several visits: each visit counts as a claim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from etl.measures import MEASURES
from etl.people_issues import quarantined
from etl.status import needs_a_person, sentences, status
from etl.unload import unload
from etl.warehouse.store import open_reader
from tests.x12_story import as_computed_anew
from tests.x12_text import answer_file, claim, claims_body, claims_file, loaded, remittance_file, whole

JANUARY, MARCH, MAY = "20260105", "20260303", "20260504"


def visit(day: str, sent: str, charge: str = "100", number: str = "ACCT", **more: str) -> bytes:
    return claims_file(claim(number, ("99213", charge), day=day, **more), sent=sent)


def paid(icn: str, day: str, charge: str = "100", amount: str = "80", number: str = "ACCT", status: str = "1") -> str:
    """A claim payment with the day of its line; without `day` it has none."""
    rest = f"{float(charge) - float(amount):.2f}"
    code = "45" if status == "1" else "16"
    date = f"\nDTM*472*{day}" if day else ""
    reason = f"\nCAS*CO*{code}*{rest}" if status != "22" else f"\nCAS*CO*45*{rest}"
    return f"CLP*{number}*{status}*{charge}*{amount}*0*CI*{icn}\nSVC*HC:99213*{charge}*{amount}{date}{reason}"


def answered(payment: str, day: str = "20260201") -> bytes:
    return remittance_file(payment, day, trace=f"ACCT{day}")


def visits(db: Path) -> list[tuple[Any, ...]]:
    """Each claim root: number, charge, insurance paid, open on the insurance side."""
    sql = """select coalesce(c.claim_number, k.patient_control_number || ' (no claim)'), b.charge_amount,
            insurance_paid_amount, insurance_balance_amount
        from claim_balance as b left join claim_root as c using (root_id)
        left join root as k on k.root_id = b.root_id and c.root_id is null
        order by all"""
    return [(number, *map(int, money)) for number, *money in open_reader(db).execute(sql).fetchall()]


ONE, TWO = "ACCT/2026-01-05", "ACCT/2026-03-03"
# name -> files, claim roots expected
CASES: dict[str, tuple[list[bytes], list[tuple[str, int, int, int]]]] = {
    "two visits": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90")],
        [(ONE, 100, 0, 100), (TWO, 90, 0, 90)],
    ),
    "sent again with another charge": (
        [visit(JANUARY, "20260110"), visit(JANUARY, "20260310", "90")], [("ACCT", 90, 0, 90)]
    ),
    "a replacement moves the day": (
        [visit(JANUARY, "20260110"), answered(paid("ICN-1", JANUARY)),
         visit(MARCH, "20260310", frequency="7", replaces="ICN-1")],
        [("ACCT", 100, 80, 0)],
    ),
    "mended after a rejection": (
        [visit(JANUARY, "20260110"), answer_file([("ACCT", "A7:21")]), visit(MARCH, "20260310")],
        [("ACCT", 100, 0, 100)],
    ),
    "after a rejection, but there are others too": (
        [visit(JANUARY, "20260110"), answer_file([("ACCT", "A7:21")]), visit(MARCH, "20260310"),
         visit(MAY, "20260510")],
        [(ONE, 100, 0, 100), (TWO, 100, 0, 100), ("ACCT/2026-05-04", 100, 0, 100)],
    ),
    "each payment by its day": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90"), answered(paid("ICN-2", MARCH, "90", "70"))],
        [(ONE, 100, 0, 100), (TWO, 90, 70, 0)],
    ),
    "a payment without a day by its charge": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90"), answered(paid("ICN-2", "", "90", "70"))],
        [(ONE, 100, 0, 100), (TWO, 90, 70, 0)],
    ),
    "a payment without a day that could be either's is nobody's": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310"), answered(paid("ICN-2", ""))],
        [(ONE, 100, 0, 100), (TWO, 100, 0, 100), ("ACCT (no claim)", 100, 80, 0)],
    ),
    "a payment of a day on which no visit was sent": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310"), answered(paid("ICN-3", MAY))],
        [(ONE, 100, 0, 100), (TWO, 100, 0, 100), ("ACCT (no claim)", 100, 80, 0)],
    ),
    "a reversal without a day, by the payer's number": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310"), answered(paid("ICN-2", MARCH)),
         answered(paid("ICN-2", "", "-100", "-80", status="22"), "20260401")],
        [(ONE, 100, 0, 100), (TWO, 100, 0, 100)],
    ),
    "a replacement of one of them": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310"), answered(paid("ICN-1", JANUARY)),
         visit(MAY, "20260410", "60", frequency="7", replaces="ICN-1")],
        [(ONE, 60, 80, -40), (TWO, 100, 0, 100)],
    ),
    "a void of the second, on its day": (
        [visit(JANUARY, "20260110"), visit(MARCH, "20260310"), visit(MARCH, "20260320", frequency="8")],
        [(ONE, 100, 0, 100), (TWO, 0, 0, 0)],
    ),
    "facility and physician under one number and day": (
        [visit(JANUARY, "20260110"),
         claims_file("CLM*ACCT*500***13:A:1**A*Y*Y\nDTP*434*RD8*20260105-20260105\nHI*ABK:J209\nLX*1\nSV2*0510*HC:99213*500*UN*1\n"
                     "DTP*472*D8*20260105", sent="20260111", kind="837I"),
         answered(paid("ICN-9", JANUARY, "500", "400"))],
        [(ONE, 500, 400, 0), (f"{ONE}/2", 100, 0, 100)],
    ),
    "two patients on one day": (
        [visit(JANUARY, "20260110"),
         whole("837P", claims_body(claim("ACCT", ("99213", "70"), day=JANUARY), "20260112")
               .replace("DOE*JANE****MI*M0001", "ROE*RICHARD****MI*M0002"), day="260112")],
        [(ONE, 100, 0, 100), (f"{ONE}/2", 70, 0, 70)],
    ),
    "a month's interim bills": (
        [visit("20260131", "20260201"), visit("20260228", "20260301", frequency="3")],
        [("ACCT/2026-01-31", 100, 0, 100), ("ACCT/2026-02-28", 100, 0, 100)],
    ),
}  # fmt: skip


def files_of(case: str) -> dict[str, bytes]:
    """The files of a case under a number of its own, so that all cases can lie in one warehouse."""
    key = f"K{list(CASES).index(case):02}"
    return {
        f"{key}-{i}": data.replace(b"ACCT", key.encode()).replace(b"ICN-", key.encode())
        for i, data in enumerate(CASES[case][0])
    }


def expected_of(case: str) -> list[tuple[str, int, int, int]]:
    key = f"K{list(CASES).index(case):02}"
    return sorted((name.replace("ACCT", key), *money) for name, *money in CASES[case][1])


ALL = {name: data for case in CASES for name, data in files_of(case).items()}


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("together")
    loaded(folder / "in", folder / "w", **ALL)
    return folder / "w"


@pytest.fixture(scope="module")
def backwards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backwards")
    names = sorted(ALL, key=lambda name: (-int(name[-1]), name))  # the last file of each case first
    for last in sorted({name[-1] for name in names}, reverse=True):
        loaded(folder / "in", folder / "w", **{name: ALL[name] for name in names if name[-1] == last})
    return folder / "w"


@pytest.mark.parametrize("order", ["together", "backwards"])
@pytest.mark.parametrize("case", CASES)
def test_what_is_one_claim_under_a_number(case: str, order: str, request: pytest.FixtureRequest) -> None:
    key = f"K{list(CASES).index(case):02}"
    found = visits(request.getfixturevalue(order))
    assert [row for row in found if row[0].startswith(key)] == expected_of(case)


def test_what_the_loads_left_is_what_one_computation_gives(backwards: Path) -> None:
    as_computed_anew(backwards)


def practice(number: Callable[[str, int], str]) -> dict[str, bytes]:
    """Three patients with visits that are paid, denied, rejected, corrected, appealed, reversed and split."""
    out = {}
    for p, account in enumerate(("A", "B", "C")):
        for v, (day, sent) in enumerate((("0105", "0110"), ("0203", "0207"), ("0304", "0311"), ("0402", "0408"))):
            name, charge = number(account, v), str(100 + 10 * p + v)
            of = {"day": f"2026{day}", "charge": charge, "number": name}
            out[f"{account}{v}.837"] = visit(sent=f"2026{sent}", **of)
            answers = [(name, "A7:21" if (p, v) == (2, 3) else "A2:20")]
            out[f"{account}{v}.277"] = answer_file(answers, f"2026{sent[:2]}{int(sent[2:]) + 1}").replace(
                b"*WQ*100", f"*WQ*{charge}".encode()
            )
            status = "4" if (p + v) % 3 == 0 else "1"
            icn, amount = f"I{account}{v}", "0" if status == "4" else "75"
            if (p, v) != (2, 3):
                out[f"{account}{v}.835"] = remittance_file(
                    paid(icn, of["day"], charge, amount, name, status), f"2026{int(day[:2]) + 1:02}20", trace=icn
                )
            if status == "4" and p:  # sent anew and then paid
                out[f"{account}{v}b.837"] = visit(sent="20260601", frequency="7", replaces=icn, **of)
                out[f"{account}{v}b.835"] = remittance_file(
                    paid(f"{icn}B", of["day"], charge, "75", name), "20260620", trace=f"{icn}B"
                )
            if (p, v) == (0, 2):  # taken back
                out[f"{account}{v}c.835"] = remittance_file(
                    paid(icn, "", f"-{charge}", f"-{amount}", name, "22"), "20260625", trace=f"{icn}C"
                )
    rows = [f"{number(a, v)},C{v},B1,2026-01-05,2026-01-06,2026-01-10" for a in "ABC" for v in range(4)]
    fields = "claim_id,coder_id,biller_id,coded_at,charge_entered_at,submitted_at"
    out["work_log.csv"] = "\n".join([fields, *rows, ""]).encode()
    rows = [f"{number(a, v)},2026-05-0{v + 1},patient_payment,5" for a in "ABC" for v in range(4)]
    out["patient_transactions.csv"] = "\n".join(["claim_id,date,kind,amount", *rows, ""]).encode()
    return out


BY = ("payer_name", "coder_id", "denial_category", "ar_reason")


def own_number(account: str, v: int) -> str:
    return f"{account}V{v}"


def one_number(account: str, _: int) -> str:
    return account


DAYS = ("2026-01-05", "2026-02-03", "2026-03-04", "2026-04-02")


def reusing() -> dict[str, bytes]:
    """The practice as it would be with one number a patient; its side files name the visits."""
    files, side = practice(one_number), practice(lambda account, v: f"{account}/{DAYS[v]}")
    return files | {name: data for name, data in side.items() if name.endswith(".csv")}


def figures(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Every measure, by payer and person where it can be."""
    out: dict[str, list[str]] = {}
    for name, measure in MEASURES.items():
        by = [d for d in measure.dimensions if d in BY]
        out[name] = sorted(map(str, measure.by(connection, dims=by).iter_rows()))
    return out


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("own")
    loaded(folder / "in", folder / "w", **practice(own_number))
    return figures(open_reader(folder / "w"))


def test_a_practice_that_reuses_numbers_has_the_figures_of_one_that_does_not(
    tmp_path: Path, expected: dict[str, list[str]]
) -> None:
    loaded(tmp_path / "in", tmp_path / "w", **reusing())
    found = figures(open_reader(tmp_path / "w"))
    assert {name: rows for name, rows in found.items() if rows != expected[name]} == {}
    assert not needs_a_person(status(open_reader(tmp_path / "w")))


@pytest.mark.slow
def test_in_any_order_and_after_taking_back(tmp_path: Path, expected: dict[str, list[str]]) -> None:
    files = reusing()
    names = sorted(files)
    Random(7).shuffle(names)
    db = tmp_path / "w"
    for i in range(0, len(names), 11):
        loaded(tmp_path / "in", db, **{name: files[name] for name in names[i : i + 11]})
    again = [name for name in names if not name.endswith(".csv")][:2]
    for name in again:
        unload(name, db)
    loaded(tmp_path / "in", db, **{name: files[name] for name in again})
    assert figures(open_reader(db)) == expected
    as_computed_anew(db)


def test_side_file_rows_that_name_no_visit_are_said_and_count_nowhere(tmp_path: Path) -> None:
    files = practice(one_number)
    loaded(tmp_path / "in", tmp_path / "w", **files)
    connection = open_reader(tmp_path / "w")
    found = {row["file"]: row for row in quarantined(connection)}
    assert set(found) == {"work_log.csv", "patient_transactions.csv"}
    said = found["patient_transactions.csv"]
    assert (said["rule"], said["found"]) == (
        "reused-number", "12 rows of numbers that several visits bear, like A"
    )  # fmt: skip
    assert said["expected"] == "the number of one visit, like A/2026-01-05, A/2026-02-03, A/2026-03-04"
    assert MEASURES["unbilled_claims"].by(connection)["value"].to_list() == [0]
    assert needs_a_person(status(connection))


def test_status_says_how_many_visits_share_a_number(tmp_path: Path) -> None:
    files, _ = CASES["a payment without a day that could be either's is nobody's"]
    loaded(tmp_path / "in", tmp_path / "w", **{f"{i}": data for i, data in enumerate(files)})
    found = status(open_reader(tmp_path / "w"))
    reused = {"numbers": 1, "visits": 2, "ambiguous_payments": 1}
    assert found["reused_numbers"] == reused | {"numbers_without_claim": 0, "visits_without_claim": 0}
    words = "\n".join(sentences(found))
    assert "1 patient control numbers (CLM01) stand for 2 visits." in words
    assert "1 claim payments under these numbers fit several of their visits" in words
    assert needs_a_person(found)


def test_a_claim_of_a_reused_number_sent_again_unchanged_counts_once(tmp_path: Path) -> None:
    january, march = visit(JANUARY, "20260110"), visit(MARCH, "20260310", "90")
    loaded(tmp_path / "in", tmp_path / "w", a=january, b=march)
    again = whole("837P", claims_body(claim("ACCT", ("99213", "100"), day=JANUARY), "20260401"), day="260401")
    report = loaded(tmp_path / "in", tmp_path / "w", c=again)
    assert [problem.rule for _, problem in report.problems] == ["duplicate-claim"]
    assert visits(tmp_path / "w") == [(ONE, 100, 0, 100), (TWO, 90, 0, 90)]


def test_payments_alone_name_the_visits_as_their_claims_do(tmp_path: Path) -> None:
    named = b"NM1*QC*1*DOE*JANE****MI*M0001~SVC*"
    files = practice(one_number).items()
    payments = {name: data.replace(b"SVC*", named) for name, data in files if name.endswith(".835")}
    loaded(tmp_path / "in", tmp_path / "w", **payments)
    found = open_reader(tmp_path / "w").execute("select distinct patient_control_number from payment_match order by 1")
    never_paid = f"C/{DAYS[3]}"
    assert [name for (name,) in found.fetchall()] == [
        name for account in "ABC" for day in DAYS if (name := f"{account}/{day}") != never_paid
    ]


@pytest.mark.parametrize(("order", "is_sent"), [("0123", False), ("3210", True)])
def test_a_number_without_a_claim_may_be_that_of_several_visits_too(tmp_path: Path, order: str, is_sent: bool) -> None:
    """Also of several people, as UNKNOWN is; what has no day is told by the payer's number."""
    db = tmp_path / "w.duckdb"
    if is_sent:
        loaded(tmp_path / "sent", db, sent=visit("20260105", "20260110", number="OTHER"))
    answers = [("I1", "20260105", "DOE"), ("I2", "20260209", "DOE"), ("I3", "20260209", "ROE"), ("I2", "", "DOE")]
    for n in order:
        icn, day, name = answers[int(n)]
        patient = f"*CI*{icn}\nNM1*QC*1*{name}*ANN****MI*{name}1"
        answer = paid(icn, day, amount="0", status="4").replace(f"*CI*{icn}", patient)
        loaded(tmp_path / n, db, **{f"f{n}": answered(answer, f"2026030{int(n) + 1}")})
    sql = """select distinct payer_claim_control_number, root_id from payment
        join claim_payment using (claim_payment_id)"""
    assert len({root for _, root in open_reader(db).execute(sql).fetchall()}) == 3
    assert len(open_reader(db).execute(sql).fetchall()) == 3
    assert MEASURES["denied_claims"].by(open_reader(db), []).rows()[0][0] == 3
    words = "1 numbers of payments (CLP01) whose claims were never loaded stand for 3 visits"
    assert words in "\n".join(sentences(status(open_reader(db))))


@pytest.mark.parametrize("order", ["sent, paid", "paid, sent"])
def test_claims_without_a_number_are_their_own_and_no_payment_is_theirs_by_it(tmp_path: Path, order: str) -> None:
    """X12 has a payer that received no number send 0; a claim may be sent with 0, or with nothing."""
    claims = [claim(number, ("99213", charge)) for number, charge in (("", "100"), ("", "90"), ("0", "70"))]
    payments = [paid("I1", JANUARY, "70", "50", number=""), paid("I2", JANUARY, "55", "50", number="0")]
    patient = "*CI*I1\nNM1*QC*1*DOE*JANE****MI*M0001"
    files = {
        "sent": claims_file("\n".join(claims)),
        "paid": answered("\n".join(payments).replace("*CI*I1", patient)),
    }
    db = tmp_path / "w"
    for name in order.split(", "):
        loaded(tmp_path / name, db, **{name: files[name]})
    day = "/2026-01-05/"
    by_member_day_and_charge = (f"0{day}3", 70, 50, 0)
    of_no_claim = ("0/I2 (no claim)", 55, 50, 0)
    assert visits(db) == [(f"{day}1", 100, 0, 100), (f"{day}2", 90, 0, 90), by_member_day_and_charge, of_no_claim]
    assert status(open_reader(db))["reused_numbers"]["numbers"] == 0
