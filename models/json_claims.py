"""Claims not yet sent, as JSON: the columns of the tables claim, service_line and diagnosis under their own names."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from etl.errors import UserError
from etl.warehouse.identity import Key, take_out
from models.unsent import Unsent

MOST_CLAIMS = 2_000
_TEXT, _DATE, _MONEY = pl.String, pl.Date, pl.Decimal(18, 2)

CLAIM: dict[str, Any] = {
    "patient_control_number": _TEXT, "claim_type": _TEXT, "submission_date": _DATE, "charge_amount": _MONEY,
    "place_of_service": _TEXT, "type_of_bill": _TEXT, "frequency_code": _TEXT, "original_reference": _TEXT,
    "prior_authorization": _TEXT, "referral_number": _TEXT, "payer_responsibility": _TEXT, "claim_filing_code": _TEXT,
    "payer_name": _TEXT, "payer_id": _TEXT, "billing_npi": _TEXT, "rendering_npi": _TEXT, "referring_npi": _TEXT,
    "facility_npi": _TEXT, "member_id": _TEXT, "patient_birth_date": _DATE, "patient_sex": _TEXT, "service_from": _DATE,
    "service_date": _DATE,
}  # fmt: skip
LINE: dict[str, Any] = {
    "procedure_qualifier": _TEXT, "procedure_code": _TEXT, "modifier_1": _TEXT, "modifier_2": _TEXT,
    "modifier_3": _TEXT, "modifier_4": _TEXT, "revenue_code": _TEXT, "charge_amount": _MONEY, "unit_code": _TEXT,
    "units": pl.Decimal(18, 3), "place_of_service": _TEXT, "diagnosis_pointer": _TEXT, "service_from": _DATE,
    "service_date": _DATE,
}  # fmt: skip
DIAGNOSIS: dict[str, Any] = {"qualifier": _TEXT, "diagnosis_code": _TEXT}
TYPES = ("professional", "institutional", "dental")


def read_json(body: bytes, key: Key) -> Unsent:
    """`{"claims": [{..., "lines": [{...}], "diagnoses": [{...}]}]}` -> the tables' rows. Money as text or number.

    The member id leaves only a hash made with the warehouse's key. Raises UserError with the place, what was found and
    what is expected; values of a person are never repeated.
    """
    try:
        given = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise UserError("request: found no JSON; expected an object with a list `claims`.") from None
    claims = given.get("claims") if isinstance(given, dict) else None
    if not isinstance(claims, list) or not claims:
        raise UserError("request: found no claims; expected an object with a list `claims` of at least one.")
    if len(claims) > MOST_CLAIMS:
        raise UserError(f"request: found {len(claims):,} claims; expected at most {MOST_CLAIMS:,}.")
    rows: dict[str, list[dict[str, Any]]] = {"claim": [], "line": [], "diagnosis": []}
    for claim_id, claim in enumerate(claims):
        where = f"claims[{claim_id}]"
        said = _row(claim, CLAIM, where, also=("lines", "diagnoses"))
        if said["claim_type"] not in TYPES:
            raise UserError(f"request, {where}.claim_type: expected one of {', '.join(TYPES)}.")
        if not said["patient_control_number"]:
            raise UserError(f"request, {where}.patient_control_number: found none; expected the claim's own number.")
        lines = [
            _row(line, LINE, f"{where}.lines[{n}]") | {"claim_id": claim_id, "line_number": n + 1}
            for n, line in enumerate(_list(claim, "lines", where))
        ]
        for line in lines:
            line["service_date"] = line["service_date"] or said["service_date"]
            line["procedure_qualifier"] = line["procedure_qualifier"] or ("HC" if line["procedure_code"] else None)
        rows["line"] += lines
        rows["diagnosis"] += [
            _row(one, DIAGNOSIS, f"{where}.diagnoses[{n}]") | {"claim_id": claim_id, "sequence": n + 1}
            for n, one in enumerate(_list(claim, "diagnoses", where))
        ]
        dates = [line["service_date"] for line in lines if line["service_date"]]
        said["service_date"] = said["service_date"] or max(dates, default=None)
        said["frequency_code"] = said["frequency_code"] or "1"
        rows["claim"].append(said | {"claim_id": claim_id})
    for one in rows["diagnosis"]:
        one["qualifier"] = one["qualifier"] or ("ABK" if one["sequence"] == 1 else "ABF")
    none = pl.lit(None, pl.String)
    claim_rows = pl.DataFrame(rows["claim"], schema={"claim_id": pl.Int64, **CLAIM}).with_columns(
        patient_last_name=none, patient_first_name=none
    )
    return Unsent(
        take_out(claim_rows, key)[0],
        pl.DataFrame(rows["line"], schema={"claim_id": pl.Int64, "line_number": pl.Int64, **LINE}),
        pl.DataFrame(rows["diagnosis"], schema={"claim_id": pl.Int64, "sequence": pl.Int64, **DIAGNOSIS}),
    )


def _list(claim: dict[str, Any], name: str, where: str) -> list[Any]:
    found = claim.get(name, [])
    if not isinstance(found, list):
        raise UserError(f"request, {where}.{name}: expected a list.")
    return found


def _row(given: object, columns: dict[str, Any], where: str, also: tuple[str, ...] = ()) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UserError(f"request, {where}: expected an object.")
    unknown = sorted(set(given) - set(columns) - set(also))
    if unknown:
        raise UserError(f"request, {where}: found the unknown field {unknown[0]}; see /openapi.json.")
    return {name: _value(given.get(name), kind, f"{where}.{name}") for name, kind in columns.items()}


def _value(value: Any, kind: Any, where: str) -> Any:
    """A value of that type; None stays None."""
    if value is None or value == "":
        return None
    if kind == _TEXT:
        if not isinstance(value, str):
            raise UserError(f"request, {where}: expected text.")
        return value
    try:
        if kind == _DATE:
            return date.fromisoformat(value)
        if isinstance(value, bool):
            raise TypeError
        number = Decimal(value)
        if not number.is_finite() or abs(number) >= Decimal(10) ** 12:
            raise InvalidOperation
        return number.quantize(Decimal(1).scaleb(-kind.scale))
    except (TypeError, ValueError, InvalidOperation):
        expected = "a date like 2026-04-30" if kind == _DATE else "a decimal like 12.50"
        raise UserError(f"request, {where}: expected {expected}.") from None
