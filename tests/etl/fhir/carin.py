"""Small synthetic resources in the shape of CARIN Blue Button 2.0. People and payers are invented."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Resource = dict[str, Any]

CARIN = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
HL7 = "http://terminology.hl7.org/CodeSystem/"
CARC = "https://x12.org/codes/claim-adjustment-reason-codes"
RARC = "https://x12.org/codes/remittance-advice-remark-codes"
CPT = "http://www.ama-assn.org/go/cpt"
_OF_HL7 = ("submitted", "eligible", "deductible", "copay", "benefit")

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"type": {"coding": [{"system": f"{HL7}v2-0203", "code": "MB"}]}, "value": "M0001"}],
    "name": [{"family": "DOE", "given": ["JANE", "Q"]}],
    "gender": "female",
    "birthDate": "1980-02-29",
    "address": [{"postalCode": "45001"}],
}
COVERAGE = {
    "resourceType": "Coverage",
    "id": "c1",
    "subscriberId": "M0001",
    "payor": [{"reference": "Organization/payer1"}],
}
PAYER = {
    "resourceType": "Organization",
    "id": "payer1",
    "name": "Payer One",
    "identifier": [{"type": {"coding": [{"code": "payerid"}]}, "value": "P1"}],
}
CLINIC = {
    "resourceType": "Organization",
    "id": "clinic",
    "name": "Maple Clinic",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999999984"}],
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "dr",
    "name": [{"family": "ROE", "given": ["RICHARD"]}],
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1999999976"}],
}
PEOPLE = [PATIENT, COVERAGE, PAYER, CLINIC, DOCTOR]


def concept(code: str, system: str = "") -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def money(amount: float) -> Resource:
    return {"value": amount, "currency": "USD"}


def decided(**amounts: float) -> list[Resource]:
    """Adjudications (or totals) by category."""
    return [
        {"category": concept(name, f"{HL7}adjudication" if name in _OF_HL7 else f"{CARIN}C4BBAdjudication")}
        | {"amount": money(amount)}
        for name, amount in amounts.items()
    ]


def denied_for(carc: str, *rarcs: str) -> Resource:
    """A denial reason as CARIN states it: without an amount."""
    codings = [{"system": CARC, "code": carc}, *({"system": RARC, "code": code} for code in rarcs)]
    category = concept("denialreason", f"{CARIN}C4BBAdjudicationDiscriminator")
    return {"category": category, "reason": {"coding": codings}}


def item(sequence: int, procedure: str, adjudication: list[Resource], **more: Any) -> Resource:
    return {
        "sequence": sequence,
        "productOrService": concept(procedure, CPT),
        "servicedDate": "2026-01-05",
        "locationCodeableConcept": concept("11"),
        "adjudication": adjudication,
    } | more


def account(number: str) -> Resource:
    return {"sequence": 9, "category": concept("patientaccountnumber"), "valueString": number}


def eob(number: str, items: list[Resource], total: list[Resource], **more: Any) -> Resource:
    """An ExplanationOfBenefit of the claim with this account number; the payer's number is I and it."""
    return {
        "resourceType": "ExplanationOfBenefit",
        "id": f"eob-{number}",
        "identifier": [{"type": concept("uc", f"{CARIN}C4BBIdentifierType"), "value": f"I{number}"}],
        "status": "active",
        "use": "claim",
        "outcome": "complete",
        "type": concept("professional", f"{HL7}claim-type"),
        "patient": {"reference": "Patient/p1"},
        "billablePeriod": {"start": "2026-01-05", "end": "2026-01-05"},
        "created": "2026-02-01T00:00:00+00:00",
        "insurer": {"reference": "Organization/payer1"},
        "provider": {"reference": "Organization/clinic"},
        "careTeam": [{"sequence": 1, "role": concept("rendering"), "provider": {"reference": "Practitioner/dr"}}],
        "insurance": [{"focal": True, "coverage": {"reference": "Coverage/c1"}}],
        "supportingInfo": [
            account(number),
            {"sequence": 1, "category": concept("clmrecvddate"), "timingDate": "2026-01-10"},
        ],
        "diagnosis": [
            {"sequence": 1, "diagnosisCodeableConcept": concept("I10"), "type": [concept("secondary")]},
            {"sequence": 2, "diagnosisCodeableConcept": concept("J45.909"), "type": [concept("principal")]},
        ],
        "item": items,
        "total": total,
        "payment": {"type": concept("paid"), "date": "2026-02-03", "identifier": {"value": "EFT1"}},
    } | more


def claim(number: str, *lines: tuple[str, float], **more: Any) -> Resource:
    """A Claim as a provider states it."""
    return {
        "resourceType": "Claim",
        "id": f"claim-{number}",
        "identifier": [{"value": number}],
        "status": "active",
        "use": "claim",
        "type": concept("professional", f"{HL7}claim-type"),
        "patient": {"reference": "Patient/p1"},
        "created": "2026-01-10",
        "insurer": {"reference": "Organization/payer1"},
        "provider": {"reference": "Organization/clinic"},
        "insurance": [{"sequence": 1, "focal": True, "coverage": {"reference": "Coverage/c1"}}],
        "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": concept("J45.909")}],
        "item": [
            {"sequence": i, "productOrService": concept(code, CPT), "servicedDate": "2026-01-05", "net": money(charge)}
            | {"diagnosisSequence": [1], "quantity": {"value": 1}}
            for i, (code, charge) in enumerate(lines, 1)
        ],
        "total": money(sum(charge for _, charge in lines)),
    } | more


def ndjson(resources: Iterable[Resource]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in resources)


def bundle(resources: Iterable[Resource]) -> bytes:
    """A Bundle over many lines, whose entries refer to each other by fullUrl or by type and id."""
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=2).encode()
