"""ExplanationOfBenefit -> the values of remittance, claim_payment, service_payment, adjustment and remark."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from etl.fhir.adjudication import Adjudicated, adjudicated, amounts_of, paid_in
from etl.fhir.claims import ClaimValues, Values, payer_number
from etl.fhir.resources import BadResourceError, References, Resource, amount, day, has, identifier, listed, name, npi
from etl.fhir.resources import supporting as info


@dataclass(slots=True)
class PaymentValues:
    """The values of a claim payment and its parts; `service` of a part is its place in `services`, or None."""

    remittance: Values
    claim_payment: Values
    services: list[Values] = field(default_factory=list)
    adjustments: list[Values] = field(default_factory=list)
    remarks: list[Values] = field(default_factory=list)


def payment_values(resource: Resource, claim: ClaimValues, references: References) -> PaymentValues:
    """What an ExplanationOfBenefit pays on the claim that it answers. Raises BadResourceError."""
    payment = resource.get("payment") or {}
    total, header = amounts_of(resource.get("total"), "total"), resource.get("adjudication")
    lines = [
        adjudicated(item.get("adjudication"), f"item[{i}].adjudication", line["charge_amount"], None)
        for i, (item, line) in enumerate(zip(listed(resource.get("item")), claim.lines, strict=True), 1)
    ]
    by_line = any(_decides(item.get("adjudication")) for item in listed(resource.get("item")))
    paid = paid_in(total)
    if paid is None:
        paid = paid_in(amounts_of(header, "adjudication"))
    if paid is None:
        paid = amount(payment.get("amount"), "payment.amount")
    if paid is None:
        paid = sum((line.paid for line in lines), Decimal())
    # totals restate the header's amounts: they decide only where neither lines nor header do
    parts = header if _decides(header) else resource.get("total")
    whole = adjudicated(parts, "adjudication", claim.claim["charge_amount"], paid)
    levels: list[tuple[int | None, Adjudicated]] = list(enumerate(lines)) if by_line else [(None, whole)]
    out = PaymentValues(
        _remittance(resource, claim, references), _claim_payment(resource, claim, paid, levels, whole, total)
    )
    for at, level in levels:
        out.adjustments += [
            {"service": at, "group_code": group, "carc": carc, "amount": value}
            for group, carc, value in level.adjustments
        ]
        out.remarks += [{"service": at, "remark_code": code} for code in level.remarks]
    if by_line:
        out.services = [_service(line, level) for line, level in zip(claim.lines, lines, strict=True)]
    return out


def _decides(parts: Any) -> bool:
    """Whether an adjudication says more than what was charged."""
    return bool(set(amounts_of(parts, "adjudication")) - {"submitted"})


def _remittance(resource: Resource, claim: ClaimValues, references: References) -> Values:
    payment = resource.get("payment") or {}
    payee = references.find((resource.get("payee") or {}).get("party"), resource)
    payee = payee or references.find(resource.get("provider"), resource)
    paid_on = day(payment.get("date"), "payment.date") or day(resource.get("created"), "created")
    if paid_on is None:
        raise BadResourceError("created", "nothing", "the day of the adjudication")
    return {
        "payment_date": paid_on,
        "trace_number": identifier({"identifier": [payment.get("identifier")]}),
        "payer_name": claim.claim["payer_name"],
        "payer_id": claim.claim["payer_id"],
        "payee_name": name(payee),
        "payee_npi": npi(payee),
    }


def _claim_payment(
    resource: Resource,
    claim: ClaimValues,
    paid: Decimal,
    levels: list[tuple[int | None, Adjudicated]],
    whole: Adjudicated,
    total: dict[str, Decimal],
) -> Values:
    own, payment = claim.claim, resource.get("payment") or {}
    denied = has(payment.get("type"), "denied") or whole.is_denied or any(level.is_denied for _, level in levels)
    share = sum((level.patient_share for _, level in levels), Decimal())
    same = (
        "patient_control_number",
        "charge_amount",
        "frequency_code",
        "patient_last_name",
        "patient_first_name",
        "member_id",
        "rendering_npi",
        "service_from",
        "service_date",
    )
    return {name: own[name] for name in same} | {
        "status_code": "4" if denied and not paid else "1",
        "paid_amount": paid,
        "patient_responsibility_amount": total.get("memberliability", share),
        "payer_claim_control_number": payer_number(resource),
        "facility_code": own["place_of_service"],
        "received_date": day(info(resource, "clmrecvddate").get("timingDate"), "clmrecvddate"),
    }


def _service(line: Values, level: Adjudicated) -> Values:
    kept = (
        "line_number",
        "procedure_qualifier",
        "procedure_code",
        "modifier_1",
        "modifier_2",
        "modifier_3",
        "modifier_4",
        "revenue_code",
        "units",
        "service_from",
        "service_date",
        "line_control_number",
    )
    return {name: line.get(name) for name in kept} | {
        "charge_amount": level.charge,
        "paid_amount": level.paid,
        "allowed_amount": level.allowed,
    }
