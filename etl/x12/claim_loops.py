"""Where the loops of an 837 begin and end, found by position: a claim belongs to the nearest HL before it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from etl.x12.tokens import Positions, Tokens, either, first_between, last_before, next_after, ordinals, pick, union


@dataclass(slots=True)
class ClaimLoops:
    """Where the loops of each claim begin and end, one entry per CLM."""

    claim: Positions  # CLM
    end: Positions  # the segment after the claim
    body: Positions  # first LX or 2320 SBR: what comes before is loop 2300
    billing: Positions  # HL 20
    billing_end: Positions
    subscriber: Positions  # HL 22
    subscriber_end: Positions
    dependent: Positions  # HL 23, or -1

    def owner(self, segments: Positions) -> Positions:
        """The row of the claim that each segment stands in, or -1."""
        owner = last_before(self.claim, segments)
        return np.where(segments < pick(self.end, owner), owner, -1)


@dataclass(slots=True)
class LineLoops:
    """Where each service line begins and ends, one entry per LX of a claim."""

    line: Positions  # LX
    end: Positions  # the segment after the line
    claim: Positions  # the row of its claim
    number: Positions  # its place in the claim, from 1
    professional: Positions  # SV1, or -1
    institutional: Positions  # SV2, or -1
    dental: Positions  # SV3, or -1
    service: Positions  # whichever of the three there is

    def owner(self, segments: Positions) -> Positions:
        """The row of the line that each segment stands in, or -1."""
        owner = last_before(self.line, segments)
        return np.where(segments < pick(self.end, owner), owner, -1)


def find_claims(t: Tokens) -> ClaimLoops:
    """The claims of a stretch and the provider, subscriber and dependent levels above them."""
    claim, hl, st = t.where("CLM"), t.where("HL"), t.where("ST")
    level_20, level_22, level_23 = (t.qualified("HL", level, element=3) for level in ("20", "22", "23"))
    breaks = union(claim, hl, t.where("SE"), st)
    end = next_after(claim, breaks, t.n)
    first_inner = first_between(claim, end, union(t.where("LX"), t.where("SBR")))
    subscriber = pick(level_22, last_before(level_22, claim))
    billing = pick(level_20, last_before(level_20, claim))
    dependent = pick(level_23, last_before(level_23, claim))
    own_st = pick(st, last_before(st, claim))
    subscriber = np.where(subscriber > own_st, subscriber, -1)
    return ClaimLoops(
        claim=claim,
        end=end,
        body=np.where(first_inner < 0, end, first_inner),
        billing=np.where(billing > own_st, billing, -1),
        billing_end=next_after(billing, breaks, t.n),
        subscriber=subscriber,
        subscriber_end=next_after(subscriber, breaks, t.n),
        dependent=np.where(dependent > np.maximum(subscriber, own_st), dependent, -1),
    )


def find_lines(t: Tokens, loops: ClaimLoops) -> LineLoops:
    """The service lines of the claims. Lines without a claim and services without a line are noted as orphans."""
    every = t.where("LX")
    owner = loops.owner(every)
    line, owner = every[owner >= 0], owner[owner >= 0]
    t.orphans(np.setdiff1d(every, line) if len(line) < len(every) else every[:0], "CLM")
    end = np.minimum(next_after(line, every, t.n), loops.end[owner])
    professional, institutional, dental = (first_between(line, end, t.where(name)) for name in ("SV1", "SV2", "SV3"))
    service = either(professional, institutional, dental)
    services = t.where("SV1", "SV2", "SV3")
    if int((service >= 0).sum()) < len(services):
        t.orphans(np.setdiff1d(services, service), "LX")
    return LineLoops(line, end, owner, ordinals(owner), professional, institutional, dental, service)
