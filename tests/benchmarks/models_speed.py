"""How good the model is and how long training, scoring in bulk and one check take, beside what issue 6 asks for:
`python run.py models` makes a sample of 200,000 claims, `python models_speed.py WAREHOUSE SAMPLE_FOLDER` takes one.

Wall seconds say little on a shared machine: CPU seconds stand beside them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BULK = 100_000
_GROUP_OF_CAUSE = {
    "authorization": "authorization", "bundling": "modifier", "modifier": "modifier", "credentialing": "provider",
    "submission_error": "provider", "eligibility": "registration", "frequency": "units",
    "medical_necessity": "diagnosis", "non_covered": "habit", "place_of_service": "habit", "timely_filing": "timing",
}  # fmt: skip


def main(db: Path, sample: Path) -> None:
    """Train on the warehouse, score all its claims with reasons for the riskiest 5 %, and check one file again and
    again.
    """
    import numpy as np

    from etl.warehouse.store import open_reader
    from models import explain, score
    from models.cli import train_into
    from models.features import compute
    from models.frames import some
    from models.history import Past, outcomes
    from models.http import Service

    print(f"\n{'models':<44}{'CPU s':>8}{'wall s':>8}")
    truth = sample / "claims_truth.csv"
    with _timed("train"):
        report = train_into(db, truth=truth if truth.exists() else None)
    tested, payers = report["metrics"]["model"], [one["ece"] for one in report["by_payer"] if one["ece"] is not None]
    print(f"  AUROC {tested['auroc']}, of the way to the best {report['truth']['share_of_best']} (0.90 asked for)")
    print(f"  calibration error {tested['ece']} (0.01), by payer at most {max(payers)} (0.03); training in 180 s")
    service = Service(db)
    with _timed("open warehouse and model for checking"):
        checker = service.checker()
    assert checker.model is not None
    past = outcomes(open_reader(db))
    index = Past(past)
    claims = past.claims
    claims = some(claims, claims.claim["claim_id"].to_list()[-_BULK:])
    with _timed(f"score {claims.claim.height:,} claims, reasons for the top 5 %"):
        lines = compute(claims, index)
        scored = score.score(checker.model, lines)
        riskiest = np.argsort(-scored.risk, kind="stable")[: lines.claim_count // 20]
        reasons = explain.reasons(checker.model, lines, scored, index, {}, np.sort(riskiest))
    print(f"  {sum(bool(one) for one in reasons.values()):,} of {len(reasons):,} have a reason; in 30 s")
    _planted(sample / "claims_truth.csv", claims.claim["patient_control_number"].to_list(), reasons)
    text = sorted((sample / "unsent").glob("*P.837"))[0].read_text(encoding="ascii")
    explained = [one["claim"] for one in service.check(text.encode(), "text/plain") if one["reasons"]]
    for kind, number in (("without a reason", None), ("with reasons", explained[0])):
        body = _one_claim(text, number)
        ms, cpu = _median_ms(lambda body=body: service.check(body, "text/plain"))
        print(f"one claim {kind}, as an 837, warm: {cpu:.0f} CPU ms, median {ms:.0f} ms (60)")


def practice(folder: Path) -> tuple[Path, Path]:
    """A sample practice of 200,000 claims, loaded: its warehouse and its folder."""
    from etl.load import load
    from etl.sample import write_sample

    write_sample(folder / "sample", claims=200_000, seed=1)
    load([folder / "sample"], folder / "sample.duckdb")
    return folder / "sample.duckdb", folder / "sample"


def _planted(truth: Path, numbers: list[str], reasons: dict[int, list[Any]]) -> None:
    """How often the sample's planted cause is the first reason, and among the first three."""
    import polars as pl

    cause = dict(pl.read_csv(truth, columns=["claim_id", "mechanism"]).iter_rows())
    ranks = []
    for position, mine in reasons.items():
        group = _GROUP_OF_CAUSE.get(cause.get(numbers[position], ""))
        if group and mine:
            said = [one.group for one in mine]
            ranks.append(said.index(group) if group in said else 9)
    first, three = (sum(rank < most for rank in ranks) / max(len(ranks), 1) for most in (1, 3))
    print(f"  the planted cause is the first reason in {first:.3f}, among three in {three:.3f} of {len(ranks):,}")


def _one_claim(text: str, number: str | None) -> bytes:
    """One claim of an 837 with one transaction set: the one of that number, else the first."""
    segments = text.split("~")
    named = [segment.strip().split("*") for segment in segments]
    subscribers = [place for place, one in enumerate(named) if one[0] == "HL" and one[3] == "22"]
    at = next(n for n, one in enumerate(named) if one[0] == "CLM" and number in (None, one[1]))
    start = max(place for place in subscribers if place < at)
    end = next(n for n in range(at + 1, len(named)) if named[n][0] in ("CLM", "HL", "SE"))
    trailer = next(n for n, one in enumerate(named) if one[0] == "SE")
    begin = next(n for n, one in enumerate(named) if one[0] == "ST")
    kept = segments[: subscribers[0]] + segments[start:end]
    count = len(kept) - begin + 1
    last = segments[trailer].replace(f"SE*{named[trailer][1]}*", f"SE*{count}*")
    return "~".join([*kept, last, *segments[trailer + 1 :]]).encode()


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
