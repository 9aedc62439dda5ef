"""The likely denial category of a line, given that it is denied: small trees learned from denied lines."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier

from models.features import Floats, Integers
from models.risk import Model, threads

# fewer denied lines teach only which category is the most frequent
_FEWEST = 200
_MOST = 20_000


def learn(model: Model, x: Floats, category: pl.Series) -> None:
    """Set the model's `categories` and `usual_category` from denied lines, in order of time."""
    counts = category.drop_nulls().value_counts(sort=True)
    model.usual_category = counts[category.name][0] if counts.height else None
    common = set(counts.filter(pl.col("count") >= 20)[category.name].to_list())
    kept = np.flatnonzero(category.is_in(list(common)).fill_null(False).to_numpy())[-_MOST:]
    if len(kept) < _FEWEST or len(common) < 2:
        return
    trees: Any = HistGradientBoostingClassifier(
        max_iter=30, max_leaf_nodes=8, learning_rate=0.15, min_samples_leaf=20, max_features=0.5,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    with threads(len(kept)):
        model.categories = trees.fit(model.prepared(x[kept]), category.to_numpy()[kept].astype(str))


def likely(model: Model, x: Floats, line_risk: Floats, claim: Integers, claims: int) -> list[str | None]:
    """Per claim the category of its riskiest line; the most frequent one where nothing more is known."""
    found: list[str | None] = [model.usual_category] * claims
    if model.categories is None or not len(x):
        return found
    order = np.lexsort((line_risk, claim))
    last = np.flatnonzero(np.diff(claim[order], append=-1))
    riskiest = order[last]
    with threads(len(riskiest)):
        named = model.categories.predict(model.prepared(x[riskiest]))
    for position, name in zip(claim[riskiest].tolist(), named.tolist(), strict=True):
        found[position] = str(name)
    return found
