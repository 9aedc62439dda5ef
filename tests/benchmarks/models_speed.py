"""How long training, scoring in bulk and one check take: `python models_speed.py WAREHOUSE SAMPLE_FOLDER`.

Wall seconds say little on a shared machine: CPU seconds stand beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def main(db: Path, sample: Path) -> None:
    """Train on the warehouse, score all its claims with reasons for the riskiest 5 %, and check one file again and
    again.
    """
    import numpy as np

    from etl.warehouse.store import open_reader
    from models import explain, score
    from models.cli import train_into
    from models.features import compute
    from models.history import Past, outcomes
    from models.http import Service

    print(f"\n{'models':<44}{'CPU s':>8}{'wall s':>8}")
    truth = sample / "claims_truth.csv"
    with _timed("train"):
        report = train_into(db, truth=truth if truth.exists() else None)
    tested = report["metrics"]["model"]
    print(f"  AUROC {tested['auroc']}, ECE {tested['ece']}, {report.get('truth', {})}")
    service = Service(db)
    with _timed("open warehouse and model for checking"):
        checker = service.checker()
    assert checker.model is not None
    past = outcomes(open_reader(db))
    index = Past(past)
    claims = past.claims
    with _timed(f"score {claims.claim.height:,} claims, reasons for the top 5 %"):
        lines = compute(claims, index)
        scored = score.score(checker.model, lines)
        riskiest = np.argsort(-scored.risk, kind="stable")[: lines.claim_count // 20]
        reasons = explain.reasons(checker.model, lines, scored, index, {}, np.sort(riskiest))
    print(f"  {sum(bool(one) for one in reasons.values()):,} of {len(reasons):,} have a reason")
    body = _one_claim(sorted((sample / "unsent").glob("*P.837"))[0].read_text(encoding="ascii"))
    ms, cpu = _median_ms(lambda: service.check(body, "text/plain"))
    print(f"one claim as an 837, warm: {cpu:.0f} CPU ms, median {ms:.0f} ms")


def _one_claim(text: str) -> bytes:
    """The first claim of an 837 with one transaction set."""
    start = text.index("CLM*")
    kept = text[: text.index("HL*", start)] + text[text.rindex("SE*") :]
    count = kept[kept.index("ST*") : kept.rindex("SE*")].count("~") + 1
    head, _, tail = kept.rpartition("SE*")
    return f"{head}SE*{count}*{tail.split('*', 1)[1]}".encode()


@contextmanager
def _timed(what: str) -> Iterator[None]:
    cpu, wall = time.process_time(), time.perf_counter()
    yield
    print(f"{what:<44}{time.process_time() - cpu:>8.1f}{time.perf_counter() - wall:>8.1f}", flush=True)


def _median_ms(work: Callable[[], object]) -> tuple[float, float]:
    """Median wall and mean CPU milliseconds of thirty runs after five."""
    for _ in range(5):
        work()
    times, cpu = [], time.process_time()
    for _ in range(30):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * sorted(times)[15], 1000 * (time.process_time() - cpu) / 30


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
