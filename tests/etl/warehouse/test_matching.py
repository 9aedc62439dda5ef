"""Which claim a payment belongs to, and which line: a case for each way of matching, and for each that must not be."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from etl.warehouse import refresh, roots
from etl.warehouse.store import open_reader, open_writer
from tests.x12_story import Books, Story
from tests.x12_text import claim, claims_file, loaded, remittance_file

STORY = Story()
PAID = "CLP*{0}*1*{1}*{1}*0*CI*{2}\nNM1*QC*1*DOE*JANE****MI*{3}\nSVC*HC:99213*{1}*{1}**1\nDTM*472*{4}"


def paid(number: str, amount: str, icn: str, member: str = "M0001", day: str = "20260105") -> str:
    return PAID.format(number, amount, icn, member, day)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return STORY.load(tmp_path_factory.mktemp("matching"))


def matched(books: Books, written: str) -> list[tuple[str, str | None]]:
    """How the payments under this control number were matched, and the number of the claim that they answer."""
    sql = """select p.match_method, c.patient_control_number
        from payment as p left join claim as c on c.claim_id = p.answered_claim_id
        where p.patient_control_number = ? order by p.payment_order"""
    return books.rows(sql, [written])


# --- claims ------------------------------------------------------------------------------------------------------

STORY.sent(claim("EXACT", ("99213", "11.01")))
STORY.paid(paid("EXACT", "11.01", "I-EXACT"))


def test_by_the_patient_control_number(books: Books) -> None:
    assert matched(books, "EXACT") == [("patient_control_number", "EXACT")]


STORY.sent(claim("00-ab12", ("99213", "12.01")))
STORY.paid(paid("AB12", "12.01", "I-AB12", member="OTHER"))


def test_by_the_control_number_in_capitals_without_zeros_and_hyphens(books: Books) -> None:
    assert matched(books, "AB12") == [("similar_control_number", "00-ab12")]


STORY.sent(claim("0077", ("99213", "13.01")))
STORY.sent(claim("77-", ("99213", "13.02")))
STORY.paid(paid("077", "13.01", "I-077", member="OTHER"))


def test_a_number_that_resembles_two_claims_is_not_matched(books: Books) -> None:
    assert matched(books, "077") == [("none", None)]


STORY.sent(claim("0088", ("99213", "14.01")))
STORY.paid(paid("88", "99.99", "I-88", member="OTHER"))


def test_a_number_that_resembles_a_claim_of_another_member_and_charge_is_not_matched(books: Books) -> None:
    assert matched(books, "88") == [("none", None)]


STORY.sent(claim("KNOWN", ("99213", "15.01")))
STORY.paid(paid("KNOWN", "15.01", "I-KNOWN"))
STORY.paid("CLP*LOST*22*-15.01*-15.01*0*CI*I-KNOWN\nSVC*HC:99213*-15.01*-15.01", day="20260210")


def test_by_the_payers_number_of_an_earlier_payment(books: Books) -> None:
    assert matched(books, "LOST") == [("payer_claim_control_number", "KNOWN")]


STORY.sent(claim("ORIG", ("99213", "16.01")))
STORY.sent(claim("CORR", ("99213", "16.02"), frequency="7", replaces="I-ORIG"), day="20260115")
STORY.paid(paid("CUT", "16.03", "I-ORIG"))


def test_by_the_payers_number_that_a_replacement_quotes(books: Books) -> None:
    assert [row[0] for row in matched(books, "CUT")] == ["payer_claim_control_number"]


STORY.sent(claim("TWIN1", ("99213", "17.01")))
STORY.sent(claim("TWIN2", ("99213", "17.02")))
STORY.paid(paid("TWIN1", "17.01", "I-TWIN"))
STORY.paid(paid("TWIN2", "17.02", "I-TWIN"))
STORY.paid(paid("TWINS", "17.03", "I-TWIN"))


def test_a_payers_number_of_two_claims_is_not_matched(books: Books) -> None:
    assert matched(books, "TWINS") == [("ambiguous", None)]
    candidates = "select candidates from payment_match join claim_payment using (claim_payment_id)"
    assert books.rows(f"{candidates} where claim_payment.patient_control_number = 'TWINS'") == [(2,)]


STORY.sent(claim("STRANGE", ("99213", "18.01")))
STORY.paid(paid("STRANGE", "18.01", "I-STRANGE"))
STORY.paid(paid("FOREIGN", "18.02", "I-STRANGE", member="SOMEBODY"))


def test_a_payers_number_for_another_member_is_not_matched(books: Books) -> None:
    assert matched(books, "FOREIGN") == [("none", None)]


STORY.sent(claim("ACCOUNT-5", ("99213", "19.01"), day="20260103"))
STORY.paid(paid("PAYERSOWN", "19.01", "I-5", day="20260103"))


def test_by_member_day_of_service_and_charge(books: Books) -> None:
    assert matched(books, "PAYERSOWN") == [("member_date_charge", "ACCOUNT-5")]


STORY.sent(claim("AM", ("99213", "20.01"), day="20260103"))
STORY.sent(claim("PM", ("99213", "20.01"), day="20260103"))
STORY.paid(paid("NOON", "20.01", "I-NOON", day="20260103"))


def test_two_visits_of_a_day_with_one_charge_are_not_told_apart(books: Books) -> None:
    assert matched(books, "NOON") == [("ambiguous", None)]


STORY.sent(claim("ONE", ("99213", "21.01"), day="20260103"))
STORY.paid(paid("RIVAL1", "21.01", "I-RIVAL1", day="20260103"))
STORY.paid(paid("RIVAL2", "21.01", "I-RIVAL2", day="20260103"))


def test_two_payments_under_different_numbers_cannot_both_be_one_claim(books: Books) -> None:
    assert matched(books, "RIVAL1") == matched(books, "RIVAL2") == [("ambiguous", None)]


STORY.paid(paid("0", "22.01", "I-NONE1", member="M7"))
STORY.paid(paid("0", "22.02", "I-NONE2", member="M8"))
STORY.paid("CLP*0*22*-22.02*-22.02*0*CI*I-NONE2\nSVC*HC:99213*-22.02*-22.02", day="20260210")
STORY.paid(paid("", "22.03", "I-NONE3", member="M7"))
STORY.paid(paid("", "22.04", "I-NONE4", member="M8"))
STORY.paid(paid("000", "22.05", "I-NONE5", member="M7"))
STORY.paid(paid("000", "22.06", "I-NONE6", member="M8"))


def test_payments_without_a_number_are_claims_of_their_own_by_the_payers_number(books: Books) -> None:
    """X12 has the payer send 0 when it received no control number."""
    roots = books.rows("select paid_amount::varchar from payment where patient_control_number = '0' order by 1")
    assert roots == [("-22.02",), ("22.01",), ("22.02",)]
    assert books.rows("select count(distinct root_id) from payment where patient_control_number = '0'") == [(2,)]
    nameless = "select count(distinct root_id) from payment where ltrim(patient_control_number, '0') = ''"
    assert books.rows(nameless) == [(6,)]


def test_what_is_not_matched_stays_in_the_money(books: Books) -> None:
    paid_in_all = "select sum(paid_amount)::varchar from claim_payment"
    assert books.rows("select sum(paid_amount)::varchar from cash") == books.rows(paid_in_all)


def test_a_claim_that_comes_after_its_payment_is_matched_then(tmp_path: Path) -> None:
    folder = tmp_path
    loaded(folder, folder / "db", **{"a.835": remittance_file(paid("00X9", "30", "I-X9", member="OTHER"))})
    books = Books(open_reader(folder / "db"))
    assert matched(books, "00X9") == [("none", None)]
    loaded(folder, folder / "db", **{"b.837": claims_file(claim("X9", ("99213", "30")))})
    books = Books(open_reader(folder / "db"))
    assert matched(books, "00X9") == [("similar_control_number", "X9")]
    loaded(folder, folder / "db", **{"c.837": claims_file(claim("00X9", ("99213", "30")), sent="20260111")})
    books = Books(open_reader(folder / "db"))
    assert matched(books, "00X9") == [("patient_control_number", "00X9")]


# --- lines -------------------------------------------------------------------------------------------------------


def lines(books: Books, number: str) -> list[tuple[str, int, str]]:
    """Procedure, line of the claim and method for each service payment of this claim, in the payer's order."""
    sql = """select s.procedure_code, m.line_number, m.match_method
        from line_match as m
        join service_payment as s using (service_payment_id)
        join claim_payment as p on p.claim_payment_id = s.claim_payment_id
        where p.patient_control_number = ? order by s.service_payment_id"""
    return books.rows(sql, [number])


STORY.sent(claim("L1", ("99213", "60"), ("97110", "40")))
STORY.paid("""
    CLP*L1*1*100*100*0*CI*I-L1
    SVC*HC:97110*40*40
    REF*6R*L1L2
    SVC*HC:99213*60*60
    REF*6R*L1L1
""")


def test_lines_by_their_control_number(books: Books) -> None:
    assert lines(books, "L1") == [("97110", 2, "line_control_number"), ("99213", 1, "line_control_number")]


STORY.sent("CLM*L2*70***11:B:1*Y*A*Y*Y\nHI*ABK:J209\nLX*1\nSV1*HC:99213*40*UN*1***1\nLX*2\nSV1*HC:97110*30*UN*1***1")
STORY.paid("CLP*L2*1*70*70*0*CI*I-L2\nSVC*HC:97110*30*30\nREF*6R*2\nSVC*HC:99213*40*40\nREF*6R*1")


def test_lines_without_a_control_number_are_named_by_their_count(books: Books) -> None:
    assert lines(books, "L2") == [("97110", 2, "line_control_number"), ("99213", 1, "line_control_number")]


STORY.sent("""
    CLM*L3*90***11:B:1*Y*A*Y*Y
    HI*ABK:J209
    LX*1
    SV1*HC:97110:GP:59*45*UN*1***1
    DTP*472*D8*20260105
    REF*6R*L3L1
    LX*2
    SV1*HC:97110*45*UN*1***1
    DTP*472*D8*20260105
    REF*6R*L3L2
""")
STORY.paid("""
    CLP*L3*1*90*90*0*CI*I-L3
    SVC*HC:97110*45*45
    DTM*472*20260105
    SVC*HC:97110:59:GP*45*45
    DTM*472*20260105
""")


def test_lines_by_procedure_modifiers_in_any_order_day_and_charge(books: Books) -> None:
    how = "procedure_modifiers_date_charge"
    assert lines(books, "L3") == [("97110", 2, how), ("97110", 1, how)]


STORY.sent(claim("L4", ("97110", "45"), ("97110", "45"), ("99213", "10")))
STORY.paid("""
    CLP*L4*1*100*100*0*CI*I-L4
    SVC*HC:97110*45*45
    DTM*472*20260105
    SVC*HC:97110*45*45
    DTM*472*20260105
    SVC*HC:99213*10*10
    DTM*472*20260105
""")


def test_lines_alike_in_everything_are_taken_in_order_when_all_are_answered(books: Books) -> None:
    assert [row[1] for row in lines(books, "L4")] == [1, 2, 3]


STORY.sent(claim("L5", ("97110", "45"), ("97110", "45")))
STORY.paid("CLP*L5*1*90*45*0*CI*I-L5\nCAS*CO*45*45\nSVC*HC:97110*45*45\nDTM*472*20260105")


def test_one_answer_for_two_lines_that_are_alike_is_not_matched(books: Books) -> None:
    """It is numbered after the lines of the claim, so that it is taken for none of them."""
    assert lines(books, "L5") == [("97110", 3, "ambiguous")]


STORY.sent(claim("L6", ("99214", "80"), ("97110", "20")))
STORY.paid("CLP*L6*1*100*100*0*CI*I-L6\nSVC*HC:99213*80*80**1*HC:99214\nSVC*HC:97110:GP*20*20")


def test_lines_by_the_procedure_that_was_sent_when_the_payer_changed_it(books: Books) -> None:
    assert lines(books, "L6") == [("99213", 1, "procedure_charge"), ("97110", 2, "procedure_charge")]


STORY.sent(claim("L7", ("99214", "80"), ("97110", "20")))
STORY.paid("CLP*L7*1*100*100*0*CI*I-L7\nSVC*HC:97110*20*20\nREF*6R*L7L2\nSVC*HC:99213*80*80")


def test_the_only_line_left_when_its_charge_agrees(books: Books) -> None:
    assert lines(books, "L7") == [("97110", 2, "line_control_number"), ("99213", 1, "only_line")]


STORY.sent(claim("L8", ("99214", "80"), ("97110", "20")))
STORY.paid("CLP*L8*1*100*100*0*CI*I-L8\nSVC*HC:80053*55*55\nSVC*HC:97110*20*20\nSVC*HC:99213*25*25")


def test_a_line_that_the_payer_made_up_is_none_of_the_claims(books: Books) -> None:
    assert lines(books, "L8") == [("80053", 3, "none"), ("97110", 2, "procedure_charge"), ("99213", 5, "none")]


STORY.paid("CLP*NEVERSENT*1*50*50*0*CI*I-NS\nSVC*HC:99213*50*50")


def test_without_a_claim_a_line_keeps_its_place(books: Books) -> None:
    assert lines(books, "NEVERSENT") == []
    sql = "select line_number from payment_line join payment using (claim_payment_id) where patient_control_number = ?"
    assert books.rows(sql, ["NEVERSENT"]) == [(1,)]


# --- payers ------------------------------------------------------------------------------------------------------

STORY.sent(claim("COB", ("99213", "23.01")))
STORY.paid("CLP*COB*1*23.01*13.01*10*CI*I-COB\nCAS*PR*2*10\nSVC*HC:99213*23.01*13.01", payer="P1-ERA")
STORY.paid("CLP*COB*2*23.01*10*0*CI*J-COB\nCAS*OA*23*13.01\nSVC*HC:99213*23.01*10", day="20260220", payer="P2-ERA")


def test_an_id_no_claim_was_sent_to_is_the_billed_payer_unless_it_pays_second(books: Books) -> None:
    sql = "select payer_id from payment where patient_control_number = 'COB' order by payment_order"
    assert books.rows(sql) == [("P1",), ("P2-ERA",)]


# --- in any order ------------------------------------------------------------------------------------------------

FILES = {
    "a.837": claims_file(claim("S1", ("99213", "50")) + "\n" + claim("00-S2", ("99213", "51"))),
    "b.837": claims_file(claim("S1-B", ("99213", "50"), frequency="7", replaces="I-1"), sent="20260120"),
    "c.837": claims_file(claim("S3", ("99213", "52"), day="20260103"), sent="20260121"),
    "d.837": claims_file(claim("S4", ("99213", "52"), day="20260103"), sent="20260122"),
    "e.835": remittance_file(paid("S1", "50", "I-1"), paid="20260201"),
    "f.835": remittance_file(paid("S2", "51", "I-2", member="OTHER"), paid="20260202"),
    "g.835": remittance_file(paid("LOST", "50", "I-1"), paid="20260203"),
    "h.835": remittance_file(paid("X3", "52", "I-3", day="20260103"), paid="20260204"),
    "i.835": remittance_file(paid("Y3", "52", "I-4", day="20260103"), paid="20260205"),
    "j.835": remittance_file(paid("S4", "53", "I-3", day="20260103"), paid="20260206"),
}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_one_file_after_another_in_any_order_leaves_what_all_at_once_would(tmp_path: Path, seed: int) -> None:
    def matches(db: Path) -> list[tuple[object, ...]]:
        sql = """select p.patient_control_number, p.match_method, m.candidates, m.patient_control_number, y.paid_amount
            from payment as p left join payment_match as m using (claim_payment_id)
            join payment_line as y on y.claim_payment_id = p.claim_payment_id order by all"""
        return open_reader(db).execute(sql).fetchall()

    loaded(tmp_path / "all", tmp_path / "all.duckdb", **FILES)
    names = sorted(FILES)
    Random(seed).shuffle(names)
    for name in names:
        loaded(tmp_path / "one", tmp_path / "one.duckdb", **{name: FILES[name]})
    assert matches(tmp_path / "one.duckdb") == matches(tmp_path / "all.duckdb")
    with open_writer(tmp_path / "one.duckdb") as connection:
        roots.refresh(connection)
        refresh.refresh_views(connection)
    assert matches(tmp_path / "one.duckdb") == matches(tmp_path / "all.duckdb")
