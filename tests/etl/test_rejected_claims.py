"""Claims of a rejected file (TA1, 999) or batch (277CA) are rejected until they are sent again."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.measures import MEASURES
from etl.status import sentences, status
from etl.unload import unload
from etl.warehouse.store import open_reader
from tests.etl.test_rejected_files import REJECTS_THE_GROUP, REJECTS_THE_SECOND, answered, received, sent
from tests.x12_story import as_computed_anew
from tests.x12_text import claim, claims_body, dressed, group, interchange, loaded, remittance_file, transaction


def reasons(db: Path) -> list[tuple[str, str]]:
    """Claim and why its balance is open, as of the last known day."""
    sql = "select claim_number, ar_reason from receivable where side = 'insurance' order by 1"
    return open_reader(db).execute(sql).fetchall()


def rejection_rate(db: Path) -> tuple[int, int]:
    return MEASURES["rejection_rate"].by(open_reader(db)).row(0)[:2]


@pytest.mark.parametrize(
    ("answer", "rejected"),
    [
        (answered(REJECTS_THE_SECOND), ["A2"]),
        (answered(REJECTS_THE_GROUP), ["A1", "A2"]),
        (received("R", "006"), ["A1", "A2"]),
        (received("E", "021"), []),
        (answered(REJECTS_THE_GROUP, receiver="ELSEWHERE"), []),
    ],
    ids=["set", "group", "interchange", "errors only", "another's"],
)
def test_claims_of_a_rejected_file_are_rejected(tmp_path: Path, answer: bytes, rejected: list[str]) -> None:
    loaded(tmp_path / "in", tmp_path / "w", batch=sent("A1", "A2"), answer=answer)
    expected = [(one, "rejected" if one in rejected else "awaiting_payer") for one in ("A1", "A2")]
    assert reasons(tmp_path / "w") == expected


def test_a_file_that_could_not_be_read_is_no_answer_to_its_claims(tmp_path: Path) -> None:
    """rejection_rate is of 277CA answers: the 999 judged the file, not the claims."""
    loaded(tmp_path / "in", tmp_path / "w", batch=sent("A1", "A2"), answer=answered(REJECTS_THE_GROUP))
    assert rejection_rate(tmp_path / "w") == (0, 0)


def test_once_sent_again_a_claim_waits_for_its_payer_unless_that_was_rejected_too(tmp_path: Path) -> None:
    """Each file comes in a load of its own, so only what it touches is computed."""
    db = tmp_path / "w"
    loaded(tmp_path / "1", db, batch=sent("A1", "A2", "A3"))
    loaded(tmp_path / "2", db, answer=answered(REJECTS_THE_SECOND))
    assert reasons(db) == [("A1", "awaiting_payer"), ("A2", "rejected"), ("A3", "awaiting_payer")]
    loaded(tmp_path / "3", db, again=sent("A2", control="4712", day="260112"))
    assert reasons(db)[1] == ("A2", "awaiting_payer")
    loaded(tmp_path / "4", db, no=received("R", "023", "000004712", day="260113"))
    assert reasons(db)[1] == ("A2", "rejected")
    loaded(tmp_path / "5", db, paid=remittance_file("CLP*A2*1*100*100*0*CI*ICN2\nSVC*HC:99213*100*100"))
    assert reasons(db)[1] == ("A2", "awaiting_payer")  # its payer has it all the same; nothing is open
    as_computed_anew(db)


def test_the_answer_may_come_before_the_file_and_be_taken_back(tmp_path: Path) -> None:
    db = tmp_path / "w"
    loaded(tmp_path / "1", db, answer=answered(REJECTS_THE_SECOND))
    loaded(tmp_path / "2", db, batch=sent("A1", "A2"))
    assert reasons(db) == [("A1", "awaiting_payer"), ("A2", "rejected")]
    unload("answer", db)
    assert reasons(db) == [("A1", "awaiting_payer"), ("A2", "awaiting_payer")]


# --- batches (277CA) ----------------------------------------------------------------------------------------------

OTHER = "1999999976"


def batch(*claims: str, reference: str = "B7", npi: str = "") -> str:
    """A transaction set of claims whose BHT03 is the reference; the billing provider's NPI, if another."""
    body = claims_body("\n".join(claims)).replace("BHT*0019*00*20260110", f"BHT*0019*00*{reference}")
    return transaction("837P", body.replace("1999999984", npi) if npi else body)


def file(*sets: str) -> bytes:
    return dressed(interchange(group(*sets), day="260110"))


def said(levels: str, day: str = "260112") -> bytes:
    """A 277CA of the clearinghouse."""
    body = f"BHT*0085*08*9*20{day}*0700*TH\nHL*1**20*1\nTRN*1*S1\n{levels}"
    return dressed(interchange(group(transaction("277", body)), day=day, sender="CLEARING", receiver="SENDER"))


BATCH = "HL*2*1*21*1\nTRN*2*B7\nSTC*{0}*20260112*U*200"
PROVIDER = "HL*3*2*19*1\nNM1*85*2*OAK*****XX*{0}\nTRN*1*0\nSTC*{1}*20260112*U*200"
ONE = "HL*4*3*PT\nTRN*2*{0}\nSTC*{1}*20260112*WQ*100"
A1, A2 = claim("A1", ("99213", "100")), claim("A2", ("99213", "100"))


@pytest.mark.parametrize(
    ("levels", "rejected", "rate"),
    [
        (BATCH.format("A3:24"), ["A1", "A2"], (2, 2)),
        (BATCH.format("A1:19"), [], (0, 0)),
        (f"{BATCH.format('A3:24')}\n{PROVIDER.format(OTHER, 'A1:19')}\n{ONE.format('A1', 'A2:20')}", ["A2"], (1, 2)),
        (f"{BATCH.format('A1:19')}\n{PROVIDER.format('1999999984', 'A8:24')}", ["A1", "A2"], (2, 2)),
        (f"{BATCH.format('A1:19')}\n{PROVIDER.format(OTHER, 'A8:24')}", [], (0, 0)),
        (BATCH.format("A3:24").replace("B7", "B8"), [], (0, 0)),
    ],
    ids=["batch", "accepted", "one claim has its own", "provider", "another provider", "another batch"],
)
def test_claims_of_a_rejected_batch_are_rejected(
    tmp_path: Path, levels: str, rejected: list[str], rate: tuple[int, int]
) -> None:
    loaded(tmp_path / "in", tmp_path / "w", batch=file(batch(A1, A2)), answer=said(levels))
    expected = [(one, "rejected" if one in rejected else "awaiting_payer") for one in ("A1", "A2")]
    assert (reasons(tmp_path / "w"), rejection_rate(tmp_path / "w")) == (expected, rate)


def words(db: Path, start: str) -> list[str]:
    return [line for line in sentences(status(open_reader(db))) if line.startswith(start)]


def test_status_says_which_batch_was_rejected_and_what_waits(tmp_path: Path) -> None:
    loaded(tmp_path / "in", tmp_path / "w", batch=file(batch(A1, A2)), answer=said(BATCH.format("A3:24")))
    assert words(tmp_path / "w", "batch") == [
        "batch, segment 3: CLEARING rejected batch B7 on 2026-01-12 (returned as unprocessable; answer): "
        "2 of 2 claims still to be mended and sent again."
    ]


def test_a_number_that_two_batches_bear_tells_no_claims(tmp_path: Path) -> None:
    loaded(tmp_path / "in", tmp_path / "w", batch=file(batch(A1), batch(A2)), answer=said(BATCH.format("A3:24")))
    assert {reason for _, reason in reasons(tmp_path / "w")} == {"awaiting_payer"}
    assert words(tmp_path / "w", "CLEARING")[0].endswith(
        "2 transaction sets bear that number, so nobody can say which claims are meant."
    )


def test_a_provider_that_is_not_named_tells_no_claims(tmp_path: Path) -> None:
    levels = f"{BATCH.format('A1:19')}\n{PROVIDER.format('', 'A3:24')}"
    loaded(tmp_path / "in", tmp_path / "w", batch=file(batch(A1)), answer=said(levels))
    assert reasons(tmp_path / "w") == [("A1", "awaiting_payer")]
    assert words(tmp_path / "w", "CLEARING rejected a batch without a number")


def test_totals_that_count_more_rejected_claims_than_are_named_are_said(tmp_path: Path) -> None:
    levels = f"{BATCH.format('A1:19')}\nQTY*AA*3\n{PROVIDER.format(OTHER, 'A1:19')}\n{ONE.format('A1', 'A7:21')}"
    loaded(tmp_path / "in", tmp_path / "w", batch=file(batch(A1, A2)), answer=said(levels))
    assert words(tmp_path / "w", "answer: a 277CA") == [
        "answer: a 277CA counts 3 rejected claims and names 1; which the others are it does not say. "
        "Ask the clearinghouse."
    ]
