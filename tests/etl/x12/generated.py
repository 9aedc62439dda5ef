"""Hypothesis strategies: small valid 837P, 837I and 835 files as canonical text."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from tests.x12_text import Dress, group, interchange, transaction

words = st.text("ABCDXYZ019-", min_size=1, max_size=7)
names = st.sampled_from(["DOE", "O NEILL", "SMITH-LEE", "VAN DER BERG"])
npis = st.integers(1_000_000_000, 1_999_999_999).map(str)
money = st.sampled_from(["0", "100", "12.5", "99.99", ".5", "1000000.01", "33.330", "7.00", "-4.25"])
units = st.sampled_from(["1", "2.5", "0", "30", ".125"])
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31))
day = days.map(lambda one: one.strftime("%Y%m%d"))
day_or_range = st.one_of(
    day.map(lambda one: f"D8*{one}"), st.tuples(day, day).map(lambda two: f"RD8*{min(two)}-{max(two)}")
)
codes = st.sampled_from(["99213", "J1100", "D0120", "80053", "36415"])
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
def other_payer(draw: st.DrawFn) -> str:
    return joined(
        f"SBR*P*18*******{draw(st.sampled_from(['MB', 'CI']))}",
        f"CAS*CO*{draw(carcs)}*{draw(money)}",
        draw(person("IL")),
        f"NM1*PR*2*OTHER*****PI*{draw(words)}",
        draw(maybe(words.map(lambda one: f"REF*F8*{one}"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
    )


@st.composite
def service_line(draw: st.DrawFn, number: int, hospital: bool) -> str:
    if hospital:
        procedure = draw(maybe(composites()))
        service = f"SV2*0{draw(st.integers(100, 999))}*{procedure}*{draw(money)}*UN*{draw(units)}"
    else:
        pointer = draw(st.sampled_from(["1", "1:2", "2:1:3", ""]))
        place = draw(maybe(st.just("22")))
        service = f"SV1*{draw(composites())}*{draw(money)}*UN*{draw(units)}*{place}**{pointer}".rstrip("*")
    return joined(
        f"LX*{number}",
        service,
        draw(maybe(day_or_range.map(lambda one: f"DTP*472*{one}"))),
        draw(maybe(words.map(lambda one: f"REF*6R*{one}"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
        draw(maybe(day.map(lambda one: f"SVD*P9*1*HC:99213**1\nCAS*PR*1*3\nDTP*573*D8*{one}"))),
    )


@st.composite
def claim(draw: st.DrawFn, hospital: bool) -> str:
    place = draw(st.sampled_from(["11:B:1", "13:A:7", "22:B:1", "11", "11:B"]))
    qualifiers = ["ABK", "ABF", "ABF", *(["ABJ", "APR", "ABN", "BH"] if hospital else [])]
    diagnoses = [
        f"HI*{q}:{draw(st.sampled_from(['J209', 'E11.9', 'I10']))}" for q in qualifiers[: draw(st.integers(0, 7))]
    ]
    lines = [draw(service_line(i, hospital)) for i in range(1, draw(st.integers(0, 4)) + 1)]
    return joined(
        f"CLM*{draw(words)}*{draw(money)}***{place}*Y*A*Y*Y",
        draw(maybe(day_or_range.map(lambda one: f"DTP*434*{one}"))) if hospital else "",
        *[draw(maybe(words.map(lambda one, name=name: f"REF*{name}*{one}"))) for name in ("F8", "G1", "9F")],
        *diagnoses,
        *[
            draw(maybe(npis.map(lambda one, name=name: f"NM1*{name}*1*DOC*D****XX*{one}")))
            for name in (("71",) if hospital else ("DN", "82", "77"))
        ],
        *[draw(other_payer()) for _ in range(draw(st.integers(0, 2)))],
        *lines,
    )


@st.composite
def claims(draw: st.DrawFn, number: int, hospital: bool) -> str:
    """An 837 body: billing providers, their subscribers, their dependents, their claims."""
    out = [f"BHT*0019*00*{number}*{draw(day)}*0600*CH"]
    level = 0
    for _ in range(draw(st.integers(1, 2))):
        level += 1
        out += [f"HL*{level}**20*1", f"NM1*85*2*{draw(names)}*****XX*{draw(npis)}"]
        for _ in range(draw(st.integers(1, 2))):
            level += 1
            out += [
                f"HL*{level}*1*22*0",
                f"SBR*{draw(st.sampled_from('PS'))}*18*******{draw(st.sampled_from(['MC', 'CI']))}",
            ]
            out += [draw(person("IL")), f"NM1*PR*2*{draw(names)}*****PI*{draw(words)}"]
            out += [draw(claim(hospital)) for _ in range(draw(st.integers(0, 2)))]
            if draw(st.booleans()):
                level += 1
                out += [f"HL*{level}*{level - 1}*23*0", "PAT*19", draw(person("QC"))]
                out += [draw(claim(hospital)) for _ in range(draw(st.integers(1, 2)))]
    return joined(*out)


@st.composite
def adjustment(draw: st.DrawFn) -> str:
    triplets = draw(st.lists(st.tuples(carcs, money, maybe(units)), min_size=1, max_size=6))
    flat = "*".join("*".join(triplet) for triplet in triplets)
    return f"CAS*{draw(st.sampled_from(['CO', 'PR', 'OA', 'PI']))}*{flat}".rstrip("*")


@st.composite
def service_payment(draw: st.DrawFn) -> str:
    procedure = draw(composites() | st.just("NU:0450"))
    revenue, count = draw(maybe(st.just("0301"))), draw(maybe(units))
    changed = draw(maybe(composites()))
    dates = draw(
        st.sampled_from(["", "472", "150 151", "150"]).flatmap(
            lambda names: st.tuples(*[day.map(lambda one, name=name: f"DTM*{name}*{one}") for name in names.split()])
        )
    )
    return joined(
        f"SVC*{procedure}*{draw(money)}*{draw(money)}*{revenue}*{count}*{changed}".rstrip("*"),
        *dates,
        *draw(st.lists(adjustment(), max_size=3)),
        draw(maybe(words.map(lambda one: f"REF*6R*{one}"))),
        draw(maybe(money.map(lambda one: f"AMT*B6*{one}"))),
        *[f"LQ*HE*{code}" for code in draw(st.lists(st.sampled_from(["M51", "N290"]), max_size=2))],
    )


@st.composite
def claim_payment(draw: st.DrawFn) -> str:
    status = draw(st.sampled_from(["1", "2", "4", "22"]))
    return joined(
        f"CLP*{draw(words)}*{status}*{draw(money)}*{draw(money)}*{draw(maybe(money))}*CI*{draw(words)}*11*1",
        *draw(st.lists(adjustment(), max_size=2)),
        draw(maybe(st.just("NM1*QC*1*DOE*JANE****MI*Q1"))),
        draw(maybe(st.just("NM1*IL*1*DOE*JOHN****MI*I1"))),
        draw(maybe(st.just("NM1*74*1*DOE*J****C*X1"))),
        draw(maybe(npis.map(lambda one: f"NM1*82*1*DOC*D****XX*{one}"))),
        draw(maybe(st.just("MOA***MA01**MA18"))),
        draw(maybe(st.just("MIA*0****N30***************N31"))),
        *[draw(maybe(day.map(lambda one, name=name: f"DTM*{name}*{one}"))) for name in ("232", "233", "050")],
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
        draw(maybe(st.just("LX*2\nTS3*1*11*20261231*1*1"))),
        *draw(st.lists(claim_payment(), max_size=2)),
        plb,
    )


@st.composite
def files(draw: st.DrawFn) -> str:
    """An interchange with one to three transaction sets of mixed kinds, each in its own group."""
    groups = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        kind = draw(st.sampled_from(["837P", "837I", "835"]))
        body = draw(remittance(number) if kind == "835" else claims(number, hospital=kind == "837I"))
        groups.append(group(transaction(kind, body, f"{number:04}"), control=str(number)))
    return interchange(*groups)
