"""The values of a file's resources as frames, some thousands of resources at a time: as Python objects they would take
many times the memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate, islice

import polars as pl

from etl.fhir.claims import ClaimValues, Values
from etl.fhir.payments import PaymentValues
from etl.tables.claims import Frames, with_all

# the line, claim and payment of a resource
Found = tuple[int, ClaimValues, PaymentValues | None]

_AT_ONCE = 2_000
_KEYS = {"claim_payment": pl.Int64, "segment": pl.Int64, "service_payment": pl.Int64}
_SCHEMAS: dict[str, dict[str, type[pl.DataType] | pl.DataType]] = {
    "diagnosis": {"claim": pl.Int64, "sequence": pl.Int64, "qualifier": pl.String, "diagnosis_code": pl.String},
    "adjustment": {**_KEYS, "group_code": pl.String, "carc": pl.String, "amount": pl.Decimal(18, 2)},
    "remark": {**_KEYS, "remark_code": pl.String},
}
_OF_CLAIM = ("claim", "service_line", "diagnosis")


@dataclass(slots=True)
class _Gathered:
    parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    claims: int = 0
    payments: int = 0
    services: int = 0
    remittances: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add_claims(self, found: Iterable[tuple[int, ClaimValues]]) -> None:
        """Add the claims of some resources."""
        rows = list(enumerate(found, self.claims))
        self.claims += len(rows)
        self._add("claim", _frame("claim", [(line, i, claim.claim) for i, (line, claim) in rows], "claim"))
        lines = [(line, i, values) for i, (line, claim) in rows for values in claim.lines]
        self._add("service_line", _frame("service_line", lines, "claim"))
        diagnoses = [{"claim": i, **values} for i, (_, claim) in rows for values in claim.diagnoses]
        self._add("diagnosis", pl.DataFrame(diagnoses, schema=_SCHEMAS["diagnosis"]))

    def add_payments(self, found: Iterable[tuple[int, PaymentValues]]) -> None:
        """Add the payments of some resources; those with equal values of a remittance belong to one."""
        rows = list(enumerate(found, self.payments))
        self.payments += len(rows)
        sets, heads = [], []
        for _, (line, paid) in rows:
            key, new = tuple(paid.remittance.values()), len(self.remittances)
            sets.append(self.remittances.setdefault(key, new))
            if sets[-1] == new:
                heads.append((line, new, paid.remittance))
        self._add("remittance", _frame("remittance", heads, "set"))
        payments = _frame("claim_payment", [(line, i, paid.claim_payment) for i, (line, paid) in rows], "claim_payment")
        self._add("claim_payment", payments.with_columns(set=pl.Series(sets, dtype=pl.Int64)))
        services = [(line, i, values) for i, (line, paid) in rows for values in paid.services]
        self._add("service_payment", _frame("service_payment", services, "claim_payment"))
        starts = list(accumulate((len(paid.services) for _, (_, paid) in rows), initial=self.services))
        self.services += len(services)
        for table, name in (("adjustment", "adjustments"), ("remark", "remarks")):
            parts = [
                values
                | {"claim_payment": i, "segment": line}
                | {"service_payment": None if values["service"] is None else start + values["service"]}
                for start, (i, (line, paid)) in zip(starts, rows, strict=False)
                for values in getattr(paid, name)
            ]
            self._add(table, pl.DataFrame(parts, schema=_SCHEMAS[table]))

    def _add(self, table: str, frame: pl.DataFrame) -> None:
        self.parts.setdefault(table, []).append(frame)


def frames(found: Iterable[Found]) -> tuple[Frames, Frames]:
    """The claims of a file's resources, and what was paid on them."""
    gathered = _Gathered()
    gathered.add_claims([])
    gathered.add_payments([])
    left = iter(found)
    while some := list(islice(left, _AT_ONCE)):
        gathered.add_claims((line, claim) for line, claim, _ in some)
        gathered.add_payments((line, paid) for line, _, paid in some if paid)
    out = {table: pl.concat(parts) for table, parts in gathered.parts.items()}
    claims = {table: out.pop(table) for table in _OF_CLAIM}
    number = pl.int_range(pl.len(), dtype=pl.Int64)
    out["service_payment"] = out["service_payment"].with_columns(service_payment=number)
    out["adjustment"] = out["adjustment"].with_columns(sequence=number, quantity=pl.lit(None, pl.Decimal(18, 3)))
    out["remark"] = out["remark"].drop("segment")
    return claims, out


def _frame(table: str, rows: list[tuple[int, int, Values]], key: str) -> pl.DataFrame:
    """A table's frame from values, with the line of each as its segment and the number of what it belongs to."""
    empty = with_all(table, pl.DataFrame(schema={key: pl.Int64, "segment": pl.Int64}), (key, "segment"))
    lists = [name for name, dtype in empty.schema.items() if isinstance(dtype, pl.List)]
    frame = pl.DataFrame([{**values, key: i, "segment": line} for line, i, values in rows], schema=empty.schema)
    return frame.drop(lists)
