"""Large tables and FHIR files for the benchmarks: one payment in two rows, one explanation of benefit a line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import polars as pl

sys.path.append(str(Path(__file__).parents[2]))
from tests.etl.fhir import carin

# the column map of the benchmark's tables
MAP = Path(__file__).parents[2] / "etl" / "tables" / "maps" / "remits.toml"
_HEADER = (
    "Carrier,Check #,Check Date,Method,Claim #,ICN,Status,DOS,CPT,Billed,Allowed,Deductible,Coinsurance,Paid,"
    "Denial Code,Denied,Remarks\n"
)


def write_csv(path: Path, megabytes: float) -> None:
    """An export of payments, one row a service line, of about this size."""
    with path.open("w", encoding="ascii") as file:
        written, i = file.write(_HEADER), 0
        while written < megabytes * 1e6:
            day = i // 2000
            head = f"Payer One,T{day:06d},2/{1 + day % 28}/2026,EFT,A{i:08d},I{i:09d}"
            paid = "99213,120.00,90.00,,20.00,70.00,,,"
            denied = "97110,40.00,40.00,,,0.00,197,40.00,M62"
            written += file.write(f"{head},Paid,1/5/2026,{paid}\n{head},Paid,1/5/2026,{denied}\n")
            i += 1


def write_parquet(path: Path, csv: Path) -> None:
    """The same rows as Parquet."""
    pl.read_csv(csv, infer_schema=False).write_parquet(path)


def write_xlsx(path: Path, csv: Path, rows: int) -> None:
    """The first rows as a workbook."""
    pl.read_csv(io.BytesIO(csv.read_bytes()[: rows * 120]), infer_schema=False, n_rows=rows).write_excel(path)


def write_fhir(path: Path, megabytes: float) -> None:
    """NDJSON in the shape of CARIN Blue Button: the people, then one explanation of benefit of two lines each."""
    decided = carin.decided(submitted=120, eligible=90, copay=20, benefit=70)
    denied = [*carin.decided(submitted=40, noncovered=40, benefit=0), carin.denied_for("197", "M62")]
    items = [carin.item(1, "99213", decided), carin.item(2, "97110", denied)]
    total = carin.decided(submitted=160, benefit=70)
    with path.open("wb") as file:
        written, i = file.write(carin.ndjson(carin.PEOPLE)), 0
        while written < megabytes * 1e6:
            written += file.write(carin.ndjson([carin.eob(f"A{i:08d}", items, total)]))
            i += 1
