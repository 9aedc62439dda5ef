"""Whether a newly trained model may replace the one in use: only if it is not worse on the newest claims."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models import risk, score
from models.risk import Model
from models.train import Training

# the challenger must be worse by more than chance to be refused
_STANDARD_ERRORS = 2.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the challenger is taken, and why, in a sentence."""

    is_taken: bool
    reason: str


def judge(challenger: Training, champion: Model | None, champion_learned_to: str | None) -> Decision:
    """Compare squared errors of both on claims sent after the last that the champion learned from.

    The challenger is judged by its tested twin, which learned from nothing later than the test's beginning.
    """
    if champion is None:
        return Decision(True, "No model was in use.")
    test, examples = challenger.test, challenger.examples
    newest = test
    if champion_learned_to is not None:
        newest = test[examples.submitted[test] > np.datetime64(champion_learned_to)]
    denied = examples.denied[newest]
    if not risk.can_learn(denied):
        return Decision(
            True,
            f"Only {len(newest):,} claims ({int(denied.sum()):,} denied) were sent and answered since the model in use "
            "was trained: too few to compare on, so the newly trained model replaces it.",
        )
    old = (score.score(champion, examples.lines).risk[newest] - denied) ** 2
    new = (score.score(challenger.tested, examples.lines).risk[newest] - denied) ** 2
    worse = float((new - old).mean())
    error = float((new - old).std(ddof=1) / np.sqrt(len(newest)))
    figures = f"Brier {new.mean():.4f} against {old.mean():.4f} on the {len(newest):,} newest claims"
    if worse > _STANDARD_ERRORS * error:
        return Decision(False, f"The model in use stays: the newly trained one is worse ({figures}).")
    return Decision(True, f"The newly trained model replaces the one in use: it is not worse ({figures}).")
