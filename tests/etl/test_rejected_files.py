"""A claim file that its receiver could not read never reached a payer: status says so, until its claims went again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from etl.status import needs_a_person, sentences, status
from etl.warehouse.store import open_reader
from tests.x12_text import claim, claims_body, dressed, group, interchange, loaded, transaction


def sent(*numbers: str, control: str = "4711", day: str = "260110") -> bytes:
    """A file with one transaction set per claim; `control` is that of its interchange and of its group."""
    sets = [
        transaction("837P", claims_body(claim(number, ("99213", "100")), sent=f"20{day}"), f"{i:04}")
        for i, number in enumerate(numbers, 1)
    ]
    return dressed(interchange(group(*sets, control=control), control=f"{control:0>9}", day=day))


def answered(body: str, day: str = "260111", receiver: str = "SENDER") -> bytes:
    """A 999 for the practice."""
    return dressed(interchange(group(transaction("999", body)), day=day, sender="CLEARING", receiver=receiver))


def received(code: str, note: str, control: str = "000004711", day: str = "260111") -> bytes:
    """A TA1 for the practice."""
    text = interchange(f"TA1*{control}*260110*0600*{code}*{note}", day=day, sender="CLEARING", receiver="SENDER")
    return dressed(text.replace("IEA*1", "IEA*0"))


REJECTS_THE_SECOND = """
    AK1*HC*4711*005010X222A1
    AK2*837*0001
    IK5*A
    AK2*837*0002
    IK3*SV1*17**8
    IK4*2*782*6*1x0
    IK5*R*5
    AK9*P*2*2*1
"""
REJECTS_THE_GROUP = "AK1*HC*4711\nAK9*R*2*2*0*2"
COLUMNS = ("file", "segment", "set_control_number", "claims", "claims_not_sent_again")


def state(folder: Path, **files: bytes) -> dict[str, Any]:
    said = loaded(folder / "in", folder / "w.duckdb", **files).problems
    assert {problem.rule for _, problem in said} <= {"duplicate-claim"}  # an unchanged claim that goes again
    return status(open_reader(folder / "w.duckdb"))


def rejected(found: dict[str, Any], *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(one[name] for name in columns or COLUMNS) for one in found["rejected_files"]]


def test_a_rejected_transaction_set_is_said_in_words_with_its_claims(tmp_path: Path) -> None:
    found = state(tmp_path, batch=sent("A1", "A2"), answer=answered(REJECTS_THE_SECOND))
    assert rejected(found) == [("batch", 20, "0002", 1, 1)]
    assert needs_a_person(found)
    assert (
        "batch, segment 20: CLEARING rejected group 4711, transaction set 0002 on 2026-01-11 (segments are in error; "
        "SV1 at segment 17: an element of the segment is in error; SV1 at segment 17, element 2: a character is not "
        "allowed; answer): 1 of 1 claims still to be mended and sent again."
    ) in sentences(found)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (answered(REJECTS_THE_GROUP), "this version (GS08) is not supported"),
        (received("R", "006"), "the sender id (ISA06) is not known or not valid"),
    ],
    ids=["group", "interchange"],
)
def test_a_rejected_group_or_interchange_is_all_its_transaction_sets(
    tmp_path: Path, answer: bytes, reason: str
) -> None:
    found = state(tmp_path, batch=sent("A1", "A2"), answer=answer)
    assert rejected(found, "file", "segment", "claims", "reasons") == [
        ("batch", 3, 1, reason),
        ("batch", 20, 1, reason),
    ]


@pytest.mark.parametrize(
    "answer",
    [answered("AK1*HC*4711\nAK2*837*0001\nIK5*E*5\nAK9*E*1*1*1"), received("A", "000"), received("E", "021")],
    ids=["999 with errors", "TA1", "TA1 with errors"],
)
def test_an_accepted_file_needs_nobody(tmp_path: Path, answer: bytes) -> None:
    found = state(tmp_path, batch=sent("A1"), answer=answer)
    assert (found["rejected_files"], needs_a_person(found)) == ([], False)


def test_once_its_claims_went_again_nobody_is_needed(tmp_path: Path) -> None:
    again = sent("A2", control="4712", day="260112")
    found = state(tmp_path, batch=sent("A1", "A2"), answer=answered(REJECTS_THE_SECOND), again=again)
    assert rejected(found) == [("batch", 20, "0002", 1, 0)]
    assert not needs_a_person(found)
    assert any(line.endswith("answer): its claims were sent again since.") for line in sentences(found))


def test_a_second_try_that_was_rejected_too_does_not_count(tmp_path: Path) -> None:
    found = state(
        tmp_path,
        batch=sent("A1", "A2"),
        answer=answered(REJECTS_THE_SECOND),
        again=sent("A2", control="4712", day="260112"),
        no=received("R", "023", "000004712", day="260113"),
    )
    assert rejected(found, "file", "claims_not_sent_again") == [("batch", 1), ("again", 1)]


def test_control_numbers_that_come_again_mean_the_last_file_before_the_answer(tmp_path: Path) -> None:
    found = state(
        tmp_path,
        old=sent("A1", day="200110"),
        new=sent("B1"),
        later=sent("C1", day="260201"),
        answer=answered(REJECTS_THE_GROUP),
    )
    assert rejected(found, "file") == [("new",)]


def test_the_answer_to_a_file_that_is_not_loaded_is_said_and_needs_nobody_here(tmp_path: Path) -> None:
    found = state(tmp_path, batch=sent("A1", control="1"), answer=answered(REJECTS_THE_GROUP))
    assert rejected(found) == [(None, None, None, None, None)]
    assert not needs_a_person(found)
    assert any(line.endswith("no loaded claim file bears that number.") for line in sentences(found))


def test_an_answer_to_somebody_else_is_not_about_ours(tmp_path: Path) -> None:
    found = state(tmp_path, batch=sent("A1"), answer=answered(REJECTS_THE_GROUP, receiver="ELSEWHERE"))
    assert rejected(found, "file") == [(None,)]
