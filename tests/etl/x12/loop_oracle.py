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
    out: Tables = {name: [] for name in (*_CLAIM, *_REMITTANCE, *_ANSWER)}
    seen = {"837": 0, "835": 0, "999": 0, "277": 0}
    for guide, at, body in _sets(text):
        kind = body[0][1]
        if kind == "837":
            _Claims(out, seen[kind], guide, at).read(body)
        elif kind == "835":
            _Payments(out, seen[kind], at).read(body)
        elif kind == "999":
            _answers(out, seen[kind], at, body)
        elif kind == "277":
            _Statuses(out, seen[kind]).read(body, at)
        if kind in seen:
            seen[kind] += 1
    return out


_CLAIM = ("claim", "diagnosis", "claim_code", "service_line", "tooth", "other_payer", "other_payer_line")
_CLAIM += ("other_payer_adjustment", "other_payer_remark", "other_payer_amount")
_REMITTANCE = ("remittance", "claim_payment", "service_payment", "adjustment", "remark", "stated_amount")
_REMITTANCE += ("provider_adjustment", "provider_summary")
# where remark codes and amounts stand
REMARKS = {"LQ": (2,), "MOA": (3, 4, 5, 6, 7), "MIA": (5, 20, 21, 22, 23)}
AMOUNTS = {"MIA": [2, 4, *range(6, 15), *range(16, 20), 24], "MOA": [2, 8, 9], "AMT": [2]}
_ANSWER = ("group_acknowledgement", "set_acknowledgement", "syntax_error")
_ANSWER += ("acknowledgement", "line_acknowledgement", "batch_acknowledgement")


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


def cas(segment: list[str]) -> Iterator[Row]:
    """The triplets of a CAS."""
    for i in range(2, len(segment), 3):
        amount = money(element(segment, i + 1))
        if (element(segment, i) or "").lstrip("0") or amount:
            yield {
                "group_code": segment[1],
                "carc": segment[i].lstrip("0") or "unknown",
                "amount": amount,
                "quantity": money(element(segment, i + 2), "0.001"),
            }


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
        payer: Row = {}
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
                claim = {"CLM": segment, "at": self.at + offset, "lines": [], "HI": [], "payers": []}
                where, line = "claim", {}
                self._open(claim, header, billing, subscriber, dependent)
            elif name == "SBR" and where in ("claim", "other payer"):
                where = "other payer"
                payer = {"SBR": segment, "at": self.at + offset, "CAS": [], "advice": []}
                claim["payers"].append(payer)
            elif name == "LX":
                where = "line"
                line = {"at": self.at + offset, "TOO": [], "SVD": []}
                claim["lines"].append(line)
            elif name == "TOO":
                line["TOO"].append((self.at + offset, segment))
            elif name == "SVD":
                where = "answer"
                payer = {"SVD": segment, "at": self.at + offset, "CAS": []}
                line["SVD"].append(payer)
            elif name == "CAS":
                payer["CAS"].append((self.at + offset, segment))
            elif name in ("MIA", "MOA"):
                payer["advice"].append((self.at + offset, segment))
            elif name == "HI":
                claim["HI"] += [composite.split(":") for composite in segment[1:]]
            elif where in ("other payer", "answer"):
                if not (name == "DTP" and qualifier == "472"):
                    payer.setdefault(f"{name} {qualifier}", segment)
            elif name in ("DMG", "N3", "N4") and where in ("subscriber", "dependent"):
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
        self._other_payers(number, claim)
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
            "is_predetermination": element(clm, 19) == "PB",
            "patient_relationship_code": element(dependent.get("PAT"), 1)
            if dependent
            else element(subscriber.get("SBR"), 2),
            "subscriber_last_name": element(insured, 3),
            "subscriber_first_name": element(insured, 4),
            "patient_last_name": element(patient, 3),
            "patient_first_name": element(patient, 4),
            "patient_birth_date": first_day(element(around[0].get(f"{around[1]} DMG"), 2)),
            "patient_sex": element(around[0].get(f"{around[1]} DMG"), 3),
            "patient_address": element(around[0].get(f"{around[1]} N3"), 1),
            "patient_city": element(around[0].get(f"{around[1]} N4"), 1),
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

        others = [one for one in composites if one not in chosen]
        for sequence, (qualifier, code, *more) in enumerate(others, 1):
            _, days, amount = [one or None for one in (*more, "", "", "")][:3]
            row = {"claim": claim, "sequence": sequence, "qualifier": qualifier, "code": code.replace(".", "")}
            row |= {"from_date": first_day(days), "through_date": last_day(days) if "-" in (days or "") else None}
            self.out["claim_code"].append(row | {"amount": money(amount)})

    def _other_payers(self, claim: int, around: Row) -> None:
        for sequence, payer in enumerate(around["payers"], 1):
            name = payer.get("NM1 PR")
            self.out["other_payer"].append(
                {
                    "claim": claim,
                    "sequence": sequence,
                    "segment": payer["at"],
                    "payer_responsibility": element(payer["SBR"], 1),
                    "patient_relationship_code": element(payer["SBR"], 2),
                    "claim_filing_code": element(payer["SBR"], 9),
                    "payer_name": element(name, 3),
                    "payer_id": element(name, 9),
                    "paid_amount": money(element(payer.get("AMT D"), 2)),
                    "noncovered_amount": money(element(payer.get("AMT A8"), 2)),
                    "patient_liability_amount": money(element(payer.get("AMT EAF"), 2)),
                    "adjudication_date": first_day(element(payer.get("DTP 573"), 3)),
                    "payer_claim_control_number": element(payer.get("REF F8"), 2),
                }
            )
            self._other_adjustments(claim, None, element(name, 9), payer["CAS"])
            for at, segment in payer["advice"]:
                row = {"claim": claim, "sequence": sequence, "payer_id": element(name, 9), "segment": at}
                codes = [element(segment, i) for i in REMARKS[segment[0]]]
                self.out["other_payer_remark"] += [row | {"remark_code": code} for code in codes if code]
                self.out["other_payer_amount"] += [
                    row | {"kind": f"{segment[0]}{i:02}", "amount": money(segment[i])}
                    for i in AMOUNTS[segment[0]]
                    if element(segment, i)
                ]
        for number, line in enumerate(around["lines"], 1):
            for at, tooth in line["TOO"]:
                row = {"claim": claim, "line_number": number, "segment": at}
                row |= {"tooth_code": element(tooth, 2), "surface_codes": element(tooth, 3)}
                self.out["tooth"].append(row)
            for answer in line["SVD"]:
                svd = answer["SVD"]
                row = {"claim": claim, "line_number": number, "segment": answer["at"], "payer_id": element(svd, 1)}
                row |= {"paid_amount": money(element(svd, 2)), "procedure_qualifier": part(svd, 3, 1)}
                row |= {"procedure_code": part(svd, 3, 2), "revenue_code": element(svd, 4)}
                row |= {f"modifier_{i}": part(svd, 3, i + 2) for i in range(1, 5)}
                row |= {"units": money(element(svd, 5), "0.001"), "bundled_line_number": element(svd, 6)}
                row |= {"adjudication_date": first_day(element(answer.get("DTP 573"), 3))}
                row |= {"patient_liability_amount": money(element(answer.get("AMT EAF"), 2))}
                self.out["other_payer_line"].append(row)
                self._other_adjustments(claim, number, element(svd, 1), answer["CAS"])

    def _other_adjustments(
        self, claim: int, line: int | None, payer: str | None, segments: list[tuple[int, list[str]]]
    ) -> None:
        for at, segment in segments:
            for triplet in cas(segment):
                row = {"claim": claim, "line_number": line, "payer_id": payer, "segment": at} | triplet
                self.out["other_payer_adjustment"].append(row)

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
            "oral_cavity_codes": element(service, 4) if kind == "SV3" else None,
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
        summary: Row = {}
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
            elif name == "TS3":
                summary = self._summary(segment, at)
            elif name == "TS2":
                summary["drg_amount"] = money(element(segment, 1))
            elif name in ("LQ", "MOA", "MIA") and claim is not None:
                line = here.get("index") if here is not claim else None
                self._remarks(segment, claim["index"], line)
                if name != "LQ":
                    self._stated(segment, at, claim["index"], line)
            elif name == "AMT" and claim is not None:
                self._stated(segment, at, claim["index"], here.get("index") if here is not claim else None)
                here.setdefault(f"{name} {element(segment, 1)}", segment)
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
        clp, patient, corrected = one["CLP"], one.get("NM1 QC"), one.get("NM1 74")
        forwarded, priority = one.get("NM1 TT"), one.get("NM1 PR")
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
                "corrected_last_name": element(corrected, 3),
                "corrected_first_name": element(corrected, 4),
                "corrected_member_id": element(corrected, 9),
                "forwarded_payer_name": element(forwarded, 3),
                "forwarded_payer_id": element(forwarded, 9),
                "priority_payer_name": element(priority, 3),
                "priority_payer_id": element(priority, 9),
                "original_reference": element(one.get("REF F8"), 2),
                "drg_code": element(clp, 11),
                "coverage_expires_date": first_day(element(one.get("DTM 036"), 2)),
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
            "submitted_modifiers": ":".join(m for m in (part(svc, 6, i) for i in range(3, 7)) if m) or None,
            "submitted_units": money(element(svc, 7), "0.001"),
            "service_from": first_day(element(start or day, 2)),
            "service_date": first_day(element(end or day or start, 2)),
            "line_control_number": element(line.get("REF 6R"), 2),
            "line_number": number,
        }

    def _adjustments(self, segment: list[str], at: int, claim: int, line: int | None) -> None:
        for triplet in cas(segment):
            row = {"claim_payment": claim, "service_payment": line, "segment": at} | triplet
            self.out["adjustment"].append(row)

    def _stated(self, segment: list[str], at: int, claim: int, line: int | None) -> None:
        for i in AMOUNTS[segment[0]]:
            kind = segment[1] if segment[0] == "AMT" else f"{segment[0]}{i:02}"
            if element(segment, i) and kind != "B6":
                row = {"claim_payment": claim, "service_payment": line, "segment": at}
                self.out["stated_amount"].append(row | {"kind": kind, "amount": money(segment[i])})

    def _summary(self, segment: list[str], at: int) -> Row:
        row = {"set": self.set, "segment": at, "provider_id": element(segment, 1), "facility_code": element(segment, 2)}
        row |= {"fiscal_period_date": first_day(element(segment, 3)), "claim_count": int(segment[4])}
        row |= {"charge_amount": money(element(segment, 5)), "paid_amount": money(element(segment, 9))}
        self.out["provider_summary"].append(row | {"drg_amount": None})
        return self.out["provider_summary"][-1]

    def _remarks(self, segment: list[str], claim: int, line: int | None) -> None:
        row = {"claim_payment": claim, "service_payment": line, "code_list": "HE"}
        if segment[0] == "LQ":
            row["code_list"] = segment[1]
        for i in REMARKS[segment[0]]:
            if element(segment, i):
                self.out["remark"].append(row | {"remark_code": segment[i]})

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


# --- 999 ----------------------------------------------------------------------------------------------------------


def _answers(out: Tables, number: int, start: int, body: list[list[str]]) -> None:
    """Follows AK1, AK2 and IK3 through one 999."""
    group: Row = {}
    answered: Row = {}
    wrong: list[Row] = []
    for at, segment in enumerate(body, start):
        name = segment[0]
        if name == "AK1":
            group = {"set": number, "segment": at, "functional_code": segment[1], "version": element(segment, 3)}
            group |= {"group_control_number": segment[2], "status_code": None, "error_codes": None}
            group |= {"included_count": None, "received_count": None, "accepted_count": None}
            out["group_acknowledgement"].append(group)
        elif name == "AK2":
            answered = {"set": number, "segment": at, "group_control_number": group["group_control_number"]}
            answered |= {"set_kind": segment[1], "set_control_number": segment[2], "status_code": None}
            out["set_acknowledgement"].append(answered | {"error_codes": None})
            answered = out["set_acknowledgement"][-1]
        elif name == "IK3":
            row = {"set": number, "segment": at, "wrong_segment_id": segment[1], "wrong_segment": int(segment[2])}
            row |= {name: answered[name] for name in ("group_control_number", "set_control_number")}
            row |= {"loop_code": element(segment, 3), "wrong_element": None, "element_reference": None}
            wrong = [row | {"error_code": element(segment, 4), "patient_control_number": None}]
            out["syntax_error"] += wrong
        elif name == "IK4":
            row = wrong[0] | {"segment": at, "wrong_element": segment[1], "element_reference": element(segment, 2)}
            wrong.append(row | {"error_code": segment[3]})
            out["syntax_error"].append(wrong[-1])
        elif name == "CTX" and segment[1].startswith("CLM01:"):
            for row in wrong:
                row["patient_control_number"] = row["patient_control_number"] or part(segment, 1, 2)
        elif name == "IK5":
            answered |= {"status_code": segment[1], "error_codes": " ".join(filter(None, segment[2:7])) or None}
        elif name == "AK9":
            counts = zip(("included_count", "received_count", "accepted_count"), map(int, segment[2:5]), strict=True)
            group |= {"status_code": segment[1], "error_codes": " ".join(filter(None, segment[5:10])) or None}
            group |= dict(counts)


# --- 277CA --------------------------------------------------------------------------------------------------------


class _Statuses:
    """Follows HL, TRN, STC and SVC through one 277CA."""

    def __init__(self, out: Tables, number: int) -> None:
        self.out, self.set = out, number
        self.day: date | None = None
        self.batch: str | None = None

    def read(self, body: list[list[str]], start: int) -> None:
        level: Row = {}
        here: Row = {}
        for at, segment in enumerate(body, start):
            name = segment[0]
            if name == "BHT":
                self.day = first_day(element(segment, 4))
            elif name in ("HL", "SE"):
                self._close(level)
                level = here = {"HL": segment, "at": at, "STC": [], "claims": []}
            elif name == "TRN" and level["HL"][3] == "PT":
                here = {"TRN": segment, "STC": [], "lines": []}
                level["claims"].append(here)
            elif name == "SVC":
                here = {"SVC": segment, "STC": []}
                level["claims"][-1]["lines"].append(here)
            elif name == "STC":
                here["STC"].append((at, segment))
            else:
                key = f"{name} {element(segment, 1)}" if name in ("REF", "QTY", "AMT", "NM1") else name
                here.setdefault(key, segment)

    def _close(self, level: Row) -> None:
        code = level["HL"][3] if level else ""
        if code in ("20", "21", "19"):
            self._level(level, {"20": "source", "21": "receiver", "19": "provider"}[code])
        for claim in level.get("claims", ()):
            number = element(claim["TRN"], 2)
            more = {"patient_control_number": number, "payer_claim_control_number": element(claim.get("REF 1K"), 2)}
            self.out["acknowledgement"] += [row | more for row in self._rows(claim)]
            for line in claim["lines"]:
                svc = line["SVC"]
                more = {"patient_control_number": number, "line_control_number": element(line.get("REF FJ"), 2)}
                more |= {"procedure_code": part(svc, 1, 2), "charge_amount": money(element(svc, 2))}
                self.out["line_acknowledgement"] += [row | more for row in self._rows(line)]

    def _level(self, level: Row, name: str) -> None:
        trace = element(level.get("TRN"), 2)
        self.batch = {"source": None, "receiver": trace, "provider": self.batch}[name]
        provider = level.get("NM1 85")
        npi = element(provider, 9) if element(provider, 8) == "XX" else None
        counts = [
            element(level.get(f"QTY {one}") or level.get(f"QTY {two}"), 2) for one, two in (("90", "QA"), ("AA", "QC"))
        ]
        totals: Row = dict(zip(("accepted_count", "rejected_count"), (n and int(n) for n in counts), strict=True))
        totals |= {"accepted_amount": money(element(level.get("AMT YU"), 2))}
        totals |= {"rejected_amount": money(element(level.get("AMT YY"), 2))}
        bare = {"set": self.set, "segment": level["at"], "acknowledged_date": self.day} | dict.fromkeys(
            ("category_code", "status_code", "entity_code", "action_code", "charge_amount")
        )
        for i, row in enumerate(self._rows(level) or [bare]):
            row |= {"level": name, "reference": trace, "batch_reference": self.batch, "provider_npi": npi}
            self.out["batch_acknowledgement"].append(row | (totals if not i else dict.fromkeys(totals)))

    def _rows(self, owner: Row) -> list[Row]:
        return [
            {
                "set": self.set,
                "segment": at,
                "category_code": part(stc, i, 1),
                "status_code": part(stc, i, 2),
                "entity_code": part(stc, i, 3),
                "action_code": element(stc, 3),
                "charge_amount": money(element(stc, 4)),
                "acknowledged_date": first_day(element(stc, 2)) or self.day,
            }
            for at, stc in owner["STC"]
            for i in (1, 10, 11)
            if element(stc, i)
        ]
