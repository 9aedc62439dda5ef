"""From a stretch of X12 to rows that can be trusted: what is broken or seen before is taken out, with a reason.

The policy is FACTS.md's: a transaction set is quarantined on a missing SE, another ST02 in the SE, an amount that is no
number, or claims in a kind that is not read; it is a duplicate when its content or its payment is known; the rest is
loaded.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl

from etl.errors import Problem
from etl.x12.acknowledgements import parse_acknowledgements
from etl.x12.claims import parse_claims
from etl.x12.envelope import TransactionSet, claim_counts, with_counts
from etl.x12.interchange import Stretch
from etl.x12.remittances import parse_remittances
from etl.x12.repeated import Known as Known  # those who ask for sound rows bring it
from etl.x12.repeated import duplicate, exported_before, paid_before, partly_exported, payments
from etl.x12.syntax_answers import parse_interchange_answers, parse_syntax_answers
from etl.x12.tokens import TOO_LARGE, BadValue, Tokens

Frames = dict[str, pl.DataFrame]
Found = list[tuple[int, Problem]]
PARSERS: dict[str, Callable[[Tokens, list[TransactionSet]], Frames]] = {
    "837": parse_claims,
    "835": parse_remittances,
    "277": parse_acknowledgements,
    "999": parse_syntax_answers,
    "997": parse_syntax_answers,
    "TA1": parse_interchange_answers,
}

# which kind of transaction set a segment belongs to
_BELONGS = {"CLM": "837", "CLP": "835"}

# what was expected in place of an amount that quarantines its transaction set
_NO_AMOUNT = {"amount": "a decimal like 12.50", "size": f"an amount below {TOO_LARGE:,}"}

# what is loaded and said: rule, what was expected, what to do
_DOUBTFUL = {
    "date": (
        "not-a-date",
        "a date CCYYMMDD, 1900 to 2099",
        "It was loaded without this date; ask the sender what it should be.",
    ),
    "range": (
        "days-reversed",
        "a first day no later than the last",
        "It was loaded as it stands; ask the sender what it should be.",
    ),
    "value": (
        "not-a-number",
        "a decimal like 12.50",
        "It was loaded without this amount; ask the sender what it should be.",
    ),
    "reason": (
        "no-reason",
        "a reason code (CARC)",
        "The amount was loaded with the reason `unknown`; ask the payer for its code.",
    ),
    "payment": (
        "second-payment",
        "one BPR in a transaction set",
        "Only the first was loaded as the deposit; ask the sender for one transaction set for each payment.",
    ),
}

# amounts that a row must have
_REQUIRED = {
    "claim": ("charge_amount",),
    "service_line": ("charge_amount",),
    "other_payer_line": ("paid_amount",),
    "other_payer_adjustment": ("amount",),
    "claim_payment": ("charge_amount", "paid_amount"),
    "service_payment": ("charge_amount", "paid_amount"),
    "adjustment": ("amount",),
    "provider_adjustment": ("amount",),
}

_DATES = {"claim": "submission_date", "remittance": "payment_date"}
_DATES |= dict.fromkeys(("acknowledgement", "line_acknowledgement", "batch_acknowledgement"), "acknowledged_date")


@dataclass(slots=True)
class Rows:
    """The rows of one kind of transaction set; row numbers in them count from 0, `set` indexes `sets`.

    `segment` is the position in the row's file, counted from 1.
    """

    sets: list[TransactionSet]
    frames: Frames


def sound_rows(stretch: Stretch, known: Known, problems: Found) -> Iterator[Rows]:
    """The rows of a stretch's sound and new transaction sets, one batch per kind. Adds to `known` and `problems`."""
    tokens = stretch.tokens
    problems += stretch.problems
    taken: list[TransactionSet] = []
    for one in stretch.sets:
        problems += [(one.file, problem) for problem in one.problems]
        if any(problem.severity == "quarantined" for problem in one.problems):
            continue
        if one.kind not in PARSERS:
            problems.append((one.file, _not_read(one, tokens)))
        elif one.content_hash in known.contents:
            found = "a transaction set with the same content was loaded before"
            problems.append((one.file, duplicate(one, tokens, found, known.contents[one.content_hash])))
        else:
            known.contents[one.content_hash] = one.file
            taken.append(one)
    for kind in PARSERS:
        sets = [one for one in taken if one.kind == kind]
        if sets:
            yield _parse(stretch, kind, sets, known, problems)


def _parse(stretch: Stretch, kind: str, sets: list[TransactionSet], known: Known, problems: Found) -> Rows:
    """Parse the sets of one kind, and again without those that turn out to be unsound."""
    while True:
        tokens = _only(stretch, sets)
        frames = {table: _dated(table, frame, sets) for table, frame in PARSERS[kind](tokens, sets).items()}
        # first the unsound: a damaged remittance must not make a duplicate of the mended one beside it
        out = _unsound(tokens, stretch, sets) or paid_before(frames, sets, known, tokens)
        out = out or exported_before(frames, sets, known, tokens)
        if not out:
            break
        for index, problem in out.items():
            problems.append((sets[index].file, problem))
            if problem.severity == "quarantined":
                known.contents.pop(sets[index].content_hash, None)
        sets = [one for index, one in enumerate(sets) if index not in out]
    problems += _doubtful(tokens, stretch) + _misplaced(tokens, stretch, kind) + _orphans(tokens, stretch, sets)
    if kind == "837":
        problems += _nameless(frames["claim"], stretch)
    if kind == "835":
        problems += partly_exported(frames, sets, known)
        known.payments.update(payments(frames, sets))
    rows = {table: _filled(table, frame, stretch, problems) for table, frame in frames.items()}
    return Rows(sets, {table: _in_file(frame, stretch) for table, frame in rows.items()})


def _only(stretch: Stretch, wanted: list[TransactionSet]) -> Tokens:
    """The stretch with all else hidden: other transaction sets, and segments that stand in none."""
    inside = sum(one.end - one.start + 1 for one in wanted)
    if inside + len(stretch.tokens.where("ISA", "GS", "GE", "IEA")) == stretch.tokens.n:
        return stretch.tokens
    return stretch.tokens.only([(one.start, one.end) for one in wanted])


def _unsound(tokens: Tokens, stretch: Stretch, sets: list[TransactionSet]) -> dict[int, Problem]:
    """Sets with an amount that is no number, or too large for one: the first such amount of each."""
    found: dict[int, Problem] = {}
    for bad in sorted((bad for bad in tokens.bad if bad.kind in _NO_AMOUNT), key=lambda bad: bad.segment):
        index = next(i for i, one in enumerate(sets) if one.start <= bad.segment <= one.end)
        if index not in found:
            one = sets[index]
            fix = (
                f"Transaction set {one.control_number} was quarantined. Have the sender correct it, then load it again."
            )
            position = stretch.position(bad.segment)
            found_there = f"{bad.element} {_quote(bad)}"
            problem = Problem("quarantined", "not-a-number", found_there, _NO_AMOUNT[bad.kind], fix, position)
            found[index] = with_counts(problem, *claim_counts(tokens, one.start, one.end))
    return found


def _doubtful(tokens: Tokens, stretch: Stretch) -> Found:
    """What was loaded and needs a look, once for each segment (a birth date is PHI and not needed: it is just left
    empty)."""
    doubtful = (bad for bad in reversed(tokens.bad) if bad.kind in _DOUBTFUL and bad.element != "DMG02")
    once = {(bad.segment, bad.kind): bad for bad in doubtful}
    found: Found = []
    for (segment, kind), bad in sorted(once.items(), key=lambda one: one[0]):
        rule, expected, fix = _DOUBTFUL[kind]
        words = f"{bad.element} {_quote(bad)}"
        problem = Problem("flagged", rule, words, expected, fix, stretch.position(segment))
        found.append((stretch.file(segment), problem))
    return found


def _misplaced(tokens: Tokens, stretch: Stretch, kind: str) -> Found:
    """Claims among payments, payments among claims: two files run into one another. Each is quarantined by itself."""
    fix = "It was quarantined, what stands around it was loaded. Ask the sender for the whole file."
    found: Found = []
    for name in ("CLM", "CLP"):
        for segment in [] if _BELONGS.get(name) == kind else tokens.where(name).tolist():
            position = stretch.position(segment)
            problem = Problem("quarantined", "wrong-set", f"a {name} in a {kind}", _BELONGS[name], fix, position)
            found.append((stretch.file(segment), with_counts(problem, int(name == "CLM"), int(name == "CLP"))))
    return found


def _orphans(tokens: Tokens, stretch: Stretch, sets: list[TransactionSet]) -> Found:
    """Segments that carry money or reasons and stand below nothing, so that no row can hold them: said once for each
    transaction set and kind of segment, at the first."""
    fix = "It was quarantined, what stands around it was loaded. Ask the sender for the whole file."
    starts = [one.start for one in sets]
    orphans: dict[tuple[int, str, str], list[int]] = {}
    for bad in tokens.bad:
        if bad.kind == "orphan":
            orphans.setdefault((bisect(starts, bad.segment), bad.element, bad.found), []).append(bad.segment)
    found: Found = []
    for (_, name, parent), segments in sorted(orphans.items(), key=lambda one: min(one[1])):
        first, several = min(segments), f"{len(segments):,} " if len(segments) > 1 else ""
        words = f"{several}{name} without {'their' if several else 'its'} {parent}"
        position = stretch.position(first)
        problem = Problem("quarantined", "orphan-segment", words, f"{parent} before it", fix, position)
        found.append((stretch.file(first), problem))
    return found


def _nameless(claims: pl.DataFrame, stretch: Stretch) -> Found:
    """Claims whose CLM01 is empty or only zeros, so that it names none."""
    fix = "It counts as a claim of its own; payments find it by member, day and charge only. Number claims (CLM01)."
    found: Found = []
    nameless = claims.filter(pl.col("patient_control_number").str.strip_chars_start("0") == "")
    for segment, number in nameless.select("segment", "patient_control_number").iter_rows():
        words = f"CLM01 “{number[:30]}”" if number else "no CLM01"
        problem = Problem("flagged", "no-number", words, "a patient control number", fix, stretch.position(segment))
        found.append((stretch.file(segment), problem))
    return found


def _filled(table: str, frame: pl.DataFrame, stretch: Stretch, problems: Found) -> pl.DataFrame:
    """Amounts that a row must have and that are not there are zero, and said: the balance checks then show a
    difference."""
    fix = "It was loaded as 0.00; ask the sender what it should be."
    names = [name for name in _REQUIRED.get(table, ()) if frame[name].null_count()]
    for name in names:
        for segment in frame.filter(pl.col(name).is_null())["segment"].to_list():
            problem = Problem("flagged", "missing-amount", f"no {name}", "an amount", fix, stretch.position(segment))
            problems.append((stretch.file(segment), problem))
    # cast, because filling made DECIMAL(38, 2) of it, which joins with no other amount
    return frame.with_columns(pl.col(name).fill_null(0).cast(frame.schema[name]) for name in names)


def _dated(table: str, frame: pl.DataFrame, sets: list[TransactionSet]) -> pl.DataFrame:
    """A row whose own date is missing or unreadable takes the interchange's (ISA09), so that no day loses it."""
    column = _DATES.get(table)
    if column is None or not frame[column].null_count():
        return frame
    of_set = pl.Series([one.interchange_date for one in sets], dtype=pl.Date).gather(frame["set"])
    return frame.with_columns(pl.coalesce(column, of_set).alias(column))


def _in_file(frame: pl.DataFrame, stretch: Stretch) -> pl.DataFrame:
    """The same rows with `segment` counted in their own files."""
    if "segment" not in frame.columns:
        return frame
    return frame.with_columns(pl.Series("segment", stretch.positions(frame["segment"].to_numpy())))


def _not_read(one: TransactionSet, tokens: Tokens) -> Problem:
    fix = "It was set aside; nothing of it is counted."
    problem = Problem("flagged", "kind-not-read", f"ST01 {one.kind}", " or ".join(PARSERS), fix, one.segment)
    claims, payments = claim_counts(tokens, one.start, one.end)
    if claims or payments:
        problem = replace(problem, severity="quarantined")
    return with_counts(problem, claims, payments)


def _quote(bad: BadValue) -> str:
    return f"“{bad.found[:30]}”"
