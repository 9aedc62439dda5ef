"""What a biller changes in a claim before sending it again."""

from __future__ import annotations

from dataclasses import replace

from etl.sample.catalogue import DIAGNOSES, UNSUPPORTED_CODES
from etl.sample.events import Content, Line, Root
from etl.sample.practice import CLINICIANS


def corrected(root: Root, content: Content, mechanism: str) -> Content:
    """The claim with the cause of its denial put right."""
    if mechanism == "authorization":
        return replace(content, authorization=f"RA{root.claim_number[2:]}")
    if mechanism == "submission_error":
        return replace(content, referring=content.referring or CLINICIANS[0])
    if mechanism == "place_of_service":
        return replace(content, place="10")
    if mechanism == "medical_necessity":
        return replace(content, diagnoses=_supported(content))
    if mechanism == "frequency":
        return replace(content, lines=tuple(_fewer_units(line) for line in content.lines))
    if mechanism in ("modifier", "bundling"):
        return replace(content, lines=tuple(_with_modifiers(root, line) for line in content.lines))
    return content


def recharged(content: Content) -> Content:
    """The claim with its last line's charge corrected upwards by a tenth, in whole dollars."""
    last = content.lines[-1]
    raised = replace(last, charge=last.charge + max(100, last.charge // 1000 * 100))
    return replace(content, lines=(*content.lines[:-1], raised))


def _supported(content: Content) -> tuple[str, ...]:
    """Replace diagnoses that support nothing by one that supports the first line."""
    found = list(content.diagnoses)
    for index, code in enumerate(found):
        if code in UNSUPPORTED_CODES:
            choices = [c for c in DIAGNOSES[content.lines[0].family] if c not in found]
            found[index] = choices[0] if choices else code
    return tuple(found)


def _with_modifiers(root: Root, line: Line) -> Line:
    """Put back the modifiers that the coder left out."""
    missing = tuple(
        e.right
        for e in root.errors
        if e.field == "modifier" and e.line_number == line.number and e.right not in line.modifiers
    )
    return replace(line, modifiers=(missing + line.modifiers)[:4])


def _fewer_units(line: Line) -> Line:
    """Therapy beyond three units is taken off the claim, its charge in proportion."""
    if line.family != "therapy" or line.units <= 3:
        return line
    return replace(line, units=3, charge=line.charge * 3 // line.units // 100 * 100, base=line.base * 3 // line.units)
