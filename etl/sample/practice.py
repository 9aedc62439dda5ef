"""The simulated house: payers and their habits, sites, clinicians and staff. All invented.

NPIs satisfy the check digit and all start 19999, addresses are in Testville, ZIP 00000.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


def npi(serial: int) -> str:
    """A synthetic NPI with a valid check digit (Luhn over 80840 + the first nine digits)."""
    body = f"19999{serial:04d}"
    total = 24  # what the prefix 80840 adds
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{body}{-total % 10}"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a payer writes its 835."""

    element: str = "*"
    component: str = ":"
    terminator: str = "~"
    newline: str = "\n"
    trims_amounts: bool = True
    whole_claim_denials: bool = False  # claim-wide denials as a CLP without SVC
    all_lines_as_claim: bool = False  # also when every line was denied for the same reason
    splits_denials: bool = False  # CO-45 down to the fee schedule, the denial code for the rest
    denied_status: str = "1"  # some payers misuse 4
    reverses_unpaid: bool = False  # a reversal even when the denied claim was paid nothing
    renumbers: bool = True  # a new claim control number after an appeal
    defers_recovery: bool = False  # takes money back weeks later (PLB WO) instead of at once
    remarks_in_moa: bool = False
    has_summary: bool = False  # TS3 in front of the hospital's claims
    uses_mia: bool = False  # institutional claim remarks in MIA instead of MOA
    echoes_line_control: bool = True
    one_file_per_payee: bool = False
    denial_group: str = "CO"


@dataclass(frozen=True, slots=True)
class Payer:
    """One payer. Percentages and days are whole numbers, amounts cents."""

    payer_id: str
    names: tuple[str, ...]  # the first is the name the practice uses
    tin: str
    weight: int
    filing_professional: str
    filing_institutional: str
    fee_percent: int
    filing_limit: int
    pay_weekday: int
    lag: tuple[int, int]
    deductible: int
    coinsurance: int
    copay: int
    sequesters: bool
    habits: Habits


MEDICARE, MEDICAID, MUTUAL, SUMMIT, PRAIRIE, CEDAR = "71001", "71002", "71003", "71004", "71005", "71006"

PAYERS: tuple[Payer, ...] = (
    Payer(MEDICARE, ("HERON MEDICARE ADMINISTRATORS", "HERON MEDICARE ADMIN", "Heron Medicare Administrators"),
          "990000001", 28, "MB", "MA", 100, 365, 3, (14, 24), 25_700, 20, 0, True,
          Habits(remarks_in_moa=True, has_summary=True, reverses_unpaid=True, renumbers=False)),
    Payer(MEDICAID, ("LAKELAND STATE MEDICAID", "STATE OF LAKELAND MEDICAID"),
          "990000002", 14, "MC", "MC", 72, 180, 1, (18, 40), 0, 0, 0, False,
          Habits(component=">", newline="", trims_amounts=False, whole_claim_denials=True)),
    Payer(MUTUAL, ("GRANITE MUTUAL HEALTH", "GRANITE MUTUAL HLTH PLAN", "Granite Mutual Health, Inc."),
          "990000003", 22, "12", "12", 128, 180, 4, (10, 30), 100_000, 20, 2_500, False,
          Habits(newline="\r\n", defers_recovery=True, reverses_unpaid=True, remarks_in_moa=True,
                 uses_mia=True)),
    Payer(SUMMIT, ("SUMMIT RIDGE INSURANCE", "SUMMIT RIDGE INS CO"),
          "990000004", 15, "15", "15", 140, 90, 2, (12, 45), 150_000, 30, 0, False,
          Habits(element="|", splits_denials=True, defers_recovery=True)),
    Payer(PRAIRIE, ("PRAIRIE ADVANTAGE HMO", "PRAIRIE ADVANTAGE", "PRAIRIE ADV HMO"),
          "990000005", 12, "16", "16", 98, 365, 0, (9, 28), 0, 0, 2_000, False,
          Habits(terminator="\n", newline="", denied_status="4", denial_group="PI", one_file_per_payee=True)),
    Payer(CEDAR, ("CEDAR COUNTY EMPLOYERS TRUST", "CEDAR CO EMPLOYERS TRUST"),
          "990000006", 9, "13", "13", 118, 120, 3, (15, 50), 75_000, 10, 3_000, False,
          Habits(newline="", trims_amounts=False, whole_claim_denials=True, all_lines_as_claim=True,
                 splits_denials=True, echoes_line_control=False)),
)  # fmt: skip

# days from a denial to a corrected claim and to an appeal, by contract; later ones are refused
WORK_LIMITS = {MEDICARE: (365, 120), MEDICAID: (120, 90), MUTUAL: (180, 180), SUMMIT: (90, 90), PRAIRIE: (180, 60),
               CEDAR: (120, 120)}  # fmt: skip
# from this day on a payer takes so many days more: planted for the detection of changes
SLOWER = {CEDAR: (date(2026, 4, 1), 16)}
# a payer signed higher prices from this day on and goes on paying the old ones: in a thousand
UNPAID_RAISE = {MUTUAL: (date(2026, 1, 1), 40)}


@dataclass(frozen=True, slots=True)
class Entity:
    """A billing provider."""

    name: str
    npi: str
    tin: str
    street: str
    taxonomy: str


GROUP = Entity("WILLOW BEND MEDICAL GROUP", npi(1), "990001001", "100 SAMPLE WAY", "261QM1300X")
HOSPITAL = Entity("WILLOW BEND HOSPITAL", npi(2), "990001002", "200 SAMPLE WAY", "282N00000X")


@dataclass(frozen=True, slots=True)
class Site:
    """Where care is given. The main site of a billing provider needs no service facility loop."""

    code: str
    name: str
    npi: str
    entity: Entity
    is_main: bool
    charge_percent: int
    street: str


SITES: tuple[Site, ...] = (
    Site("MAIN", GROUP.name, GROUP.npi, GROUP, True, 230, GROUP.street),
    Site("NORTH", "WILLOW BEND NORTH CLINIC", npi(11), GROUP, False, 220, "31 NORTH TEST ROAD"),
    Site("EAST", "WILLOW BEND EAST CLINIC", npi(12), GROUP, False, 240, "52 EAST TEST ROAD"),
    Site("OPD", "WILLOW BEND OUTPATIENT TOWER", npi(13), GROUP, False, 260, "201 SAMPLE WAY"),
    Site("HOSP", HOSPITAL.name, HOSPITAL.npi, HOSPITAL, True, 310, HOSPITAL.street),
    Site("IMG", "WILLOW BEND IMAGING CENTER", npi(14), HOSPITAL, False, 290, "77 SCAN TEST LANE"),
)
SITE = {site.code: site for site in SITES}


@dataclass(frozen=True, slots=True)
class Clinician:
    """One who orders or performs services."""

    last: str
    first: str
    npi: str
    taxonomy: str
    skills: tuple[str, ...]
    home: str


CLINICIANS: tuple[Clinician, ...] = (
    Clinician("ABELTEST", "ORLA", npi(101), "207Q00000X", ("office", "preventive", "lab"), "MAIN"),
    Clinician("BRANTEST", "ILYA", npi(102), "207Q00000X", ("office", "preventive", "lab"), "NORTH"),
    Clinician("CORTEST", "MIREL", npi(103), "207R00000X", ("office", "preventive", "lab"), "EAST"),
    Clinician("DUNTEST", "SABLE", npi(104), "207R00000X", ("office", "lab"), "MAIN"),
    Clinician("ELBTEST", "TAMSIN", npi(105), "2085R0202X", ("imaging",), "OPD"),
    Clinician("FARTEST", "OSKAR", npi(106), "2085R0202X", ("imaging",), "MAIN"),
    Clinician("GILTEST", "NADIA", npi(107), "225100000X", ("therapy",), "NORTH"),
    Clinician("HOLTEST", "PIET", npi(108), "225100000X", ("therapy",), "EAST"),
    Clinician("IMRTEST", "ZORA", npi(109), "207RG0100X", ("procedure",), "OPD"),
    Clinician("JUNTEST", "CALEB", npi(110), "207X00000X", ("procedure", "office"), "OPD"),
    Clinician("KELTEST", "RUNE", npi(111), "101YM0800X", ("behavioral",), "MAIN"),
    # joined in 2025; two payers enrolled her late
    Clinician("LARTEST", "VIOLA", npi(112), "207R00000X", ("office", "procedure"), "EAST"),
    Clinician("MORTEST", "HANNE", npi(113), "207P00000X", ("emergency",), "HOSP"),
    Clinician("NYLTEST", "ARVID", npi(114), "207RH0003X", ("infusion", "clinic"), "HOSP"),
    Clinician("OBETEST", "LUCA", npi(115), "2085R0202X", ("scan",), "IMG"),
    Clinician("PAXTEST", "INES", npi(116), "208600000X", ("outpatient_surgery", "clinic"), "HOSP"),
)
LATE_ENROLLED = CLINICIANS[11].npi


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A coder or a biller. Error rates are chances in a thousand; lag is in days."""

    staff_id: str
    role: str
    team: str
    employment: str
    credential: str
    hired_on: str
    error_per_mille: int
    lag: int


def staff(claims: int) -> tuple[tuple[StaffMember, ...], tuple[StaffMember, ...]]:
    """Coders and billers for a practice of that size (about ten of each for 20,000 claims).

    The planted weak coder works the easy cases and the weak biller the lenient payers, so that raw rates hide both.
    """
    count = min(40, max(4, claims // 2_000))
    coders = tuple(_coder(index) for index in range(count))
    billers = tuple(_biller(index) for index in range(count))
    return coders, billers


CODER_TEAMS = ("Primary care coding", "Procedure coding", "Hospital coding")
BILLER_TEAMS = ("Government billing", "Commercial billing")


def _coder(index: int) -> StaffMember:
    team = CODER_TEAMS[index % 3]
    employment = "outsourced" if index % 4 == 2 else "in_house"
    credential = "CCS" if team == "Hospital coding" else ("CPC", "CPC-A")[index % 2]
    error = 170 if index == 0 else 30 + 7 * (index % 4)
    return StaffMember(f"C{index + 1:02d}", "coder", team, employment, credential,
                       f"{2012 + index % 13}-{1 + index % 12:02d}-01", error, 1 + index % 3)  # fmt: skip


def _biller(index: int) -> StaffMember:
    team = BILLER_TEAMS[index % 2]
    employment = "outsourced" if index % 5 == 3 else "in_house"
    credential = ("CPB", "CRCR")[index // 2 % 2]
    error = 180 if index == 0 else 25 + 6 * (index % 4)
    return StaffMember(f"B{index + 1:02d}", "biller", team, employment, credential,
                       f"{2013 + index % 12}-{1 + index % 11:02d}-01", error, 1 + index % 2)  # fmt: skip
