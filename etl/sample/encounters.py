"""Visits and the claims that the practice makes of them, its own mistakes included.

A mistake (a modifier left out, a diagnosis that does not support the service, no authorization, no referring
provider, a late claim) is visible in the claim; what the payer makes of it is `rules`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from etl.sample import dates, rules
from etl.sample.catalogue import DIAGNOSES, PROCEDURES, UNSUPPORTED, VISITS, Visit
from etl.sample.events import CodingError, Content, Line, Patient, Root, Work
from etl.sample.money import percent
from etl.sample.people import patients_by_payer
from etl.sample.practice import (
    BILLER_TEAMS,
    CLINICIANS,
    CODER_TEAMS,
    MEDICARE,
    MUTUAL,
    PAYERS,
    SITE,
    Clinician,
    Payer,
    StaffMember,
    staff,
)

SIDED = ("20610", "29881", "66984", "73721")
# chances in a thousand that the claim's diagnosis does not support the line, before any coder's slip
ODD_DIAGNOSIS = {"advanced_imaging": 60, "cardiology": 60, "sleep": 60, "therapy": 12, "endoscopy": 18, "surgery": 18}
# the level that the record supports where a coder took one too high; payers do not see it, auditors do
DOWNCODED = {"99213": "99212", "99214": "99213", "99215": "99214", "99204": "99203", "99284": "99283", "99285": "99284"}
GOVERNMENT = ("MB", "MC", "16")
LAST_SPACED = dates.plus(dates.LAST_SUBMISSION, -14)  # later, a claim of several days would end after it is sent


@dataclass(slots=True)
class Encounter:
    """A visit turned into a claim that is ready to go."""

    root: Root
    content: Content
    submitted: date


class Front:
    """The practice's front half: draws visits, codes them, enters charges and sends."""

    def __init__(self, claims: int, seed: int) -> None:
        self.rng = Random(f"{seed}:encounters")
        self.patients = patients_by_payer(claims, seed)
        self.coders, self.billers = staff(claims)
        self.days = [dates.START + timedelta(days=n) for n in range((dates.END - dates.START).days)]
        self.days = [day for day in self.days if day.weekday() < 5]
        self.by_skill = {visit.skill: [c for c in CLINICIANS if visit.skill in c.skills] for visit in VISITS}

    def encounters(self, claims: int) -> Iterator[Encounter]:
        """So many claims, by date of service, all sent by the window's end."""
        drawn = [self._draw_timing() for _ in range(claims)]
        drawn.sort(key=lambda item: item[0])
        for number, (service, lag) in enumerate(drawn, start=1):
            yield self.encounter(f"WB{number:07d}", service, lag)

    def _draw_timing(self) -> tuple[date, int]:
        """A service date and a lag that still reach a submission day in the window."""
        while True:
            service, lag = self.rng.choice(self.days), self._lag()
            ready = dates.plus(service, self.rng.randint(2, 12) + lag)
            if dates.submission_day(ready) <= dates.LAST_SUBMISSION:
                return service, lag

    def _lag(self) -> int:
        """Extra days before a claim is sent: mostly none, sometimes weeks of missing paperwork."""
        roll = self.rng.random()
        if roll < 0.955:
            return 0
        return self.rng.randint(10, 60) if roll < 0.972 else self.rng.randint(90, 240)

    def encounter(self, claim_number: str, service: date, lag: int) -> Encounter:
        """One claim with who worked on it and when it was sent."""
        rng = self.rng
        visit = rng.choices(VISITS, weights=[v.weight for v in VISITS])[0]
        payer = rng.choices(PAYERS, weights=[p.weight for p in PAYERS])[0]
        patient = rng.choice(self.patients[payer.payer_id])
        right, clinician = self._care(visit, payer, patient, claim_number, service)
        coder, biller = self._coder(visit, right), self._biller(payer, right)
        content, errors = self._code(right, coder)
        content = self._prepare(content, clinician, biller)
        service_date = content.service_date
        coded = dates.plus(service_date, rng.randint(0, 2) + rng.randint(0, coder.lag))
        entered = dates.plus(coded, rng.randint(0, 2))
        submitted = dates.submission_day(dates.plus(entered, rng.randint(0, biller.lag) + lag))
        last = dates.LAST_SUBMISSION  # in the last days everybody hurries
        work = Work(coder, biller, min(coded, last), min(entered, last))
        return Encounter(Root(claim_number, work, errors), content, min(submitted, last))

    # -- what was done ------------------------------------------------------------------------------------------

    def _care(
        self, visit: Visit, payer: Payer, patient: Patient, claim_number: str, service: date
    ) -> tuple[Content, Clinician]:
        """The claim as it should be: right modifiers, supporting diagnoses; no authorization or referral yet."""
        rng = self.rng
        clinician = rng.choice(self.by_skill[visit.skill])
        place = rng.choice(visit.places)
        site = SITE["OPD"] if place in ("22", "24") else SITE[clinician.home]
        if visit.claim_type == "professional" and site.entity is SITE["HOSP"].entity:
            site = SITE["MAIN"]
        extras = rng.sample(visit.extra, rng.randint(*visit.extras))
        codes = [rng.choice(visit.core), *(extras if place != "02" else ())]  # nobody injects a knee by video
        spaced = visit.name == "therapy" and rng.random() < 0.15 and service < LAST_SPACED
        diagnoses: list[str] = []
        lines = []
        for number, code in enumerate(codes, start=1):
            procedure = PROCEDURES[code]
            pointers = self._diagnose(diagnoses, procedure.family)
            units = rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5)) if procedure.family == "therapy" else 1
            base = procedure.base * units
            day = dates.plus(service, 2 * (number - 1)) if spaced else service
            last_day = dates.plus(day, 1) if spaced and number == len(codes) and rng.random() < 0.3 else day
            charge = percent(base, site.charge_percent) // 100 * 100 + (50 if base % 1000 == 500 else 0)
            lines.append(
                Line(number, code, procedure.family, (), 40 if code == "J1745" else units, charge, base,
                     day, last_day, pointers, procedure.revenue, f"{claim_number}L{number}")
            )  # fmt: skip
        content = Content(
            visit.claim_type, payer, patient, clinician, None, site, place, tuple(diagnoses), None, tuple(lines),
            patient.member_id,
        )  # fmt: skip
        return replace(content, lines=tuple(self._modify(content, line) for line in lines)), clinician

    def _diagnose(self, diagnoses: list[str], family: str) -> tuple[int, ...]:
        """Add a supporting diagnosis for the line and point to it, sometimes to a second one."""
        code = self.rng.choice(DIAGNOSES[family])
        if code not in diagnoses:
            diagnoses.append(code)
        pointers = [diagnoses.index(code) + 1]
        if len(diagnoses) > 1 and pointers[0] != 1 and self.rng.random() < 0.2:
            pointers.append(1)
        return tuple(pointers)

    def _modify(self, content: Content, line: Line) -> Line:
        """The modifiers that belong on the line."""
        rng, found = self.rng, []
        codes = [other.procedure for other in content.lines]
        if rules.needs_25(content, line):
            found.append("25")
        if line.family == "therapy":
            found.append("GP")
            if line.procedure == "97140" and "97530" in codes:
                found.append("59")
            if content.payer.payer_id == MEDICARE and rng.random() < 0.25:
                found.append("KX")
            if rng.random() < 0.1:
                found.append("CQ")
        if line.procedure in SIDED:
            found.append(rng.choice(("LT", "RT")))
        if content.place == "22" and "imaging" in line.family:
            found.append("26")
        if content.place in ("02", "10"):
            found.append("95")
        return replace(line, modifiers=tuple(found))

    # -- who did it ---------------------------------------------------------------------------------------------

    def _coder(self, visit: Visit, content: Content) -> StaffMember:
        """A coder of the visit's team, one time in eight of any; the weak one is spared the hard cases."""
        pool = [c for c in self.coders if c.team == CODER_TEAMS[visit.team]]
        if self.rng.random() < 0.125:
            pool = list(self.coders)
        hard = any(line.modifiers or line.family in ODD_DIAGNOSIS for line in content.lines)
        weights = [1 if hard and coder is self.coders[0] else 10 for coder in pool]
        return self.rng.choices(pool, weights=weights)[0]

    def _biller(self, payer: Payer, content: Content) -> StaffMember:
        """A biller of the payer's team; the weak one mostly gets claims that need no referral."""
        team = BILLER_TEAMS[0 if payer.filing_professional in GOVERNMENT else 1]
        pool = [b for b in self.billers if b.team == team]
        hard = any(line.family in rules.REFERRED for line in content.lines)
        weights = [1 if hard and biller is self.billers[0] else 4 for biller in pool]
        return self.rng.choices(pool, weights=weights)[0]

    # -- what they make of it -----------------------------------------------------------------------------------

    def _code(self, content: Content, coder: StaffMember) -> tuple[Content, tuple[CodingError, ...]]:
        """The coder's version of the claim and the slips in it."""
        rng, errors = self.rng, []
        lines, diagnoses = list(content.lines), list(content.diagnoses)
        for index, line in enumerate(lines):
            for modifier in line.modifiers:
                if modifier in ("25", "GP", "59", "LT", "RT") and rng.randrange(1000) < coder.error_per_mille:
                    kept = tuple(m for m in lines[index].modifiers if m != modifier)
                    lines[index] = replace(lines[index], modifiers=kept)
                    errors.append(CodingError(line.number, "modifier", "", modifier))
            odd = UNSUPPORTED.get(line.family)
            by_slip = rng.randrange(1000) < coder.error_per_mille // 4
            if odd and (by_slip or rng.randrange(1000) < ODD_DIAGNOSIS.get(line.family, 3)):
                position = line.pointers[0] - 1
                wrong = rng.choice(odd)
                if wrong not in diagnoses:
                    if by_slip:
                        errors.append(CodingError(0, "diagnosis", wrong, diagnoses[position]))
                    diagnoses[position] = wrong
        if lines[0].procedure in DOWNCODED and rng.randrange(1000) < coder.error_per_mille:
            errors.append(CodingError(1, "em_level", lines[0].procedure, DOWNCODED[lines[0].procedure]))
        return replace(content, lines=tuple(lines), diagnoses=tuple(diagnoses)), tuple(errors)

    def _prepare(self, content: Content, clinician: Clinician, biller: StaffMember) -> Content:
        """Add what front desk and biller add: authorization, referring provider, place of a telehealth visit."""
        rng = self.rng
        day = content.service_date
        authorization = None
        if rules.needs_authorization(content):
            missing = 0.34 if clinician.home in ("NORTH", "IMG") else 0.19
            if day < date(2026, 4, 1) and content.lines[0].family == "therapy":
                missing = 0.55  # the rule is new and nobody has read the bulletin
            authorization = None if rng.random() < missing else f"AU{rng.randrange(10**7):07d}"
        elif rng.random() < 0.03:
            authorization = f"AU{rng.randrange(10**7):07d}"
        referring = None
        if any(line.family in rules.REFERRED for line in content.lines):
            forgotten = rng.randrange(1000) < biller.error_per_mille
            referring = None if forgotten else CLINICIANS[rng.randrange(4)]
        place = content.place
        if place == "02" and content.payer.payer_id == MUTUAL and day >= date(2026, 1, 1) and rng.random() < 0.7:
            place = "10"
        return replace(content, authorization=authorization, referring=referring, place=place)
