"""Segments of X12 for a person's eye, with what may identify somebody masked.

Only what is listed here is shown: codes, amounts and dates of service, and the claim's number. Every other character is
replaced by its kind (A letter, 9 digit), so that a wrong length or a stray blank is still seen.
"""

from __future__ import annotations

import re

# the elements of each segment that are shown; what follows a lost terminator has more of them and is masked
_SHOWN = {
    "ISA": range(5, 17), "GS": range(1, 9), "ST": range(1, 4), "SE": range(1, 3), "GE": range(1, 3),
    "IEA": range(1, 3), "BHT": range(1, 7), "BPR": (*range(1, 7), 12, 16), "TRN": range(1, 4), "CUR": range(1, 4),
    "HL": range(1, 5), "LX": range(1, 2), "SBR": (1, 2, 5, 6, 7, 8, 9), "PAT": (1, 2, 3, 4),
    "CLM": range(1, 21), "CLP": (*range(1, 7), *range(8, 15)), "CAS": range(1, 20), "SVC": range(1, 8),
    "SV1": range(1, 22), "SV2": range(1, 11), "SV3": range(1, 12), "HI": range(1, 13), "AMT": range(1, 4),
    "QTY": range(1, 4), "LQ": range(1, 3), "MOA": range(1, 10), "MIA": range(1, 25), "DTM": range(1, 4),
    "DTP": range(1, 4), "PLB": (2, *range(4, 15, 2)), "STC": range(1, 12), "TS2": range(1, 20), "TS3": range(1, 25),
    "NM1": (1, 2, 8), "REF": (1,), "N1": (1, 3), "DMG": (1, 3), "PER": (1,), "PRV": range(1, 4), "CRC": range(1, 8),
}  # fmt: skip
_MOST = {name: max(shown) for name, shown in _SHOWN.items()} | {"NM1": 12, "DMG": 11, "PER": 9, "REF": 4, "N1": 6}
# what a code or an amount looks like: a digit in it, or very short (BPR04 is ACH, CHK ...)
_CODE = re.compile(r"(?=.*\d)[\w.:>^+$, -]{1,35}|[\w.:>^+$, -]{0,2}|ACH|CHK|FWT|NON|CCP|CTX|RD8|RSN")
# segments about somebody: what is shown of them is never longer
_ABOUT = dict.fromkeys(("NM1", "N1", "DMG", "REF", "PER", "PAT"), 3)
# an element in which a lost terminator left the id of a segment about somebody; what follows is masked
_FUSED = re.compile(r".+(NM1|M1|N[1-4]|REF|EF|DMG|MG|PER|ER|PAT|AT)")


def masked(segment: str, element: str) -> str:
    """A segment with everything masked that is not listed as harmless."""
    head, *values = segment.split(element)
    name = head.strip().upper()
    shown = _SHOWN.get(name, ()) if len(values) <= _MOST.get(name, 0) else ()
    harmless = next(
        (place for place, value in enumerate(values, 1) if _FUSED.fullmatch(value.upper())), len(values) + 1
    )
    out = [head if name in _SHOWN else _kinds(head, 3)]
    for place, value in enumerate(values, 1):
        is_shown = place in shown and place < harmless and len(value) <= _ABOUT.get(name, 35) and _CODE.fullmatch(value)
        out.append(value if is_shown else _kinds(value))
    return element.join(out)


def _kinds(value: str, keep: int = 0) -> str:
    """Each character by its kind, the first `keep` as they are."""
    hidden = "".join("9" if c.isdigit() else "A" if c.isalpha() else c for c in value[keep:])
    return value[:keep] + hidden
