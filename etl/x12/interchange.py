"""Pieces of files brought together into stretches that are parsed at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.errors import Problem
from etl.x12.envelope import Envelope, TransactionSet, with_counts
from etl.x12.pieces import Delimiters
from etl.x12.raw import PADDING
from etl.x12.tokens import Positions, Tokens, last_before, pick, split


@dataclass(slots=True)
class Stretch:
    """Pieces of one or more files, in the same separators, as one column of tokens.

    `starts` are the pieces' first segments in it, `offsets` how many segments of its file came before each piece,
    `files` the number of each piece's file. `problems` are those outside of transaction sets, with their file.
    """

    tokens: Tokens
    starts: Positions
    offsets: Positions
    files: list[int]
    sets: list[TransactionSet]
    problems: list[tuple[int, Problem]]

    def positions(self, segments: Positions) -> Positions:
        """Where segments of the stretch stand in their files, counted from 1."""
        piece = last_before(self.starts, segments)
        return segments - self.starts[piece] + self.offsets[piece] + 1

    def position(self, segment: int) -> int:
        """Where one segment of the stretch stands in its file, counted from 1."""
        return int(self.positions(np.array([segment]))[0])

    def file(self, segment: int) -> int:
        """The file that a segment of the stretch came from."""
        return self.files[int(last_before(self.starts, np.array([segment]))[0])]


class Batch:
    """Collects pieces that share their separators, so that many small files cost as little as a large one."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self.byte_count = 0
        self._pieces: list[tuple[Envelope, bytes]] = []

    def add(self, envelope: Envelope, piece: bytes) -> None:
        """Add a piece of a file; the pieces of a file come in order and share its envelope."""
        self._pieces.append((envelope, piece))
        self.byte_count += len(piece)

    def stretch(self) -> Stretch:
        """What was collected, with its transaction sets and what is wrong with their envelopes. Empties the batch."""
        envelopes = [envelope for envelope, _ in self._pieces]
        bytes_before = np.cumsum([0, *(len(piece) for _, piece in self._pieces)])
        text = b"".join([*(piece for _, piece in self._pieces), PADDING])
        self._pieces, self.byte_count = [], 0
        tokens = split(text, self.delimiters)
        bounds = np.searchsorted(tokens.starts[tokens.first], bytes_before).astype(np.int64)
        offsets = np.zeros(len(envelopes), dtype=np.int64)
        out = Stretch(tokens, bounds[:-1], offsets, [envelope.file for envelope in envelopes], [], [])
        frame = tokens.where("ISA", "TA1", "GS", "ST", "SE", "GE", "IEA")
        inside = np.searchsorted(frame, bounds)
        for i, envelope in enumerate(envelopes):
            offsets[i] = envelope.segments_before
            own = frame[inside[i] : inside[i + 1]].tolist()
            sets, problems = envelope.follow(tokens, own, int(bounds[i]), int(bounds[i + 1]))
            out.sets += sets
            out.problems += [(envelope.file, problem) for problem in problems]
        out.problems += _outside(out)
        return out


def _outside(stretch: Stretch) -> list[tuple[int, Problem]]:
    """CLM and CLP segments that stand in no transaction set are quarantined, not overlooked."""
    starts = np.array([one.start for one in stretch.sets], dtype=np.int64)
    ends = np.array([one.end for one in stretch.sets], dtype=np.int64)
    at = stretch.tokens.where("CLM", "CLP")
    found = []
    for segment in at[at > pick(ends, last_before(starts, at))].tolist():
        name = stretch.tokens.id_at(segment)
        fix = "It was quarantined. Ask the sender for the whole file."
        position = stretch.position(segment)
        problem = Problem("quarantined", "outside-set", f"a {name} outside ST and SE", "ST before it", fix, position)
        found.append((stretch.file(segment), with_counts(problem, int(name == "CLM"), int(name == "CLP"))))
    return found
