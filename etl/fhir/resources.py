"""Resources out of NDJSON and Bundles, and what their references point to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO

from etl.x12.tokens import TOO_LARGE

Resource = dict[str, Any]

_NPI = "http://hl7.org/fhir/sid/us-npi"
# what is kept of a resource that others refer to
_KEPT = (
    "resourceType",
    "id",
    "identifier",
    "name",
    "birthDate",
    "gender",
    "address",
    "subscriberId",
    "payor",
    "practitioner",
    "organization",
)
_REFERRED = ("Patient", "Organization", "Practitioner", "PractitionerRole", "Coverage")


class BadResourceError(Exception):
    """An element that cannot be taken as it is; `expected` says what should stand there."""

    def __init__(self, element: str, found: str, expected: str) -> None:
        super().__init__(element)
        self.element, self.found, self.expected = element, found, expected


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: its resources, or None and the text when it is no JSON."""

    number: int
    resources: list[Resource] | None
    text: bytes = b""


def is_fhir(head: bytes) -> bool:
    """Whether a file's first bytes look like FHIR's JSON."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"{", b"[")) and b'"resourceType"' in head


def read(stream: BinaryIO) -> Iterator[Line]:
    """The resources of NDJSON line by line; of a Bundle or a resource over many lines all at once, as of line 1."""
    first = stream.readline()
    whole = _parsed(first)
    if whole is None:
        rest = first + stream.read()
        yield Line(1, _parsed(rest), rest)
        return
    yield Line(1, whole, first)
    for number, text in enumerate(stream, 2):
        if text.strip():
            yield Line(number, _parsed(text), text)


def _parsed(text: bytes) -> list[Resource] | None:
    try:
        found = json.loads(text.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError):
        return None
    return _unpacked(found)


def _unpacked(found: Any) -> list[Resource] | None:
    """A resource, or those of a Bundle (each keeps its fullUrl), or of a list."""
    if isinstance(found, list):
        lists = [_unpacked(one) for one in found]
        return None if None in lists else [one for some in lists for one in some or []]
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        return None
    if found["resourceType"] != "Bundle":
        return [found]
    entries = [one for one in listed(found.get("entry")) if isinstance(one.get("resource"), dict)]
    return [one["resource"] | {"fullUrl": one.get("fullUrl")} for one in entries]


@dataclass(slots=True)
class References:
    """What the resources of a load refer to: patients, organizations, practitioners, coverages."""

    known: dict[str, Resource] = field(default_factory=dict)

    def learn(self, resource: Resource) -> None:
        """Remember a resource that others may refer to."""
        if resource.get("resourceType") in _REFERRED:
            kept = {name: resource[name] for name in _KEPT if name in resource}
            self.known[f"{resource['resourceType']}/{resource.get('id')}"] = kept
            if resource.get("fullUrl"):
                self.known[str(resource["fullUrl"])] = kept

    def find(self, reference: Any, inside: Resource) -> Resource:
        """What a reference points to: contained, in the load, or only the identifier and name that it states."""
        if not isinstance(reference, dict):
            return {}
        text = str(reference.get("reference") or "")
        if text.startswith("#"):
            found = next((one for one in listed(inside.get("contained")) if one.get("id") == text[1:]), None)
        else:
            found = self.known.get(text) or self.known.get("/".join(text.split("/")[-2:]))
        if found and found.get("resourceType") == "PractitionerRole":
            return self.find(found.get("practitioner") or found.get("organization"), found)
        stated = {"identifier": [reference["identifier"]]} if isinstance(reference.get("identifier"), dict) else {}
        if reference.get("display"):
            stated["name"] = reference["display"]
        return stated | (found or {})


def listed(value: Any) -> list[Any]:
    """A repeating element's objects; what is none is left out."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def codes(concept: Any) -> list[tuple[str, str]]:
    """System and code of a CodeableConcept's codings."""
    coding = listed(concept.get("coding")) if isinstance(concept, dict) else []
    return [(str(one.get("system") or ""), str(one["code"])) for one in coding if one.get("code")]


def code(concept: Any) -> str | None:
    """The first code of a CodeableConcept; a code for the absence of data is none."""
    found = [one for system, one in codes(concept) if "data-absent-reason" not in system]
    return found[0] if found else None


def has(concept: Any, *wanted: str) -> bool:
    """Whether a CodeableConcept has one of these codes, whatever its system."""
    return any(one in wanted for _, one in codes(concept))


def identifier(resource: Resource, *types: str) -> str | None:
    """The value of an identifier of one of these types (in their order); without types, of the first."""
    found = [one for one in listed(resource.get("identifier")) if one.get("value")]
    for wanted in types:
        for one in found:
            if has(one.get("type"), wanted) or wanted in str(one.get("system") or ""):
                return str(one["value"])
    return str(found[0]["value"]) if found and not types else None


def npi(resource: Resource) -> str | None:
    """The National Provider Identifier."""
    return identifier(resource, _NPI, "npi", "NPI")


def name(resource: Resource) -> str | None:
    """The name of an organization, or family and given name of a person."""
    found = resource.get("name")
    if isinstance(found, str):
        return found
    parts = person(resource)
    return " ".join(part for part in parts if part) or None


def person(resource: Resource) -> tuple[str | None, str | None]:
    """Family and given name."""
    first: Resource = next(iter(listed(resource.get("name"))), {})
    given = first.get("given") or [None]
    return first.get("family"), given[0]


def amount(value: Any, element: str) -> Decimal | None:
    """A Money element in US dollars, to the cent. Raises BadResourceError when it is something else."""
    if not isinstance(value, dict) or value.get("value") is None:
        return None
    number = value["value"]
    if isinstance(number, bool) or not isinstance(number, Decimal | int):
        raise BadResourceError(element, f"“{str(number)[:30]}”", "a number like 12.50")
    if value.get("currency", "USD") != "USD":
        raise BadResourceError(element, f"the currency {value['currency']}", "USD")
    cents = Decimal(number).quantize(Decimal("0.01"))
    if cents != number or abs(cents) >= TOO_LARGE:
        raise BadResourceError(element, str(number)[:30], "an amount in whole cents")
    return cents


def day(value: Any, element: str) -> date | None:
    """A date or the date of an instant. Raises BadResourceError when it is none, or only a year or month."""
    if value is None:
        return None
    try:
        found = date.fromisoformat(str(value)[:10])
    except ValueError:
        found = None
    if found is None or not 1900 <= found.year <= 2099:
        raise BadResourceError(element, f"“{str(value)[:30]}”", "a date like 2026-04-30")
    return found


def supporting(resource: Resource, category: str) -> Resource:
    """The supportingInfo of a category (CARIN BB), or nothing."""
    return next((one for one in listed(resource.get("supportingInfo")) if has(one.get("category"), category)), {})
