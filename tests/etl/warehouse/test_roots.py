"""What a practice calls one claim: the original, its resends, replacements and void."""

from __future__ import annotations

import pytest

from tests.x12_story import Books, Story
from tests.x12_text import claim

STORY = Story()
PAID = "CLP*{0}*1*{1}*{1}*0*CI*{2}\nSVC*HC:99213*{1}*{1}"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return STORY.load(tmp_path_factory.mktemp("roots"))


def family(books: Books, number: str) -> list[str]:
    """All control numbers of the root that this one belongs to."""
    sql = """select patient_control_number from root
        where root_id = (select root_id from root where patient_control_number = ?) order by 1"""
    return [row[0] for row in books.rows(sql, [number])]


CURRENT = "claim_number, charge_amount::varchar, is_void, submission_date"

STORY.sent(claim("PLAIN", ("99213", "100")))


def test_an_original_is_its_own_root(books: Books) -> None:
    assert family(books, "PLAIN") == ["PLAIN"]


STORY.sent(claim("RESENT", ("99213", "100")))
STORY.sent(claim("RESENT", ("99213", "120")), day="20260120")


def test_a_resend_is_the_same_claim_and_its_latest_version_counts(books: Books) -> None:
    assert books.of("claim_root", CURRENT, "RESENT") == [("RESENT", "120.00", False, "2026-01-10")]


STORY.sent(claim("R1", ("99213", "100")))
STORY.paid(PAID.format("R1", "100", "I-R1"))
STORY.sent(claim("R2", ("99213", "130"), frequency="7", replaces="I-R1"), day="20260210")


def test_a_replacement_with_another_number_belongs_to_its_original(books: Books) -> None:
    assert family(books, "R2") == ["R1", "R2"]
    assert books.of("claim_root", CURRENT, "R1") == [("R1", "130.00", False, "2026-01-10")]


STORY.sent(claim("C1", ("99213", "100")))
STORY.paid(PAID.format("C1", "100", "I-C1"))
STORY.sent(claim("C2", ("99213", "110"), frequency="7", replaces="I-C1"), day="20260210")
STORY.paid(PAID.format("C2", "110", "I-C2"), day="20260301")
STORY.sent(claim("C3", ("99213", "120"), frequency="7", replaces="I-C2"), day="20260310")


def test_a_chain_of_two_replacements_is_followed_to_its_original(books: Books) -> None:
    assert family(books, "C3") == ["C1", "C2", "C3"]
    assert books.of("claim_root", CURRENT, "C1") == [("C1", "120.00", False, "2026-01-10")]


STORY.sent(claim("V1", ("99213", "100")))
STORY.paid(PAID.format("V1", "100", "I-V1"))
STORY.sent(claim("V2", ("99213", "100"), frequency="8", replaces="I-V1"), day="20260210")


def test_after_a_void_the_charge_is_nothing(books: Books) -> None:
    assert family(books, "V2") == ["V1", "V2"]
    assert books.of("claim_root", CURRENT, "V1") == [("V1", "0.00", True, "2026-01-10")]


STORY.sent(claim("LONELY", ("99213", "100"), frequency="7", replaces="I-NOBODY"))


def test_a_replacement_of_an_unknown_claim_stands_alone(books: Books) -> None:
    assert family(books, "LONELY") == ["LONELY"]


STORY.sent(claim("ORIGINAL", ("99213", "100"), replaces="I-PLAINONE"))
STORY.sent(claim("PLAINONE", ("99213", "100")))
STORY.paid(PAID.format("PLAINONE", "100", "I-PLAINONE"))


def test_only_replacements_and_voids_join_others(books: Books) -> None:
    """An original (frequency 1) that carries a REF*F8 by mistake is a claim of its own."""
    assert family(books, "ORIGINAL") == ["ORIGINAL"]


STORY.sent(claim("RING1", ("99213", "100"), frequency="7", replaces="I-RING2"))
STORY.sent(claim("RING2", ("99213", "100"), frequency="7", replaces="I-RING1"))
STORY.paid(PAID.format("RING1", "100", "I-RING1"))
STORY.paid(PAID.format("RING2", "100", "I-RING2"))


def test_two_claims_that_replace_each_other_are_one(books: Books) -> None:
    assert family(books, "RING1") == ["RING1", "RING2"]


STORY.sent(claim("SAME", ("99213", "100")))
STORY.paid(PAID.format("SAME", "100", "I-SAME"))
STORY.sent(claim("SAME", ("99213", "90"), frequency="7", replaces="I-SAME"), day="20260210")
STORY.paid(PAID.format("SAME", "90", "I-SAME2"), day="20260301")


def test_a_payment_answers_the_version_that_was_sent_before_it(books: Books) -> None:
    sql = """select payment_date, c.charge_amount::varchar
        from payment join claim as c on c.claim_id = answered_claim_id
        where payment.patient_control_number = 'SAME' order by 1"""
    assert books.rows(sql) == [("2026-02-01", "100.00"), ("2026-03-01", "90.00")]


STORY.paid(PAID.format("UNSENT", "70", "I-UNSENT"))


def test_a_payment_without_a_claim_has_a_root_but_no_claim(books: Books) -> None:
    assert family(books, "UNSENT") == ["UNSENT"]
    assert books.of("claim_root", CURRENT, "UNSENT") == []


STORY.sent(claim("MINE", ("99213", "100"), frequency="7", replaces="I-SHARED"), day="20260210")
STORY.paid("CLP*THEIRS*1*100*100*0*CI*I-SHARED\nNM1*QC*1*STRANGER*ANN****MI*OTHER1\nSVC*HC:99213*100*100")


def test_a_number_that_two_payers_use_joins_no_claims_of_different_people(books: Books) -> None:
    assert family(books, "MINE") == ["MINE"]
