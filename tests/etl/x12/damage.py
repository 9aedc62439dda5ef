"""Damaged files for the fuzz, and a count of the claims in them that does not use the reader.

`python -m tests.etl.x12.damage 20000` loads that many damaged files, two hundred at a time, and says what it found.
"""

from __future__ import annotations

import random
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from etl.load import load
from etl.x12 import pieces
from tests.x12_text import (
    Dress,
    claim,
    claims_body,
    dressed,
    group,
    interchange,
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
INSTITUTIONAL = claims_body(
    "CLM*I1*900***11:A:1*Y*A*Y*Y\nDTP*434*RD8*20260101-20260103\nHI*ABK:I10\nLX*1\nSV2*0120**900*DA*3\n"
    "HL*3*2*23*0\nPAT*19\nNM1*QC*1*DOE*JOHN\nCLM*I2*10***13:A:7\nREF*F8*ICN9\nLX*1\nSV2*0300*HC:80053*10*UN*1"
)
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
    whole("837I", INSTITUTIONAL, Dress(line_end="\n", repetition="U")),
    whole("277", "BHT*0085*08*1*20260112*0700*TH\nHL*1**20*1\nHL*2*1*PT\nTRN*2*A1\nSTC*A2:20*20260112*WQ*100"),
]
JUNK = [b"*", b"~", b":", b"\n", b"\r\n", b"\x00", b"\xff", b"\xc3", b" ", b"ISA*", b"~SE*1*1~", b"~ST*835*9~", b"CLM*"]
JUNK += [
    b"9" * 40,
    b"-",
    b".",
    b"1e9",
    b"~CLP*X*1*1*1~",
    b"~LX*1~",
    b"\xef\xbb\xbf",
    b"~GE*1*1~",
    b"~CLM*X*1~",
    b"\x1a",
    b"~TA1*1~",
    b"~SVD*F1~",
    b"~CAS*CO*~",
]


def damaged(rng: random.Random) -> bytes:
    """A seed with one to four random damages."""
    data = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(data) + 1), rng.choice([1, 1, 2, 7, 60])
        match rng.randrange(8):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = rng.choice(JUNK)
            case 2:
                data[at : at + 1] = bytes(byte ^ 1 << rng.randrange(8) for byte in data[at : at + 1])
            case 3:
                data = data[: max(at, 1)]
            case 4:
                data[at:at] = data[at : at + 200]
            case 5:
                data[at : at + length] = rng.randbytes(length)
            case 6:
                data += rng.choice(SEEDS)
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


def begun(data: bytes) -> tuple[int, int] | None:
    """How many CLM and CLP begin a segment, by a plain split; None where the separators may change on the way."""
    at = data.find(b"ISA")
    if at < 0 or data.count(b"ISA") > 1 or (d := pieces.sniff(data, at)) is None:
        return None
    plain = data.translate(None, bytes(set(b"\r\n") - set(d.segment)))
    ids = [re.split(re.escape(d.element), segment)[0] for segment in plain.split(d.segment)]
    names = [name.strip(b" \t\x00\x1a\xef\xbb\xbf\r\n").upper() for name in ids]
    return names.count(b"CLM"), names.count(b"CLP")


def check(folder: Path, files: list[bytes]) -> None:
    """Load files; fail when claims are not accounted for, or fewer were seen than a plain split finds."""
    (folder / "in").mkdir(parents=True)
    for number, data in enumerate(files):
        (folder / "in" / f"{number:05}.x12").write_bytes(data)
    report = load([folder / "in"], folder / "w.duckdb")
    out = report.to_json()
    rejected = {name for name, _ in report.of("rejected")}
    known = [(0, 0) if f"{n:05}.x12" in rejected else begun(data) or (0, 0) for n, data in enumerate(files)]
    for index, name in enumerate(("claims", "claim_payments")):
        kept_out = out["duplicate_counts"][name] + out["quarantined_counts"][name]
        assert out["seen"][name] == out[name] + kept_out, (name, out["seen"], out[name], kept_out)
        least = sum(counts[index] for counts in known)
        assert out["seen"][name] >= least, (name, out["seen"], least)


def main(count: int, seed: int, size: int = 200) -> None:
    """Check `count` damaged files; name the files of the first batch that fails."""
    rng, started, failures = random.Random(seed), time.monotonic(), 0
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    for first in range(0, count, size):
        files = [damaged(rng) for _ in range(min(size, count - first))]
        with tempfile.TemporaryDirectory() as folder:
            signal.alarm(300)
            try:
                check(Path(folder), files)
            except BaseException as error:
                failures += 1
                print(f"files {first} to {first + size} of seed {seed}: {error!r}", flush=True)
                if failures == 1:
                    _narrow(files)
            signal.alarm(0)
        print(f"{first + len(files):,} of {count:,}, {failures} failures", file=sys.stderr, flush=True)
    print(f"{count:,} damaged files of seed {seed}: {failures} failed batches, {time.monotonic() - started:.0f} s")


def _narrow(files: list[bytes]) -> None:
    """Print the fewest neighbouring files that fail together."""
    for half in (files[: len(files) // 2], files[len(files) // 2 :]):
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(Path(folder), half)
            except Exception as error:
                if len(half) > 1:
                    _narrow(half)
                else:
                    print(f"  alone: {error!r}\n  {half[0]!r}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
