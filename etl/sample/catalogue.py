"""What is done and for what: procedure codes with invented prices, diagnosis pools, kinds of visit.

Codes only; no descriptor of any code set appears here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Procedure:
    """A code with its family, invented fee-schedule price in cents and revenue code."""

    code: str
    family: str
    base: int
    revenue: str


def _family(family: str, revenue: str, prices: dict[str, int]) -> dict[str, Procedure]:
    return {code: Procedure(code, family, price * 100, revenue) for code, price in prices.items()}


PROCEDURES: dict[str, Procedure] = {
    **_family("visit", "0510", {"99202": 74, "99203": 113, "99204": 169, "99212": 57, "99213": 92, "99214": 130,
                                "99215": 183, "99396": 128, "G0463": 120}),
    **_family("emergency", "0450", {"99283": 246, "99284": 389, "99285": 561}),
    **_family("advanced_imaging", "0610", {"70553": 372, "72148": 223, "73721": 235, "74177": 320, "78452": 480}),
    **_family("plain_imaging", "0320", {"71046": 34, "76700": 124, "77067": 138}),
    **_family("cardiology", "0480", {"93000": 15, "93306": 200, "93015": 72}),
    **_family("laboratory", "0300", {"80053": 11, "85025": 8, "83036": 10, "84443": 17, "80061": 13, "36415": 9}),
    **_family("therapy", "0420", {"97110": 30, "97140": 28, "97530": 38, "97161": 101}),
    **_family("minor_procedure", "0361", {"20610": 66, "17110": 112, "11102": 101, "69210": 49, "96372": 15}),
    **_family("endoscopy", "0750", {"45378": 349, "45380": 437, "43239": 384}),
    **_family("surgery", "0360", {"29881": 572, "64483": 262, "66984": 545}),
    **_family("infusion", "0335", {"96365": 68, "96413": 139}),
    **_family("drug", "0636", {"J1885": 4, "J3301": 9, "J1745": 720}),
    **_family("vaccine", "0771", {"90686": 21, "90471": 18}),
    **_family("behavioral", "0914", {"90834": 105, "90837": 154}),
    **_family("sleep", "0740", {"95810": 612}),
}  # fmt: skip

EYE = ("H25.11", "H25.12")
ROUTINE = ("I10", "E11.9", "E78.5", "J06.9", "M25.561", "R05.9", "F41.1", "N39.0", "K21.9", "E03.9")
DIAGNOSES: dict[str, tuple[str, ...]] = {
    "visit": ROUTINE,
    "emergency": ("R07.9", "S93.401A", "R10.9", "J18.9"),
    "advanced_imaging": ("M54.16", "G43.909", "R10.9", "M23.201", "C34.90", "I25.10"),
    "plain_imaging": ("R05.9", "R10.9", "Z12.31", "J18.9"),
    "cardiology": ("I10", "I25.10", "R07.9", "I48.91"),
    "laboratory": ("E11.9", "E78.5", "E03.9", "I10"),
    "therapy": ("M54.50", "M25.561", "S83.241D", "M54.2"),
    "minor_procedure": ("M17.11", "M17.12", "B07.9", "L57.0", "H61.21"),
    "endoscopy": ("Z12.11", "K21.9", "K92.1", "D12.6"),
    "surgery": ("M23.201", "M54.16", *EYE),
    "infusion": ("D50.9", "K50.90", "M06.9"),
    "drug": ("D50.9", "K50.90", "M06.9"),
    "vaccine": ("Z23",),
    "behavioral": ("F41.1", "F33.1", "F43.23"),
    "sleep": ("G47.33", "R06.83"),
}

# a diagnosis that does not support the service: what a payer calls unusual for this code
UNSUPPORTED: dict[str, tuple[str, ...]] = {
    "advanced_imaging": ("R51.9", "M54.50", "R53.83"),
    "cardiology": ("Z00.00", "R53.83"),
    "laboratory": ("Z00.00",),
    "therapy": ("R53.83",),
    "minor_procedure": ("L98.8", "R53.83"),
    "endoscopy": ("R53.83",),
    "surgery": ("R53.83",),
    "infusion": ("R53.83",),
    "behavioral": ("Z63.0",),
    "sleep": ("R53.83", "G47.00"),
}
UNSUPPORTED_CODES = tuple(sorted({code for codes in UNSUPPORTED.values() for code in codes}))


@dataclass(frozen=True, slots=True)
class Visit:
    """A kind of encounter: who, where and the codes it draws from (`core`: one of them; `extra`: some of them)."""

    name: str
    claim_type: str
    weight: int
    skill: str
    places: tuple[str, ...]
    core: tuple[str, ...]
    extra: tuple[str, ...]
    extras: tuple[int, int]
    team: int


VISITS: tuple[Visit, ...] = (
    Visit("office", "professional", 330, "office", ("11", "11", "11", "11", "02"),
          ("99213", "99213", "99214", "99214", "99203", "99212", "99204", "99215"),
          ("36415", "83036", "93000", "20610", "96372", "17110", "69210", "80061"), (0, 3), 0),
    Visit("preventive", "professional", 60, "preventive", ("11",), ("99396",), ("90686", "90471", "36415"), (1, 3), 0),
    Visit("laboratory", "professional", 50, "lab", ("11",), ("80053",),
          ("85025", "83036", "84443", "36415"), (1, 4), 0),
    Visit("imaging", "professional", 110, "imaging", ("22", "11"),
          ("70553", "72148", "73721", "74177", "71046", "76700", "77067"), ("93306",), (0, 0), 1),
    Visit("therapy", "professional", 110, "therapy", ("11",), ("97110",), ("97140", "97530", "97161"), (1, 3), 0),
    Visit("procedure", "professional", 80, "procedure", ("22", "24"),
          ("45378", "45380", "43239", "29881", "64483", "66984"), (), (0, 0), 1),
    Visit("behavioral", "professional", 50, "behavioral", ("11", "10", "02"), ("90834", "90837"), (), (0, 0), 0),
    Visit("clinic", "institutional", 60, "clinic", ("13",), ("G0463",), ("80053", "85025", "71046"), (0, 2), 2),
    Visit("emergency", "institutional", 50, "emergency", ("13",), ("99283", "99284", "99285"),
          ("80053", "85025", "71046", "74177"), (1, 3), 2),
    Visit("scan", "institutional", 55, "scan", ("13",), ("70553", "72148", "74177", "78452", "93306"), (), (0, 0), 2),
    Visit("infusion", "institutional", 25, "infusion", ("13",), ("96365", "96413"), ("J1745", "85025"), (1, 2), 2),
    Visit("outpatient_surgery", "institutional", 20, "outpatient_surgery", ("13",),
          ("45380", "43239", "29881", "66984"), ("95810",), (0, 1), 2),
)  # fmt: skip
