"""An export of a payment has another day than its 835 (of posting), and often no check number: it counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.load_report import LoadReport
from tests.etl.tables.desk import Desk
from tests.etl.tables.test_tables import PAID_HEADER, PAYMENTS
from tests.x12_text import remittance_file

WITH_CONTROL = PAYMENTS.replace('paid_amount = "Paid"', 'paid_amount = "Paid"\npayer_claim_control_number = "ICN"')


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def exported(*numbers: str, day: str = "2026-02-06", check: str = "") -> str:
    return PAID_HEADER + "".join(f"{number},{day},{check},100,80,CO,45,20\n" for number in numbers)


def remittance(*numbers: str, trace: str = "T9", day: str = "20260203") -> bytes:
    payments = "\n".join(f"CLP*{number}*1*100*80*0*CI*I-{number}\nCAS*CO*45*20" for number in numbers)
    return remittance_file(payments, day, trace=trace)


# export, 835, how many of the second are the first again, rules that are said
CASES = {
    "two claims, three days apart": (exported("A1", "A2"), remittance("A1", "A2"), 2, []),
    "one claim": (exported("A1"), remittance("A1"), 0, ["possible-duplicate"]),
    "one claim, the same check": (exported("A1", check="T9"), remittance("A1"), 1, []),
    "a check number without its zeros": (exported("A1", check="77"), remittance("A1", trace="0077"), 1, []),
    "another check": (exported("A1", "A2", check="T8"), remittance("A1", "A2"), 0, []),
    "a month apart": (exported("A1", "A2", day="2026-03-06"), remittance("A1", "A2"), 0, []),
    "the same check, a month apart": (exported("A1", check="T9", day="2026-03-06"), remittance("A1"), 1, []),
    "one of two": (exported("A1"), remittance("A1", "A3"), 0, ["possible-duplicate"]),
    "in two exported payments": (
        exported("A1") + exported("A2", day="2026-02-05").removeprefix(PAID_HEADER),
        remittance("A1", "A2"), 0, ["possible-duplicate"],
    ),
}  # fmt: skip


def apart(text: str, case: int) -> str:
    """A case's text with claims and checks of its own, so that all cases fit in one load."""
    return (
        text.replace("A1", f"C{case}A1")
        .replace("A2", f"C{case}A2")
        .replace("A3", f"C{case}A3")
        .replace("T9", f"T9{case}")
    )


@pytest.fixture(scope="module", params=[("csv", "835"), ("835", "csv")], ids=["835 last", "export last"])
def second(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, LoadReport]:
    """The report of the load that came second, and which kind of file that was."""
    desk = Desk(tmp_path_factory.mktemp("exported"))
    for kind in request.param:
        files: dict[str, str | bytes] = {
            f"{i}.{kind}": apart(case[0] if kind == "csv" else case[1].decode(), i)
            for i, case in enumerate(CASES.values())
        }
        report = desk.load(files, PAYMENTS)
    return kind, report


@pytest.mark.parametrize("case", CASES)
def test_whichever_comes_second_counts_only_what_is_new(second: tuple[str, LoadReport], case: str) -> None:
    kind, report = second
    file = f"{list(CASES).index(case)}.{kind}"
    said = [problem for name, problem in report.problems if name == file]
    assert sum(problem.claim_payments for problem in said if problem.severity == "duplicate") == CASES[case][2]
    assert [problem.rule for problem in said if problem.severity == "flagged"] == CASES[case][3]


def test_an_export_may_hold_several_payments_of_a_posting_day(desk: Desk) -> None:
    desk.load({"a.835": remittance("A1", "A2"), "b.835": remittance("A3", "A4", trace="T10", day="20260204")})
    report = desk.load({"c.csv": exported("A1", "A2", "A3", "A4", "A5")}, PAYMENTS)
    assert report.kept_out("duplicate")["claim_payments"] == 4
    assert desk.rows("select patient_control_number, count(*) from claim_payment group by 1 having count(*) > 1") == []


@pytest.mark.parametrize(("control", "known", "rules"), [("I-A1", 1, []), ("I-OTHER", 0, [])])
def test_the_payers_number_decides_for_one_claim(desk: Desk, control: str, known: int, rules: list[str]) -> None:
    export = "ICN," + PAID_HEADER + f"{control},A1,2026-02-06,,100,80,CO,45,20\n"
    desk.load({"b.835": remittance("A1")})
    report = desk.load({"a.csv": export}, WITH_CONTROL)
    assert (report.kept_out("duplicate")["claim_payments"], [p.rule for _, p in report.of("flagged")]) == (known, rules)


def test_a_reversal_is_never_its_payment(desk: Desk) -> None:
    desk.load({"a.csv": exported("A1", "A2")}, PAYMENTS)
    back = "\n".join(f"CLP*{number}*22*-100*-80*0*CI*I-{number}\nCAS*CO*45*-20" for number in ("A1", "A2"))
    report = desk.load({"b.835": remittance_file(back, "20260209", trace="T12")})
    assert (report.kept_out("duplicate")["claim_payments"], report.of("flagged")) == (0, [])
