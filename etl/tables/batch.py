"""The tables of one load, kept until all files are read: lines find their claims, whatever file they came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import duckdb
import polars as pl

from etl.errors import Problem
from etl.tables import claims, payments
from etl.tables.cells import Cells
from etl.tables.claims import Frames, comparable
from etl.tables.column_map import ColumnMap
from etl.tables.contract import Checked, check
from etl.tables.fields import CLAIM_TABLES, PAYMENT_TABLES
from etl.tables.known import known_claims, known_payments, near_payments
from etl.tables.stand_in import say_doubtful, say_known, transaction_set
from etl.x12.sound import Rows

_APART = "Load the files together, in one command. When that of the claims was loaded before, take it back first."


@dataclass(slots=True)
class Arrived:
    """A mapped file: its number in the load, its bytes' hash, its map, its rows; problems and counts as they come."""

    file: int
    sha256: str
    column_map: ColumnMap
    checked: Checked
    seen_claims: int = 0
    seen_payments: int = 0
    problems: list[Problem] = field(default_factory=list)
    sets: int = 0  # so many stand for transaction sets already
    kept_out: Counter[str] = field(default_factory=Counter)  # claims by number, of which bad rows keep out the others
    _noted: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def note(self, what: str, rows: pl.DataFrame) -> None:
        """Remember claims (claim payments) of a portion of which something is to be said."""
        self._noted.setdefault(what, []).append(rows.select("segment"))

    def noted(self, what: str) -> pl.DataFrame:
        """Those of all portions, in the file's order."""
        return pl.concat([pl.DataFrame(schema={"segment": pl.Int64}), *self._noted.pop(what, [])]).sort("segment")


def arrive(file: int, sha256: str, column_map: ColumnMap, batches: Iterable[Cells]) -> Arrived:
    """A file's rows, checked."""
    # rows of one claim, or of one payment to the practice, are looked at together
    together = "remittance." if column_map.tables[0] in PAYMENT_TABLES else "claim.patient_control_number"
    is_whole = {"claim", "claim_payment"} & set(column_map.tables)
    checked = check(column_map, batches, together=(together,) if is_whole else ())
    return Arrived(file, sha256, column_map, checked, problems=checked.problems)


def load(files: list[Arrived], connection: duckdb.DuckDBPyConnection, append: Callable[[Rows], None]) -> None:
    """Add the rows of mapped files of claims and payments; what is wrong and how many were seen is noted in `files`."""
    for family, one_by_one in ((CLAIM_TABLES, _claims), (PAYMENT_TABLES, _payments)):
        mine = [one for one in files if one.column_map.tables[0] in family]
        whole = [one for one in mine if {"claim", "claim_payment"} & set(one.column_map.tables)]
        parts = sorted(
            (one for one in mine if one not in whole), key=lambda one: family.index(one.column_map.tables[0])
        )
        rows_of = {one.file: one.checked.good.all() for one in parts}
        lost = {file: rows["row"] for file, rows in rows_of.items()}
        for one in whole:
            good = one.checked.good
            # whether a line names one claim or several shows only when all are there
            for rows in [good.all()] if parts else good.portions():
                one_by_one(one, rows, parts, rows_of, lost, connection, append)
            _say_all(one, parts)
        for one in parts:
            _say_lost(one, lost[one.file])


def _claims(
    one: Arrived,
    rows: pl.DataFrame,
    parts: list[Arrived],
    rows_of: dict[int, pl.DataFrame],
    lost: dict[int, pl.Series],
    connection: duckdb.DuckDBPyConnection,
    append: Callable[[Rows], None],
) -> None:
    frames = claims.claims(rows, "service_line" in one.column_map.tables)
    filled = {section.table: list(section.sources) for section in one.column_map.sections}
    for part in parts:
        lines, rest = claims.lines_of(rows_of[part.file], frames["claim"])
        lost[part.file] = lost[part.file].filter(lost[part.file].is_in(rest.implode()))
        frames["service_line"] = (
            pl.concat([frames["service_line"], lines], how="diagonal") if "service_line" in frames else lines
        )
        filled.setdefault("service_line", []).extend(part.column_map.sections[0].sources)
    out = claims.finished(frames)
    one.seen_claims += out["claim"].height
    out = kept(out, "claim", ~_quarantined(one, parts, out["claim"]))
    compared = {"claim": [*comparable(filled["claim"]), "charge_amount"], "diagnosis": ["diagnosis_code"]}
    if "service_line" in filled:
        names = [*comparable(filled["service_line"]), "charge_amount"]
        compared["service_line"] = [name for name in names if name != "patient_control_number"]
    if "diagnosis_codes" not in filled["claim"]:
        del compared["diagnosis"]
    known = known_claims(connection, out, {table: list(dict.fromkeys(names)) for table, names in compared.items()})
    one.note("known", out["claim"].filter(known))
    out = kept(out, "claim", ~known)
    if out["claim"].height:
        sets = [transaction_set(one, one.column_map.name, "claim", one.sets, out["claim"]["segment"][0])]
        one.sets += 1
        append(Rows(sets, out | {"claim": out["claim"].with_columns(set=pl.lit(0, pl.Int64))}))


def _payments(
    one: Arrived,
    rows: pl.DataFrame,
    parts: list[Arrived],
    rows_of: dict[int, pl.DataFrame],
    lost: dict[int, pl.Series],
    connection: duckdb.DuckDBPyConnection,
    append: Callable[[Rows], None],
) -> None:
    frames = payments.payments(rows, one.column_map)
    for part in parts:
        more, rest = payments.parts_of(rows_of[part.file], part.column_map, frames)
        lost[part.file] = lost[part.file].filter(lost[part.file].is_in(rest.implode()))
        frames = payments.joined(frames, more)
    out = payments.finished(frames)
    one.seen_payments += out["claim_payment"].height
    out = kept(out, "claim_payment", ~_quarantined(one, parts, out["claim_payment"]))
    filled = [name for section in one.column_map.sections for name in section.sources]
    further: list[str] = [
        name for name in ("trace_number", "payer_claim_control_number", "status_code") if name in filled
    ]
    near, doubtful = near_payments(connection, out)
    known = known_payments(connection, out, further) | near
    one.note("doubtful", out["claim_payment"].filter(doubtful & ~known))
    one.note("known", out["claim_payment"].filter(known))
    late = out["claim_payment"]["set"].is_in(out["claim_payment"].filter(known)["set"].implode()) & ~known
    if "deposit_amount" in filled and late.any():
        one.note("late", out["claim_payment"].filter(late))
        known = known | late
    out = kept(out, "claim_payment", ~known)
    if "deposit_amount" not in filled:
        paid = out["claim_payment"].group_by("set").agg(pl.col("paid_amount").sum())
        out["remittance"] = (
            out["remittance"].drop("deposit_amount").join(paid, on="set", how="left", maintain_order="left")
            .rename({"paid_amount": "deposit_amount"})
        )  # fmt: skip
    out = kept(out, "set", out["remittance"]["set"].is_in(out["claim_payment"]["set"].implode()), "remittance")
    if out["claim_payment"].height:
        sets = [
            transaction_set(one, one.column_map.name, "remittance", i, row)
            for i, row in enumerate(out["remittance"]["segment"], one.sets)
        ]
        one.sets += len(sets)
        append(Rows(sets, out))


def kept(frames: Frames, key: str, keep: pl.Series, table: str | None = None) -> Frames:
    """The frames with only the rows of `keep` in `table` and what belongs to them, numbered from 0 again."""
    table = table or key
    if keep.all() and frames[table][key].equals(pl.int_range(len(keep), eager=True)):
        return frames
    numbers = frames[table].filter(keep).select(key).with_row_index("new").cast(pl.Int64)
    out = {}
    for name, frame in frames.items():
        if key in frame.columns:
            kept = frame.join(numbers, on=key, how="inner", maintain_order="left")
            frame = kept.with_columns(pl.col("new").alias(key)).drop("new")
        out[name] = frame
    if key == "claim_payment":
        services = out["service_payment"].select("service_payment").with_row_index("new").cast(pl.Int64)
        for name in ("service_payment", "adjustment", "remark"):
            moved = out[name].join(services, on="service_payment", how="left", maintain_order="left")
            out[name] = moved.with_columns(service_payment=pl.col("new")).drop("new")
    return out


def _files(one: Arrived, parts: list[Arrived]) -> list[Arrived]:
    """The files of which a bad row keeps its whole claim out: half a claim would be wrong money. None when each row is
    a claim of its own."""
    several = {"service_line", "service_payment", "adjustment"} & set(one.column_map.tables)
    return [one, *parts] if several else parts


def _quarantined(one: Arrived, parts: list[Arrived], frame: pl.DataFrame) -> pl.Series:
    """Which of the claims (claim payments) in `frame` a bad row of any file keeps out; they are noted."""
    numbers = [file.checked.bad["number"] for file in _files(one, parts)]
    bad = frame["patient_control_number"].is_in(pl.concat([pl.Series([], dtype=pl.String), *numbers]).implode())
    bad = bad.fill_null(False)
    one.kept_out.update(dict(frame.filter(bad)["patient_control_number"].value_counts().iter_rows()))
    return bad


def _say_all(one: Arrived, parts: list[Arrived]) -> None:
    """Say what was noted of a file's claims (claim payments), and how many of them each bad row keeps out."""
    files, told, beside = _files(one, parts), set(one.kept_out), 0
    for file in (one, *parts):
        counts: dict[int, int] = {}
        for row, number in file.checked.bad.iter_rows():
            kept_out = one.kept_out.pop(number, 0) if file in files else 0
            # a claim of which no row was good stands in no frame
            alone = file is one and (one not in files or number is None or number not in told)
            told.add(number)
            beside += alone
            if kept_out + alone:
                counts[row] = kept_out + alone
        _credit(file, counts)
    is_payment = one.column_map.tables[0] in PAYMENT_TABLES
    one.seen_payments += beside * is_payment
    one.seen_claims += beside * (not is_payment)
    say_doubtful(one, one.noted("doubtful"))
    say_known(one, one.noted("known"), "claim_payment" if is_payment else "claim")
    if (late := one.noted("late")).height:
        _say_late(one, late)


def _credit(one: Arrived, counts: dict[int, int]) -> None:
    """Note in a file's problems how many claims or claim payments each bad row keeps out; rows that are not told one by
    one are noted in the last."""
    last = max((i for i, p in enumerate(one.problems) if p.severity == "quarantined"), default=0)
    is_payment = one.column_map.tables[0] in PAYMENT_TABLES
    for i, problem in enumerate(one.problems):
        n = counts.pop(problem.segment or 0, 0) if problem.severity == "quarantined" else 0
        one.problems[i] = _keeping_out(problem, n, is_payment)
    if counts:
        one.problems[last] = _keeping_out(one.problems[last], sum(counts.values()), is_payment)


def _keeping_out(problem: Problem, n: int, is_payment: bool) -> Problem:
    if is_payment:
        return replace(problem, claim_payments=problem.claim_payments + n)
    return replace(problem, claims=problem.claims + n)


def _say_late(one: Arrived, frame: pl.DataFrame) -> None:
    found = f"{frame.height:,} claim payments of a payment that was loaded before without them"
    fix = "Take back the earlier file (cleanclaim unload), then load one that holds the whole payment."
    problem = Problem(
        "quarantined", "payment-grew", found, "a payment's claim payments in one file", fix, frame["segment"][0]
    )
    one.problems.append(replace(problem, claim_payments=frame.height))


def _say_lost(one: Arrived, rows: pl.Series) -> None:
    whole = "claim" if one.column_map.tables[0] in CLAIM_TABLES else "claim payment"
    for row in rows.head(100):
        found = f"a row of no {whole} in this load, or of several with the same numbers"
        one.problems.append(Problem("quarantined", "no-such-claim", found, f"the number of a {whole}", _APART, row))
    if len(rows) > 100:
        found = f"{len(rows) - 100:,} more rows of no {whole} in this load"
        one.problems.append(
            Problem("quarantined", "no-such-claim", found, f"the number of a {whole}", _APART, rows[100])
        )
