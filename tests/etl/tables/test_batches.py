"""A large export is read batch by batch and loaded portion by portion: nobody sees where they meet."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from etl.errors import UserError
from etl.load import load
from etl.load_report import LoadReport
from etl.tables import cells, held
from etl.tables.column_map import parse
from tests.etl.tables.desk import Desk
from tests.etl.tables.test_tables import LINE_HEADER, LINES, PAID_HEADER, PAYMENTS, workbook

# the lines of A1 and A2 stand at both ends; a line of A3, of which the others are good, is bad
CLAIM_ROWS = [
    *("A1,1/5/2026,I10,99213,10", "A2,1/5/2026,J45,99213,20", "A3,1/6/2026,I10,99213,30", "A4,1/6/2026,I10,99213,40"),
    *("A5,1/6/2026,I10,99213,50", "A6,1/7/2026,I10,99213,60", "A3,1/6/2026,I10,99214,ten", "A6,1/7/2026,I10,99213,60"),
    *("A2,1/5/2026,I10,97110,21", "A7,1/8/2026,I10,99213,70", "A1,1/5/2026,I11,99214,11", "A3,1/6/2026,I10,99215,31"),
]
# payments T1 and T2 take turns; A1 comes twice in T1, unchanged in T3, and a row of A4 is bad
PAYMENT_ROWS = [
    *("A1,2026-02-03,T1,100,80,CO,45,15", "A2,2026-02-03,T2,100,70,CO,45,30", "A3,2026-02-03,T1,50,50,,,"),
    *("A4,2026-02-04,T2,60,60,CO,45,none", "A5,2026-02-03,T2,10,10,,,", "A1,2026-02-03,T1,100,80,PR,1,5"),
    *("A6,2026-02-05,T3,10,10,,,", "A6,2026-02-05,T3,10,10,,,", "A7,2026-02-03,T1,40,30,PR,2,10"),
]
CLAIM_SEEN = (
    "select patient_control_number, segment, charge_amount, submission_date from claim order by 1, 2",
    """select patient_control_number, line_number, procedure_code, l.charge_amount, l.segment
    from service_line as l join claim using (claim_id) order by all""",
    "select patient_control_number, sequence, diagnosis_code from diagnosis join claim using (claim_id) order by all",
)
PAYMENT_SEEN = (
    "select trace_number, payment_date, deposit_amount from remittance order by all",
    """select trace_number, patient_control_number, p.segment, charge_amount, paid_amount
    from claim_payment as p join remittance using (remittance_id) order by all""",
    """select patient_control_number, group_code, carc, amount, a.segment
    from adjustment as a join claim_payment using (claim_payment_id) order by all""",
)


def in_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two rows or so, portions of four."""
    monkeypatch.setattr(cells, "BLOCK", 70)
    monkeypatch.setattr(held, "PORTION", 4)


@pytest.mark.parametrize(
    ("text", "mapped", "seen", "sets"),
    [
        (LINE_HEADER + "\n".join(CLAIM_ROWS), LINES, CLAIM_SEEN, 3),
        (PAID_HEADER + "\n".join(PAYMENT_ROWS), PAYMENTS, PAYMENT_SEEN, 3),
    ],
    ids=["claims", "payments"],
)
def test_the_rows_of_one_claim_or_payment_meet_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, mapped: str, seen: tuple[str, ...], sets: int
) -> None:
    def loaded(folder: str, times: int) -> tuple[Desk, list[LoadReport]]:
        (tmp_path / folder).mkdir()
        desk = Desk(tmp_path / folder)
        return desk, [desk.load({"a.csv": text}, mapped) for _ in range(times)]

    whole, [expected] = loaded("whole", 1)
    in_small_pieces(monkeypatch)
    desk, [report, again] = loaded("pieces", 2)
    assert [desk.rows(sql) for sql in seen] == [whole.rows(sql) for sql in seen]
    assert report.problems == expected.problems
    assert report.seen == expected.seen == again.seen
    assert again.rows.get("claim", 0) == again.rows.get("claim_payment", 0) == 0
    assert desk.rows("select count(*) from transaction_set") == [(sets,)]  # it was in pieces


def test_a_full_disk_of_temporary_files_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_pieces(monkeypatch)
    monkeypatch.setattr("tempfile.TemporaryFile", partial(open, "/dev/full", "w+b"))
    with pytest.raises(UserError, match=r"temporary files \(.+\) is full. Nothing was changed; .+ TMPDIR"):
        Desk(tmp_path).load({"a.csv": LINE_HEADER + "\n".join(CLAIM_ROWS)}, LINES)


def test_progress_is_told_within_a_large_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_small_pieces(monkeypatch)
    text, told = LINE_HEADER + "\n".join(CLAIM_ROWS), list[tuple[object, ...]]()
    (tmp_path / "a.csv").write_text(text)
    load([tmp_path / "a.csv"], tmp_path / "w.duckdb", lambda *one: told.append(one), [parse("m", LINES)])
    read = [done for what, done, _, _ in told if what == "a.csv"]
    assert len(set(read)) > len(text) // 100
    assert [claims for what, _, _, claims in told if what == "adding rows"] == [2, 4, 6]


TEXT = (
    "Claims of January,,\n,,\nClaim,Sent,Remark\nA1,2026-01-05,\nA2,2026-01-06,\"two\nlines, and a comma\"\n\n"
    "A3,2026-01-07,Süd\nA4,2026-01-08,a,b\nA5,2026-01-09\n,,\n\"A6\",2026-01-10,\"a \"\"word\"\"\"\r\n"
    "Total,,\nA7,2026-01-11,–\n"
)  # fmt: skip
WRITTEN = {
    "UTF-8": TEXT.encode(),
    "cp1252": TEXT.encode("cp1252"),
    "UTF-16": TEXT.encode("utf-16"),
    "CRLF": TEXT.replace("\r\n", "\n").replace("\n", "\r\n").encode(),
}


def all_of(data: bytes) -> tuple[list[tuple[str | None, ...]], list[int], list[int]]:
    found = cells.read(data)
    return found.frame.select(["Claim", "Sent", "Remark"]).rows(), found.rows.to_list(), found.totals


@pytest.mark.parametrize("how", WRITTEN)
def test_batches_of_any_size_hold_the_same_cells(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    expected = all_of(WRITTEN[how])
    assert [row[0] for row in expected[0]] == [f"A{i}" for i in range(1, 8)]
    header = TEXT.index("A1") * (4 if how == "UTF-16" else 2)  # the first batch holds it
    for block in range(header, len(WRITTEN[how])):
        monkeypatch.setattr(cells, "BLOCK", block)
        assert all_of(WRITTEN[how]) == expected, block


def test_a_quote_that_is_never_closed_takes_a_batch_and_not_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"A{i},2026-01-05,\n" for i in range(100, 200))
    monkeypatch.setattr(cells, "BLOCK", 400)
    found, numbers, _ = all_of(f'Claim,Sent,Remark\nA1,2026-01-05,"open\n{rows}'.encode())
    assert (found[0][0], found[-1]) == ("A1", ("A199", "2026-01-05", None))
    assert len(found) > 50 and len(found) == len(numbers)


@pytest.mark.parametrize("kind", ["parquet", "xlsx"])
def test_rows_of_typed_files_keep_their_numbers(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    names = [f"A{i}" if i % 4 else None for i in range(1, 12)]
    written = io.BytesIO()
    pl.DataFrame({"Claim": names, "Sent": names, "Remark": names}).write_parquet(written)
    sheet = workbook(("S", [["Claim", "Sent", "Remark"], *([name] * 3 for name in names)]))
    monkeypatch.setattr(cells, "_ROWS", 3)
    found, rows, _ = all_of(written.getvalue() if kind == "parquet" else sheet)
    first = 2 if kind == "xlsx" else 1
    assert list(zip([row[0] for row in found], rows, strict=True)) == [
        (name, i) for i, name in enumerate(names, first) if name
    ]


def test_a_column_that_only_some_batches_have_is_empty_in_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "BLOCK", 60)
    rows = "A1,2026-01-05,10,North\n" + "".join(f"A{i},2026-01-05,10\n" for i in range(2, 9))
    mapped = LINES.replace('"Dx"', '"column (4)"').replace('procedure_code = "CPT"\n', "")
    desk = Desk(tmp_path)
    report = desk.load({"a.csv": f"Claim,Sent,Charge\n{rows}"}, mapped)
    assert not report.needs_a_person()
    assert desk.rows("select count(*), count(distinct patient_control_number) from claim") == [(8, 8)]
    assert desk.rows("select diagnosis_code from diagnosis") == [("NORTH",)]
