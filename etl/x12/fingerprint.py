"""A checksum of each claim as the payer reads it: the same claim sent again unchanged has the same.

It covers the billing provider's, the subscriber's and the patient's loop and the claim to its last line, in canonical
separators. It leaves out what a new export numbers anew: the envelope, BHT, the HL segments and REF*D9 (the
clearinghouse's own number). CRC-32 never misses a change of up to four bytes and costs next to nothing; only claims of
the same patient control number are ever compared by it.
"""

from __future__ import annotations

import re
from functools import partial
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.x12.tokens import Positions, Tokens, next_after, union

Bytes = npt.NDArray[np.int32]  # places in the text

_SEPARATORS = (b"*", b":", b"~")
# what is left out where segments are indented
_UNSTEADY = re.compile(rb"(?<=~)[ \t]*REF\*D9\*[^~]*~|(?<=~)[ \t]+|^~")


def fingerprints(t: Tokens, claim: Positions, claim_end: Positions, levels: list[Positions]) -> pl.Series:
    """One checksum per claim, UInt32.

    `claim` and `claim_end` are the segments where claims begin and end, `levels` the HL segments above each claim, from
    the billing provider down (-1 for none).
    """
    text, at = _canonical(t), t.starts[np.append(t.first, t.first[-1:] + t.count[-1:])]
    breaks = union(claim, t.where("HL"), t.where("SE"), t.where("ST"))
    id_length = t.starts[t.first + 1] - t.starts[t.first] - 1
    own_number = t.qualified("REF", "D9")
    is_indented = id_length.max(initial=0) > 3
    gaps = at[own_number], at[own_number + 1]
    checksums = partial(_without_indents, text) if is_indented else partial(_checksums, text, gaps)
    lowest = np.maximum.reduce(levels)
    is_first = next_after(lowest, breaks, t.n) == claim  # the claim stands next to its loop: both are one span
    seeds = np.zeros(len(claim), np.int64)
    for level in levels:
        apart = np.flatnonzero((level >= 0) & ~(is_first & (level == lowest)))
        hl, claims, back = np.unique(level[apart], return_index=True, return_inverse=True)
        loop_end = next_after(hl, breaks, t.n)
        seeds[apart] = checksums(at[hl + 1], at[loop_end], seeds[apart[claims]])[back]
    start = np.where(is_first & (lowest >= 0), lowest + 1, claim)
    return pl.Series(checksums(at[start], at[claim_end], seeds)).cast(pl.UInt32)


def _checksums(text: bytes, gaps: tuple[Bytes, Bytes], starts: Bytes, ends: Bytes, seeds: Positions) -> Positions:
    """The checksum of each span of bytes without the gaps (where they start and end), continuing from its seed."""
    if not len(gaps[0]):
        spans = zip(starts.tolist(), ends.tolist(), seeds.tolist(), strict=True)
        return np.array([crc32(text[start:end], seed) for start, end, seed in spans], dtype=np.int64)
    gap_starts, gap_ends = (one.tolist() for one in gaps)
    first, last = np.searchsorted(gaps[0], starts), np.searchsorted(gaps[0], ends)
    found = []
    for start, end, checksum, i, j in zip(*(x.tolist() for x in (starts, ends, seeds, first, last)), strict=True):
        while i < j:
            checksum = crc32(text[start : gap_starts[i]], checksum)
            start, i = gap_ends[i], i + 1
        found.append(crc32(text[start:end], checksum))
    return np.array(found, dtype=np.int64)


def _without_indents(text: bytes, starts: Bytes, ends: Bytes, seeds: Positions) -> Positions:
    """The same where segments stand behind blanks."""
    spans = zip(starts.tolist(), ends.tolist(), seeds.tolist(), strict=True)
    found = [crc32(_UNSTEADY.sub(b"", b"~" + text[start:end]), seed) for start, end, seed in spans]
    return np.array(found, dtype=np.int64)


def _canonical(t: Tokens) -> bytes:
    """The text in the usual separators, byte for byte."""
    d = t.delimiters
    mine = b"".join(one or usual for one, usual in zip((d.element, d.component, d.segment), _SEPARATORS, strict=True))
    return (
        t.raw.text
        if mine == b"".join(_SEPARATORS)
        else t.raw.text.translate(bytes.maketrans(mine, b"".join(_SEPARATORS)))
    )
