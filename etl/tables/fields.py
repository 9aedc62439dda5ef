"""What a column map may fill: the columns of the tables in schema.sql, less the keys that a load makes itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import duckdb
import polars as pl

from etl.tables.side_files import SIDE_FILES
from etl.tables.values import MONEY, QUANTITY
from etl.warehouse.identity import PERSON

Type = Literal["text", "date", "money", "quantity", "integer", "list"]
DTYPES: dict[Type, pl.DataType | type[pl.DataType]] = {
    "text": pl.String,
    "date": pl.Date,
    "money": MONEY,
    "quantity": QUANTITY,
    "integer": pl.Int32,
    "list": pl.List(pl.String),
}
# which tables one row of an export may fill together, from the whole to its parts
CLAIM_TABLES = ("claim", "service_line")
PAYMENT_TABLES = ("remittance", "claim_payment", "service_payment", "adjustment")
# who the patient is: never compared, never quoted
IDENTITY = PERSON
# what the warehouse makes of it
_DERIVED = ("patient_age", "patient_zip3")
_REQUIRED = {
    "claim": ("patient_control_number", "submission_date"),
    "service_line": ("charge_amount",),
    "remittance": ("payment_date",),
    "claim_payment": ("patient_control_number",),
    "service_payment": ("charge_amount", "paid_amount"),
    "adjustment": ("carc", "amount"),
}
_TYPES: dict[str, Type] = {"DATE": "date", "DECIMAL(18,2)": "money", "DECIMAL(18,3)": "quantity", "INTEGER": "integer"}
_ONE_OF = re.compile(r"\(+(\w+) IN \(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of ours that a map may fill."""

    name: str
    type: Type = "text"
    required: bool = False
    allowed: tuple[str, ...] = ()
    about: str = ""


_NUMBER = Field("patient_control_number", about="Names the claim when another file brings it")
_ICN = Field("payer_claim_control_number", about="Tells claim payments with the same patient control number apart")
_TRACE = Field("trace_number", about="Tells payments of the same claim apart")
_LINE = Field("line_number", "integer", about="Line of the claim payment; empty or 0: an adjustment of the whole claim")
_MODIFIERS = Field("modifiers", "list", about="All modifiers in one column or several, instead of modifier_1 to 4")
# columns that no table has under this name: lists, and what names the row of another file
_FURTHER = {
    "claim": (Field("diagnosis_codes", "list", about="All diagnoses, the principal one first"),),
    "service_line": (_MODIFIERS, _NUMBER),
    "claim_payment": (Field("remark_codes", "list", about="Remark codes (RARC) of the claim"),),
    "service_payment": (
        _MODIFIERS,
        Field("remark_codes", "list", about="Remark codes (RARC) of the line"),
        *(_NUMBER, _ICN, _TRACE),
    ),
    "adjustment": (_NUMBER, _ICN, _TRACE, _LINE),
}


@cache
def fields() -> dict[str, dict[str, Field]]:
    """Table -> column -> field, for every table that a map may fill."""
    from etl.warehouse import store  # the warehouse knows side files, and these know no warehouse

    connection = store.empty()
    found = {table: _of_schema(connection, table) for table in (*CLAIM_TABLES, *PAYMENT_TABLES)}
    of_payment = ("member_id", "patient_last_name", "patient_first_name")
    for table, known in (
        ("claim", [name for name in IDENTITY if "corrected" not in name]),
        ("claim_payment", of_payment),
    ):
        for name in known:
            kind: Type = "date" if name == "patient_birth_date" else "text"
            found[table][name] = Field(name, kind, about="Of the patient (PHI)")
    for table, further in _FURTHER.items():
        found[table] |= {field.name: field for field in further}
    for table, required in _REQUIRED.items():
        found[table] |= {name: replace(found[table][name], required=True) for name in required}
    found["claim"]["claim_type"] = replace(found["claim"]["claim_type"], about="professional (when not filled) ...")
    found["claim_payment"]["status_code"] = replace(
        found["claim_payment"]["status_code"],
        about="CLP02; when not filled 22 (reversal) for a negative charge, else 1",
    )
    for one in SIDE_FILES:
        about = _of_schema(connection, one.table)
        found[one.table] = {
            column.name: Field(
                column.name, _type_of(column.dtype), column.required, column.allowed, about[column.name].about
            )
            for column in one.columns
        }
    return found


def _type_of(dtype: pl.DataType | type[pl.DataType]) -> Type:
    return next(name for name, own in DTYPES.items() if own == dtype)


def _of_schema(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Field]:
    """A table's columns as schema.sql declares them: type, allowed values, comment."""
    checks = "select expression from duckdb_constraints() where table_name = ? and constraint_type = 'CHECK'"
    allowed = {}
    for (text,) in connection.execute(checks, [table]).fetchall():
        if match := _ONE_OF.search(text):
            allowed[match[1]] = tuple(re.findall(r"'([^']*)'", match[2]))
    columns = "select column_name, data_type, comment from duckdb_columns() where table_name = ? order by column_index"
    return {
        name: Field(name, _TYPES.get(dtype, "text"), False, allowed.get(name, ()), comment or "")
        for name, dtype, comment in connection.execute(columns, [table]).fetchall()
        if dtype not in ("BIGINT", "BOOLEAN") and name not in ("sequence", *_DERIVED)
    }
