"""Claims that are not sent yet, in a table: checked by the same rules as an 837."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from etl.errors import UserError
from etl.tables.column_map import parse
from models.check import Checker, ClaimCheck

MAP = """
[claim]
patient_control_number = "claim"
submission_date = "sent"
payer_id = "payer"
diagnosis_codes = ["dx 1", "dx 2"]
rendering_npi = "npi"
service_date = "dos"
[service_line]
procedure_code = "cpt"
charge_amount = "charge"
units = "units"
"""
HEADER = "claim,sent,payer,dx 1,dx 2,npi,dos,cpt,charge,units\n"


def check(rows: str, folder: Path) -> list[ClaimCheck]:
    stream = io.BytesIO((HEADER + rows).encode())
    return Checker(folder / "none.duckdb").check(stream, "claims.csv", None, [parse("m.toml", MAP)])


def test_the_rules_read_a_table_as_an_837(tmp_path: Path) -> None:
    good, bad = check(
        "U1,,P1,J45.909,I10,1999999984,2026-03-01,99213,100,1\nU2,,P1,J45.909,,1999999983,2026-03-01,99213,100,1\n",
        tmp_path,
    )
    assert [one.rule for one in good.findings if one.severity == "error"] == []
    assert [one.rule for one in bad.findings if one.severity == "error"] == ["npi_check_digit"]
    assert (good.claim, bad.claim) == ("U1", "U2")


def test_a_bad_row_is_an_error_and_never_left_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"claims.csv.* service_line.charge_amount: found “x” in column “charge”"):
        check("U1,,P1,J45.909,,1999999984,2026-03-01,99213,x,1\n", tmp_path)


def test_a_table_that_the_map_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="it has no “sent”"):
        Checker(tmp_path / "none.duckdb").check(
            io.BytesIO(b"claim,payer\nU1,P1\n"), "c.csv", None, [parse("m.toml", MAP)]
        )


def test_a_table_whose_rows_are_damaged(tmp_path: Path) -> None:
    """The names of a Parquet file stand at its end: the damage shows only when its rows are read."""
    rows = HEADER + "U1,,P1,J45.909,,1999999984,2026-03-01,99213,100,1\n" * 50
    file = io.BytesIO()
    pl.read_csv(rows.encode(), infer_schema=False).write_parquet(file)
    data = bytearray(file.getvalue())
    data[4:400] = bytes(396)
    with pytest.raises(UserError, match=r"claims.parquet.*found a damaged Parquet file"):
        Checker(tmp_path / "none.duckdb").check(io.BytesIO(bytes(data)), "claims.parquet", None, [parse("m.toml", MAP)])
