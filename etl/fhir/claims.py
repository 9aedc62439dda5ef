"""Claim and ExplanationOfBenefit -> the values of claim, diagnosis and service_line (CARIN BB 2.0, FHIR R4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from etl.fhir.adjudication import amounts_of
from etl.fhir.resources import (
    BadResourceError,
    References,
    Resource,
    amount,
    code,
    codes,
    day,
    has,
    identifier,
    listed,
    name,
    npi,
    person,
    supporting,
)

Values = dict[str, Any]
_TYPES = {"institutional": "institutional", "oral": "dental"}
_QUALIFIERS = {"principal": "ABK", "admitting": "ABJ", "patientreasonforvisit": "APR", "externalcauseofinjury": "ABN"}
_SEXES = {"male": "M", "female": "F", "unknown": "U", "other": "U"}


@dataclass(slots=True)
class ClaimValues:
    """The values of a claim and of its parts, by the tables' column names."""

    claim: Values
    lines: list[Values] = field(default_factory=list)
    diagnoses: list[Values] = field(default_factory=list)


def claim_values(resource: Resource, references: References) -> ClaimValues:
    """The claim that a Claim states, or that an ExplanationOfBenefit answers. Raises BadResourceError."""
    is_institutional = has(resource.get("type"), "institutional")
    diagnoses, places = _diagnoses(resource)
    lines = [_line(i, item, places, is_institutional) for i, item in enumerate(listed(resource.get("item")), 1)]
    people, period = who(resource, references), resource.get("billablePeriod") or {}
    charge = amounts_of(resource.get("total"), "total").get("submitted") or amount(resource.get("total"), "total")
    charges = [line["charge_amount"] for line in lines]
    first, last = (
        min((line[name] for line in lines if line[name]), default=None) for name in ("service_from", "service_date")
    )
    last = max((line["service_date"] for line in lines if line["service_date"]), default=None)
    start, end = day(period.get("start"), "billablePeriod.start"), day(period.get("end"), "billablePeriod.end")
    received = supporting(resource, "clmrecvddate").get("timingDate")
    bill = code(supporting(resource, "typeofbill").get("code"))
    related: Resource = next(iter(listed(resource.get("related"))), {})
    kind = next((_TYPES[one] for _, one in codes(resource.get("type")) if one in _TYPES), "professional")
    replaced = has(related.get("relationship"), "prior", "replaces")
    values: Values = {
        "submission_date": day(received, "clmrecvddate") or day(resource.get("created"), "created"),
        "patient_control_number": control_number(resource),
        "claim_type": kind,
        "charge_amount": sum(charges, Decimal()) if charge is None else charge,
        "place_of_service": None if is_institutional else next((line["place_of_service"] for line in lines), None),
        "type_of_bill": bill.zfill(4) if bill else None,
        "frequency_code": "7" if replaced else "1",
        "original_reference": identifier({"identifier": [related["claim"].get("identifier")]})
        if replaced and isinstance(related.get("claim"), dict)
        else None,
        "prior_authorization": next(
            (str(ref) for one in listed(resource.get("insurance")) for ref in one.get("preAuthRef") or []), None
        ),
        "payer_responsibility": "P",
        "service_from": start or first if is_institutional else first or start,
        "service_date": end or last if is_institutional else last or end or start,
        **people,
    }
    if values["submission_date"] is None:
        raise BadResourceError("created", "nothing", "the day of the claim")
    values["rendering_npi"] = values["rendering_npi"] or values["billing_npi"]
    for line in lines:
        line["service_from"] = line["service_from"] or values["service_from"]
        line["service_date"] = line["service_date"] or values["service_date"]
    return ClaimValues(values, lines, diagnoses)


def control_number(resource: Resource) -> str:
    """The provider's number of the claim: its account number when the payer states it, else what names the claim."""
    account = supporting(resource, "patientaccountnumber").get("valueString")
    stated = resource.get("claim") or {}
    of_claim = identifier({"identifier": [stated.get("identifier")]}) if isinstance(stated, dict) else None
    by_reference = str(stated.get("reference") or "").split("/")[-1] if isinstance(stated, dict) else ""
    found = account or of_claim or by_reference or payer_number(resource) or resource.get("id")
    if not found:
        raise BadResourceError("identifier", "nothing", "a number of the claim")
    return str(found)


def payer_number(resource: Resource) -> str | None:
    """The number that the payer (EOB) or provider (Claim) gives the claim."""
    return identifier(resource, "uc") or identifier(resource)


def who(resource: Resource, references: References) -> Values:
    """Payer, providers and patient."""
    insurer = references.find(resource.get("insurer"), resource)
    billing = references.find(resource.get("provider"), resource)
    patient = references.find(resource.get("patient"), resource)
    insurance = sorted(listed(resource.get("insurance")), key=lambda one: not one.get("focal"))
    coverage = references.find(insurance[0].get("coverage"), resource) if insurance else {}
    if not insurer:
        insurer = references.find(next(iter(listed(coverage.get("payor"))), None), resource)
    place = supporting(resource, "servicefacility").get("valueReference") or resource.get("facility")
    facility = references.find(place, resource) or billing
    team = {
        role: npi(references.find(one.get("provider"), resource))
        for one in reversed(listed(resource.get("careTeam")))
        for _, role in codes(one.get("role"))
    }
    last, first = person(patient)
    payer_name = name(insurer)
    return {
        "payer_name": payer_name,
        "payer_id": identifier(insurer, "payerid", "naiccode")
        or identifier(insurer)
        or (payer_name or "").upper()
        or None,
        "billing_name": name(billing),
        "billing_npi": npi(billing),
        "rendering_npi": next(
            (team[role] for role in ("rendering", "performing", "attending", "primary") if team.get(role)), None
        ),
        "referring_npi": team.get("referring"),
        "facility_name": name(facility),
        "facility_npi": npi(facility),
        "member_id": coverage.get("subscriberId") or identifier(patient, "MB", "um"),
        "patient_last_name": last,
        "patient_first_name": first,
        "patient_birth_date": day(patient.get("birthDate"), "Patient.birthDate"),
        "patient_sex": _SEXES.get(str(patient.get("gender"))),
        "patient_zip": next((one.get("postalCode") for one in listed(patient.get("address"))), None),
    }


def _diagnoses(resource: Resource) -> tuple[list[Values], dict[int, int]]:
    """Diagnoses, those that a pointer can name first, the principal one at their head; and where each sequence went."""
    found = []
    for one in listed(resource.get("diagnosis")):
        concept = one.get("diagnosisCodeableConcept")
        types = [kind for item in listed(one.get("type")) for _, kind in codes(item)]
        qualifier = next((_QUALIFIERS[kind] for kind in types if kind in _QUALIFIERS), "ABF")
        if value := code(concept):
            if any("icd-9" in system for system, _ in codes(concept)):
                qualifier = qualifier[1:]
            found.append((one.get("sequence"), qualifier, value.replace(".", "").upper()))
    order = {"ABK": 0, "BK": 0, "ABF": 1, "BF": 1}
    found.sort(key=lambda one: (order.get(one[1], 2), one[0] if isinstance(one[0], int) else 99))
    if found and order.get(found[0][1]) == 1:  # nobody says which is principal: the first is
        found[0] = (found[0][0], found[0][1].replace("F", "K"), found[0][2])
    rows = [{"sequence": i, "qualifier": q, "diagnosis_code": c} for i, (_, q, c) in enumerate(found, 1)]
    return rows, {sequence: i for i, (sequence, _, _) in enumerate(found, 1) if isinstance(sequence, int)}


def _line(number: int, item: Resource, places: dict[int, int], is_institutional: bool) -> Values:
    where = f"item[{number}]"
    period = item.get("servicedPeriod") or {}
    start = day(item.get("servicedDate") or period.get("start"), f"{where}.serviced")
    procedure = code(item.get("productOrService"))
    system = next((system for system, one in codes(item.get("productOrService")) if one == procedure), "")
    modifiers = [code(one) for one in listed(item.get("modifier"))]
    quantity = (item.get("quantity") or {}).get("value")
    revenue = code(item.get("revenue"))
    submitted = amounts_of(item.get("adjudication"), f"{where}.adjudication").get("submitted")
    net = amount(item.get("net"), f"{where}.net")
    pointers = [places[one] for one in item.get("diagnosisSequence") or [] if one in places]
    qualifier = "N4" if "ndc" in system else "AD" if "CDT" in system.upper() or "dental" in system else "HC"
    return {
        "line_number": number,
        "procedure_qualifier": qualifier if procedure else None,
        "procedure_code": procedure,
        **{f"modifier_{i}": one for i, one in enumerate(modifiers[:4], 1)},
        "revenue_code": revenue.zfill(4) if revenue and revenue.isdigit() else revenue,
        "charge_amount": submitted if submitted is not None else net if net is not None else Decimal(),
        "unit_code": "UN" if quantity is not None else None,
        "units": Decimal(quantity) if isinstance(quantity, Decimal | int) else None,
        "place_of_service": None if is_institutional else code(item.get("locationCodeableConcept")),
        "diagnosis_pointer": ":".join(map(str, pointers)) or None,
        "service_from": start,
        "service_date": day(period.get("end"), f"{where}.serviced") or start,
        "line_control_number": str(item["sequence"]) if item.get("sequence") is not None else None,
    }
