"""What is quarantined can be looked at, mended and loaded; then its entry is closed, and what is open stays open."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from etl import quarantine
from etl.errors import UserError
from etl.load import load
from etl.load_report import LoadReport
from etl.status import needs_a_person, sentences, status
from etl.warehouse.store import open_reader
from tests.x12_text import (
    claim,
    claims_body,
    claims_file,
    dressed,
    group,
    interchange,
    remittance_body,
    remittance_file,
    transaction,
)

PAID = "CLP*A1*1*100*80*0*CI*ICN1\nNM1*QC*1*SECRETNAME*JANE****MI*SECRETID\nCAS*CO*45*20\nCLP*A2*1*50*50*0*CI*ICN2"
GOOD = remittance_file(PAID, trace="T1")
BAD = GOOD.replace(b"*100*80*", b"*100*8O*")


def remittances(*payments: str, control: str = "000000001") -> bytes:
    """One file, a transaction set for each text of claim payments, with deposits as they should be."""
    sets = [transaction("835", remittance_body(one, trace=f"T{i}"), f"{i:04}") for i, one in enumerate(payments, 1)]
    return dressed(interchange(group(*sets), control=control))


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "w.duckdb"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "era.835"


def put(path: Path, data: bytes, db: Path) -> LoadReport:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return load([path], db)


def open_issues(db: Path) -> list[tuple[Any, ...]]:
    return [(row["file"], row["rule"]) for row in quarantine.open_issues(open_reader(db))]


def closed(report: LoadReport) -> list[tuple[str, str, str]]:
    return [(one["file"], one["rule"], one["mended_in"]) for one in report.closed]


# --- list and show ----------------------------------------------------------------------------------------------------


def test_the_list_says_file_segment_rule_found_expected_fix_and_the_claims_in_it(file: Path, db: Path) -> None:
    put(file, BAD, db)
    [row] = quarantine.open_issues(open_reader(db))
    fix = row.pop("fix")
    assert row == {
        "issue": 1, "file": "era.835", "segment": 9, "unit": "segment", "rule": "not-a-number", "found": "CLP04 “8O”",
        "expected": "a decimal like 12.50", "claims": 0, "claim_payments": 2,
    }  # fmt: skip
    assert "load it again" in fix
    assert "Keeps 2 claim payments out." in quarantine.sentences([row | {"fix": fix}])[1]


def test_show_gives_the_whole_transaction_set_with_its_positions_and_marks_the_bad_segment(
    file: Path, db: Path
) -> None:
    put(file, BAD, db)
    head, *lines = quarantine.show(open_reader(db), 1, reveal=False)
    assert "not-a-number" in head and "--reveal" in head
    assert [line[1:8].strip() for line in lines] == [str(n) for n in range(3, 14)]
    assert (lines[0].split()[1], lines[-1].split()[1]) == ("ST*835*0001*005010X221A1", "SE*11*0001")
    [bad] = [line for line in lines if line.startswith(">")]
    assert bad.split()[2].startswith("CLP*A1*1*100*8O*0*CI*")


def test_show_masks_who_it_is_about_unless_asked(file: Path, db: Path) -> None:
    put(file, BAD, db)
    masked = "\n".join(quarantine.show(open_reader(db), 1, reveal=False))
    assert "NM1*QC*1*AAAAAAAAAA*AAAA****MI*AAAAAAAA" in masked
    assert "SECRET" not in masked and "ICN1" not in masked
    assert "NM1*QC*1*SECRETNAME*JANE****MI*SECRETID" in "\n".join(quarantine.show(open_reader(db), 1, reveal=True))


@pytest.mark.parametrize("lost", ["~", "~N"])
def test_a_lost_terminator_does_not_let_a_name_slip_into_what_is_shown(file: Path, db: Path, lost: str) -> None:
    fused = BAD.replace(f"ICN1{lost}".encode(), b"ICN1").replace(b"SE*11", b"SE*10")
    fused = fused.replace(b"CLP*A2", b"CAS*CO*45*1NM1*QC*1*DOE*JO****MI*M77~CLP*A2")
    put(file, fused, db)
    number = quarantine.open_issues(open_reader(db))[0]["issue"]
    shown = "\n".join(quarantine.show(open_reader(db), number, reveal=False))
    assert not [secret for secret in ("SECRET", "DOE", "M77", "JO", "JANE") if secret in shown]


def test_a_lost_separator_does_not_let_a_name_slip_into_what_is_shown(file: Path, db: Path) -> None:
    put(file, BAD.replace(b"NM1*QC*1*SECRET", b"NM1*QC*1SECRET"), db)
    assert "SECRET" not in "\n".join(quarantine.show(open_reader(db), 1, reveal=False))


@pytest.mark.parametrize("line_end", [b"", b"\n"])
def test_a_file_without_isa_is_shown_masked(file: Path, db: Path, line_end: bytes) -> None:
    put(file, BAD[BAD.index(b"NM1*") :].replace(b"~", b"~" + line_end), db)
    assert "SECRET" not in "\n".join(quarantine.show(open_reader(db), 1, reveal=False))
    assert "SECRET" in "\n".join(quarantine.show(open_reader(db), 1, reveal=True))


def test_a_claim_outside_of_any_set_is_shown_with_what_stands_around_it(file: Path, db: Path) -> None:
    put(file, GOOD.replace(b"ST*835", b"CLP*A9*1*1*1~ST*835"), db)
    lines = list(quarantine.show(open_reader(db), 1, reveal=False))[1:]
    assert [line.split("*")[0].split()[-1] for line in lines] == ["ISA", "GS", "CLP", "ST", "BPR", "TRN"]


def test_a_row_of_a_table_is_shown_with_its_header(tmp_path: Path, db: Path) -> None:
    put(tmp_path / "p.csv", b"claim_id,date,kind,amount\nA1,2026-01-05,copay,20\nA2,2026-13-05,copay,20\n", db)
    [number] = [row["issue"] for row in quarantine.open_issues(open_reader(db))]
    _, header, row = quarantine.show(open_reader(db), number, reveal=True)
    assert (header.split(), row.split()) == (["1", "claim_id,date,kind,amount"], [">", "3", "A2,2026-13-05,copay,20"])
    assert list(quarantine.show(open_reader(db), number, reveal=False))[2].split()[2] == "A9,9999-99-99,AAAAA,99"


def test_what_cannot_be_shown_is_said(file: Path, db: Path) -> None:
    put(file, BAD, db)
    file.write_bytes(GOOD)
    with pytest.raises(UserError, match="has changed since"):
        list(quarantine.show(open_reader(db), 1, reveal=False))
    file.unlink()
    with pytest.raises(UserError, match="no longer where it was"):
        list(quarantine.show(open_reader(db), 1, reveal=False))
    with pytest.raises(UserError, match="Nothing is quarantined under 7"):
        list(quarantine.show(open_reader(db), 7, reveal=False))


def test_what_is_damaged_or_no_text_is_not_shown(tmp_path: Path, db: Path) -> None:
    damaged = tmp_path / "a.gz", tmp_path / "b.xlsx"
    damaged[0].write_bytes(gzip.compress(b"claim,day\n" * 50)[:-9])
    damaged[1].write_bytes(b"PK\x03\x04\x00\x00")
    load(list(damaged), db)
    for number, message in enumerate(("a is damaged: no more of it", "b.xlsx is no plain text: look at it in"), 1):
        with pytest.raises(UserError, match=message):
            list(quarantine.show(open_reader(db), number, reveal=False))


def test_the_warehouse_keeps_no_text_of_a_quarantined_set(file: Path, db: Path) -> None:
    put(file, BAD, db)
    rows = str(open_reader(db).execute("select * from issue").fetchall())
    assert "SECRET" not in rows and "ICN1" not in rows


# --- mended: closed ---------------------------------------------------------------------------------------------------


def test_a_mended_file_loads_its_mended_set_and_closes_the_entry(file: Path, db: Path) -> None:
    sets = ["CLP*A1*1*10*10*0*CI*I1", "CLP*B1*1*20*2O*0*CI*I2", "CLP*C1*1*30*30*0*CI*I3"]
    put(file, remittances(*sets), db)
    report = put(file.with_name("era_new.835"), remittances(*(one.replace("2O", "20") for one in sets)), db)
    assert report.rows["claim_payment"] == 1
    assert [p.rule for _, p in report.problems] == ["duplicate-set", "duplicate-set"]
    assert closed(report) == [("era.835", "not-a-number", "era_new.835")]
    assert (open_issues(db), needs_a_person(status(open_reader(db)))) == ([], False)
    assert "1 that were quarantined came mended since." in sentences(status(open_reader(db)))


def test_a_load_that_holds_both_needs_nobody(tmp_path: Path, db: Path) -> None:
    put(tmp_path / "in" / "bad.835", BAD, db.with_name("other.duckdb"))
    (tmp_path / "in" / "good.835").write_bytes(GOOD)
    report = load([tmp_path / "in"], db)
    assert (closed(report), report.needs_a_person()) == ([("bad.835", "not-a-number", "good.835")], False)


def test_one_of_two_quarantined_sets_comes_mended(file: Path, db: Path) -> None:
    sets = ["CLP*A1*1*10*1O*0*CI*I1", "CLP*B1*1*20*2O*0*CI*I2"]
    put(file, remittances(*sets), db)
    put(file.with_name("new.835"), remittances(sets[0], sets[1].replace("2O", "20")), db)
    assert sorted(open_issues(db)) == [("era.835", "not-a-number"), ("new.835", "not-a-number")]


def test_the_same_claims_under_other_control_numbers_close_it(file: Path, db: Path) -> None:
    put(file, BAD, db)
    again = interchange(group(transaction("835", remittance_body(PAID, trace="T1"), "0777")), control="000000888")
    assert closed(put(file.with_name("resent.835"), dressed(again), db)) == [("era.835", "not-a-number", "resent.835")]


def test_a_cut_off_file_is_closed_by_the_whole_one(file: Path, db: Path) -> None:
    put(file, GOOD[: GOOD.index(b"CLP*A2")], db)
    assert closed(put(file.with_name("whole.835"), GOOD, db)) == [("era.835", "missing-se", "whole.835")]


def test_control_numbers_that_recur_with_other_claims_close_nothing(file: Path, db: Path) -> None:
    """Some senders number every file 000000001 and every set 0001."""
    put(file, BAD, db)
    report = put(file.with_name("other.835"), remittance_file("CLP*Z9*1*5*5*0*CI*I9", trace="T9"), db)
    assert (report.closed, open_issues(db)) == ([], [("era.835", "not-a-number")])


def test_a_damaged_copy_of_what_was_loaded_sound_is_closed_at_once(file: Path, db: Path) -> None:
    put(file, GOOD, db)
    report = put(file.with_name("copy.835"), BAD, db)
    assert report.kept_out("quarantined") == {"claims": 0, "claim_payments": 2}
    assert (closed(report), open_issues(db)) == ([("copy.835", "not-a-number", "era.835")], [])


def test_the_damaged_file_again_after_it_was_mended_is_a_duplicate(file: Path, db: Path) -> None:
    put(file, BAD, db)
    put(file.with_name("new.835"), GOOD, db)
    report = load([file], db)
    assert [(p.severity, p.rule, p.claim_payments) for _, p in report.problems] == [("duplicate", "duplicate-file", 2)]
    assert open_issues(db) == []


def test_a_rejected_file_is_closed_when_a_readable_one_stands_in_its_place(file: Path, db: Path) -> None:
    put(file, GOOD[GOOD.index(b"ST*") :], db)
    assert open_issues(db) == [("era.835", "no-interchange")]
    assert closed(put(file, GOOD, db)) == [("era.835", "no-interchange", "era.835")]


def test_another_days_file_under_the_old_name_closes_nothing_when_it_holds_less(file: Path, db: Path) -> None:
    put(file, GOOD[GOOD.index(b"ST*") :], db)
    put(file, remittance_file("CLP*Z9*1*5*5*0*CI*I9", trace="T9"), db)
    assert open_issues(db) == [("era.835", "no-interchange")]


def test_mended_rows_of_a_table_are_closed(tmp_path: Path, db: Path) -> None:
    header = b"claim_id,date,kind,amount\n"
    put(tmp_path / "p.csv", header + b"A1,2026-13-05,copay,20\nA2,2026-01-05,copay,2O\n", db)
    put(tmp_path / "p.csv", header + b"A1,2026-01-05,copay,20\nA2,2026-01-05,copay,2O\n", db)
    rows = quarantine.open_issues(open_reader(db))
    assert [(row["segment"], row["rule"]) for row in rows] == [(3, "patient_transaction.amount")]
    for said in (quarantine.sentences(rows), sentences(status(open_reader(db)))):
        assert any("p.csv, row 3: patient_transaction.amount" in line for line in said)


def test_mended_claims_too(tmp_path: Path, db: Path) -> None:
    text = claims_body("\n".join(claim(number, ("99213", "100")) for number in ("A1", "A2")))
    good = dressed(interchange(group(transaction("837P", text))))
    put(tmp_path / "a.837", good.replace(b"99213*100", b"99213*1OO", 1), db)
    assert closed(put(tmp_path / "b.837", good, db)) == [("a.837", "not-a-number", "b.837")]


# --- retry ------------------------------------------------------------------------------------------------------------


def test_retry_reads_the_files_again_of_which_parts_are_quarantined(file: Path, db: Path) -> None:
    put(file, BAD, db)
    put(file.with_name("fine.835"), remittance_file("CLP*Z9*1*5*5*0*CI*I9", trace="T9"), db)
    file.write_bytes(GOOD)
    paths, lost = quarantine.paths(open_reader(db), [])
    assert (paths, lost) == ([file.resolve()], [])
    assert closed(load(paths, db)) == [("era.835", "not-a-number", "era.835")]
    assert quarantine.paths(open_reader(db), []) == ([], [])


def test_retry_of_an_unchanged_file_leaves_it_as_it_was(file: Path, db: Path) -> None:
    put(file, BAD, db)
    report = load(quarantine.paths(open_reader(db), [1])[0], db)
    assert (report.closed, report.files, len(quarantine.open_issues(open_reader(db)))) == ([], 0, 1)


def test_a_file_that_is_gone_is_named(file: Path, db: Path) -> None:
    put(file, BAD, db)
    file.unlink()
    assert quarantine.paths(open_reader(db), []) == ([], ["era.835"])


def test_claims_that_were_kept_out_still_add_up(file: Path, db: Path) -> None:
    good = claims_file(claim("A1", ("99213", "100")))
    put(file, good.replace(b"99213*100", b"99213*1OO"), db)
    assert status(open_reader(db))["quarantined_counts"] == {"claims": 1, "claim_payments": 0}
    put(file, good, db)
    assert status(open_reader(db))["quarantined_counts"] == {"claims": 0, "claim_payments": 0}
