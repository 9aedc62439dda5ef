"""What is a denial, how much was denied, and what became of it; every figure worked out by hand."""

from __future__ import annotations

import pytest

from tests.x12_story import Books, Story
from tests.x12_text import claim

STORY = Story()

DENIAL = "line_number, group_carc, denied_amount::varchar"
OUTCOME = "is_denied, is_zero_pay, is_partial_pay, denied_amount::varchar"
NOT_DENIED = [(False, False, False, "0.00")]
LINE = "line_number, charge_amount::varchar, paid_amount::varchar, allowed_amount::varchar, denial_amount::varchar"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return STORY.load(tmp_path_factory.mktemp("denials"))


def lines(books: Books, number: str) -> list[tuple[object, ...]]:
    """The lines of each claim payment of a control number, in order."""
    return books.rows(
        f"""select {LINE} from payment_line join payment using (claim_payment_id)
        where patient_control_number = ? order by payment_order, place""".replace(
            "charge_amount::", "payment_line.charge_amount::"
        ).replace("paid_amount::", "payment_line.paid_amount::"),
        [number],
    )


def treatments(books: Books, number: str) -> list[tuple[object, ...]]:
    return books.rows(
        """select group_code || '-' || carc, treatment, amount::varchar from line_adjustment
        join payment using (claim_payment_id) where patient_control_number = ? order by sequence""",
        [number],
    )


# --- what is a denial -----------------------------------------------------------------------------------------------

STORY.sent(claim("FULL", ("99213", "100")))
STORY.paid("CLP*FULL*4*100*0*0*CI*I-FULL\nSVC*HC:99213*100*0\nCAS*CO*197*100")


def test_a_line_with_a_denial_code_and_nothing_allowed_is_a_zero_pay_denial(books: Books) -> None:
    assert books.of("claim_outcome", OUTCOME, "FULL") == [(True, True, False, "100.00")]
    assert books.of("denial", DENIAL, "FULL") == [(1, "CO-197", "100.00")]


STORY.sent(claim("PART", ("99213", "100"), ("99214", "50")))
STORY.paid(
    """
    CLP*PART*1*150*80*0*CI*I-PART
    SVC*HC:99213*100*80
    CAS*CO*45*20
    SVC*HC:99214*50*0
    CAS*CO*16*50
    """
)


def test_one_denied_line_beside_a_paid_one_is_a_partial_pay_denial(books: Books) -> None:
    assert books.of("claim_outcome", OUTCOME, "PART") == [(True, False, True, "50.00")]
    assert books.of("denial", DENIAL, "PART") == [(2, "CO-16", "50.00")]


STORY.sent(claim("STATUS4", ("99213", "100")))
STORY.paid("CLP*STATUS4*4*100*0*100*CI*I-STATUS4\nSVC*HC:99213*100*0\nCAS*PR*1*100")


def test_a_deductible_zero_pay_is_no_denial_even_with_status_4(books: Books) -> None:
    assert books.of("claim_outcome", OUTCOME, "STATUS4") == NOT_DENIED


STORY.sent(claim("STATUS1", ("99213", "100")))
STORY.paid("CLP*STATUS1*1*100*0*0*CI*I-STATUS1\nSVC*HC:99213*100*0\nCAS*CO*50*100")


def test_a_denial_is_a_denial_even_with_status_1(books: Books) -> None:
    assert books.of("claim_outcome", OUTCOME, "STATUS1") == [(True, True, False, "100.00")]


STORY.sent(claim("PR27", ("99213", "100")))
STORY.paid("CLP*PR27*4*100*0*100*CI*I-PR27\nSVC*HC:99213*100*0\nCAS*PR*27*100")


def test_pr_27_is_a_denial(books: Books) -> None:
    assert books.of("denial", DENIAL, "PR27") == [(1, "PR-27", "100.00")]


STORY.sent(claim("CO1", ("99213", "100")))
STORY.paid("CLP*CO1*1*100*60*0*CI*I-CO1\nSVC*HC:99213*100*60\nCAS*CO*1*40")


def test_a_deductible_under_another_group_is_the_practices_loss_and_no_denial(books: Books) -> None:
    assert treatments(books, "CO1") == [("CO-1", "never", "40.00")]
    assert books.of("claim_outcome", OUTCOME, "CO1") == NOT_DENIED


STORY.sent(claim("OA23", ("99213", "100")), payer="P2")
STORY.paid("CLP*OA23*2*100*0*0*CI*I-OA23\nSVC*HC:99213*100*0\nCAS*OA*23*100", payer="P2")


def test_oa_23_is_the_money_of_another_payer_and_no_denial(books: Books) -> None:
    assert treatments(books, "OA23") == [("OA-23", "pending", "100.00")]
    assert books.of("claim_outcome", OUTCOME, "OA23") == NOT_DENIED


STORY.sent(claim("ODD", ("99213", "100")))
STORY.paid("CLP*ODD*4*100*0*0*CI*I-ODD\nSVC*HC:99213*100*0\nCAS*CO*Z99*100")


def test_an_unknown_code_is_shown_as_unknown_and_not_dropped(books: Books) -> None:
    assert treatments(books, "ODD") == [("CO-Z99", "unknown", "100.00")]
    assert books.of("claim_outcome", OUTCOME, "ODD") == NOT_DENIED


STORY.sent(claim("NOTHING", ("99213", "100")))
STORY.paid("CLP*NOTHING*4*100*0*0*CI*I-NOTHING\nSVC*HC:99213*100*0\nCAS*CO*97*100")
STORY.sent(claim("SOMETHING", ("99213", "100")))
STORY.paid("CLP*SOMETHING*1*100*30*0*CI*I-SOMETHING\nSVC*HC:99213*100*30\nCAS*CO*97*70")
STORY.sent(claim("DEDUCTED", ("99213", "100")))
STORY.paid("CLP*DEDUCTED*1*100*0*30*CI*I-DEDUCTED\nSVC*HC:99213*100*0\nCAS*CO*97*70\nCAS*PR*1*30")


def test_a_bundling_code_denies_when_nothing_is_allowed(books: Books) -> None:
    assert books.of("denial", DENIAL, "NOTHING") == [(1, "CO-97", "100.00")]


@pytest.mark.parametrize("number", ["SOMETHING", "DEDUCTED"])
def test_a_bundling_code_only_reduces_when_something_is_allowed(books: Books, number: str) -> None:
    assert lines(books, number)[0][3:] == ("30.00", "0.00")
    assert books.of("claim_outcome", OUTCOME, number) == NOT_DENIED


STORY.sent(claim("SEQ", ("99213", "100")))
STORY.paid("CLP*SEQ*1*100*58.80*20*MB*I-SEQ\nSVC*HC:99213*100*58.80\nCAS*CO*253*1.20*1*45*20\nCAS*PR*2*20")


def test_sequestration_follows_payment_and_is_allowed(books: Books) -> None:
    assert lines(books, "SEQ") == [(1, "100.00", "58.80", "80.00", "0.00")]


STORY.sent(claim("MORE", ("99213", "100")))
STORY.paid("CLP*MORE*4*100*-60*0*CI*I-MORE\nSVC*HC:99213*100*-60\nCAS*CO*50*80\nCAS*CO*197*80")


def test_a_line_is_denied_at_most_its_charge_and_the_last_code_is_cut(books: Books) -> None:
    assert books.of("denial", DENIAL, "MORE") == [(1, "CO-197", "20.00"), (1, "CO-50", "80.00")]
    assert books.of("claim_outcome", "denied_amount::varchar", "MORE") == [("100.00",)]


# --- claim level ----------------------------------------------------------------------------------------------------

STORY.sent(claim("SPREAD", ("99213", "10"), ("99214", "20"), ("99215", "30")))
STORY.paid(
    """
    CLP*SPREAD*1*60*49.99*0*CI*I-SPREAD
    CAS*CO*29*10.01
    SVC*HC:99213*10*10
    SVC*HC:99214*20*19.99
    SVC*HC:99215*30*20
    """
)


def test_a_claim_level_adjustment_is_spread_by_charge_with_largest_remainder(books: Books) -> None:
    """10.01 over 10:20:30 is 1.668, 3.336, 5.005: floors 1.66, 3.33, 5.00, two cents to the largest fractions."""
    assert [row[4] for row in lines(books, "SPREAD")] == ["1.67", "3.34", "5.00"]


STORY.sent(claim("TIE", ("99213", "10"), ("99214", "10"), ("99215", "10")))
STORY.paid("CLP*TIE*4*30*29*0*CI*I-TIE\nCAS*CO*29*1\nSVC*HC:99213*10*10\nSVC*HC:99214*10*10\nSVC*HC:99215*10*9")
STORY.paid(
    "CLP*TIE*22*-30*-29*0*CI*I-TIE\nCAS*CO*29*-1\nSVC*HC:99213*-10*-10\nSVC*HC:99214*-10*-10\nSVC*HC:99215*-10*-9",
    day="20260208",
)


def test_a_tie_goes_to_the_lower_line_and_a_reversal_mirrors_it(books: Books) -> None:
    assert [row[4] for row in lines(books, "TIE")] == ["0.34", "0.33", "0.33", "-0.34", "-0.33", "-0.33"]


STORY.sent(claim("FREE", ("99213", "0"), ("99214", "0")))
STORY.paid("CLP*FREE*4*0*-5*0*CI*I-FREE\nCAS*CO*29*5\nSVC*HC:99213*0*-5\nSVC*HC:99214*0*0")


def test_without_any_charge_the_first_line_takes_it_all(books: Books) -> None:
    assert [row[4] for row in lines(books, "FREE")] == ["5.00", "0.00"]


STORY.sent(claim("NOSVC", ("99213", "60"), ("99214", "40")))
STORY.paid("CLP*NOSVC*1*100*33.33*0*CI*I-NOSVC\nCAS*CO*29*66.67")


def test_a_claim_payment_without_lines_is_spread_over_the_lines_sent(books: Books) -> None:
    """Charge 60/40, paid 19.998/13.332, denied 40.002/26.668."""
    assert lines(books, "NOSVC") == [
        (1, "60.00", "20.00", "20.00", "40.00"),
        (2, "40.00", "13.33", "13.33", "26.67"),
    ]
    assert books.of("denial", DENIAL, "NOSVC") == [(1, "CO-29", "40.00"), (2, "CO-29", "26.67")]


STORY.paid("CLP*NEVERSENT*4*100*0*0*CI*I-NEVERSENT\nCAS*CO*29*100")


def test_a_claim_payment_without_lines_or_claim_is_one_line_0(books: Books) -> None:
    assert lines(books, "NEVERSENT") == [(0, "100.00", "0.00", "0.00", "100.00")]
    sql = """select line_number, group_carc, denied_amount::varchar, d.payer_id from denial as d
        join root as k using (root_id) where patient_control_number = 'NEVERSENT'"""
    assert books.rows(sql) == [(0, "CO-29", "100.00", "P1")]


# --- first, again, overturned ---------------------------------------------------------------------------------------

DENIED = "CLP*{0}*4*100*0*0*CI*I-{0}\nSVC*HC:99213*100*0\nCAS*CO*197*100\nREF*6R*{0}L1"
PAID = "CLP*{0}*1*100*80*0*CI*{1}\nSVC*HC:99213*100*80\nCAS*CO*45*20\nREF*6R*{0}L1"
REVERSED = "CLP*{0}*22*-100*0*0*CI*I-{0}\nSVC*HC:99213*-100*0\nCAS*CO*197*-100\nREF*6R*{0}L1"
OVERTURN = "is_overturned, is_overturned_unchanged, overturned_on"

STORY.sent(claim("AGAIN", ("99213", "100")))
STORY.paid(DENIED.format("AGAIN"))
STORY.paid(DENIED.format("AGAIN"), day="20260301")
STORY.paid(DENIED.format("AGAIN"), day="20260401")


def test_a_claim_denied_again_is_denied_once(books: Books) -> None:
    assert books.of("denial", f"{DENIAL}, first_remit_date", "AGAIN") == [(1, "CO-197", "100.00", "2026-02-01")]
    assert books.of("claim_outcome", f"{OUTCOME}, is_overturned", "AGAIN") == [(True, True, False, "100.00", False)]


STORY.sent(claim("UNCHANGED", ("99213", "100")))
STORY.paid(DENIED.format("UNCHANGED"))
STORY.paid(PAID.format("UNCHANGED", "I-OTHER"), day="20260301")


def test_paid_later_with_nothing_changed_is_overturned_unchanged(books: Books) -> None:
    assert books.of("denial", OVERTURN, "UNCHANGED") == [(True, True, "2026-03-01")]


STORY.sent(claim("CHANGED", ("99213", "100")))
STORY.paid(DENIED.format("CHANGED"))
STORY.sent(claim("CHANGED2", ("99213", "100"), frequency="7", replaces="I-CHANGED"), day="20260215")
STORY.paid(PAID.format("CHANGED2", "I-CHANGED2"), day="20260301")


def test_paid_later_after_a_replacement_is_overturned_changed(books: Books) -> None:
    assert books.of("denial", f"{DENIAL}, {OVERTURN}", "CHANGED") == [
        (1, "CO-197", "100.00", True, False, "2026-03-01")
    ]


STORY.sent(claim("RIGHTED", ("99213", "100")))
STORY.paid(DENIED.format("RIGHTED"))
STORY.paid(REVERSED.format("RIGHTED"), day="20260301")
STORY.paid(PAID.format("RIGHTED", "I-RIGHTED"), day="20260301")


def test_a_reversal_is_no_adjudication_and_its_correction_overturns(books: Books) -> None:
    assert books.of("denial", f"{DENIAL}, {OVERTURN}", "RIGHTED") == [(1, "CO-197", "100.00", True, True, "2026-03-01")]
    sql = """select is_initial, is_standing, paid_amount::varchar from adjudication
        join payment using (claim_payment_id) where patient_control_number = 'RIGHTED'
        order by adjudication.payment_order"""
    assert books.rows(sql.replace("paid_amount", "adjudication.paid_amount")) == [
        (True, False, "0.00"),
        (False, True, "80.00"),
    ]


STORY.sent(claim("WONANDLOST", ("99213", "100")))
STORY.paid(DENIED.format("WONANDLOST"))
STORY.paid(PAID.format("WONANDLOST", "I-WL"), day="20260301")
STORY.paid("CLP*WONANDLOST*22*-100*-80*0*CI*I-WL\nSVC*HC:99213*-100*-80\nCAS*CO*45*-20", day="20260401")


def test_what_was_taken_back_overturns_nothing(books: Books) -> None:
    assert books.of("denial", OVERTURN, "WONANDLOST") == [(False, False, None)]


STORY.sent(claim("WONANEW", ("99213", "100")))
STORY.paid(DENIED.format("WONANEW"))
STORY.paid(PAID.format("WONANEW", "I-WN"), day="20260301")
STORY.paid("CLP*WONANEW*22*-100*-80*0*CI*I-WN\nSVC*HC:99213*-100*-80\nCAS*CO*45*-20", day="20260401")
STORY.paid(PAID.format("WONANEW", "I-WN2"), day="20260501")


def test_what_was_taken_back_and_given_again_is_overturned_since_it_was_first_said(books: Books) -> None:
    assert books.of("denial", OVERTURN, "WONANEW") == [(True, True, "2026-03-01")]


STORY.sent(claim("DENIEDAFTERALL", ("99213", "100")))
STORY.paid(DENIED.format("DENIEDAFTERALL"))
STORY.paid(PAID.format("DENIEDAFTERALL", "I-DA"), day="20260301")
STORY.paid(DENIED.format("DENIEDAFTERALL"), day="20260401")


def test_what_was_denied_once_more_is_not_overturned(books: Books) -> None:
    assert books.of("denial", OVERTURN, "DENIEDAFTERALL") == [(False, False, None)]


STORY.sent(claim("TAKENBACK", ("99213", "100")))
STORY.paid(PAID.format("TAKENBACK", "I-TAKENBACK"))
STORY.paid("CLP*TAKENBACK*22*-100*-80*0*CI*I-TAKENBACK\nSVC*HC:99213*-100*-80\nCAS*CO*45*-20", day="20260301")


def test_a_reversal_alone_leaves_nothing_standing(books: Books) -> None:
    sql = """select is_initial, is_standing from adjudication
        join payment using (claim_payment_id) where patient_control_number = 'TAKENBACK'"""
    assert books.rows(sql) == [(True, False)]


STORY.sent(claim("OTHERLINE", ("99213", "100"), ("99214", "50")))
STORY.paid(
    "CLP*OTHERLINE*4*150*0*0*CI*I-OL\nSVC*HC:99213*100*0\nCAS*CO*197*100\nREF*6R*OTHERLINEL1\n"
    "SVC*HC:99214*50*0\nCAS*CO*16*50\nREF*6R*OTHERLINEL2"
)
STORY.paid("CLP*OTHERLINE*1*50*50*0*CI*I-OL2\nSVC*HC:99214*50*50\nREF*6R*OTHERLINEL2", day="20260301")


def test_lines_are_matched_by_their_control_number_and_only_the_allowed_one_is_overturned(books: Books) -> None:
    assert books.of("denial", f"line_number, {OVERTURN}", "OTHERLINE") == [
        (1, False, False, None),
        (2, True, True, "2026-03-01"),
    ]
    assert books.of("claim_outcome", "is_overturned", "OTHERLINE") == [(True,)]


STORY.sent(claim("DRUG", ("J1100", "100")))
STORY.paid("CLP*DRUG*4*100*0*0*CI*I-DRUG\nSVC*HC:J1100*100*0\nCAS*CO*197*100\nLQ*RX*75\nLQ*HE*M51")


def test_reject_codes_of_pharmacies_stand_apart_from_remark_codes(books: Books) -> None:
    assert books.of("denial", "remark_codes", "DRUG") == [("M51 RX-75",)]


STORY.sent(claim("TWICE", ("99213", "100")))
STORY.paid("CLP*TWICE*4*100*0*0*CI*I-TWICE\nSVC*HC:99213*100*0\nCAS*OA*18*100")
STORY.paid(PAID.format("TWICE", "I-TWICE2"), day="20260301")


def test_a_mere_duplicate_is_no_adjudication(books: Books) -> None:
    assert books.of("claim_outcome", f"first_remit_date, {OUTCOME}", "TWICE") == [
        ("2026-03-01", False, False, False, "0.00")
    ]


for _status in ("23", "25"):
    STORY.sent(claim(f"STATUS{_status}", ("99213", "100")))
    STORY.paid(f"CLP*STATUS{_status}*{_status}*100*0*0*CI*I-S{_status}\nSVC*HC:99213*100*0\nCAS*CO*197*100")


@pytest.mark.parametrize("status", ["23", "25"])
def test_forwards_and_predeterminations_are_no_adjudications(books: Books, status: str) -> None:
    assert books.of("claim_outcome", "is_adjudicated, is_denied", f"STATUS{status}") == [(False, False)]


SPLIT = """
    CLP*{0}*1*100*80*0*CI*I-{0}-A
    SVC*HC:99213*100*80
    CAS*CO*45*20
    REF*6R*{0}L1
    CLP*{0}*4*50*0*0*CI*I-{0}-B
    SVC*HC:99214*50*0
    CAS*CO*197*50
    REF*6R*{0}L2
"""
for number in ("SPLIT", "SPLITPAID", "SPLITBACK"):
    STORY.sent(claim(number, ("99213", "100"), ("99214", "50")))
    STORY.paid(SPLIT.format(number))
STORY.paid(
    "CLP*SPLITPAID*1*50*40*0*CI*I-SPLITPAID-C\nSVC*HC:99214*50*40\nCAS*CO*45*10\nREF*6R*SPLITPAIDL2", day="20260301"
)
STORY.paid(
    "CLP*SPLITBACK*22*-100*-80*0*CI*I-SPLITBACK-A\nSVC*HC:99213*-100*-80\nCAS*CO*45*-20\nREF*6R*SPLITBACKL1",
    day="20260301",
)


def test_a_claim_split_over_two_claim_payments_of_a_remittance_is_adjudicated_once(books: Books) -> None:
    sql = """select is_initial, is_standing, charge_amount::varchar, paid_amount::varchar, never_amount::varchar,
        denied_amount::varchar, is_denied, is_zero_pay
        from adjudication join payment using (claim_payment_id) where patient_control_number = 'SPLIT'"""
    sql = sql.replace("charge_amount::", "adjudication.charge_amount::").replace("paid_", "adjudication.paid_", 1)
    assert books.rows(sql) == [(True, True, "150.00", "80.00", "20.00", "50.00", True, False)]
    assert books.of("claim_outcome", OUTCOME, "SPLIT") == [(True, False, True, "50.00")]
    assert books.of("denial", DENIAL, "SPLIT") == [(2, "CO-197", "50.00")]
    assert books.of("receivable", "side, balance_amount::varchar, ar_reason", "SPLIT") == [
        ("insurance", "50.00", "denied")
    ]


def test_a_part_of_a_split_claim_that_is_paid_later_is_overturned(books: Books) -> None:
    assert books.of("denial", DENIAL, "SPLITPAID") == [(2, "CO-197", "50.00")]
    assert books.of("claim_outcome", OVERTURN.split(",")[0], "SPLITPAID") == [(True,)]


def test_of_a_split_claim_only_the_part_that_was_taken_back_is_open_again(books: Books) -> None:
    assert books.of("receivable", "side, balance_amount::varchar", "SPLITBACK") == [("insurance", "150.00")]


STORY.sent(claim("COB", ("99213", "100")))
STORY.paid("CLP*COB*1*100*80*20*CI*I-COB1\nSVC*HC:99213*100*80\nCAS*PR*2*20")
STORY.sent(claim("COBOTHER", ("99213", "1")), payer="P2")
STORY.paid("CLP*COB*2*100*0*0*CI*I-COB2\nSVC*HC:99213*100*0\nCAS*OA*23*80\nCAS*CO*22*20", day="20260215", payer="P2")


def test_each_payer_has_its_own_first_adjudication(books: Books) -> None:
    assert books.of("claim_outcome", f"payer_id, is_billed_payer, {OUTCOME}", "COB") == [
        ("P1", True, False, False, False, "0.00"),
        ("P2", False, True, True, False, "20.00"),
    ]


def test_no_amount_is_lost_between_adjustments_and_lines(books: Books) -> None:
    """The spread of every claim-level adjustment adds up to it."""
    sql = """select (select sum(amount) from adjustment), (select sum(amount) from line_adjustment)"""
    [(all_adjustments, all_lines)] = books.rows(sql)
    assert all_adjustments == all_lines
