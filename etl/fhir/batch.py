"""The FHIR files of one load: two passes, because a resource may refer to one in another file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO

import duckdb
import polars as pl

from etl.errors import Problem
from etl.fhir.claims import claim_values
from etl.fhir.gather import Found, frames
from etl.fhir.payments import payment_values
from etl.fhir.resources import BadResourceError, References, Resource, read
from etl.tables.batch import kept
from etl.tables.claims import Frames
from etl.tables.known import known_claims, known_payments, near_payments
from etl.tables.stand_in import say_doubtful, say_known, transaction_set
from etl.x12.sound import Rows

_VERSION = "FHIR R4"
_FIX = "The resource was quarantined. Have the sender correct it, then load the file again."
_COMPARED = {
    "claim": ["patient_control_number", "claim_type", "charge_amount", "frequency_code", "payer_id", "service_date"],
    "service_line": ["procedure_code", "modifier_1", "revenue_code", "charge_amount", "units", "service_date"],
    "diagnosis": ["diagnosis_code"],
}


@dataclass(slots=True)
class Arrived:
    """A FHIR file: its number in the load, its bytes' hash, how to open it; problems and counts as they come."""

    file: int
    sha256: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    seen_claims: int = 0
    seen_payments: int = 0
    problems: list[Problem] = field(default_factory=list)


def load(files: list[Arrived], connection: duckdb.DuckDBPyConnection, append: Callable[[Rows], None]) -> None:
    """Add the claims and claim payments of FHIR files; what is wrong and how many were seen is noted in `files`."""
    references = References()
    for one in files:
        for resource in _referred(one):
            references.learn(resource)
    # a claim that is stated as such is not taken from its explanation of benefit
    for kind in ("Claim", "ExplanationOfBenefit"):
        for one in files:
            claims, payments = frames(_values(one, kind, references))
            _append_claims(one, claims, kind, connection, append)
            _append_payments(one, payments, connection, append)


def _referred(one: Arrived) -> Iterator[Resource]:
    with one.open() as stream:
        for line in read(stream):
            yield from line.resources or ()


def _values(one: Arrived, kind: str, references: References) -> Iterator[Found]:
    """The line, claim and payment of each sound resource of a kind; what is wrong with the others is noted."""
    with one.open() as stream:
        for line in read(stream):
            if line.resources is None and kind == "Claim":  # noted in one of the two passes
                _say_no_json(one, line.number, line.text)
            for resource in line.resources or ():
                if resource.get("resourceType") != kind or resource.get("use", "claim") != "claim":
                    continue
                try:
                    _check(resource)
                    claim = claim_values(resource, references)
                    paid = payment_values(resource, claim, references) if kind != "Claim" else None
                    yield line.number, claim, paid
                except BadResourceError as error:
                    _quarantine(one, line.number, f"{kind}.{error.element}", error.found, error.expected, kind)
                except (TypeError, AttributeError, ValueError, KeyError, ArithmeticError):
                    _quarantine(one, line.number, kind, "elements of another shape", "FHIR R4", kind)


def _check(resource: Resource) -> None:
    status, outcome = resource.get("status"), resource.get("outcome", "complete")
    if status != "active":
        raise BadResourceError(
            "status", f"“{status}”" if status else "nothing", "active: what is cancelled or a draft is no claim"
        )
    if outcome not in ("complete", "partial"):
        raise BadResourceError("outcome", f"“{outcome}”", "complete or partial")


def _append_claims(
    one: Arrived, out: Frames, kind: str, connection: duckdb.DuckDBPyConnection, append: Callable[[Rows], None]
) -> None:
    if kind != "Claim":  # what is stated as a claim, or stands above, is not taken from its explanation of benefit
        numbers = out["claim"]["patient_control_number"]
        held = _held(connection, "claim_as_sent", "patient_control_number", numbers.to_list())
        out = kept(out, "claim", numbers.is_first_distinct() & ~numbers.is_in(list(held)))
    one.seen_claims += out["claim"].height
    known = known_claims(connection, out, _COMPARED)
    say_known(one, out["claim"].filter(known), "claim")
    out = kept(out, "claim", ~known)
    if out["claim"].height:
        sets = [transaction_set(one, _VERSION, "claim", 0, out["claim"]["segment"][0])]
        append(Rows(sets, out | {"claim": out["claim"].with_columns(set=pl.lit(0, pl.Int64))}))


def _append_payments(
    one: Arrived, out: Frames, connection: duckdb.DuckDBPyConnection, append: Callable[[Rows], None]
) -> None:
    one.seen_payments += out["claim_payment"].height
    near, doubtful = near_payments(connection, out)
    known = known_payments(connection, out, ["payer_claim_control_number"]) | near
    say_doubtful(one, out["claim_payment"].filter(doubtful & ~known))
    say_known(one, out["claim_payment"].filter(known), "claim_payment")
    out = kept(out, "claim_payment", ~known)
    numbers = out["claim_payment"]["payer_claim_control_number"]
    held = _held(connection, "claim_payment", "payer_claim_control_number", numbers.drop_nulls().to_list())
    changed = (numbers.is_in(list(held)) | ~numbers.is_first_distinct()) & numbers.is_not_null()
    for line in out["claim_payment"].filter(changed)["segment"]:
        found = "another version of an explanation of benefit that was loaded before"
        fix = "It would count twice. Take back the earlier file (cleanclaim unload), then load this one."
        expected = "one version of each"
        one.problems.append(Problem("quarantined", "changed-payment", found, expected, fix, line, claim_payments=1))
    out = kept(out, "claim_payment", ~changed)
    out = kept(out, "set", out["remittance"]["set"].is_in(out["claim_payment"]["set"].implode()), "remittance")
    paid = out["claim_payment"].group_by("set").agg(pl.col("paid_amount").sum().alias("deposit_amount"))
    out["remittance"] = out["remittance"].drop("deposit_amount").join(paid, on="set", maintain_order="left")
    if out["claim_payment"].height:
        append(
            Rows(
                [
                    transaction_set(one, _VERSION, "remittance", i, n)
                    for i, n in enumerate(out["remittance"]["segment"])
                ],
                out,
            )
        )


def _held(connection: duckdb.DuckDBPyConnection, table: str, column: str, values: list[str]) -> set[str]:
    """Which of these values a table holds already."""
    connection.register("incoming_value", pl.DataFrame({"value": values}, schema={"value": pl.String}).to_arrow())
    rows = connection.execute(
        f"select distinct {column} from {table} where {column} in (from incoming_value)"
    ).fetchall()
    connection.unregister("incoming_value")
    return {row[0] for row in rows}


def _quarantine(one: Arrived, line: int, rule: str, found: str, expected: str, kind: str) -> None:
    is_claim = kind == "Claim"
    one.seen_claims += is_claim
    one.seen_payments += not is_claim
    problem = Problem("quarantined", rule, found, expected, _FIX, line, int(is_claim), int(not is_claim))
    one.problems.append(problem)


def _say_no_json(one: Arrived, line: int, text: bytes) -> None:
    claims, payments = text.count(b'"Claim"'), text.count(b'"ExplanationOfBenefit"')
    one.seen_claims += claims
    one.seen_payments += payments
    found = "a line that is no JSON, or no resource"
    problem = Problem("quarantined", "not-a-resource", found, "one FHIR resource a line", _FIX, line, claims, payments)
    one.problems.append(problem)
