"""Puts events into weekly files: names that sort by date, control numbers, the file sent twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.sample import dates
from etl.sample.events import Answer, Root, Submission
from etl.sample.remittances import Remittance
from etl.sample.x12_277ca import answer_file
from etl.sample.x12_835 import remittance_file
from etl.sample.x12_837 import claim_file

Progress = Callable[[str, int, int], None]
CLAIM_TYPES = {"professional": "837P", "institutional": "837I"}


@dataclass(slots=True)
class Written:
    """What the writers put on disk; the copies are counted apart."""

    files: int = 0
    duplicate_files: int = 0
    duplicate_claims: int = 0
    duplicate_claim_payments: int = 0


def write_claims(folder: Path, roots: list[Root], written: Written, progress: Progress) -> None:
    """837/: one file a week and claim type, a transaction set for each submission day; one file twice."""
    weeks: dict[tuple[date, str], dict[date, list[Submission]]] = {}
    for root in roots:
        for submission in root.submissions:
            key = (_friday(submission.day), submission.content.claim_type)
            weeks.setdefault(key, {}).setdefault(submission.day, []).append(submission)
    names: list[tuple[Path, int]] = []
    for control, key in enumerate(sorted(weeks), start=1):
        friday, claim_type = key
        path = folder / f"{dates.ccyymmdd(friday)}_{CLAIM_TYPES[claim_type]}.837"
        path.write_bytes(claim_file(sorted(weeks[key].items(), key=_first), claim_type, friday, control))
        names.append((path, sum(map(len, weeks[key].values()))))
        progress("837", control, len(weeks))
    original, claims = names[len(names) // 3]
    later = dates.plus(date.fromisoformat(original.name[:8]), 7)
    copy = folder / f"{dates.ccyymmdd(later)}_{original.stem[9:]}_copy.837"
    copy.write_bytes(original.read_bytes())
    written.files += len(names) + 1
    written.duplicate_files += 1
    written.duplicate_claims += claims


def write_answers(folder: Path, roots: list[Root], written: Written, progress: Progress) -> None:
    """277CA/: one file a week, a transaction set for each batch that it answers."""
    weeks: dict[date, dict[tuple[date, str], list[Answer]]] = {}
    for root in roots:
        for answer in root.answers:
            sent = answer.submission.day
            batch = (sent, answer.submission.content.claim_type)
            weeks.setdefault(dates.plus(_friday(sent), 1), {}).setdefault(batch, []).append(answer)
    for control, saturday in enumerate(sorted(weeks), start=1):
        batches = [(*batch, weeks[saturday][batch]) for batch in sorted(weeks[saturday])]
        path = folder / f"{dates.ccyymmdd(saturday)}_277CA.277"
        path.write_bytes(answer_file(batches, saturday, control))
        progress("277CA", control, len(weeks))
    written.files += len(weeks)


def write_remittances(folder: Path, remitted: list[Remittance], written: Written, progress: Progress) -> None:
    """835/: one file a payer and week (a payer may split it by payee); one copied, one wrapped anew."""
    groups: dict[str, list[Remittance]] = {}
    for remittance in remitted:
        name = f"{dates.ccyymmdd(remittance.day)}_{remittance.payer.payer_id}"
        if remittance.payer.habits.one_file_per_payee:
            name += f"_{remittance.entity.npi}"
        groups.setdefault(name, []).append(remittance)
    for control, (name, group) in enumerate(sorted(groups.items()), start=1):
        (folder / f"{name}.835").write_bytes(remittance_file(group, group[0].day, control))
        progress("835", control, len(groups))
    written.files += len(groups)
    names = sorted(groups)
    if names:
        copied, wrapped = names[len(names) // 2], names[len(names) // 3]
        _duplicate(folder, copied, groups[copied], written, (folder / f"{copied}.835").read_bytes(), "copy")
        again = dates.plus(groups[wrapped][0].day, 9)
        _duplicate(folder, wrapped, groups[wrapped], written,
                   remittance_file(groups[wrapped], again, 500_001), "again")  # fmt: skip


def _duplicate(folder: Path, name: str, group: list[Remittance], written: Written, content: bytes, suffix: str) -> None:
    later = dates.ccyymmdd(dates.plus(group[0].day, 9))
    (folder / f"{later}{name[8:]}_{suffix}.835").write_bytes(content)
    written.files += 1
    written.duplicate_files += 1
    written.duplicate_claim_payments += sum(len(remittance.payments) for remittance in group)


def _friday(day: date) -> date:
    return dates.weekday_on_or_after(day, dates.FRIDAY)


def _first(item: tuple[date, list[Submission]]) -> date:
    return item[0]
