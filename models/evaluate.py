"""How good a set of risks is, on claims whose answer is known: ranking, calibration, and dollars caught."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

Floats = npt.NDArray[np.float64]

# measured: with 837 fields alone nothing honest comes near (FACTS.md); above it, something knows the answer
TOO_GOOD = 0.97
TOP_SHARES = (0.05, 0.10)


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
        return {name: _rounded(value) for name, value in asdict(self).items()}


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
    return sum(one["claims"] * abs(one["mean_risk"] - one["denied_share"]) for one in reliability(denied, risk)) / len(
        denied
    )


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
    return float((variance / (denied * paid)) ** 0.5)


def _top(score: Floats, share: float) -> npt.NDArray[np.int64]:
    """Positions of the highest scores: this share of all, at least one."""
    return np.argsort(-score, kind="stable")[: max(1, round(share * len(score)))]


def _share(amount: Floats, chosen: npt.NDArray[np.int64]) -> float | None:
    return float(amount[chosen].sum() / amount.sum()) if amount.sum() > 0 else None


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return round(value, 4) if isinstance(value, float) else value
