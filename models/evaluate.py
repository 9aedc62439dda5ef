"""How good a set of risks is, on claims whose answer is known: ranking, calibration, and dollars caught."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = npt.NDArray[np.float64]
Strings = npt.NDArray[np.str_]

# measured: with 837 fields alone nothing honest comes near (FACTS.md); above it, something knows the answer
TOO_GOOD = 0.97
TOP_SHARES = (0.01, 0.05, 0.10)
BANDS = (100, 250, 500, 1000)
# with fewer denials a part's own figures are noise
FEWEST_DENIED = 10
CAPACITIES = (5, 10, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Scores:
    """Quality of one set of risks. Null where it is not defined (only one class, no dollars).

    precision: share denied among the top share of claims by risk. dollars: share of all denied dollars in the top
    share by expected denied dollars. Both keyed by the share in percent. ece: expected calibration error over ten
    bins of equal count.
    """

    claims: int
    denied: int
    auroc: float | None
    average_precision: float | None
    brier: float
    ece: float
    precision: dict[str, float]
    dollars: dict[str, float | None]

    def to_json(self) -> dict[str, object]:
        """The figures, rounded to four places."""
        return {name: rounded(value) for name, value in asdict(self).items()}


def scores(denied: Floats, risk: Floats, denied_amount: Floats, expected_amount: Floats) -> Scores:
    """Compare risks (0 to 1) with what happened (0 or 1); amounts in dollars. All of the same length, at least one
    claim.
    """
    has_both = 0 < denied.sum() < len(denied)
    return Scores(
        claims=len(denied),
        denied=int(denied.sum()),
        auroc=float(roc_auc_score(denied, risk)) if has_both else None,
        average_precision=float(average_precision_score(denied, risk)) if has_both else None,
        brier=float(brier_score_loss(denied, np.clip(risk, 0, 1))),
        ece=calibration_error(denied, risk),
        precision={f"{share:.0%}": float(denied[_top(risk, share)].mean()) for share in TOP_SHARES},
        dollars={f"{share:.0%}": _share(denied_amount, _top(expected_amount, share)) for share in TOP_SHARES},
    )


def reliability(denied: Floats, risk: Floats, bins: int = 10) -> list[dict[str, float]]:
    """The calibration curve: bins of equal count by risk, with claims, mean risk and share denied."""
    order = np.argsort(risk, kind="stable")
    return [
        {"claims": len(part), "mean_risk": float(risk[part].mean()), "denied_share": float(denied[part].mean())}
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_error(denied: Floats, risk: Floats) -> float:
    """Mean distance of mean risk from share denied, over ten bins of equal count (Naeini et al. 2015)."""
    return sum(one["claims"] * abs(one["mean_risk"] - one["denied_share"]) for one in reliability(denied, risk)) / max(
        len(denied), 1
    )


def by(name: str, part: Strings, denied: Floats, risk: Floats) -> list[dict[str, Any]]:
    """Per value of `part`: claims, denied, mean risk, share denied, AUROC, Brier and calibration error."""
    found = []
    for value in sorted(set(part.tolist())):
        mine = part == value
        has_both = FEWEST_DENIED <= denied[mine].sum() < mine.sum()
        row = {
            name: value,
            "claims": int(mine.sum()),
            "denied": int(denied[mine].sum()),
            "mean_risk": float(risk[mine].mean()),
            "denied_share": float(denied[mine].mean()),
            "auroc": float(roc_auc_score(denied[mine], risk[mine])) if has_both else None,
            "brier": float(((risk[mine] - denied[mine]) ** 2).mean()),
            "ece": calibration_error(denied[mine], risk[mine]) if has_both else None,
        }
        found.append({key: rounded(one) for key, one in row.items()})
    return found


def bands(charge: Floats) -> Strings:
    """The dollar band of each claim's charge."""
    edges = [0, *BANDS]
    labels = [f"{low:,} to {high:,}" for low, high in zip(edges[:-1], BANDS, strict=True)] + [f"over {BANDS[-1]:,}"]
    numbered = [f"{place}. {label}" for place, label in enumerate(labels, start=1)]
    return np.array(numbered)[np.searchsorted(BANDS, np.nan_to_num(charge), "left")]


def intervals(denied: Floats, risk: Floats, rounds: int = 100, seed: int = 0) -> dict[str, list[float]]:
    """95 % percentile intervals of AUROC, average precision, Brier and calibration error by resampling claims.

    A resample is worse calibrated than its claims (chance adds distance, never takes it): that much is taken off again.
    """
    if not 1 < denied.sum() < len(denied) - 1:
        return {}
    rng = np.random.default_rng(seed)
    found: dict[str, list[float]] = {"auroc": [], "average_precision": [], "brier": [], "ece": []}
    for _ in range(rounds):
        drawn = rng.integers(0, len(denied), len(denied))
        hit, p = denied[drawn], risk[drawn]
        if not 0 < hit.sum() < len(hit):
            continue
        found["auroc"].append(float(roc_auc_score(hit, p)))
        found["average_precision"].append(float(average_precision_score(hit, p)))
        found["brier"].append(float(((p - hit) ** 2).mean()))
        found["ece"].append(calibration_error(hit, p))
    excess = max(float(np.mean(found["ece"])) - calibration_error(denied, risk), 0) if found["ece"] else 0
    found["ece"] = [max(value - excess, 0) for value in found["ece"]]
    return {
        name: [round(float(q), 4) for q in np.quantile(values, [0.025, 0.975])]
        for name, values in found.items()
        if values
    }


def working_list(
    rankings: dict[str, Floats], day: npt.NDArray[np.datetime64], denied: Floats, denied_amount: Floats
) -> list[dict[str, Any]]:
    """What a person who looks at N claims a working day finds: per capacity and ranking, claims looked at, denied among
    them, and denied dollars, against the expectation at random.

    A day on which claims are sent gets the working days since the one before it.
    """
    sent = np.unique(day)
    weekdays = np.maximum(np.busday_count(sent, np.append(sent[1:], sent[-1] + np.timedelta64(1, "D"))), 1)
    found = []
    for capacity in CAPACITIES:
        for name, ranking in rankings.items():
            chosen = np.concatenate(
                [
                    _first(np.flatnonzero(day == one), ranking, capacity * int(of))
                    for one, of in zip(sent, weekdays, strict=True)
                ]
            )
            found.append({
                "claims_a_day": capacity, "ranked_by": name, "claims": len(chosen), "denied": int(denied[chosen].sum()),
                "denied_amount": round(float(denied_amount[chosen].sum()), 2),
                "at_random_amount": round(float(denied_amount.mean() * len(chosen)), 2),
            })  # fmt: skip
    return found


def warnings(found: Scores) -> list[str]:
    """What a careful reader should be told before trusting the figures."""
    if found.auroc is not None and found.auroc > TOO_GOOD:
        return [
            f"AUROC {found.auroc:.3f} is too good to be true: some column probably knows the answer. "
            "Do not rely on these risks."
        ]
    return []


def auroc_error(found: Scores) -> float | None:
    """Standard error of the AUROC (Hanley and McNeil 1982); None where there is no AUROC."""
    if found.auroc is None:
        return None
    a, denied, paid = found.auroc, found.denied, found.claims - found.denied
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = a * (1 - a) + (denied - 1) * (q1 - a * a) + (paid - 1) * (q2 - a * a)
    return float((max(variance, 0.0) / (denied * paid)) ** 0.5)


def against_truth(denied: Floats, risk: Floats, probability: Floats) -> dict[str, float | None]:
    """On a sample: the best AUROC that anybody could reach (with the true probabilities), the share of the way from
    0.5 (the base rate) to it, and the error of the risks against the true probabilities.
    """
    known = ~np.isnan(probability)
    hit, p, true = denied[known], risk[known], probability[known]
    if not 0 < hit.sum() < len(hit):
        return {"best_auroc": None, "share_of_best": None}
    best, ours = roc_auc_score(hit, true), roc_auc_score(hit, p)
    return {
        "claims": int(known.sum()),
        "best_auroc": round(float(best), 4),
        "auroc": round(float(ours), 4),
        "share_of_best": round(float((ours - 0.5) / (best - 0.5)), 4),
        "best_brier": round(float(((true - hit) ** 2).mean()), 4),
        "ece_of_truth": round(calibration_error(hit, true), 4),
        "mean_distance": round(float(np.abs(p - true).mean()), 4),
    }


def rounded(value: object) -> object:
    """Figures to four places, also inside a mapping."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value


def _first(rows: npt.NDArray[np.int64], ranking: Floats, n: int) -> npt.NDArray[np.int64]:
    return rows[np.argsort(-ranking[rows], kind="stable")[:n]]


def _top(score: Floats, share: float) -> npt.NDArray[np.int64]:
    """Positions of the highest scores: this share of all, at least one."""
    return np.argsort(-score, kind="stable")[: max(1, round(share * len(score)))]


def _share(amount: Floats, chosen: npt.NDArray[np.int64]) -> float | None:
    return float(amount[chosen].sum() / amount.sum()) if amount.sum() > 0 else None
