"""Two 837 files of claims not yet sent, with planted mistakes for the pre-submission check."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from etl.sample import dates
from etl.sample.encounters import Encounter, Front
from etl.sample.events import Content, Root, Submission
from etl.sample.practice import SUMMIT
from etl.sample.rules import AUTHORIZATION, exposure
from etl.sample.x12_837 import claim_file

TO_BE_SENT = date(2026, 11, 3)
CLAIM_TYPES = ("professional", "institutional")
CLEAN_CLAIMS = 5
LATE_DAYS = 130  # beyond the shortest filing limit


def plant(front: Front, roots: list[Root]) -> list[tuple[Encounter, str | None]]:
    """Unsent claims, each with the mistake planted in it (None: clean)."""
    found: list[tuple[Encounter, str | None]] = []
    for claim_type in CLAIM_TYPES:
        batch: list[tuple[Encounter, str | None]] = [(_clean(front, claim_type), None) for _ in range(CLEAN_CLAIMS)]
        batch += [
            (_changed(_clean(front, claim_type), _with_bad_npi), "npi_check_digit"),
            (_unauthorized(front, claim_type), "missing_authorization"),
            (_late(front, claim_type), "filing_limit_passed"),
            (_changed(_clean(front, claim_type), _misstated), "charges_do_not_add_up"),
        ]
        if claim_type == "professional":  # an institutional line points to no diagnosis
            batch.append((_changed(_clean(front, claim_type), _pointing_nowhere), "diagnosis_pointer"))
        sent = _already_sent(roots, claim_type)
        if sent is not None:
            same_number = _copy_of(sent, sent.claim_number)
            new_number = _copy_of(sent, sent.claim_number.replace("WB", "WD"))
            batch += [(same_number, "duplicate"), (new_number, "duplicate")]
        for encounter, mistake in batch:
            if encounter.root.claim_number == "":
                encounter.root.claim_number = f"WU{len(found) + 1:07d}"
            found.append((encounter, mistake))
    return [(_numbered(encounter), mistake) for encounter, mistake in found]


def write_unsent(folder: Path, planted: list[tuple[Encounter, str | None]]) -> None:
    """Write the 837P, the 837I and expected.json."""
    expected = []
    for control, claim_type in enumerate(CLAIM_TYPES, start=900_001):
        name = f"{dates.ccyymmdd(TO_BE_SENT)}_837{claim_type[0].upper()}.837"
        mine = [(e, mistake) for e, mistake in planted if e.content.claim_type == claim_type]
        submissions = [Submission(e.root.claim_number, "1", None, TO_BE_SENT, e.content, "") for e, _ in mine]
        (folder / name).write_bytes(claim_file([(TO_BE_SENT, submissions)], claim_type, TO_BE_SENT, control))
        expected += [{"file": name, "claim": e.root.claim_number, "mistake": mistake} for e, mistake in mine]
    text = json.dumps({"submission_date": TO_BE_SENT.isoformat(), "claims": expected}, indent=1)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def _draw(front: Front, claim_type: str, service: date, fits: Callable[[Content], bool]) -> Encounter:
    """Draw encounters until one fits."""
    while True:
        encounter = front.encounter("", service, 0)
        if encounter.content.claim_type == claim_type and fits(encounter.content):
            return encounter


def _is_quiet(content: Content) -> bool:
    """No rule of the payer speaks against it."""
    return exposure(content, TO_BE_SENT).denial_probability < 0.06


def _clean(front: Front, claim_type: str) -> Encounter:
    return _draw(front, claim_type, front.rng.choice(front.days[-9:-6]), _is_quiet)


def _unauthorized(front: Front, claim_type: str) -> Encounter:
    """Nothing wrong except that this payer denies the service without an authorization."""

    def fits(content: Content) -> bool:
        rules = AUTHORIZATION[SUMMIT]
        wanted = content.payer.payer_id == SUMMIT and content.lines[0].procedure in rules
        return wanted and _is_quiet(replace(content, authorization="ANY"))

    encounter = _draw(front, claim_type, front.days[-8], fits)
    return _changed(encounter, lambda content: replace(content, authorization=None))


def _late(front: Front, claim_type: str) -> Encounter:
    """Otherwise quiet, for the payer with the shortest filing limit."""
    service = dates.weekday_on_or_after(dates.plus(TO_BE_SENT, -LATE_DAYS), 2)

    def fits(content: Content) -> bool:
        quiet = exposure(content, content.service_date).denial_probability < 0.06
        return content.payer.payer_id == SUMMIT and quiet

    return _draw(front, claim_type, service, fits)


def _changed(encounter: Encounter, change: Callable[[Content], Content]) -> Encounter:
    return Encounter(encounter.root, change(encounter.content), encounter.submitted)


def _with_bad_npi(content: Content) -> Content:
    npi = content.clinician.npi
    wrong = npi[:-1] + str((int(npi[-1]) + 1) % 10)
    return replace(content, clinician=replace(content.clinician, npi=wrong))


def _misstated(content: Content) -> Content:
    return replace(content, misstated=1_000)


def _pointing_nowhere(content: Content) -> Content:
    beyond = len(content.diagnoses) + 2
    return replace(content, lines=(replace(content.lines[0], pointers=(beyond,)), *content.lines[1:]))


def _already_sent(roots: list[Root], claim_type: str) -> Root | None:
    """A recent claim that was accepted, sent once, and that no rule speaks against."""
    for root in reversed(roots):
        accepted = root.answers and not root.answers[-1].is_rejection
        if len(root.submissions) == 1 and accepted and root.content.claim_type == claim_type:
            recent = (TO_BE_SENT - root.content.service_date).days < 80
            if recent and _is_quiet(root.content):
                return root
    return None


def _copy_of(sent: Root, claim_number: str) -> Encounter:
    return Encounter(Root(claim_number, sent.work), sent.content, TO_BE_SENT)


def _numbered(encounter: Encounter) -> Encounter:
    """Line control numbers follow the claim number."""
    number = encounter.root.claim_number
    lines = tuple(replace(line, control=f"{number}L{line.number}") for line in encounter.content.lines)
    return Encounter(encounter.root, replace(encounter.content, lines=lines), encounter.submitted)
