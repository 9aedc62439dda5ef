"""The chance that work on a denied line recovers money: learned from denials that somebody worked on.

The same discipline as the denial risk: what is known of a denial's outcome on a day is only what had come by then;
young denials wait; learned on older, calibrated on later, tested on the latest; with little data, shrunken rates.
Denials that nobody worked on say nothing about what work brings and are left out.

The trees are used only where they are better than rates by payer and category on the newest denials; on the sample
practice they are not, as the outcome of work depends there on the cause of the denial alone (its own chances reach
AUROC 0.65).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier

from models import calibration, evaluate, overturn_card, saved
from models.asof import AsOf, Codes, days, encode
from models.calibration import Calibration
from models.features import Floats, Integers, log_odds
from models.frames import text
from models.head import expit
from models.overturn_card import beside
from models.risk import threads

FEWEST = 300
_FEWEST_OF_EACH = 30
_PULL = 8.0
# rates from wide to narrow, each pulled to the one before
SIMPLE = "payer x category rate"
_KEYS: tuple[tuple[str, ...], ...] = (
    ("denial_category",), ("carc",), ("payer_id", "carc"), ("payer_id", "carc", "procedure_code"),
)  # fmt: skip
FEATURES = (
    *("rate_" + "_".join(key) for key in _KEYS), *("log_n_" + "_".join(key) for key in _KEYS),
    "log_amount", "is_partial", "is_institutional", "age_days",
)  # fmt: skip
# days until an outcome is taken to be final, when too few were overturned to measure it
_USUAL_WAIT = 180
# what the trees must beat: the rates that the worklist has without them (view overturn_chance)
_SIMPLE: tuple[tuple[str, ...], ...] = (("denial_category",), ("payer_id", "denial_category"))


@dataclass(slots=True)
class Overturn:
    """What is learned about denied lines; `trees` is None when only rates are used."""

    base_rate: float
    trees: Any = None
    calibrator: Calibration | None = None

    def chance(self, x: Floats) -> Floats:
        """Probability per row of a feature matrix (lines x FEATURES)."""
        if self.trees is None or self.calibrator is None:
            return expit(x[:, FEATURES.index("rate_payer_id_carc")]) if len(x) else np.zeros(0)
        with threads(len(x)):
            return self.calibrator.of(self.trees.predict_proba(x)[:, 1]) if len(x) else np.zeros(0)


def chances(connection: duckdb.DuckDBPyConnection, model: Path | None = None) -> pl.DataFrame:
    """Per denied line that still stands: root_id, payer_id, line_number, denied_on, denied_amount (dollars, float),
    chance (0 to 1 that work on it recovers money) and expected_amount (chance x denied amount), the most first.

    model: the risk model's path, beside which the overturn model lies; without one, as-of rates by payer and reason.
    """
    frame = connection.sql(text("denied_work")).pl()
    path = beside(model) if model else None
    learned = _load(path) if path and path.exists() else Overturn(0.5)
    x = _features(frame, _wait(frame), as_of_end=True)
    chance = learned.chance(x)
    found = frame.with_columns(chance=pl.Series(chance, dtype=pl.Float64)).filter(~pl.col("is_overturned"))
    ranked: pl.DataFrame = (
        found.with_columns(expected_amount=pl.col("chance") * pl.col("denied_amount"))
        .select("root_id", "payer_id", "line_number", "denied_on", "denied_amount", "chance", "expected_amount")
        .sort("expected_amount", "root_id", "line_number", descending=[True, False, False])
    )
    return ranked


def train_into(connection: duckdb.DuckDBPyConnection, model: Path) -> dict[str, Any]:
    """Learn from the warehouse's denials and save beside the risk model. Returns the account of it (JSON-ready)."""
    frame = connection.sql(text("denied_work")).pl()
    learned, report = train(frame)
    content = {"base_rate": learned.base_rate, "features": list(FEATURES), "trees": learned.trees,
               "calibrator": None if learned.calibrator is None else learned.calibrator.to_dict()}  # fmt: skip
    saved.write(content, report, beside(model))
    beside(model).with_suffix(".md").write_text(overturn_card.markdown(report), encoding="utf-8")
    return report


def train(frame: pl.DataFrame) -> tuple[Overturn, dict[str, Any]]:
    """Learn from rows of denied_work.sql, in order of denial."""
    wait = _wait(frame)
    x, known = _features(frame, wait), _known_on(frame, wait)
    hit = frame["is_overturned"].cast(pl.Float64).to_numpy()
    through = days(frame["data_through"])
    rows = np.flatnonzero(frame["is_worked"].to_numpy() & (known <= through))
    base = float(hit[rows].mean()) if len(rows) else 0.5
    report: dict[str, Any] = {
        "denied_lines": frame.height, "worked": len(rows), "overturned": int(hit[rows].sum()), "wait_days": wait,
        "kind": "rates", "metrics": {},
    }  # fmt: skip
    cut, last = int(len(rows) * 0.6), int(len(rows) * 0.8)
    train_rows, later, test = rows[:cut], rows[cut:last], rows[last:]
    enough = all(
        min(hit[part].sum(), len(part) - hit[part].sum()) >= _FEWEST_OF_EACH for part in (train_rows, later, test)
    )
    if len(rows) < FEWEST or not enough:
        report["note"] = (
            f"Overturn chances are rates by payer and category: {len(rows):,} worked denials, {int(hit[rows].sum()):,} "
            "overturned, are too few to learn more from."
        )
        return Overturn(base), report
    first = _trees(x[train_rows], hit[train_rows])
    curve = calibration.fit(first.predict_proba(x[later])[:, 1], hit[later])
    tested = Overturn(base, _trees(x[rows[:last]], hit[rows[:last]]), curve)
    denied_on, actual = frame["denied_on"], hit[test]
    report |= {
        "denied_from": str(denied_on[int(rows[0])]), "denied_to": str(denied_on[int(rows[-1])]),
        "test_from": str(denied_on[int(test[0])]),
    }  # fmt: skip
    rate = _rates(frame, wait, _SIMPLE, days(denied_on))[-1][1][test]
    chance, amount = tested.chance(x[test]), frame["denied_amount"].to_numpy()[test]
    for name, p in (("trees", chance), (SIMPLE, rate), ("base rate", np.full(len(test), hit[rows[:last]].mean()))):
        report["metrics"][name] = evaluate.scores(actual, p, amount * actual, p * amount).to_json()
    report["calibration"] = evaluate.reliability(actual, chance)
    gain = (rate - actual) ** 2 - (chance - actual) ** 2
    if gain.mean() <= gain.std(ddof=1) / np.sqrt(len(test)):  # a rate that can be explained, unless there is a gain
        report["note"] = _note(report, len(test), "are not better by more than chance, so the worklist uses the rates")
        return Overturn(base), report
    raw = np.concatenate([first.predict_proba(x[later])[:, 1], tested.trees.predict_proba(x[test])[:, 1]])
    final = Overturn(base, _trees(x[rows], hit[rows]), calibration.fit(raw, np.concatenate([hit[later], actual])))
    report["kind"] = "learned"
    report["note"] = _note(report, len(test), "are better, so the worklist uses them")
    return final, report


def _note(report: dict[str, Any], tested: int, verdict: str) -> str:
    ours, theirs = report["metrics"]["trees"], report["metrics"][SIMPLE]
    return (
        f"Overturn chances: trees learned from {report['worked']:,} worked denials {verdict} (on the latest "
        f"{tested:,}: Brier {ours['brier']}, AUROC {ours['auroc']}; rates by payer and category {theirs['brier']}, "
        f"{theirs['auroc']})."
    )


def _wait(frame: pl.DataFrame) -> int:
    """Days after which a denial not yet overturned will hardly be: 95 % of overturns come sooner."""
    older = frame.head(max(frame.height // 2, 1)).filter(pl.col("is_overturned"))
    waited = (older["overturned_on"] - older["denied_on"]).dt.total_days().quantile(0.95)
    return int(waited) if waited is not None else _USUAL_WAIT


def _known_on(frame: pl.DataFrame, wait: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The day on which each outcome counts as known: when the wait is over, won or lost. Counting what is won at once
    and what is lost later would make every rate too high.
    """
    return np.maximum(days(frame["overturned_on"]), days(frame["denied_on"]) + wait)


def _features(frame: pl.DataFrame, wait: int, as_of_end: bool = False) -> Floats:
    """Lines x FEATURES, as of the day of denial (or of the data's last day)."""
    columns: dict[str, Floats] = {}
    asked = days(frame["data_through"] if as_of_end else frame["denied_on"])
    for key, (n, rate) in zip(_KEYS, _rates(frame, wait, _KEYS, asked), strict=True):
        columns["rate_" + "_".join(key)] = log_odds(rate)
        columns["log_n_" + "_".join(key)] = np.log1p(np.minimum(n, 50))
    columns["log_amount"] = np.log1p(frame["denied_amount"].to_numpy())
    columns["is_partial"] = frame["is_partial"].fill_null(False).cast(pl.Float64).to_numpy()
    columns["is_institutional"] = (frame["claim_type"] == "institutional").fill_null(False).cast(pl.Float64).to_numpy()
    columns["age_days"] = frame["age_days"].cast(pl.Float64).fill_null(0).to_numpy()
    return np.column_stack([columns[name] for name in FEATURES])


def _rates(
    frame: pl.DataFrame, wait: int, keys: tuple[tuple[str, ...], ...], asked: Integers
) -> list[tuple[Integers, Floats]]:
    """Per key, of every line as of the day asked: worked denials known, and the share overturned, pulled to the key
    before.
    """
    worked, known = frame["is_worked"].to_numpy(), _known_on(frame, wait)
    hit = frame["is_overturned"].cast(pl.Float64).to_numpy()
    zero = np.zeros(frame.height, np.int64)
    n, won = AsOf(zero[worked], known[worked], hit[worked]).before(zero, asked)
    rate, found = (won + _PULL * 0.5) / (n + _PULL), []
    for key in keys:
        books = [{value: code for code, value in enumerate(frame[name].fill_null("").unique().sort())} for name in key]
        encoded = [encode(frame[name].fill_null(""), book) for name, book in zip(key, books, strict=True)]
        code = Codes().fit(encoded, [len(book) for book in books])
        n, won = AsOf(code[worked], known[worked], hit[worked]).before(code, asked)
        rate = (won + _PULL * rate) / (n + _PULL)
        found.append((n, rate))
    return found


def _trees(x: Floats, hit: Floats) -> Any:
    trees = HistGradientBoostingClassifier(
        max_iter=80, max_leaf_nodes=8, min_samples_leaf=40, learning_rate=0.06, l2_regularization=5.0,
        monotonic_cst=[int(name.startswith("rate_")) for name in FEATURES], early_stopping=False, random_state=0,
    )  # fmt: skip
    with threads(len(x)):
        return trees.fit(x, hit)


def _load(path: Path) -> Overturn:
    content = saved.read(path, list(FEATURES))
    curve = content.get("calibrator")
    return Overturn(content["base_rate"], content["trees"], None if curve is None else Calibration(**curve))
