"""The payers' denial rules: for one claim as submitted, every way it may be denied and how likely.

A `Risk` is one independent cause. A claim-wide risk denies every line; a line risk denies its line. The simulation
draws exactly these, so a claim's true denial probability is 1 - product(1 - p). Only arithmetic on table values:
no exp or log, whose last bit differs between machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from etl.sample.catalogue import UNSUPPORTED
from etl.sample.events import Content, Line
from etl.sample.practice import CEDAR, LATE_ENROLLED, MEDICAID, MEDICARE, MUTUAL, PRAIRIE, SUMMIT


@dataclass(frozen=True, slots=True)
class Risk:
    """One cause of denial. `keeps_units` > 0 denies only the units above it; an empty group means the payer's own."""

    mechanism: str
    carc: str
    probability: float
    remarks: tuple[str, ...] = ()
    group: str = ""
    keeps_units: int = 0


@dataclass(frozen=True, slots=True)
class Period:
    """A rule's life and strength, by service date: payers change their policies."""

    strength: float
    since: date = date.min
    until: date = date.max

    def on(self, day: date) -> float:
        return self.strength if self.since <= day <= self.until else 0.0


IMAGING = ("70553", "72148", "73721", "74177", "78452")
# payer -> procedure -> when and how surely it is denied without a prior authorization
AUTHORIZATION: dict[str, dict[str, Period]] = {
    SUMMIT: {
        **dict.fromkeys(IMAGING, Period(0.75)),
        **dict.fromkeys(("29881", "64483", "J1745", "95810"), Period(0.84)),
        **dict.fromkeys(("97110", "97140", "97530"), Period(0.70, since=date(2026, 2, 1))),
        "93306": Period(0.75, since=date(2025, 11, 1)),
    },
    PRAIRIE: {
        **dict.fromkeys(IMAGING, Period(0.80)),
        "72148": Period(0.80, until=date(2026, 5, 31)),
        **dict.fromkeys(("29881", "64483", "66984", "J1745", "96413"), Period(0.80)),
        "97110": Period(0.55, since=date(2025, 9, 1)),
    },
    MUTUAL: {
        **dict.fromkeys(("70553", "78452", "J1745", "95810"), Period(0.75)),
        "64483": Period(0.70, since=date(2026, 1, 1)),
        **dict.fromkeys(("90837",), Period(0.50, until=date(2025, 12, 31))),
    },
    MEDICAID: {**dict.fromkeys(("70553", "74177", "29881", "90837"), Period(0.78))},
    CEDAR: {**dict.fromkeys(("29881", "66984", "45380", "J1745"), Period(0.80))},
}

DIAGNOSIS_STRENGTH = {MEDICARE: 0.62, PRAIRIE: 0.70, MUTUAL: 0.50, SUMMIT: 0.36, MEDICAID: 0.40, CEDAR: 0.15}
DIAGNOSIS_CODE = {MEDICARE: ("50", ("N115",)), PRAIRIE: ("50", ("N115", "M127")), MEDICAID: ("167", ())}
COVERAGE = {MEDICAID: 0.012, SUMMIT: 0.007, MUTUAL: 0.004, CEDAR: 0.005, PRAIRIE: 0.003, MEDICARE: 0.001}
# plans change in January; by month of service
COVERAGE_SEASON = (5.0, 3.5, 1.6, 1.0, 0.7, 0.7, 1.0, 0.7, 0.7, 0.8, 0.8, 0.8)
REFERRED = ("advanced_imaging", "plain_imaging", "therapy", "sleep")
PAYERS_ASKING_REFERRAL = {MEDICARE: 0.80, PRAIRIE: 0.90, MEDICAID: 0.50}
UNIT_LIMIT = {MEDICAID: 3, PRAIRIE: 3, MEDICARE: 4}
BACKGROUND = {MEDICARE: 0.006, MEDICAID: 0.015, MUTUAL: 0.009, SUMMIT: 0.013, PRAIRIE: 0.012, CEDAR: 0.008}


def claim_risks(content: Content, submitted: date) -> list[Risk]:
    """Causes that deny the whole claim: filing limit, coverage, enrolment."""
    payer, day = content.payer, content.service_date
    risks = []
    if (submitted - day).days > payer.filing_limit:
        risks.append(Risk("timely_filing", "29", 0.90, ("N30",) if payer.payer_id == MEDICAID else ()))
    coverage = COVERAGE[payer.payer_id] * COVERAGE_SEASON[day.month - 1]
    if content.patient.subscriber_first is not None:
        coverage *= 2
    # Medicaid starts to drop young adults in spring 2026
    if payer.payer_id == MEDICAID and day >= date(2026, 4, 1) and day.year - content.patient.born.year < 40:
        coverage *= 4
    moves_to_patient = payer.payer_id in (SUMMIT, MUTUAL)
    risks.append(Risk("eligibility", "27", coverage, ("N30",), "PR" if moves_to_patient else ""))
    if content.clinician.npi == LATE_ENROLLED:
        if payer.payer_id == SUMMIT and day <= date(2025, 10, 31):
            risks.append(Risk("credentialing", "B7", 0.75))
        if payer.payer_id == PRAIRIE and date(2025, 8, 1) <= day <= date(2026, 1, 31):
            risks.append(Risk("credentialing", "185", 0.70, ("N290",)))
    return risks


def line_risks(content: Content, line: Line) -> list[Risk]:
    """Causes that deny one line."""
    return [risk for risk in _line_risks(content, line) if risk.probability > 0]


def _line_risks(content: Content, line: Line) -> Iterator[Risk]:
    payer, day = content.payer.payer_id, line.first_day
    if content.authorization is None:
        period = AUTHORIZATION.get(payer, {}).get(line.procedure)
        if period is not None:
            yield Risk("authorization", "197", period.on(day), ("M62",))
    else:
        yield Risk("authorization", "198", 0.004)
    yield from _modifier_risks(content, line, payer, day)
    yield from _bundling_risks(content, line, payer, day)
    if any(content.diagnoses[pointer - 1] in UNSUPPORTED.get(line.family, ()) for pointer in line.pointers):
        carc, remarks = DIAGNOSIS_CODE.get(payer, ("11", ("M76",)))
        yield Risk("medical_necessity", carc, DIAGNOSIS_STRENGTH[payer], remarks)
    if content.referring is None and line.family in REFERRED:
        yield Risk("submission_error", "16", PAYERS_ASKING_REFERRAL.get(payer, 0.0), ("N286", "MA130"))
    if line.units > UNIT_LIMIT.get(payer, 99) and line.family == "therapy":
        yield Risk("frequency", "151", 0.42, ("N362",), keeps_units=UNIT_LIMIT[payer])
    if line.family == "vaccine" and payer == CEDAR:
        yield Risk("non_covered", "204", 0.45, ("N130",), "PR")
    if line.procedure == "17110" and payer in (MUTUAL, SUMMIT) and day >= date(2025, 10, 1):
        yield Risk("non_covered", "96", 0.30, ("N130",), "PR")
    if content.place == "02" and payer == MUTUAL and day >= date(2026, 1, 1):
        yield Risk("place_of_service", "5", 0.85, ("M77",))
    yield _background(payer, line)


def _modifier_risks(content: Content, line: Line, payer: str, day: date) -> Iterator[Risk]:
    if needs_25(content, line) and "25" not in line.modifiers:
        if payer in (MEDICARE, SUMMIT, PRAIRIE):
            yield Risk("modifier", "4", 0.68, ("N822",))
        elif payer == MUTUAL:
            yield Risk("modifier", "97", 0.75, ("N20",))
        elif payer == CEDAR:
            yield Risk("modifier", "4", 0.35 if day < date(2026, 3, 1) else 0.85, ("N519",))
    if line.family == "therapy" and "GP" not in line.modifiers and payer in (MEDICARE, PRAIRIE, MEDICAID):
        yield Risk("modifier", "4", 0.75, ("N822",))
    sided = line.procedure in ("20610", "29881", "66984", "73721")
    if sided and not {"LT", "RT"} & set(line.modifiers) and payer in (MEDICAID, CEDAR, MEDICARE):
        yield Risk("modifier", "4", 0.65, ("N823", "N519"))


def _bundling_risks(content: Content, line: Line, payer: str, day: date) -> Iterator[Risk]:
    codes = [other.procedure for other in content.lines]
    if line.procedure == "97140" and "97530" in codes and "59" not in line.modifiers and payer in (MEDICARE, PRAIRIE):
        yield Risk("bundling", "236", 0.90, ("N20",))
    if line.procedure == "93000" and "93306" in codes and payer == MUTUAL:
        yield Risk("bundling", "97", 0.80, ("M15",))
    if line.procedure == "36415" and len(codes) > 1 and payer == SUMMIT and day >= date(2026, 3, 1):
        yield Risk("bundling", "97", 0.70, ("M15",))


def _background(payer: str, line: Line) -> Risk:
    """What nobody can foresee: records asked for, or an edit of the payer's own."""
    wants_records = line.family in ("advanced_imaging", "surgery", "endoscopy", "sleep")
    if wants_records:
        return Risk("background", "252", BACKGROUND[payer] * 2, ("N706",))
    return Risk("background", "16", BACKGROUND[payer], ("M127",))


def needs_25(content: Content, line: Line) -> bool:
    """An evaluation on the same day as a minor procedure needs its own modifier."""
    return line.family == "visit" and any(other.family == "minor_procedure" for other in content.lines)


def needs_authorization(content: Content) -> bool:
    """Whether the payer denies at least one line without a prior authorization."""
    rules = AUTHORIZATION.get(content.payer.payer_id, {})
    return any(line.procedure in rules and rules[line.procedure].on(line.first_day) > 0 for line in content.lines)


@dataclass(frozen=True, slots=True)
class Exposure:
    """All risks of one claim as submitted; `lines` in the order of the claim's lines."""

    claim: list[Risk]
    lines: list[list[Risk]]

    @property
    def denial_probability(self) -> float:
        """The exact chance that at least one line is denied at the first adjudication."""
        survives = 1.0
        for risks in (self.claim, *self.lines):
            for risk in risks:
                survives *= 1.0 - risk.probability
        return 1.0 - survives


def exposure(content: Content, submitted: date) -> Exposure:
    """What the payer's rules hold against this claim when it is sent on that day."""
    return Exposure(claim_risks(content, submitted), [line_risks(content, line) for line in content.lines])
