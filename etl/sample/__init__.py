"""A simulated practice and hospital outpatient department that writes the files such a place really has.

`write_sample` writes X12 claims, answers and remittances, the practice's side files, claims not yet sent, and the
planted figures (`truth.json`, `claims_truth.csv`). Everything is invented; the same seed writes the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

from etl.sample.contests import add_contests
from etl.sample.encounters import Front
from etl.sample.events import Root, Submission
from etl.sample.files import Written, write_answers, write_claims, write_remittances
from etl.sample.lives import Years
from etl.sample.money import text
from etl.sample.patient_money import add_transactions
from etl.sample.remittances import remittances
from etl.sample.side_files import add_audits, cut_after, write_side_files
from etl.sample.truth import Truth, write_truth
from etl.sample.truth_recovery import payer_changes, write_recovery
from etl.sample.unsent import plant, write_unsent

__all__ = ["write_sample"]

FOLDERS = ("837", "277CA", "835", "unsent")


def write_sample(
    out: Path,
    claims: int = 20_000,
    seed: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Write a sample of so many original claims into the folder `out` (made if missing).

    `progress(step, done, total)` is called as the work goes on. Raises ValueError for fewer than 50 or more than
    200,000 claims, and FileExistsError when `out` already holds a sample: two samples must not mix.
    """
    if not 50 <= claims <= 200_000:
        raise ValueError(f"claims must be between 50 and 200,000, found {claims}")
    report = progress or _silent
    for name in FOLDERS:
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty; give an empty folder for the sample")

    front = Front(claims, seed)
    roots = _simulate(front, claims, seed, report)
    data_through = max(
        max(s.day for root in roots for s in root.submissions),
        max((a.day for root in roots for a in root.answers), default=roots[0].first_submitted),
        max((p.day for root in roots for p in root.payments), default=roots[0].first_submitted),
    )
    cut_after(roots, data_through)
    add_contests(roots, Random(f"{seed}:contests"), data_through)
    planted = plant(front, roots)

    written = Written()
    write_claims(out / "837", roots, written, report)
    write_answers(out / "277CA", roots, written, report)
    remitted = remittances(roots)
    write_remittances(out / "835", remitted, written, report)
    write_unsent(out / "unsent", planted)
    in_work = [e for e, mistake in planted if mistake != "duplicate" and e.root.work.entered <= data_through]
    write_side_files(out, roots, in_work, (front.coders, front.billers))
    _write_claims_truth(out / "claims_truth.csv", roots)

    report("truth", 0, 1)
    sent = [s for root in roots for s in root.submissions]
    submissions = [s for root in roots for s in _told_apart(root.submissions)]
    counts = {
        "claims": len(submissions),
        "claims_sent_again": len(sent) - len(submissions),
        "service_lines": _lines(submissions),
        "service_lines_sent_again": _lines(sent) - _lines(submissions),
        "remittances": len(remitted),
        "claim_payments": sum(len(root.payments) for root in roots),
        "duplicate_claims": written.duplicate_claims,
        "duplicate_claim_payments": written.duplicate_claim_payments,
        "acknowledgements": sum(len(root.answers) for root in roots),
        "duplicate_files": written.duplicate_files,
    }
    facts: dict[str, object] = {
        "seed": seed,
        "claims": claims,
        "data_through": data_through.isoformat(),
        "files": written.files,
        "counts": counts,
        "payer_changes": payer_changes(),
    }
    truth = Truth(roots, remitted, data_through, in_work)
    write_recovery(out / "recovery_truth.csv", truth.histories, data_through)
    write_truth(out / "truth.json", facts, truth)
    report("truth", 1, 1)


def _lines(submissions: list[Submission]) -> int:
    return sum(len(s.content.lines) for s in submissions)


def _told_apart(submissions: list[Submission]) -> list[Submission]:
    """A root's submissions without those that repeat an earlier one word for word: they count once."""
    kept: list[Submission] = []
    for one in submissions:
        said = (one.claim_number, one.frequency, one.content)
        if one.frequency in ("7", "8") or said not in [(s.claim_number, s.frequency, s.content) for s in kept]:
            kept.append(one)
    return kept


def _simulate(front: Front, claims: int, seed: int, report: Callable[[str, int, int], None]) -> list[Root]:
    """All claims lived to the window's end, in the order of service."""
    years = Years(seed)
    money, audits = Random(f"{seed}:patient money"), Random(f"{seed}:audits")
    roots = []
    for encounter in front.encounters(claims):
        root = years.live(encounter)
        add_transactions(root, money)
        add_audits(root, audits)
        roots.append(root)
        if len(roots) % 1_000 == 0 or len(roots) == claims:
            report("claims", len(roots), claims)
    return roots


def _write_claims_truth(path: Path, roots: list[Root]) -> None:
    """One row a claim; the probability is that of the version that first reached the payer, on the day it was sent."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("claim_id", "denial_probability", "expected_denied_amount", "mechanism"))
        for root in roots:
            writer.writerow((root.claim_number, f"{root.denial_probability:.6f}", text(root.expected_denied),
                             root.mechanism))  # fmt: skip


def _silent(step: str, done: int, total: int) -> None:
    """No progress wanted."""
