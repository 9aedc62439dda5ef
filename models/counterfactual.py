"""What the risk would be if one thing were put right: an authorization, the modifiers, a referring provider.

Only what a biller may change when the record supports it; never a diagnosis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl

from models.features import Floats, Integers, Lines, compute
from models.frames import Claims, some
from models.history import Past
from models.risk import Model
from models.score import Scored

# a change worth mentioning takes this much risk away, and this share of it
_LEAST_DROP = 0.05
_LEAST_SHARE = 0.25
# lines answered behind the modifiers that are proposed
_FEWEST = 10


def tried(
    model: Model, lines: Lines, scored: Scored, past: Past, asked: Mapping[str, Integers]
) -> dict[tuple[int, str], str]:
    """(claim position, group) -> ` With an authorization number: 71 % -> 12 %.` for changes that lower the risk.

    asked: per group of features, the positions of the claims for which it is a reason.
    """
    if model.kind == "rates":
        return {}
    claim, found = lines.claims.claim, dict[tuple[int, str], str]()
    for group, column, words in (
        ("authorization", "authorization", "With an authorization number"),
        ("provider", "referring", "With a referring provider"),
    ):
        lacking = asked[group][~claim[column].to_numpy()[asked[group]]]
        after = _rescored(model, lines, past, lacking, partial(_with_flag, column=column))
        _note(found, group, scored, lacking, after, [words] * len(lacking))
    proposed = _usual_modifiers(lines, past, _riskiest(lines, scored, asked["modifier"])).sort("position")
    better = dict(proposed.select("row", "usual").iter_rows())
    positions = proposed["position"].to_numpy()
    after = _rescored(model, lines, past, positions, partial(_with_modifiers, better=better))
    words_of = [f"With {_modifier_words(usual)} (if the record supports it)" for usual in proposed["usual"]]
    _note(found, "modifier", scored, positions, after, words_of)
    return found


def _rescored(
    model: Model, lines: Lines, past: Past, positions: Integers, change: Callable[[Claims], Claims]
) -> Floats:
    """The risks of these claims after a change."""
    if not len(positions):
        return np.zeros(0)
    ids = lines.claims.claim["claim_id"].to_numpy()[positions]
    changed = compute(change(some(lines.claims, ids.tolist())), past)
    return model.claim_risk(model.raw(changed.x), changed.claim, changed.claim_count)


def _note(
    found: dict[tuple[int, str], str], group: str, scored: Scored, positions: Integers, after: Floats, words: list[str]
) -> None:
    """Write down the changes that take enough risk away."""
    for position, now, said in zip(positions.tolist(), after.tolist(), words, strict=True):
        before = float(scored.risk[position])
        if before - now >= max(_LEAST_DROP, _LEAST_SHARE * before):
            found[position, group] = f" {said}: {before:.0%} → {now:.0%}."


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
    """row, position, usual: the modifiers with which the payer pays a line's code most often, where they are others."""
    asked = lines.claims.line[rows].select("row", "payer", "procedure", "modifiers").with_columns(
        position=pl.Series(lines.claim[rows])
    )  # fmt: skip
    usual = past.usual_modifiers(_FEWEST)
    return asked.join(usual, on=["payer", "procedure"], how="inner").filter(
        (pl.col("usual") != pl.col("modifiers")) & (pl.col("usual") != "")
    )


def _modifier_words(modifiers: str) -> str:
    return f"modifier{'s' if ' ' in modifiers else ''} {modifiers.replace(' ', ', ')}"
