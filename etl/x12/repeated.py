"""What was loaded before: the same content, the same payment, the same payment from an export. It counts once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from etl.errors import Problem
from etl.x12.envelope import TransactionSet, claim_counts, with_counts
from etl.x12.exported import Key, Overlap, Paid, overlap
from etl.x12.tokens import Tokens

Frames = dict[str, pl.DataFrame]

# what makes two remittances one payment: TRN03, TRN02, BPR16, BPR02 (FACTS.md: TRN02 alone recurs)
PaymentKey = tuple[str | None, str | None, date | None, Decimal]


@dataclass(slots=True)
class Known:
    """What was loaded before, by content and by payment, and the number of the file that it was in. `exported` are the
    claim payments that came in a table or FHIR resources, at their file."""

    contents: dict[str, int] = field(default_factory=dict)
    payments: dict[PaymentKey, int] = field(default_factory=dict)
    exported: dict[Key, list[Paid]] = field(default_factory=dict)


def payments(frames: Frames, sets: list[TransactionSet]) -> dict[PaymentKey, int]:
    """The payments of these remittances that have a trace number, with their files."""
    keys = frames["remittance"].select("originator_id", "trace_number", "payment_date", "deposit_amount", "set")
    return {(a, trace, day, amount): sets[i].file for a, trace, day, amount, i in keys.iter_rows() if trace is not None}


def paid_before(frames: Frames, sets: list[TransactionSet], known: Known, tokens: Tokens) -> dict[int, Problem]:
    """Remittances of a payment that is known already, in this stretch or from before."""
    if "remittance" not in frames:
        return {}
    here, found = dict[PaymentKey, int](), dict[int, Problem]()
    keys = frames["remittance"].select("originator_id", "trace_number", "payment_date", "deposit_amount", "set")
    for originator, trace, day, amount, index in keys.iter_rows():
        key: PaymentKey = (originator, trace, day, amount)
        first = known.payments.get(key, here.get(key))
        if trace is not None and first is not None:
            found[index] = duplicate(sets[index], tokens, f"payment {trace} of {day} was loaded before", first)
        here.setdefault(key, sets[index].file)
    return found


def _exported(frames: Frames, known: Known) -> dict[int, Overlap]:
    """For each remittance what of it came in an export before."""
    if not known.exported or "claim_payment" not in frames:
        return {}
    heads = {row[0]: row[1:] for row in frames["remittance"].select("set", "payment_date", "trace_number").iter_rows()}
    rows: dict[int, list[tuple[Key, Paid]]] = {}
    names = (
        "set",
        "patient_control_number",
        "charge_amount",
        "paid_amount",
        "status_code",
        "payer_claim_control_number",
    )
    for index, number, charge, paid, status, control in frames["claim_payment"].select(names).iter_rows():
        one = Paid(index, heads[index][0], heads[index][1], control, 0)
        rows.setdefault(index, []).append(((number, charge, paid, status == "22"), one))
    return {index: overlap(own, known.exported) for index, own in rows.items()}


def exported_before(frames: Frames, sets: list[TransactionSet], known: Known, tokens: Tokens) -> dict[int, Problem]:
    """Remittances all of whose claim payments came in an export before."""
    found = "all its claim payments (number, charge, paid) were loaded from an export before"
    whole = {index: one.same[0].at for index, one in _exported(frames, known).items() if one.is_whole}
    return {index: duplicate(sets[index], tokens, found, file) for index, file in whole.items()}


def partly_exported(frames: Frames, sets: list[TransactionSet], known: Known) -> list[tuple[int, Problem]]:
    """Remittances some of whose claim payments came in an export before, or may have: nothing is guessed, so they count
    twice."""
    fix = "They count twice now. Take the export back (cleanclaim unload FILE); the remittance holds more than it."
    compare = (
        "They count twice if they are the same: compare the checks, and take the export back (cleanclaim unload FILE)."
    )
    out: list[tuple[int, Problem]] = []
    for index, one in _exported(frames, known).items():
        kinds = (
            ("exported-before", one.same, "that were", fix),
            ("possible-duplicate", one.perhaps, "that may have been", compare),
        )
        for rule, rows, were, advice in kinds:
            if rows:
                words = f"{len(rows):,} of {one.size:,} claim payments {were} loaded from an export before"
                problem = Problem("flagged", rule, words, "new claim payments", advice, sets[index].segment)
                out.append((sets[index].file, problem))
    return out


def duplicate(one: TransactionSet, tokens: Tokens, found: str, repeats: int) -> Problem:
    fix = "Nothing to do: it counts once."
    problem = Problem("duplicate", "duplicate-set", found, "something new", fix, one.segment, repeats=repeats)
    return with_counts(problem, *claim_counts(tokens, one.start, one.end))
