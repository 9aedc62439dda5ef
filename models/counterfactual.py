"""What the risk would be if one thing were put right: an authorization, the modifiers, a referring provider.

Only what a biller may change when the record supports it; never a diagnosis.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from models.features import Integers, Lines, compute
from models.frames import Claims, some
from models.history import Past
from models.risk import Model
from models.score import Scored

# a change worth mentioning takes this much risk away, and this share of it
_LEAST_DROP = 0.05
_LEAST_SHARE = 0.25
# lines answered behind the modifiers that are proposed
_FEWEST = 10


def tried(model: Model, lines: Lines, scored: Scored, past: Past, risky: Integers) -> dict[tuple[int, str], str]:
    """(claim position, group) -> ` With an authorization number: 71 % -> 12 %.` for changes that lower the risk."""
    if model.kind == "rates":
        return {}
    claim = lines.claims.claim
    found: dict[tuple[int, str], str] = {}
    bare = risky[~claim["authorization"].to_numpy()[risky]]
    _compare(found, "authorization", "With an authorization number", model, scored, past,
             bare, lambda some: _with_flag(some, "authorization"), lines)  # fmt: skip
    unreferred = risky[~claim["referring"].to_numpy()[risky]]
    _compare(found, "provider", "With a referring provider", model, scored, past,
             unreferred, lambda some: _with_flag(some, "referring"), lines)  # fmt: skip
    riskiest = _riskiest(lines, scored, risky)
    proposed = _usual_modifiers(lines, past, riskiest)
    if proposed.height:
        named = dict(proposed.select("position", "usual").iter_rows())
        better = dict(proposed.select("row", "usual").iter_rows())
        _compare(found, "modifier", "With {} (if the record supports it)", model, scored, past,
                 np.array(sorted(named), dtype=np.int64), lambda some: _with_modifiers(some, better), lines, named)  # fmt: skip
    return found


def _compare(found, group, words, model, scored, past, positions, change, lines, named=None):  # type: ignore[no-untyped-def]
    """Score the changed claims and write down those whose risk falls."""
    if not len(positions):
        return
    ids = lines.claims.claim["claim_id"].to_numpy()[positions]
    changed = compute(change(some(lines.claims, ids.tolist())), past)
    risk = model.claim_risk(model.raw(changed.x), changed.claim, changed.claim_count)
    for position, after in zip(positions.tolist(), risk.tolist(), strict=True):
        before = float(scored.risk[position])
        if before - after >= max(_LEAST_DROP, _LEAST_SHARE * before):
            lead = words.format(_modifier_words(named[position])) if named else words
            found[position, group] = f" {lead}: {before:.0%} → {after:.0%}."


def _with_flag(claims: Claims, column: str) -> Claims:
    yes = pl.lit(True).alias(column)
    return Claims(*(frame.with_columns(yes) for frame in (claims.claim, claims.line, claims.diagnosis, claims.pair)))


def _with_modifiers(claims: Claims, better: dict[int, str]) -> Claims:
    usual = pl.col("from_row").replace_strict(
        list(better), list(better.values()), default=pl.col("modifiers"), return_dtype=pl.String
    )
    set_modifiers = usual.alias("modifiers")
    return replace(
        claims,
        line=claims.line.with_columns(set_modifiers),
        diagnosis=claims.diagnosis.with_columns(set_modifiers),
        pair=claims.pair.with_columns(set_modifiers),
    )


def _riskiest(lines: Lines, scored: Scored, risky: Integers) -> Integers:
    """The riskiest line of each of these claims."""
    rows = np.flatnonzero(np.isin(lines.claim, risky))
    order = rows[np.lexsort((scored.raw[rows], lines.claim[rows]))]
    return order[np.flatnonzero(np.diff(lines.claim[order], append=-1))]


def _usual_modifiers(lines: Lines, past: Past, rows: Integers) -> pl.DataFrame:
    """row, position, usual: for lines whose modifiers the payer mostly denies or has not seen, a fuller set that it pays
    for this code most often; nothing where the line's own modifiers already are that.
    """
    asked = lines.claims.line[rows].select("row", "payer", "procedure", "modifiers").with_columns(
        position=pl.Series(lines.claim[rows])
    )  # fmt: skip
    usual = past.usual_modifiers(_FEWEST)
    return asked.join(usual, on=["payer", "procedure"], how="inner").filter(
        (pl.col("usual") != pl.col("modifiers")) & (pl.col("usual") != "")
    )


def _modifier_words(modifiers: str) -> str:
    return f"modifier{'s' if ' ' in modifiers else ''} {modifiers.replace(' ', ', ')}"
