"""Tiny X12 files as text, for tests: one segment a line, `*` between elements, `:` between components.

`claims_file`, `remittance_file` and `answer_file` put the envelope and the usual header around the few segments that a
test is about; `dressed` writes any of it in other separators, line ends and encodings. People and payers are invented.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from etl.errors import Problem
from etl.load import load
from etl.load_report import LoadReport
from etl.x12 import pieces
from etl.x12.envelope import Envelope
from etl.x12.interchange import Batch
from etl.x12.sound import Known, sound_rows

GUIDES = {"837P": "005010X222A1", "837I": "005010X223A2", "837D": "005010X224A2", "835": "005010X221A1"}
GUIDES |= {"277": "005010X214", "999": "005010X231A1"}
GROUPS = {"837": "HC", "835": "HP", "277": "HN", "999": "FA"}

NPI = "1999999984"


@dataclass(frozen=True, slots=True)
class Dress:
    """How a file is written: its separators, what follows a terminator, and the encoding."""

    element: str = "*"
    component: str = ":"
    segment: str = "~"
    repetition: str = "^"
    line_end: str = ""
    encoding: str = "utf-8"


# --- envelopes ---------------------------------------------------------------------------------------------------


def segments(text: str) -> list[str]:
    """The segments of a text, one a line, without indents and empty lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def transaction(kind: str, body: str, control: str = "0001", guide: str | None = None) -> str:
    """ST to SE with the right count. `kind` is 837P, 837I, 837D, 835, 277 or 999."""
    guide = GUIDES[kind] if guide is None else guide
    inner = segments(body)
    return "\n".join([f"ST*{kind[:3]}*{control}*{guide}", *inner, f"SE*{len(inner) + 2}*{control}"])


def group(*sets: str, control: str = "1", guide: str | None = None) -> str:
    """GS to GE around transaction sets of one kind."""
    _, kind, _, set_guide, *_ = [*sets[0].splitlines()[0].split("*"), "", ""]
    guide = set_guide if guide is None else guide
    opening = f"GS*{GROUPS.get(kind, 'HC')}*SENDER*RECEIVER*20260115*0600*{control}*X*{guide}"
    return "\n".join([opening, *sets, f"GE*{len(sets)}*{control}"])


def interchange(
    *groups: str, control: str = "000000001", day: str = "260115", sender: str = "SENDER", receiver: str = "RECEIVER"
) -> str:
    """ISA to IEA around groups."""
    isa = f"ISA*00*{' ' * 10}*00*{' ' * 10}*ZZ*{sender:<15}*ZZ*{receiver:<15}*{day}*0600*^*00501*{control}*0*P*:"
    return "\n".join([isa, *groups, f"IEA*{len(groups)}*{control}"])


def dressed(text: str, dress: Dress | None = None) -> bytes:
    """A text in the separators of `dress`."""
    d = dress or Dress()
    out = []
    for line in segments(text):
        elements = line.translate(str.maketrans({":": d.component})).split("*")
        if elements[0] == "ISA":
            elements[11], elements[16] = d.repetition, d.component  # here the separators are declared
        out.append(d.element.join(elements))
    return "".join(line + d.segment + d.line_end for line in out).encode(d.encoding)


def whole(kind: str, body: str, dress: Dress | None = None, control: str = "000000001", day: str = "260115") -> bytes:
    """A file with one transaction set."""
    return dressed(interchange(group(transaction(kind, body)), control=control, day=day), dress)


# --- headers -----------------------------------------------------------------------------------------------------


def claims_body(claims: str, sent: str = "20260110", payer: str = "P1", responsibility: str = "P") -> str:
    """BHT, billing provider, one subscriber and the claims. `claims` may bring its own HL, NM1 and SBR segments."""
    return f"""
        BHT*0019*00*{sent}*{sent}*0600*CH
        HL*1**20*1
        NM1*85*2*MAPLE CLINIC*****XX*{NPI}
        HL*2*1*22*0
        SBR*{responsibility}*18*******CI
        NM1*IL*1*DOE*JANE****MI*M0001
        N4*SPRINGFIELD*OH*450010000
        DMG*D8*19800229*F
        NM1*PR*2*PAYER ONE*****PI*{payer}
        {claims}
    """


def claims_file(
    claims: str, sent: str = "20260110", payer: str = "P1", kind: str = "837P", dress: Dress | None = None
) -> bytes:
    """An 837 with the claims (CLM, HI, LX, SV1 ... one a line), sent on that day to that payer."""
    return whole(kind, claims_body(claims, sent, payer), dress, day=sent[2:])


def claim(number: str, *lines: tuple[str, str], day: str = "20260105", frequency: str = "1", replaces: str = "") -> str:
    """The segments of a claim from its lines (procedure, charge), all on one day; REF*6R is the number and L1, L2."""
    total = sum(Decimal(charge) for _, charge in lines)
    out = [f"CLM*{number}*{total}***11:B:{frequency}*Y*A*Y*Y"]
    out += [f"REF*F8*{replaces}"] if replaces else []
    out.append("HI*ABK:J209")
    for i, (procedure, charge) in enumerate(lines, 1):
        out += [f"LX*{i}", f"SV1*HC:{procedure}*{charge}*UN*1***1", f"DTP*472*D8*{day}", f"REF*6R*{number}L{i}"]
    return "\n".join(out)


def remittance_body(
    payments: str, paid: str = "20260201", payer: str = "P1", trace: str = "", deposit: str = ""
) -> str:
    """BPR, TRN, payer and payee around claim payments; the deposit is the sum of CLP04 less PLB unless given."""
    return f"""
        BPR*I*{deposit or _deposit(payments)}*C*ACH************{paid}
        TRN*1*{trace or f"T{paid}"}*1999999999
        N1*PR*PAYER ONE*XV*{payer}
        N1*PE*MAPLE CLINIC*XX*{NPI}
        LX*1
        {payments}
    """


def remittance_file(
    payments: str,
    paid: str = "20260201",
    payer: str = "P1",
    trace: str = "",
    deposit: str = "",
    dress: Dress | None = None,
) -> bytes:
    """An 835 with the claim payments (CLP, CAS, SVC ..., one a line), paid on that day by that payer."""
    return whole("835", remittance_body(payments, paid, payer, trace, deposit), dress, day=paid[2:])


def answer_file(answers: Iterable[tuple[str, str]], day: str = "20260112") -> bytes:
    """A 277CA that gives each claim (control number) a status like `A2:20`."""
    claims = "\n".join(
        f"HL*{4 + i}*3*PT\nNM1*QC*1*DOE*JANE****MI*M0001\nTRN*2*{number}\nSTC*{status}*{day}*WQ*100"
        for i, (number, status) in enumerate(answers)
    )
    return whole("277", f"BHT*0085*08*{day}*{day}*0700*TH\nHL*1**20*1\nHL*2*1*21*1\nHL*3*2*19*1\n{claims}", day=day[2:])


def _deposit(payments: str) -> Decimal:
    """Sum of CLP04 less PLB amounts; amounts that are none count as 0."""
    total = Decimal(0)
    for segment in (line.split("*") for line in segments(payments)):
        if segment[0] == "CLP":
            total += _amount(segment, 4)
        elif segment[0] == "PLB":
            total -= sum((_amount(segment, i) for i in range(4, len(segment), 2)), Decimal(0))
    return total


def _amount(segment: list[str], i: int) -> Decimal:
    try:
        return Decimal(segment[i])
    except (InvalidOperation, IndexError):
        return Decimal(0)


# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Parsed:
    """What the reader made of one file, without a warehouse."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: tuple[int, int] = (0, 0)

    def table(self, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a table as plain tuples: money as text, dates as text, nothing as None."""
        return [tuple(plain(value) for value in row) for row in self.frames[name].select(columns).iter_rows()]

    def column(self, name: str, column: str) -> list[Any]:
        return [row[0] for row in self.table(name, column)]

    def rules(self) -> list[tuple[str, str]]:
        return [(problem.severity, problem.rule) for problem in self.problems]

    def accounts(self) -> dict[str, tuple[int, int]]:
        """For claims and claim payments: seen, and loaded + duplicate + quarantined."""
        loaded = [self.frames[name].height if name in self.frames else 0 for name in ("claim", "claim_payment")]
        out = [problem for problem in self.problems if problem.severity != "flagged"]
        return {
            "claims": (self.seen[0], loaded[0] + sum(problem.claims for problem in out)),
            "claim_payments": (self.seen[1], loaded[1] + sum(problem.claim_payments for problem in out)),
        }


def parsed(*files: bytes, chunk: int = pieces.CHUNK, known: Known | None = None) -> Parsed:
    """Read files as `load` does, up to the rows: pieces, batches by separators, sound rows.

    Raises pieces.UnreadableError as the reader does.
    """
    batches: dict[pieces.Delimiters, Batch] = {}
    envelopes = [Envelope(number) for number in range(len(files))]
    for envelope, data in zip(envelopes, files, strict=True):
        for text, delimiters in pieces.read(BytesIO(data), chunk):
            batches.setdefault(delimiters, Batch(delimiters)).add(envelope, text)
    out, known = Parsed(), known or Known()
    for batch in batches.values():
        stretch, problems = batch.stretch(), list[tuple[int, Problem]]()
        claims, payments = len(stretch.tokens.where("CLM")), len(stretch.tokens.where("CLP"))
        out.seen = (out.seen[0] + claims, out.seen[1] + payments)
        for rows in sound_rows(stretch, known, problems):
            for name, frame in rows.frames.items():
                out.frames[name] = pl.concat([out.frames[name], frame]) if name in out.frames else frame
        out.problems += [problem for _, problem in problems]
    out.problems += [problem for envelope in envelopes for problem in envelope.finish()]
    return out


def loaded(folder: Path, db: Path, **files: bytes) -> LoadReport:
    """Write files (name without a dot: content) into a folder and load them in the order given."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    return load(paths, db)


def plain(value: object) -> object:
    """A cell as a test writes it: Decimal, dates and numbers as text where they would otherwise be clumsy."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
