"""What is owed, by whom and why, on a day; every balance worked out by hand."""

from __future__ import annotations

import datetime

import pytest

from etl.warehouse import views
from tests.x12_story import Books, Story
from tests.x12_text import claim

STORY = Story()
LAST_DAY = datetime.date(2026, 6, 30)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    STORY.post("NOBODY", "2026-06-30", "copay", "1")  # the last known day
    return STORY.load(tmp_path_factory.mktemp("receivable"))


def balances(books: Books, number: str, day: datetime.date = LAST_DAY) -> dict[str, tuple[object, object]]:
    """Balance and reason by side, computed anew as of the day; a patient who owes nothing has no row."""
    sql = f"""{views.as_of_query("receivable")}
        select side, balance_amount::varchar, ar_reason from receivable where claim_number = $number"""
    rows = books.connection.execute(sql, {"as_of": day, "number": number}).fetchall()
    return {side: (balance, reason) for side, balance, reason in rows}


# --- insurance ------------------------------------------------------------------------------------------------------

STORY.sent(claim("OPEN", ("99213", "100")))


def test_a_claim_that_nobody_answered_awaits_the_payer(books: Books) -> None:
    assert balances(books, "OPEN") == {"insurance": ("100.00", "awaiting_payer")}


def test_before_it_is_sent_a_claim_is_not_receivable(books: Books) -> None:
    assert balances(books, "OPEN", datetime.date(2026, 1, 9)) == {}
    assert balances(books, "OPEN", datetime.date(2026, 1, 10))["insurance"] == ("100.00", "awaiting_payer")


STORY.sent(claim("REJECTED", ("99213", "100")))
STORY.answered("REJECTED", "A3:21")
STORY.sent(claim("MENDED", ("99213", "100")))
STORY.answered("MENDED", "A3:21")
STORY.answered("MENDED", "A2:20", day="20260120")


def test_a_rejected_claim_is_rejected_until_a_later_answer_accepts_it(books: Books) -> None:
    assert balances(books, "REJECTED")["insurance"] == ("100.00", "rejected")
    assert balances(books, "MENDED", datetime.date(2026, 1, 19))["insurance"] == ("100.00", "rejected")
    assert balances(books, "MENDED")["insurance"] == ("100.00", "awaiting_payer")


STORY.sent(claim("DENIED", ("99213", "100")))
STORY.paid("CLP*DENIED*4*100*0*0*CI*I-DENIED\nSVC*HC:99213*100*0\nCAS*CO*197*100")


def test_a_denial_that_stands_stays_in_the_balance(books: Books) -> None:
    assert balances(books, "DENIED") == {"insurance": ("100.00", "denied")}
    assert balances(books, "DENIED", datetime.date(2026, 1, 31))["insurance"] == ("100.00", "awaiting_payer")


STORY.sent(claim("SETTLED", ("99213", "200")))
STORY.paid("CLP*SETTLED*1*200*98.40*60*CI*I-SETTLED\nSVC*HC:99213*200*98.40\nCAS*CO*45*40*1*253*1.60\nCAS*PR*1*60")


def test_paid_contractual_and_patient_share_leave_nothing_with_the_payer(books: Books) -> None:
    """200 - 98.40 paid - 41.60 written off by contract - 60 to the patient."""
    assert balances(books, "SETTLED") == {"insurance": ("0.00", "awaiting_payer"), "patient": ("60.00", "patient")}


STORY.sent(claim("MOVED", ("99213", "100")))
STORY.paid("CLP*MOVED*4*100*0*100*CI*I-MOVED\nSVC*HC:99213*100*0\nCAS*PR*27*100")


def test_pr_27_moves_to_the_patient(books: Books) -> None:
    assert balances(books, "MOVED") == {"insurance": ("0.00", "denied"), "patient": ("100.00", "patient")}


STORY.sent(claim("LOST", ("99213", "100")))
STORY.paid("CLP*LOST*1*100*60*0*CI*I-LOST\nSVC*HC:99213*100*60\nCAS*CO*1*40")


def test_co_1_is_never_collected(books: Books) -> None:
    assert balances(books, "LOST") == {"insurance": ("0.00", "awaiting_payer")}


STORY.sent(claim("PENDING", ("99213", "100")))
STORY.paid("CLP*PENDING*2*100*30*0*CI*I-PENDING\nSVC*HC:99213*100*30\nCAS*OA*23*70")
STORY.sent(claim("UNKNOWN", ("99213", "100")))
STORY.paid("CLP*UNKNOWN*1*100*30*0*CI*I-UNKNOWN\nSVC*HC:99213*100*30\nCAS*CO*Z99*70")


@pytest.mark.parametrize("number", ["PENDING", "UNKNOWN"])
def test_pending_and_unknown_adjustments_stay_open(books: Books, number: str) -> None:
    assert balances(books, number)["insurance"] == ("70.00", "awaiting_payer")


STORY.sent(claim("REDUCED", ("99213", "100")))
STORY.paid("CLP*REDUCED*1*100*30*0*CI*I-REDUCED\nSVC*HC:99213*100*30\nCAS*CO*97*70")
STORY.sent(claim("BUNDLED", ("99213", "100")))
STORY.paid("CLP*BUNDLED*4*100*0*0*CI*I-BUNDLED\nSVC*HC:99213*100*0\nCAS*CO*97*100")


def test_a_bundling_reduction_is_gone_and_a_bundling_denial_is_open(books: Books) -> None:
    assert balances(books, "REDUCED")["insurance"] == ("0.00", "awaiting_payer")
    assert balances(books, "BUNDLED")["insurance"] == ("100.00", "denied")


# --- reversals, replacements, voids ---------------------------------------------------------------------------------

STORY.sent(claim("RIGHTED", ("99213", "100")))
STORY.paid("CLP*RIGHTED*1*100*50*10*CI*I-RIGHTED\nSVC*HC:99213*100*50\nCAS*CO*45*40\nCAS*PR*2*10")
STORY.paid(
    """
    CLP*RIGHTED*22*-100*-50*-10*CI*I-RIGHTED
    SVC*HC:99213*-100*-50
    CAS*CO*45*-40
    CAS*PR*2*-10
    CLP*RIGHTED*1*100*70*20*CI*I-RIGHTED
    SVC*HC:99213*100*70
    CAS*CO*45*10
    CAS*PR*2*20
    """,
    day="20260301",
)


def test_a_reversal_and_its_correction_leave_only_the_correction(books: Books) -> None:
    """50 - 50 + 70 paid; 10 by contract; 20 to the patient."""
    assert balances(books, "RIGHTED") == {"insurance": ("0.00", "awaiting_payer"), "patient": ("20.00", "patient")}
    assert balances(books, "RIGHTED", datetime.date(2026, 2, 28))["patient"] == ("10.00", "patient")


STORY.sent(claim("TAKENBACK", ("99213", "100")))
STORY.paid("CLP*TAKENBACK*1*100*50*10*CI*I-TB\nSVC*HC:99213*100*50\nCAS*CO*45*40\nCAS*PR*2*10")
STORY.paid("CLP*TAKENBACK*22*-100*-50*-10*CI*I-TB\nSVC*HC:99213*-100*-50\nCAS*CO*45*-40\nCAS*PR*2*-10", day="20260301")


def test_a_reversal_alone_opens_the_whole_charge_again(books: Books) -> None:
    assert balances(books, "TAKENBACK") == {"insurance": ("100.00", "awaiting_payer")}


STORY.sent(claim("VOIDED", ("99213", "100")))
STORY.paid("CLP*VOIDED*1*100*100*0*CI*I-VOIDED\nSVC*HC:99213*100*100")
STORY.sent(claim("VOID2", ("99213", "100"), frequency="8", replaces="I-VOIDED"), day="20260210")


def test_after_a_void_what_was_paid_is_a_credit(books: Books) -> None:
    assert balances(books, "VOIDED")["insurance"] == ("-100.00", "credit")


STORY.sent(claim("VOIDCUT", ("99213", "100")))
STORY.paid("CLP*VOIDCUT*1*100*60*0*CI*I-VOIDCUT\nSVC*HC:99213*100*60\nCAS*CO*45*40")
STORY.sent(claim("VOIDCUT", ("99213", "100"), frequency="8", replaces="I-VOIDCUT"), day="20260210")


def test_after_a_void_the_contractual_part_is_no_credit(books: Books) -> None:
    assert balances(books, "VOIDCUT") == {"insurance": ("-60.00", "credit")}


STORY.sent(claim("MOREPAID", ("99213", "100")))
STORY.paid("CLP*MOREPAID*1*100*100*0*CI*I-MP\nSVC*HC:99213*100*100")
STORY.sent(claim("MOREPAID", ("99213", "150"), frequency="7", replaces="I-MP"), day="20260210")
STORY.paid("CLP*MOREPAID*1*150*150*0*CI*I-MP2\nSVC*HC:99213*150*150", day="20260301")


def test_paid_twice_without_a_reversal_is_a_credit(books: Books) -> None:
    """150 - 100 - 150: the payer has not taken the first payment back."""
    assert balances(books, "MOREPAID")["insurance"] == ("-100.00", "credit")


# --- what patients paid ---------------------------------------------------------------------------------------------

STORY.sent(claim("DESK", ("99213", "200")))
STORY.paid("CLP*DESK*1*200*100*60*CI*I-DESK\nSVC*HC:99213*200*100\nCAS*CO*45*40\nCAS*PR*1*60")
STORY.post("DESK", "2026-01-05", "copay", "20")
STORY.post("DESK", "2026-03-01", "patient_payment", "10")
STORY.post("DESK", "2026-03-02", "refund", "5")
STORY.post("DESK", "2026-04-01", "collections", "15")
STORY.post("DESK", "2026-05-01", "write_off", "30")


@pytest.mark.parametrize(
    ("day", "patient", "insurance"),
    [
        ("2026-01-31", ("-20.00", "credit"), ("200.00", "awaiting_payer")),  # a copay before anything is owed
        ("2026-02-01", ("40.00", "patient"), ("0.00", "awaiting_payer")),  # 60 - 20
        ("2026-03-01", ("30.00", "patient"), ("0.00", "awaiting_payer")),  # - 10
        ("2026-03-02", ("35.00", "patient"), ("0.00", "awaiting_payer")),  # + 5
        ("2026-04-01", ("20.00", "patient"), ("0.00", "awaiting_payer")),  # - 15
        ("2026-05-01", None, ("-10.00", "credit")),  # 30 written off: 20 here, 10 there
    ],
)
def test_copay_payment_refund_collections_and_write_off(
    books: Books, day: str, patient: tuple[str, str] | None, insurance: tuple[str, str]
) -> None:
    found = balances(books, "DESK", datetime.date.fromisoformat(day))
    assert (found.get("patient"), found["insurance"]) == (patient, insurance)


STORY.sent(claim("GIVENUP", ("99213", "100")))
STORY.paid("CLP*GIVENUP*4*100*0*0*CI*I-GU\nSVC*HC:99213*100*0\nCAS*CO*29*100")
STORY.post("GIVENUP", "2026-03-01", "write_off", "70")


def test_a_write_off_lowers_the_payers_balance_when_the_patient_owes_nothing(books: Books) -> None:
    assert balances(books, "GIVENUP") == {"insurance": ("30.00", "denied")}


STORY.sent(claim("OVERPAID", ("99213", "100")))
STORY.paid("CLP*OVERPAID*1*100*90*10*CI*I-OP\nSVC*HC:99213*100*90\nCAS*PR*3*10")
STORY.post("OVERPAID", "2026-01-05", "copay", "25")


def test_a_patient_who_paid_too_much_has_a_credit(books: Books) -> None:
    assert balances(books, "OVERPAID")["patient"] == ("-15.00", "credit")


# --- ages -----------------------------------------------------------------------------------------------------------

STORY.sent(claim("AGED", ("99213", "100"), day="20260101"), day="20260115")
STORY.paid("CLP*AGED*4*100*0*0*CI*I-AGED\nSVC*HC:99213*100*0\nCAS*CO*197*100", day="20260214")
STORY.sent(claim("AGED2", ("99213", "100"), day="20260101", frequency="7", replaces="I-AGED"), day="20260301")


def test_age_from_service_first_submission_and_last_remittance(books: Books) -> None:
    """Thirty days of June after 16 + 28 + 31 + 30 + 31 of the months before, and so on."""
    columns = "side, service_age_days, submission_age_days, remit_age_days"
    assert books.of("receivable", columns, "AGED") == [("insurance", 180, 166, 136)]
    assert books.of("receivable", "remit_age_days", "OPEN") == [(171,)]  # no remittance: since it was sent


def test_the_kept_table_is_the_last_known_day(books: Books) -> None:
    assert books.of("receivable", "side, balance_amount, ar_reason", "DESK") == [("insurance", "-10.00", "credit")]
    assert books.rows("select data_through from warehouse_state") == [("2026-06-30",)]
