"""Large X12 files for the benchmarks: real in shape, made of one pattern with varied numbers, written in a second."""

from __future__ import annotations

from pathlib import Path

_DAY = 20260105
_CLAIMS_PER_SET = 2_000


def write_835(path: Path, megabytes: float, first: int = 0, per_set: int = _CLAIMS_PER_SET) -> int:
    """An 835 of about this size, one payment per `per_set` claims, numbered from `first`. Returns its claims."""
    with path.open("w", encoding="ascii") as file:
        file.write(_isa("HP", "005010X221A1"))
        written = number = claims = 0
        while written < megabytes * 1e6:
            number += 1
            body = [_claim_payment(first + claims + i) for i in range(per_set)]
            claims += per_set
            head = (
                f"BPR*I*{per_set * 95}.00*C*ACH*CCP*01*1*DA*1*1512345678**01*2*DA*2*{_DAY + number % 20}~"
                f"TRN*1*{first + number:09d}*1512345678~DTM*405*{_DAY}~N1*PR*GREEN HEALTH*XV*71001~"
                "N3*1 A ST~N4*TOWN*OH*43004~"
                f"PER*BL*HELP*TE*8005550100~N1*PE*WILLOW CLINIC*XX*1234567893~REF*TJ*123456789~LX*1~"
            )
            written += file.write(_transaction_set("835", "", number, head + "".join(body)))
        file.write(f"GE*{number}*1~IEA*1*000000001~")
    return claims


def write_many_835(folder: Path, files: int) -> None:
    """A folder of 835s of ten claims each."""
    folder.mkdir()
    for i in range(files):
        write_835(folder / f"{i:05}.835", 0.000_001, first=10 * i, per_set=10)


def write_837p(path: Path, megabytes: float, first: int = 0, per_set: int = _CLAIMS_PER_SET) -> int:
    """An 837P of about this size, `per_set` claims per transaction set, numbered from `first`. Returns its claims."""
    with path.open("w", encoding="ascii") as file:
        file.write(_isa("HC", "005010X222A1"))
        written = number = claims = 0
        while written < megabytes * 1e6:
            number += 1
            body = [_claim(first + claims + i, i + 2) for i in range(per_set)]
            claims += per_set
            head = (
                f"BHT*0019*00*{number}*{_DAY + number % 20}*1200*CH~NM1*41*2*WILLOW*****46*1~PER*IC*DESK*TE*8005550100~"
                "NM1*40*2*CLEARING*****46*2~HL*1**20*1~PRV*BI*PXC*207Q00000X~NM1*85*2*WILLOW CLINIC*****XX*1234567893~"
                "N3*1 A ST~N4*TOWN*OH*430040001~REF*EI*123456789~"
            )
            written += file.write(_transaction_set("837", "*005010X222A1", number, head + "".join(body)))
        file.write(f"GE*{number}*1~IEA*1*000000001~")
    return claims


def _isa(functional: str, version: str) -> str:
    blank = " " * 10
    isa = f"ISA*00*{blank}*00*{blank}*ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}*260105*1200*^*00501*000000001*0*P*:~"
    return f"{isa}GS*{functional}*SENDER*RECEIVER*{_DAY}*1200*1*X*{version}~"


def _transaction_set(kind: str, version: str, number: int, body: str) -> str:
    return f"ST*{kind}*{number:04d}{version}~{body}SE*{body.count('~') + 2}*{number:04d}~"


def _claim_payment(i: int) -> str:
    denied = i % 9 == 0
    first = (
        "SVC*HC:99213*120.00*0.00**1~DTM*472*20260102~CAS*CO*197*120.00~REF*6R*1~LQ*HE*M62~"
        if denied
        else ("SVC*HC:99213*120.00*70.00**1~DTM*472*20260102~CAS*CO*45*30.00~CAS*PR*2*20.00~REF*6R*1~AMT*B6*90.00~")
    )
    paid = 25 if denied else 95
    return (
        f"CLP*A{i:08d}*1*160.00*{paid}.00*{0 if denied else 20}.00*12*I{i:09d}*11*1~"
        f"NM1*QC*1*DOE*JO****MI*M{i // 4:08d}~"  # four claims a member
        f"NM1*82*1*ROE*ANN****XX*1234567893~DTM*232*20260102~DTM*233*20260102~DTM*050*20260105~{first}"
        "SVC*HC:97110:GP*40.00*25.00**1~DTM*472*20260102~CAS*CO*45*15.00~REF*6R*2~AMT*B6*25.00~"
    )


def _claim(i: int, level: int) -> str:
    return (
        f"HL*{level}*1*22*0~SBR*P*18*******CI~NM1*IL*1*DOE*JO****MI*M{i // 4:08d}~N3*2 B ST~N4*TOWN*OH*43004~"
        f"DMG*D8*19800101*F~NM1*PR*2*GREEN HEALTH*****PI*71001~CLM*A{i:08d}*160***11:B:1*Y*A*Y*Y~"
        "REF*G1*AUTH12345~HI*ABK:M5450*ABF:E119~NM1*82*1*ROE*ANN****XX*1234567893~PRV*PE*PXC*207Q00000X~"
        "LX*1~SV1*HC:99213*120*UN*1***1:2~DTP*472*D8*20260102~REF*6R*1~"
        "LX*2~SV1*HC:97110:GP*40*UN*1***1~DTP*472*D8*20260102~REF*6R*2~"
    )
