"""What stands of a claim is decided line by line: a payer may answer again, or take back, only some lines."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.etl.measures import twin
from tests.x12_story import Books, Story, as_computed_anew
from tests.x12_text import claim, claims_file, loaded, remittance_file

STORY = Story()
SENT = (("99213", "100"), ("99214", "50"))


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return STORY.load(tmp_path_factory.mktemp("standing"))


Service = tuple[int, str, str, str]  # line of the claim (0: not named), charge, paid, CAS ("CO*45*20")


def answer(number: str, *lines: Service, status: str = "1", icn: str = "") -> str:
    """A claim payment of these lines."""
    charge, paid = (sum(int(line[i]) for line in lines) for i in (1, 2))
    out = [f"CLP*{number}*{status}*{charge}*{paid}*0*CI*{icn or f'I-{number}'}"]
    for at, line_charge, line_paid, cas in lines:
        procedure = {100: "99213", 50: "99214"}.get(abs(int(line_charge)), "99999")
        out += [f"SVC*HC:{procedure}*{line_charge}*{line_paid}", *(f"CAS*{one}" for one in cas.split() if one)]
        out += [f"REF*6R*{number}L{at}"] if at else []
    return "\n".join(out)


def told(number: str, *answers: tuple[str, Iterable[Service], str], status: str = "1") -> None:
    """A claim of two lines (100, 50) and the answers to it, each on its day."""
    STORY.sent(claim(number, *SENT))
    for day, lines, code in answers:
        STORY.paid(answer(number, *lines, status=code), day=day)


BALANCE = """insurance_paid_amount::varchar, contractual_amount::varchar, insurance_balance_amount::varchar,
    patient_balance_amount::varchar, is_denied"""


def balance(books: Books, number: str) -> tuple[object, ...]:
    sql = f"""select {BALANCE} from claim_balance join root using (root_id) where patient_control_number = ?"""
    [row] = books.rows(sql, [number])
    return row


def work(books: Books, number: str) -> list[tuple[object, ...]]:
    """The denied lines that are still to be worked."""
    return books.of("open_work", "line_number, group_carc, open_amount::varchar", number)


FIRST, SECOND, THIRD = "20260201", "20260301", "20260401"
PAID_1, PAID_2 = (1, "100", "80", "CO*45*20"), (2, "50", "40", "CO*45*10")
DENIED_1, DENIED_2 = (1, "100", "0", "CO*197*100"), (2, "50", "0", "CO*16*50")
BACK_2 = (2, "-50", "-40", "CO*45*-10")

told("BOTH", (FIRST, [DENIED_1, DENIED_2], "4"), (SECOND, [PAID_2], "1"))
told("ONE", (FIRST, [PAID_1, DENIED_2], "1"), (SECOND, [PAID_2], "1"))
told("SHARE", (FIRST, [(1, "100", "70", "PR*1*30"), DENIED_2], "1"), (SECOND, [(2, "50", "40", "PR*1*10")], "1"))
told("HALF", (FIRST, [PAID_1], "1"), (SECOND, [DENIED_2], "4"))
told("WHOLE", (FIRST, [PAID_1, DENIED_2], "1"), (SECOND, [(1, "100", "90", "CO*45*10"), PAID_2], "1"))


@pytest.mark.parametrize(
    ("number", "expected", "left"),
    [
        ("BOTH", ("40.00", "10.00", "100.00", "0.00", True), [(1, "CO-197", "100.00")]),
        ("ONE", ("120.00", "30.00", "0.00", "0.00", False), []),
        ("SHARE", ("110.00", "0.00", "0.00", "40.00", False), []),
        ("HALF", ("80.00", "20.00", "50.00", "0.00", True), [(2, "CO-16", "50.00")]),
        ("WHOLE", ("210.00", "20.00", "-80.00", "0.00", False), []),
    ],
)
def test_an_answer_to_some_lines_leaves_what_stands_of_the_others(
    books: Books, number: str, expected: tuple[object, ...], left: list[tuple[object, ...]]
) -> None:
    assert (balance(books, number), work(books, number)) == (expected, left)


def test_only_the_line_that_it_allows_is_overturned(books: Books) -> None:
    assert books.of("denial", "line_number, is_overturned, overturned_on", "BOTH") == [
        (1, False, None),
        (2, True, "2026-03-01"),
    ]


told("BACK", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [BACK_2], "22"))
told("RIGHT", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [BACK_2], "22"), (THIRD, [DENIED_2], "4"))
told(
    "TWOBACK",
    (FIRST, [PAID_1, PAID_2], "1"),
    (SECOND, [BACK_2], "22"),
    (THIRD, [(1, "-100", "-80", "CO*45*-20")], "22"),
)
told("BACK2ND", (FIRST, [PAID_1, DENIED_2], "1"), (SECOND, [PAID_2], "1"), (THIRD, [BACK_2], "22"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("BACK", ("80.00", "20.00", "50.00", "0.00", False)),
        ("RIGHT", ("80.00", "20.00", "50.00", "0.00", True)),
        ("TWOBACK", ("0.00", "0.00", "150.00", "0.00", False)),
        ("BACK2ND", ("80.00", "20.00", "50.00", "0.00", False)),
    ],
)
def test_a_reversal_of_some_lines_leaves_the_others(books: Books, number: str, expected: tuple[object, ...]) -> None:
    assert balance(books, number) == expected


CORRECTED = (2, "50", "45", "CO*45*5")
told("INONE", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [BACK_2, CORRECTED], "1"))
told("UNNAMED", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [(0, *BACK_2[1:]), (0, *CORRECTED[1:])], "1"))
told("LOST", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [BACK_2, DENIED_2], "1"))
BACK_1, CORRECTED_1 = (1, "-100", "-80", "CO*45*-20"), (1, "100", "60", "PR*1*20 CO*45*20")
told("EVERY", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [BACK_1, CORRECTED_1, BACK_2, CORRECTED], "1"))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("INONE", ("125.00", "25.00", "0.00", "0.00", False)),
        ("UNNAMED", ("125.00", "25.00", "0.00", "0.00", False)),
        ("LOST", ("80.00", "20.00", "50.00", "0.00", True)),
        ("EVERY", ("105.00", "25.00", "0.00", "20.00", False)),
    ],
)
def test_a_line_with_a_negative_charge_takes_the_line_back(
    books: Books, number: str, expected: tuple[object, ...]
) -> None:
    assert balance(books, number) == expected


told("STRANGE", (FIRST, [PAID_1, PAID_2], "1"), (SECOND, [(0, "70", "60", "CO*45*10")], "1"))
STORY.paid(answer("NEVERSENT", PAID_1, DENIED_2))
STORY.paid(answer("NEVERSENT", PAID_2), day=SECOND)


def test_lines_that_no_line_of_the_claim_matches_answer_the_whole_claim(books: Books) -> None:
    """Which lines they replace cannot be told, so nothing is guessed: the last answer stands."""
    assert balance(books, "STRANGE") == ("180.00", "10.00", "-40.00", "0.00", False)
    assert balance(books, "NEVERSENT") == ("120.00", "10.00", "-80.00", "0.00", False)


told("SECONDARY", (FIRST, [PAID_1, (2, "50", "0", "PR*1*50")], "1"))
STORY.sent(claim("BILLED2", ("99213", "1")), payer="P2")
STORY.paid(answer("SECONDARY", (2, "50", "20", "PR*2*30"), status="2", icn="I-S2"), day=SECOND, payer="P2")


def test_another_payers_answer_to_some_lines_is_its_first(books: Books) -> None:
    """Each payer's answers stand by themselves; what the patient owes is as the last of them says."""
    assert balance(books, "SECONDARY") == ("100.00", "20.00", "0.00", "30.00", False)


# --- any story, against the slow twin -------------------------------------------------------------------------------


def invented(random: Random, number: str) -> None:
    """A claim whose payer answers and takes back, all or some lines, up to four times."""
    held: dict[int, Service] = {}
    rounds: list[tuple[str, list[Service], str]] = []
    for month in range(2, random.randint(3, 6)):
        some = random.sample((1, 2), random.randint(1, 2))
        if held and random.random() < 0.3:
            back = [negated(held.pop(at)) for at in some if at in held]
            rounds += [(f"2026{month:02}01", back, "22")] if back else []
            continue
        lines: list[Service] = []
        for at in some:
            lines += [negated(held[at])] if at in held and random.random() < 0.3 else []
            held[at] = (at, *random.choice(OUTCOMES[at]))
            lines.append(held[at])
        rounds.append((f"2026{month:02}01", lines, "1"))
    told(number, *rounds)


def negated(line: Service) -> Service:
    at, charge, paid, cas = line
    parts = [one.split("*") for one in cas.split()]
    return at, f"-{charge}", str(-int(paid)), " ".join(f"{group}*{code}*-{amount}" for group, code, amount in parts)


OUTCOMES = {
    1: [("100", "80", "CO*45*20"), ("100", "0", "CO*197*100"), ("100", "50", "CO*45*20 PR*1*30")],
    2: [("50", "40", "CO*45*10"), ("50", "0", "CO*16*50"), ("50", "30", "CO*45*5 PR*2*15")],
}
for _i in range(80):
    invented(Random(_i), f"ANY{_i}")


def test_any_story_balances_as_the_slow_twin_counts_it(books: Books) -> None:
    tables = twin.read(books.connection)
    day = date(2026, 12, 31)
    expected = {
        b.claim.root: (b.paid, b.never, b.insurance, b.patient, any(p.denied for p in twin._all_standing(b.claim)))
        for b in twin.books(tables, day)
    }
    rows = books.connection.execute(
        """select root_id, insurance_paid_amount, contractual_amount, insurance_balance_amount, patient_balance_amount,
            is_denied
        from claim_balance where is_sent and root_id in (
            select root_id from root where patient_control_number like 'ANY%'
        )"""
    ).fetchall()
    assert len(rows) == 80
    assert {row[0]: row[1:] for row in rows} == {root: expected[root] for root in (row[0] for row in rows)}
    assert len({row[1:] for row in rows}) > 15
    assert sum((row[3] for row in rows), Decimal(0)) > 0


def test_answers_that_come_one_load_after_the_other_leave_what_computing_everything_would(tmp_path: Path) -> None:
    sent = "\n".join(claim(number, *SENT) for number in ("A", "B", "C", "D"))
    loaded(tmp_path / "in", tmp_path / "w", sent=claims_file(sent))
    for day, line in ((FIRST, DENIED_1), (SECOND, DENIED_2), (THIRD, PAID_1)):
        loaded(tmp_path / "in", tmp_path / "w", **{day: remittance_file(answer("A", line), paid=day)})
    as_computed_anew(tmp_path / "w")
