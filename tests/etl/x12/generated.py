"""Hypothesis strategies: small valid 837P, 837I, 837D, 835, 999 and 277 files as canonical text."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.x12_text import Dress, group, interchange, transaction

words = st.text("ABCDXYZ019-", min_size=1, max_size=7)
claim_numbers = words.filter(lambda one: one.strip("0") != "")  # one of zeros is flagged
names = st.sampled_from(["DOE", "O NEILL", "SMITH-LEE", "VAN DER BERG"])
npis = st.integers(1_000_000_000, 1_999_999_999).map(str)
money = st.sampled_from(["0", "100", "12.5", "99.99", ".5", "1000000.01", "33.330", "7.00", "-4.25"])
units = st.sampled_from(["1", "2.5", "0", "30", ".125"])
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31))
day = days.map(lambda one: one.strftime("%Y%m%d"))
period = st.lists(day, min_size=2, max_size=2).map(sorted)
day_or_range = st.one_of(
    day.map(lambda one: f"D8*{one}"), st.tuples(day, day).map(lambda two: f"RD8*{min(two)}-{max(two)}")
)
codes = procedures = st.sampled_from(["99213", "J1100", "D0120", "80053", "36415"])
modifiers = st.lists(st.sampled_from(["25", "59", "GT", "XU", ""]), max_size=4)
carcs = st.sampled_from(["45", "1", "197", "16", "A1", "253", "0097"])

DRESSES = st.builds(
    Dress,
    st.sampled_from(["*", "|", "!", "\x1d"]),
    st.sampled_from([":", ">", "<", "\\"]),
    st.sampled_from(["~", "'", "\x1c"]),
    st.sampled_from(["^", "U", "{"]),
    st.sampled_from(["", "\n", "\r\n", "\n  "]),
) | st.builds(Dress, segment=st.just("\n"), line_end=st.sampled_from(["", "  "]))


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | strategy


def joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


@st.composite
def composites(draw: st.DrawFn, code: st.SearchStrategy[str] = codes) -> str:
    return ":".join(["HC", draw(code), *draw(modifiers)]).rstrip(":")


@st.composite
def person(draw: st.DrawFn, qualifier: str) -> str:
    return joined(
        f"NM1*{qualifier}*1*{draw(names)}*{draw(words)}****MI*{draw(words)}",
        draw(maybe(st.just("N3*1 STREET"))),
        draw(maybe(words.map(lambda one: f"N4*TOWN*OH*{one}"))),
        draw(maybe(st.tuples(day, st.sampled_from("MFU")).map(lambda one: f"DMG*D8*{one[0]}*{one[1]}"))),
    )


@st.composite
def adjustment(draw: st.DrawFn) -> str:
    triplets = draw(st.lists(st.tuples(carcs, money, maybe(units)), min_size=1, max_size=6))
    flat = "*".join("*".join(triplet) for triplet in triplets)
    return f"CAS*{draw(st.sampled_from(['CO', 'PR', 'OA', 'PI']))}*{flat}".rstrip("*")


@st.composite
def other_payer(draw: st.DrawFn) -> str:
    return joined(
        f"SBR*{draw(st.sampled_from('PST'))}*{draw(st.sampled_from(['18', '01', '19']))}*******MB",
        *draw(st.lists(adjustment(), max_size=2)),
        *[draw(maybe(money.map(lambda one, name=name: f"AMT*{name}*{one}"))) for name in ("D", "A8", "EAF")],
        draw(maybe(money.map(lambda one: f"MIA*0*{one}**{one}*N30***************N31****{one}"))),
        draw(maybe(money.map(lambda one: f"MOA*.8*{one}*MA01**MA18***{one}"))),
        draw(person("IL")),
        f"NM1*PR*2*OTHER*****PI*{draw(words)}",
        draw(maybe(day.map(lambda one: f"DTP*573*D8*{one}"))),
        draw(maybe(words.map(lambda one: f"REF*F8*{one}"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
    )


@st.composite
def answer(draw: st.DrawFn) -> str:
    """What another payer says of a line."""
    revenue, count, bundled = draw(maybe(st.just("0301"))), draw(maybe(units)), draw(maybe(st.just("1")))
    return joined(
        f"SVD*{draw(words)}*{draw(money)}*{draw(composites())}*{revenue}*{count}*{bundled}".rstrip("*"),
        *draw(st.lists(adjustment(), max_size=2)),
        draw(maybe(day.map(lambda one: f"DTP*573*D8*{one}"))),
        draw(maybe(money.map(lambda one: f"AMT*EAF*{one}"))),
    )


@st.composite
def service_line(draw: st.DrawFn, number: int, kind: str) -> str:
    pointer = draw(st.sampled_from(["1", "1:2", "2:1:3", ""]))
    place, teeth = draw(maybe(st.just("22"))), []
    if kind == "837I":
        procedure = draw(maybe(composites()))
        service = f"SV2*0{draw(st.integers(100, 999))}*{procedure}*{draw(money)}*UN*{draw(units)}"
    elif kind == "837D":
        cavity = draw(st.sampled_from(["", "10", "10:20:30"]))
        service = f"SV3*AD:D2391*{draw(money)}*{place}*{cavity}**{draw(units)}*****{pointer}".rstrip("*")
        teeth = draw(st.lists(st.sampled_from(["TOO*JP*3", "TOO*JP*14*M:O:D", "TOO*JP*A*B"]), max_size=2))
    else:
        service = f"SV1*{draw(composites())}*{draw(money)}*UN*{draw(units)}*{place}**{pointer}".rstrip("*")
    return joined(
        f"LX*{number}",
        service,
        *teeth,
        draw(maybe(day_or_range.map(lambda one: f"DTP*472*{one}"))),
        draw(maybe(words.map(lambda one: f"REF*6R*{one}"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
        *draw(st.lists(answer(), max_size=2)),
    )


@st.composite
def claim(draw: st.DrawFn, kind: str) -> str:
    hospital = kind == "837I"
    place = draw(st.sampled_from(["11:B:1", "13:A:7", "22:B:1", "11", "11:B"]))
    qualifiers = ["ABK", "ABF", "ABF", *(["ABJ", "APR", "ABN", "BH"] if hospital else [])]
    codes = ["DR:470", "BBR:0DTJ4ZZ:D8:20260104", "BBQ:0W9.G30Z", "BI:71:RD8:20260101-20260103", "BE:80:::4", "BG:C1"]
    others = st.lists(st.sampled_from(codes), min_size=1, max_size=3)
    diagnoses = [
        f"HI*{q}:{draw(st.sampled_from(['J209', 'E11.9', 'I10']))}" for q in qualifiers[: draw(st.integers(0, 7))]
    ]
    lines = [draw(service_line(i, kind)) for i in range(1, draw(st.integers(0, 4)) + 1)]
    return joined(
        f"CLM*{draw(claim_numbers)}*{draw(money)}***{place}*Y*A*Y*Y{draw(maybe(st.just('*' * 10 + 'PB')))}",
        draw(maybe(day_or_range.map(lambda one: f"DTP*434*{one}"))) if hospital else "",
        *[draw(maybe(words.map(lambda one, name=name: f"REF*{name}*{one}"))) for name in ("F8", "G1", "9F")],
        *diagnoses,
        *draw(st.lists(others.map(lambda some: "*".join(["HI", *some])), max_size=2)),
        *[
            draw(maybe(npis.map(lambda one, name=name: f"NM1*{name}*1*DOC*D****XX*{one}")))
            for name in (("71",) if hospital else ("DN", "82", "77"))
        ],
        *[draw(other_payer()) for _ in range(draw(st.integers(0, 2)))],
        *lines,
    )


@st.composite
def claims(draw: st.DrawFn, number: int, kind: str) -> str:
    """An 837 body: billing providers, their subscribers, their dependents, their claims."""
    out = [f"BHT*0019*00*{number}*{draw(day)}*0600*CH"]
    level = 0
    for _ in range(draw(st.integers(1, 2))):
        level += 1
        out += [f"HL*{level}**20*1", f"NM1*85*2*{draw(names)}*****XX*{draw(npis)}"]
        for _ in range(draw(st.integers(1, 2))):
            level += 1
            self, filing = draw(maybe(st.just("18"))), draw(st.sampled_from(["MC", "CI"]))
            out += [f"HL*{level}*1*22*0", f"SBR*{draw(st.sampled_from('PS'))}*{self}*******{filing}"]
            out += [draw(person("IL")), f"NM1*PR*2*{draw(names)}*****PI*{draw(words)}"]
            out += [draw(claim(kind)) for _ in range(draw(st.integers(0, 2)))]
            if draw(st.booleans()):
                level += 1
                out += [
                    f"HL*{level}*{level - 1}*23*0",
                    draw(st.sampled_from(["PAT*19", "PAT*01", "PAT"])),
                    draw(person("QC")),
                ]
                out += [draw(claim(kind)) for _ in range(draw(st.integers(1, 2)))]
    return joined(*out)


@st.composite
def service_payment(draw: st.DrawFn) -> str:
    procedure = draw(composites() | st.just("NU:0450"))
    revenue, count = draw(maybe(st.just("0301"))), draw(maybe(units))
    changed, before = draw(maybe(composites())), draw(maybe(units))
    names = draw(st.sampled_from(["", "472", "150 151", "150"])).split()
    dates = [f"DTM*{name}*{one}" for name, one in zip(names, draw(period), strict=False)]
    return joined(
        f"SVC*{procedure}*{draw(money)}*{draw(money)}*{revenue}*{count}*{changed}*{before}".rstrip("*"),
        *dates,
        *draw(st.lists(adjustment(), max_size=3)),
        draw(maybe(words.map(lambda one: f"REF*6R*{one}"))),
        *[draw(maybe(money.map(lambda one, name=name: f"AMT*{name}*{one}"))) for name in ("B6", "KH")],
        *[f"LQ*{code}" for code in draw(st.lists(st.sampled_from(["HE*M51", "HE*N290", "RX*75"]), max_size=2))],
    )


@st.composite
def claim_payment(draw: st.DrawFn) -> str:
    status = draw(st.sampled_from(["1", "2", "4", "19", "22", "23"]))
    return joined(
        f"CLP*{draw(words)}*{status}*{draw(money)}*{draw(money)}*{draw(maybe(money))}*CI*{draw(words)}*11*1"
        f"{draw(maybe(st.just('**470')))}",
        *draw(st.lists(adjustment(), max_size=2)),
        draw(maybe(st.just("NM1*QC*1*DOE*JANE****MI*Q1"))),
        draw(maybe(st.just("NM1*IL*1*DOE*JOHN****MI*I1"))),
        draw(maybe(st.just("NM1*74*1*DOE*J****C*X1"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
        draw(maybe(words.map(lambda one: f"NM1*TT*2*NEXT PAYER*****PI*{one}"))),
        draw(maybe(words.map(lambda one: f"NM1*PR*2*FIRST PAYER*****PI*{one}"))),
        draw(maybe(money.map(lambda one: f"MOA*.8*{one}*MA01**MA18***{one}"))),
        draw(maybe(money.map(lambda one: f"MIA*0*{one}**{one}*N30***************N31****{one}"))),
        draw(maybe(words.map(lambda one: f"REF*F8*{one}"))),
        *[draw(maybe(st.just(f"DTM*{name}*{one}"))) for name, one in zip(("232", "233"), draw(period), strict=True)],
        *[draw(maybe(day.map(lambda one, name=name: f"DTM*{name}*{one}"))) for name in ("050", "036")],
        *[draw(maybe(money.map(lambda one, name=name: f"AMT*{name}*{one}"))) for name in ("AU", "I")],
        *draw(st.lists(service_payment(), max_size=4)),
    )


@st.composite
def remittance(draw: st.DrawFn, number: int) -> str:
    """An 835 body."""
    payer = draw(st.sampled_from(["N1*PR*PAYER*XV*P1", "N1*PR*PAYER\nREF*2U*P2", "N1*PR*PAYER"]))
    pairs = draw(st.lists(st.tuples(st.sampled_from(["WO:A", "FB", "L6:B"]), money), max_size=3))
    plb = f"PLB*1*{draw(day)}*" + "*".join("*".join(pair) for pair in pairs) if pairs else ""
    return joined(
        f"BPR*I*{draw(money)}*{draw(st.sampled_from('CD'))}*ACH************{draw(day)}",
        f"TRN*1*T{number}*1999999999",
        draw(maybe(day.map(lambda one: f"DTM*405*{one}"))),
        payer,
        f"N1*PE*CLINIC*XX*{draw(npis)}",
        "LX*1",
        *draw(st.lists(claim_payment(), max_size=3)),
        draw(maybe(money.map(lambda one: f"LX*2\nTS3*1*11*20261231*12*{one}****{one}"))),
        draw(maybe(money.map(lambda one: f"LX*3\nTS3*2*13*20261231*3*{one}\nTS2*{one}*1"))),
        *draw(st.lists(claim_payment(), max_size=2)),
        plb,
    )


@st.composite
def syntax_answer(draw: st.DrawFn, number: int) -> str:
    """A 999 body."""
    out = [f"AK1*HC*{number}*005010X222A1"]
    for control in range(1, draw(st.integers(0, 3)) + 1):
        out.append(f"AK2*837*{control:04}")
        for _ in range(draw(st.integers(0, 2))):
            out.append(f"IK3*CLM*{draw(st.integers(1, 99))}*{draw(maybe(st.just('2300')))}*8")
            out += [f"CTX*CLM01:{draw(words)}"] if draw(st.booleans()) else []
            out += [
                f"IK4*{place}*{draw(maybe(st.just('782')))}*7*BAD" for place in draw(st.sampled_from(["", "2", "25:3"]))
            ]
        out.append(f"IK5*{draw(st.sampled_from(['A', 'E', 'R*5', 'R*5*I5']))}")
    return joined(*out, f"AK9*{draw(st.sampled_from(['A*1*1*1', 'P*3*3*1', 'R*2*2*0*1*5']))}")


statuses = st.sampled_from(["A1:19:PR", "A2:20", "A3:21:85", "A7:562:IL", "A8:33"])


@st.composite
def status(draw: st.DrawFn) -> str:
    more = "*".join(draw(st.lists(statuses, max_size=2)))
    said = f"STC*{draw(statuses)}*{draw(maybe(day))}*{draw(maybe(st.sampled_from(['WQ', 'U'])))}*{draw(maybe(money))}"
    return f"{said}******{more}" if more else said


@st.composite
def claim_answer(draw: st.DrawFn, number: int) -> str:
    """The levels of a 277CA: a receiver, its providers, their claims and lines."""
    out = [f"BHT*0085*08*{number}*{draw(day)}*0700*TH", "HL*1**20*1", "NM1*AY*2*HOUSE*****46*1", f"TRN*1*S{number}"]
    for level, codes in (("21", ("90", "AA")), *draw(st.lists(st.just(("19", ("QA", "QC"))), max_size=2))):
        who = f"NM1*85*2*CLINIC*****XX*{draw(npis)}" if level == "19" else "NM1*41*2*CLINIC*****46*2"
        out += [f"HL*2*1*{level}*1", who, draw(maybe(words.map(lambda one: f"TRN*2*{one}"))), draw(maybe(status()))]
        out += [draw(maybe(st.integers(0, 9).map(lambda n, code=code: f"QTY*{code}*{n}"))) for code in codes]
        out += [draw(maybe(money.map(lambda one, code=code: f"AMT*{code}*{one}"))) for code in ("YU", "YY")]
        for _ in range(draw(st.integers(0, 2)) if level == "19" else 0):
            out += ["HL*3*2*PT", "NM1*QC*1*DOE*JANE****MI*M1", f"TRN*2*{draw(words)}"]
            out += [*draw(st.lists(status(), max_size=2)), draw(maybe(words.map(lambda one: f"REF*1K*{one}")))]
            for _ in range(draw(st.integers(0, 2))):
                out += [f"SVC*HC:{draw(procedures)}*{draw(money)}", *draw(st.lists(status(), max_size=2))]
                out.append(draw(maybe(words.map(lambda one: f"REF*FJ*{one}"))))
    return joined(*out)


@st.composite
def body(draw: st.DrawFn, kind: str, number: int) -> str:
    if kind == "835":
        return draw(remittance(number))
    if kind == "277":
        return draw(claim_answer(number))
    return draw(syntax_answer(number) if kind == "999" else claims(number, kind))


@st.composite
def files(draw: st.DrawFn, kinds: tuple[str, ...] = ("837P", "837I", "837D", "835", "999", "277")) -> str:
    """An interchange with one to three transaction sets of mixed kinds, each in its own group."""
    groups = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        kind = draw(st.sampled_from(kinds))
        groups.append(group(transaction(kind, draw(body(kind, number)), f"{number:04}"), control=str(number)))
    return interchange(*groups)


# --- another order --------------------------------------------------------------------------------------------------

# what opens a loop (an NM1 opens one too, inside of the level that these open); its segments may come in any order
OPENERS = (
    "ISA",
    "GS",
    "ST",
    "BHT",
    "BPR",
    "HL",
    "CLM",
    "SBR",
    "LX",
    "SVD",
    "CLP",
    "SVC",
    "N1",
    "TS3",
    "PLB",
    "AK1",
    "TRN",
)
OPENERS += ("AK2", "IK3", "IK5", "AK9", "SE", "GE", "IEA")
# and what keeps its place behind its opener: a service, and totals that belong to the segment before
BOUND = ("SV1", "SV2", "SV3", "TS2")


@st.composite
def reordered(draw: st.DrawFn, text: str) -> str:
    """The same file with the segments of each loop in another order, and the NM1 loops of each level too."""
    out: list[str] = []
    level: list[str] = []
    for line in [*text.splitlines(), "IEA"]:
        name = line.split("*")[0]
        if name in OPENERS or name in BOUND:
            out += _shuffled(draw, level)
            level = []
            out.append(line)
        else:
            level.append(line)
    return "\n".join(out[:-1])


def _shuffled(draw: st.DrawFn, level: list[str]) -> list[str]:
    """A level's own segments, then its NM1 loops with theirs. Diagnoses keep their order: pointers count them."""
    loops: list[list[str]] = [[]]
    for line in level:
        if line.startswith("NM1"):
            loops.append([])
        loops[-1].append(line)
    own = draw(st.permutations(loops[0]))
    diagnoses = iter([line for line in loops[0] if line.startswith("HI*")])
    own = [next(diagnoses) if line.startswith("HI*") else line for line in own]
    named = [[head, *draw(st.permutations(rest))] for head, *rest in draw(st.permutations(loops[1:]))]
    return [*own, *(line for loop in named for line in loop)]
