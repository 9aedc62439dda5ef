"""The token columns equal a plain loop over segments cell for cell, however a file is written and cut."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import oxedi
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sample import write_sample
from etl.x12 import pieces
from tests.etl.x12 import generated
from tests.etl.x12.loop_oracle import Row, Tables, tables
from tests.x12_text import Dress, Parsed, dressed, parsed

UNORDERED = ("remark", "other_payer_adjustment")


def same(found: Parsed, expected: Tables) -> None:
    """Every table, row and cell; the order of remarks and of other payers' adjustments is free."""
    for name, rows in expected.items():
        got = found.frames[name].to_dicts() if name in found.frames else []
        names = sorted(rows[0]) if rows else []
        assert columns(got, names, name) == columns(rows, names, name), name
        if got:
            beside = {"sequence", "set", "claim", "fingerprint"}  # a checksum has tests of its own
            assert set(got[0]) - beside <= {*names, "claim_payment", "service_payment"}, name


def columns(rows: Iterable[Row], names: list[str], table: str) -> list[list[Any]]:
    cells = [[row[name] for name in names] for row in rows]
    return sorted(cells, key=str) if table in UNORDERED else cells


@settings(max_examples=15)
@given(generated.files())
def test_generated_files_equal_the_plain_loop(text: str) -> None:
    found = parsed(dressed(text))
    assert found.problems == []
    same(found, tables(text))


@settings(max_examples=10)
@given(generated.files(), generated.DRESSES, st.integers(200, 1_500))
def test_separators_line_ends_and_chunks_never_change_the_rows(text: str, dress: Dress, chunk: int) -> None:
    whole, cut = parsed(dressed(text)), parsed(dressed(text, dress), chunk=chunk)
    assert cut.problems == whole.problems
    assert {n: f.to_dicts() for n, f in cut.frames.items()} == {n: f.to_dicts() for n, f in whole.frames.items()}


@settings(max_examples=6)
@given(generated.files(), st.integers(60, 132), st.sampled_from(["\n", "\r\n"]))
def test_wrapping_at_any_column_never_changes_the_rows(text: str, width: int, line_end: str) -> None:
    data = dressed(text)
    wrapped = line_end.encode().join(data[i : i + width] for i in range(0, len(data), width))
    whole, other = parsed(data), parsed(wrapped)
    assert {n: f.to_dicts() for n, f in other.frames.items()} == {n: f.to_dicts() for n, f in whole.frames.items()}


@settings(max_examples=20)
@given(st.data())
def test_another_order_of_segments_within_their_loops_never_changes_the_rows(data: st.DataObject) -> None:
    text = data.draw(generated.files())
    whole, other = parsed(dressed(text)), parsed(dressed(data.draw(generated.reordered(text))))
    assert (whole.problems, other.problems) == ([], [])
    for name, frame in whole.frames.items():
        # positions in the file, fingerprints (they see the order) and the order of adjustments may differ
        pair = [one.drop("segment", "fingerprint", strict=False).to_dicts() for one in (frame, other.frames[name])]
        if name.endswith("adjustment"):
            pair = [[{k: v for k, v in row.items() if k != "sequence"} for row in rows] for rows in pair]
        assert sorted(pair[0], key=str) == sorted(pair[1], key=str), name


# --- the simulated practice -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("practice")
    write_sample(out, claims=60, seed=11)
    return out


def canonical(data: bytes) -> str:
    """A file of the practice in the canonical separators, one segment a line."""
    d = pieces.sniff(data, 0)
    assert d is not None
    plain = data.translate(None, bytes(set(b"\r\n") - set(d.segment)))
    return plain.translate(bytes.maketrans(d.component + d.element + d.segment, b":*\n")).decode()


@pytest.mark.parametrize("folder", ["837", "835"])
def test_the_simulated_practice_equals_the_plain_loop(practice: Path, folder: str) -> None:
    contents = [path.read_bytes() for path in sorted((practice / folder).iterdir())]
    assert contents
    for data in contents:
        same(parsed(data), tables(canonical(data)))


# our table and column, oxedi's table and column
MONEY = (
    ("claim_payment", "charge_amount", "claims", "charge_amount"),
    ("claim_payment", "paid_amount", "claims", "payment_amount"),
    ("service_payment", "charge_amount", "services", "charge_amount"),
    ("service_payment", "paid_amount", "services", "payment_amount"),
    ("adjustment", "amount", "adjustments", "amount"),
    ("provider_adjustment", "amount", "provider_adjustments", "amount"),
)


def same_money(data: bytes, file: str = "") -> None:
    found, others = parsed(data), oxedi.parse(data).tables
    for table, column, other_table, other_column in MONEY:
        other = pl.DataFrame(others[other_table])
        expected = other[other_column].to_list() if other.height else []
        assert found.frames[table][column].to_list() == expected, (file, table, column)


def test_remittances_of_the_practice_have_the_money_that_oxedi_reads(practice: Path) -> None:
    for path in sorted((practice / "835").iterdir()):
        same_money(path.read_bytes(), path.name)


@settings(max_examples=8)
@given(generated.files(kinds=("835",)))
def test_generated_remittances_have_the_money_that_oxedi_reads(text: str) -> None:
    same_money(dressed(text.replace("33.330", "33.33")))  # a third decimal, be it 0, is no money to oxedi
