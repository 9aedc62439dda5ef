"""A second reader, slow and plain: one segment after the other, one state. Token columns must equal it cell for cell.

It takes text in the canonical separators (`*`, `:`, one segment a line) and knows nothing of etl.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def tables(text: str) -> Tables:
    """The rows of a file, all kinds; `set`, `claim` ... count from 0 over the sets of one kind, `segment` from 1."""
    out: Tables = {name: [] for name in ("claim", "diagnosis", "service_line", *_REMITTANCE)}
    seen = {"837": 0, "835": 0}
    for guide, at, body in _sets(text):
        kind = body[0][1]
        if kind == "837":
            _Claims(out, seen[kind], guide, at).read(body)
        elif kind == "835":
            _Payments(out, seen[kind], at).read(body)
        if kind in seen:
            seen[kind] += 1
    return out


_REMITTANCE = ("remittance", "claim_payment", "service_payment", "adjustment", "remark", "provider_adjustment")


def _sets(text: str) -> Iterator[tuple[str, int, list[list[str]]]]:
    """Each ST to SE: guide (GS08), position of ST, segments."""
    guide = ""
    body: list[list[str]] = []
    for position, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), 1):
        segment = line.split("*")
        if segment[0] == "GS":
            guide = segment[8]
        elif segment[0] == "ST":
            body = [segment]
        elif segment[0] == "SE":
            yield guide, position - len(body), [*body, segment]
            body = []
        elif body:
            body.append(segment)


def element(segment: list[str] | None, i: int) -> str | None:
    return segment[i] or None if segment and i < len(segment) else None


def part(segment: list[str] | None, i: int, j: int) -> str | None:
    parts = (element(segment, i) or "").split(":")
    return parts[j - 1] or None if j <= len(parts) else None


def money(text: str | None, places: str = "0.01") -> Decimal | None:
    return None if text is None else Decimal(text).quantize(Decimal(places))


def first_day(text: str | None) -> date | None:
    return datetime.strptime(text[:8], "%Y%m%d").date() if text else None


def last_day(text: str | None) -> date | None:
    return datetime.strptime(text[-8:], "%Y%m%d").date() if text else None


# --- 837 ----------------------------------------------------------------------------------------------------------


class _Claims:
    """Follows HL, CLM, SBR and LX through one 837."""

    def __init__(self, out: Tables, number: int, guide: str, at: int) -> None:
        self.out, self.set, self.at = out, number, at
        self.kind = {"X222": "professional", "X223": "institutional", "X224": "dental"}[guide[6:10]]
        self.first_claim = len(out["claim"])

    def read(self, body: list[list[str]]) -> None:
        header: Row = {}
        where, person = "", ""
        billing: Row = {}
        subscriber: Row = {}
        dependent: Row = {}
        claim: Row = {}
        line: Row = {}
        for offset, segment in enumerate(body):
            name, qualifier = segment[0], element(segment, 1)
            if name == "BHT":
                header["day"] = first_day(element(segment, 4))
            elif name == "HL":
                where = {"20": "billing", "22": "subscriber", "23": "dependent"}[segment[3]]
                if where == "billing":
                    billing, subscriber, dependent = {}, {}, {}
                elif where == "subscriber":
                    subscriber, dependent = {}, {}
                else:
                    dependent = {}
            elif name == "CLM":
                claim = {"CLM": segment, "at": self.at + offset, "lines": [], "HI": []}
                where, line = "claim", {}
                self._open(claim, header, billing, subscriber, dependent)
            elif name == "SBR" and where == "claim":
                where = "other payer"
            elif name == "LX":
                where = "line"
                line = {"at": self.at + offset}
                claim["lines"].append(line)
            elif name == "HI":
                claim["HI"] += [composite.split(":") for composite in segment[1:]]
            elif where == "other payer":
                continue
            elif name in ("DMG", "N4") and where in ("subscriber", "dependent"):
                (subscriber if where == "subscriber" else dependent).setdefault(f"{person} {name}", segment)
            else:
                here = {"billing": billing, "subscriber": subscriber, "dependent": dependent, "claim": claim}
                person = f"NM1 {qualifier}" if name == "NM1" else person
                key = f"{name} {qualifier}" if name in ("NM1", "REF", "DTP") else name
                here.get(where, line).setdefault(key, segment)
        for number, row in enumerate(self.out["claim"][self.first_claim :], self.first_claim):
            self._close(number, row)

    def _open(self, claim: Row, header: Row, billing: Row, subscriber: Row, dependent: Row) -> None:
        row = {"_": claim, "_b": billing, "_s": subscriber, "_d": dependent, "_h": header}
        self.out["claim"].append(row | {"set": self.set})

    def _close(self, number: int, row: Row) -> None:
        claim, billing, subscriber = row.pop("_"), row.pop("_b").get("NM1 85"), row.pop("_s")
        dependent, header = row.pop("_d"), row.pop("_h")
        clm, insured, payer = claim["CLM"], subscriber.get("NM1 IL"), subscriber.get("NM1 PR")
        patient, around = (
            (dependent["NM1 QC"], (dependent, "NM1 QC")) if dependent else (insured, (subscriber, "NM1 IL"))
        )
        facility = claim.get("NM1 77") or billing
        lines = [self._line(number, i, claim, line) for i, line in enumerate(claim["lines"], 1)]
        self.out["service_line"] += lines
        self._diagnoses(number, claim["HI"])
        statement = element(claim.get("DTP 434"), 3)
        froms = [line["service_from"] for line in lines if line["service_from"]]
        tos = [line["service_date"] for line in lines if line["service_date"]]
        line_npi = next((element(line["NM1 82"], 9) for line in claim["lines"] if "NM1 82" in line), None)
        own_npi = element(claim.get("NM1 82") or claim.get("NM1 71"), 9)
        place, frequency = part(clm, 5, 1), part(clm, 5, 3) or "1"
        hospital = self.kind == "institutional"
        row |= {
            "claim": number,
            "segment": claim["at"],
            "submission_date": header.get("day"),
            "patient_control_number": element(clm, 1),
            "claim_type": self.kind,
            "charge_amount": money(element(clm, 2)),
            "place_of_service": None if hospital else place,
            "type_of_bill": f"0{place}{frequency}" if hospital and place else None,
            "frequency_code": frequency,
            "original_reference": element(claim.get("REF F8"), 2),
            "prior_authorization": element(claim.get("REF G1"), 2),
            "referral_number": element(claim.get("REF 9F"), 2),
            "payer_responsibility": element(subscriber.get("SBR"), 1),
            "claim_filing_code": element(subscriber.get("SBR"), 9),
            "payer_name": element(payer, 3),
            "payer_id": element(payer, 9),
            "billing_name": element(billing, 3),
            "billing_npi": element(billing, 9),
            "rendering_npi": own_npi or line_npi or element(billing, 9),
            "referring_npi": element(claim.get("NM1 DN"), 9),
            "facility_name": element(facility, 3),
            "facility_npi": element(facility, 9),
            "member_id": element(insured, 9),
            "subscriber_last_name": element(insured, 3),
            "subscriber_first_name": element(insured, 4),
            "patient_last_name": element(patient, 3),
            "patient_first_name": element(patient, 4),
            "patient_birth_date": first_day(element(around[0].get(f"{around[1]} DMG"), 2)),
            "patient_sex": element(around[0].get(f"{around[1]} DMG"), 3),
            "patient_zip": element(around[0].get(f"{around[1]} N4"), 3),
            "service_from": first_day(statement) or min(froms, default=None),
            "service_date": last_day(statement) or max(tos, default=None),
        }

    def _diagnoses(self, claim: int, composites: list[list[str]]) -> None:
        ranks = [("ABK", "BK", "ABF", "BF"), ("ABJ", "BJ", "APR", "PR"), ("ABN", "BN")]
        chosen = [one for rank in ranks for one in composites if one[0] in rank]
        for sequence, (qualifier, code, *_) in enumerate(chosen, 1):
            self.out["diagnosis"].append(
                {
                    "claim": claim,
                    "sequence": sequence,
                    "qualifier": qualifier,
                    "diagnosis_code": code.replace(".", ""),
                }
            )

    def _line(self, claim: int, number: int, around: Row, line: Row) -> Row:
        service = line.get("SV1") or line.get("SV2") or line.get("SV3")
        kind = service[0] if service else "SV1"
        procedure, charge, unit, units, place, pointer = {
            "SV1": (1, 2, 3, 4, 5, 7),
            "SV2": (2, 3, 4, 5, 99, 99),
            "SV3": (1, 2, 99, 6, 3, 11),
        }[kind]
        days = element(line.get("DTP 472") or around.get("DTP 472") or around.get("DTP 434"), 3)
        return {
            "claim": claim,
            "line_number": number,
            "segment": line["at"],
            "procedure_qualifier": part(service, procedure, 1),
            "procedure_code": part(service, procedure, 2),
            "modifier_1": part(service, procedure, 3),
            "modifier_2": part(service, procedure, 4),
            "modifier_3": part(service, procedure, 5),
            "modifier_4": part(service, procedure, 6),
            "revenue_code": element(service, 1) if kind == "SV2" else None,
            "charge_amount": money(element(service, charge)),
            "unit_code": element(service, unit),
            "units": money(element(service, units), "0.001"),
            "place_of_service": None if kind == "SV2" else element(service, place) or part(around["CLM"], 5, 1),
            "diagnosis_pointer": element(service, pointer),
            "service_from": first_day(days),
            "service_date": last_day(days),
            "line_control_number": element(line.get("REF 6R"), 2),
        }


# --- 835 ----------------------------------------------------------------------------------------------------------


class _Payments:
    """Follows CLP and SVC through one 835."""

    def __init__(self, out: Tables, number: int, at: int) -> None:
        self.out, self.set, self.at = out, number, at

    def read(self, body: list[list[str]]) -> None:
        remittance: Row = {"segment": self.at}
        here = remittance
        claims: list[Row] = []
        claim: Row | None = None
        for offset, segment in enumerate(body):
            name, at = segment[0], self.at + offset
            if name == "CLP":
                claim = here = {
                    "CLP": segment,
                    "segment": at,
                    "SVC": [],
                    "index": len(self.out["claim_payment"]) + len(claims),
                }
                claims.append(claim)
            elif name == "SVC" and claim is not None:
                here = {"SVC": segment, "segment": at}
                claim["SVC"].append(here)
                here["index"] = sum(len(one["SVC"]) for one in claims) - 1 + len(self.out["service_payment"])
            elif name in ("LX", "PLB"):
                claim, here = None, {}
            if name == "PLB":
                self._provider_adjustments(segment, at)
            elif name == "CAS" and claim is not None:
                self._adjustments(segment, at, claim["index"], here.get("index") if here is not claim else None)
            elif name in ("LQ", "MOA", "MIA") and claim is not None:
                self._remarks(segment, claim["index"], here.get("index") if here is not claim else None)
            elif name in ("NM1", "REF", "DTM", "AMT", "N1"):
                here.setdefault(f"{name} {element(segment, 1)}", segment)
            elif name in ("BPR", "TRN"):
                here.setdefault(name, segment)
        self._remittance(remittance)
        for one in claims:
            self._claim(one)

    def _remittance(self, r: Row) -> None:
        pay, trace, payer, payee = r.get("BPR"), r.get("TRN"), r.get("N1 PR"), r.get("N1 PE")
        amount = money(element(pay, 2)) or Decimal("0.00")
        self.out["remittance"].append(
            {
                "set": self.set,
                "segment": r["segment"],
                "payment_date": first_day(element(pay, 16)) or first_day(element(r.get("DTM 405"), 2)),
                "deposit_amount": -amount if element(pay, 3) == "D" else amount,
                "payment_method": element(pay, 4),
                "trace_number": element(trace, 2),
                "originator_id": element(trace, 3),
                "payer_name": element(payer, 2),
                "payer_id": element(payer, 4) or element(r.get("REF 2U"), 2) or element(trace, 3),
                "payee_name": element(payee, 2),
                "payee_npi": element(payee, 4),
            }
        )

    def _claim(self, one: Row) -> None:
        clp, patient = one["CLP"], one.get("NM1 QC")
        lines = [self._line(one["index"], i, line) for i, line in enumerate(one["SVC"], 1)]
        self.out["service_payment"] += lines
        froms = [line["service_from"] for line in lines if line["service_from"]]
        tos = [line["service_date"] for line in lines if line["service_date"]]
        period_from = first_day(element(one.get("DTM 232"), 2))
        self.out["claim_payment"].append(
            {
                "claim_payment": one["index"],
                "set": self.set,
                "segment": one["segment"],
                "patient_control_number": element(clp, 1),
                "status_code": element(clp, 2),
                "charge_amount": money(element(clp, 3)),
                "paid_amount": money(element(clp, 4)),
                "patient_responsibility_amount": money(element(clp, 5)),
                "claim_filing_code": element(clp, 6),
                "payer_claim_control_number": element(clp, 7),
                "facility_code": element(clp, 8),
                "frequency_code": element(clp, 9),
                "patient_last_name": element(patient, 3),
                "patient_first_name": element(patient, 4),
                "member_id": element(one.get("NM1 IL"), 9) or element(patient, 9),
                "rendering_npi": element(one.get("NM1 82"), 9),
                "received_date": first_day(element(one.get("DTM 050"), 2)),
                "service_from": period_from or min(froms, default=None),
                "service_date": first_day(element(one.get("DTM 233"), 2)) or max(tos, default=None) or period_from,
            }
        )

    def _line(self, claim: int, number: int, line: Row) -> Row:
        svc, revenue = line["SVC"], part(line["SVC"], 1, 1) == "NU"
        day, start, end = line.get("DTM 472"), line.get("DTM 150"), line.get("DTM 151")
        return {
            "service_payment": line["index"],
            "claim_payment": claim,
            "segment": line["segment"],
            "procedure_qualifier": part(svc, 1, 1),
            "procedure_code": None if revenue else part(svc, 1, 2),
            "modifier_1": part(svc, 1, 3),
            "modifier_2": part(svc, 1, 4),
            "modifier_3": part(svc, 1, 5),
            "modifier_4": part(svc, 1, 6),
            "revenue_code": element(svc, 4) or (part(svc, 1, 2) if revenue else None),
            "charge_amount": money(element(svc, 2)),
            "paid_amount": money(element(svc, 3)),
            "allowed_amount": money(element(line.get("AMT B6"), 2)),
            "units": money(element(svc, 5), "0.001"),
            "submitted_procedure_code": part(svc, 6, 2),
            "service_from": first_day(element(start or day, 2)),
            "service_date": first_day(element(end or day or start, 2)),
            "line_control_number": element(line.get("REF 6R"), 2),
            "line_number": number,
        }

    def _adjustments(self, segment: list[str], at: int, claim: int, line: int | None) -> None:
        for i in range(2, len(segment), 3):
            if element(segment, i):
                self.out["adjustment"].append(
                    {
                        "claim_payment": claim,
                        "service_payment": line,
                        "segment": at,
                        "group_code": segment[1],
                        "carc": segment[i].lstrip("0"),
                        "amount": money(element(segment, i + 1)),
                        "quantity": money(element(segment, i + 2), "0.001"),
                    }
                )

    def _remarks(self, segment: list[str], claim: int, line: int | None) -> None:
        elements = {"LQ": (2,), "MOA": (3, 4, 5, 6, 7), "MIA": (5, 20, 21, 22, 23)}[segment[0]]
        if segment[0] == "LQ" and segment[1] != "HE":
            return
        for i in elements:
            if element(segment, i):
                self.out["remark"].append({"claim_payment": claim, "service_payment": line, "remark_code": segment[i]})

    def _provider_adjustments(self, segment: list[str], at: int) -> None:
        for i in range(3, len(segment), 2):
            self.out["provider_adjustment"].append(
                {
                    "set": self.set,
                    "segment": at,
                    "provider_id": element(segment, 1),
                    "fiscal_period_date": first_day(element(segment, 2)),
                    "reason_code": part(segment, i, 1),
                    "reference": part(segment, i, 2),
                    "amount": money(element(segment, i + 1)),
                }
            )
