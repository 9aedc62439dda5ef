"""Damaged files: whatever is broken, the reader reports instead of raising, and accounts for every claim it saw."""

from __future__ import annotations

import random
import re
from io import BytesIO
from pathlib import Path

import pytest

from etl.load import load
from etl.x12 import pieces
from tests.x12_text import (
    Dress,
    claim,
    claims_body,
    dressed,
    group,
    interchange,
    parsed,
    remittance_body,
    transaction,
    whole,
)

PAID = """
    CLP*A1*1*150*100*20*CI*ICN1
    NM1*QC*1*DOE*JANE****MI*M1
    SVC*HC:99213*100*80
    DTM*472*20260105
    CAS*CO*45*10**16*10
    SVC*HC:99214*50*20
    CAS*PR*1*20**2*10
    CLP*A2*4*50*0*0*CI*ICN2
    CAS*CO*29*50
    PLB*1*20261231*WO:X*10*L6*-1
"""
CLAIMS = claims_body("\n".join(claim(f"A{i}", ("99213", "100"), ("99214", "50")) for i in range(3)))
COB = """
    CLM*D1*280***11:B:1*Y*A*Y*Y
    SBR*P*18*******MB
    CAS*PR*1*20**2*5
    AMT*D*100
    NM1*PR*2*FIRST*****PI*F1
    LX*1
    SV3*AD:D2391*280**10:20**1
    TOO*JP*14*M:O
    SVD*F1*100*AD:D2391**1
    CAS*CO*45*180
    DTP*573*D8*20260120
"""
ANSWER = """
    AK1*HC*1
    AK2*837*0001
    IK3*CLM*12*2300*8
    CTX*CLM01:A1
    IK4*2*782*6
    IK5*R*5
    AK9*R*1*1*0
"""
SEEDS = [
    whole("837P", CLAIMS),
    whole("835", remittance_body(PAID), Dress("|", ">", "\n")),
    dressed(
        interchange(
            group(transaction("837P", CLAIMS), transaction("837P", CLAIMS.replace("A1", "B1"), "0002")),
            group(transaction("835", remittance_body(PAID, trace="T1"), "0003"), control="2"),
        ),
        Dress(line_end="\r\n"),
    ),
    dressed(
        interchange(
            "TA1*000000009*260110*0600*R*006",
            group(transaction("837D", claims_body(COB))),
            group(transaction("999", ANSWER, "0002"), control="2"),
        )
    ),
]
JUNK = [b"*", b"~", b":", b"\n", b"\r\n", b"\x00", b"\xff", b"\xc3", b" ", b"ISA*", b"~SE*1*1~", b"~ST*835*9~", b"CLM*"]
JUNK += [b"9" * 40, b"-", b".", b"1e9", b"~CLP*X*1*1*1~", b"~LX*1~", b"\xef\xbb\xbf", b"~GE*1*1~"]
JUNK += [b"~TA1*1~", b"~SVD*F1~", b"~CAS*CO*~"]


def damaged(rng: random.Random) -> bytes:
    """A seed with one to four random damages."""
    data = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(data) or 1), rng.choice([1, 1, 2, 7, 60])
        match rng.randrange(7):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = rng.choice(JUNK)
            case 2:
                data[at] ^= 1 << rng.randrange(8)
            case 3:
                data = data[: max(at, 1)]
            case 4:
                data[at:at] = data[at : at + 200]
            case 5:
                data[at : at + length] = rng.randbytes(length)
            case _:
                data = shuffled(bytes(data), rng)
    return bytes(data)


def shuffled(data: bytes, rng: random.Random) -> bytearray:
    """The segments after ISA with some of them in another place."""
    terminator = b"\n" if b"|" in data[:10] else b"~"
    first, *rest = data.split(terminator)
    for _ in range(3):
        if rest:
            rest.insert(rng.randrange(len(rest)), rest.pop(rng.randrange(len(rest))))
    return bytearray(terminator.join([first, *rest]))


def is_readable(data: bytes) -> bool:
    try:
        return bool(list(pieces.read(BytesIO(data))))
    except pieces.UnreadableError:
        return False


@pytest.mark.parametrize("seed", range(5))
def test_damaged_files_are_reported_and_every_claim_accounted_for(seed: int) -> None:
    """A hundred a seed, five at a time as a load reads them; what one breaks must not touch the others."""
    rng = random.Random(seed)
    for _ in range(20):
        files = [data for data in (damaged(rng) for _ in range(5)) if is_readable(data)]
        found = parsed(*files)
        for name, (seen, accounted) in found.accounts().items():
            assert seen == accounted, (name, files)
        assert all(problem.segment is None or problem.segment >= 1 for problem in found.problems)


@pytest.mark.parametrize("seed", SEEDS, ids=["837", "835", "mixed", "837D and answers"])
def test_a_file_cut_anywhere_loses_no_claim_that_it_began(seed: bytes) -> None:
    """What was seen is counted here by a plain split; the separators of the ISA are given."""
    terminator, element = (rb"\n", rb"\|") if seed[3:4] == b"|" else (rb"~\s*", rb"\*")
    for cut in range(120, len(seed), 23):
        data = seed[:cut]
        found = parsed(data)
        for index, (name, kind) in enumerate((("claims", b"CLM"), ("claim_payments", b"CLP"))):
            begun = len(re.findall(terminator + kind + rb"(?=" + element + rb"|$)", data))
            assert found.seen[index] == begun
            seen, accounted = found.accounts()[name]
            assert seen == accounted == begun, (cut, name)


def test_a_folder_of_damaged_files_loads_what_is_sound(tmp_path: Path) -> None:
    rng = random.Random(99)
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(60):
        (folder / f"{number:03}.x12").write_bytes(damaged(rng))
    report = load([folder], tmp_path / "warehouse.duckdb").to_json()
    for name in ("claims", "claim_payments"):
        kept_out = report["duplicate_counts"][name] + report["quarantined_counts"][name]
        assert report["seen"][name] == report[name] + kept_out > 0
