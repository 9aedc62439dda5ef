"""Which claims and claim payments of an export are in the warehouse already: an overlapping export counts once."""

from __future__ import annotations

import duckdb
import polars as pl

from etl.tables.claims import Frames
from etl.warehouse.loaded_before import keyed, paid_rows
from etl.x12.exported import Key, Paid, overlap

_NUMBER = "patient_control_number"
# how columns and rows are set apart in a signature
_CELL, _ROW = "\x1f", "\x1e"


def known_claims(connection: duckdb.DuckDBPyConnection, frames: Frames, compared: dict[str, list[str]]) -> pl.Series:
    """For each claim whether one with the same values in the `compared` columns, lines and diagnoses was loaded before,
    or stands above it."""
    own = _claim_signatures(frames, compared)
    numbers = frames["claim"].select(_NUMBER).unique()
    connection.register("incoming_number", numbers.to_arrow())
    chosen = f"select claim_id from claim_as_sent where {_NUMBER} in (from incoming_number)"
    stored = {
        table: connection.sql(
            f"""select claim_id as claim, {", ".join(names)} from {"claim_as_sent" if table == "claim" else table}
            where claim_id in ({chosen})"""
        ).pl()
        for table, names in compared.items()
    }
    connection.unregister("incoming_number")
    before = _claim_signatures(stored, compared)["signature"]
    return own["signature"].is_in(before.implode()) | ~own["signature"].is_first_distinct()


def known_payments(connection: duckdb.DuckDBPyConnection, frames: Frames, compared: list[str]) -> pl.Series:
    """For each claim payment whether one with the same day, amounts and `compared` columns was loaded before, or
    stands above it."""
    own = frames["claim_payment"].join(
        frames["remittance"].select("set", "payment_date", "trace_number"), on="set", maintain_order="left"
    )
    connection.register("incoming_number", frames["claim_payment"].select(_NUMBER).unique().to_arrow())
    stored = connection.sql(
        f"""select p.*, r.payment_date, r.trace_number from claim_payment as p
        join remittance as r on r.remittance_id = p.remittance_id
        where p.{_NUMBER} in (from incoming_number)"""
    ).pl()
    connection.unregister("incoming_number")
    names = [_NUMBER, "payment_date", "charge_amount", "paid_amount", *compared]
    parts = [_text(name) for name in names]
    if "status_code" not in compared:
        parts.append((pl.col("status_code") == "22").cast(pl.String))  # a reversal is never its payment
    signature = pl.concat_str(parts, separator=_CELL).alias("signature")
    mine, before = own.select(signature).to_series(), stored.select(signature).to_series()
    return mine.is_in(before.implode()) | ~mine.is_first_distinct()


def near_payments(connection: duckdb.DuckDBPyConnection, frames: Frames) -> tuple[pl.Series, pl.Series]:
    """For each claim payment whether an 835 loaded before holds it though its day is another, and whether one may."""
    remittances = _remittances_of(connection, frames["claim_payment"][_NUMBER].unique())
    numbers = {key[0] for remittance in remittances for key, _ in remittance}
    own: dict[Key, list[Paid]] = {}
    rows = frames["claim_payment"].join(
        frames["remittance"].select("set", "payment_date", "trace_number"), on="set", maintain_order="left"
    )
    is_reversal = pl.col("status_code") == "22"
    more = ("set", "payment_date", "trace_number", "payer_claim_control_number")
    compared = rows.select(_NUMBER, "charge_amount", "paid_amount", is_reversal, *more)
    compared = compared.with_columns(at=pl.int_range(pl.len())).filter(pl.col(_NUMBER).is_in(list(numbers)))
    for row in compared.iter_rows():
        key, paid = keyed(row)
        own.setdefault(key, []).append(paid)
    known, doubtful = set[int](), set[int]()
    for remittance in remittances:
        found, day = overlap(remittance, own), remittance[0][1].day
        known.update(one.at for one in found.same if one.day != day)  # of the same day: `known_payments`
        doubtful.update(one.at for one in found.perhaps)
    at = pl.Series(range(rows.height), dtype=pl.Int64)
    return at.is_in(list(known)), at.is_in(list(doubtful - known))


def _remittances_of(connection: duckdb.DuckDBPyConnection, numbers: pl.Series) -> list[list[tuple[Key, Paid]]]:
    """The claim payments of every loaded 835 in which one has one of these numbers."""
    connection.register("incoming_number", numbers.to_frame().to_arrow())
    of_numbers = f"select remittance_id from claim_payment where {_NUMBER} in (from incoming_number)"
    rows = paid_rows(connection, f"where t.kind = '835' and r.remittance_id in ({of_numbers})")
    connection.unregister("incoming_number")
    found: dict[int, list[tuple[Key, Paid]]] = {}
    for key, paid in rows:
        found.setdefault(paid.payment, []).append((key, paid))
    return list(found.values())


def loaded_from(connection: duckdb.DuckDBPyConnection, sha256: str) -> tuple[int, int]:
    """How many claims and claim payments a table or FHIR file brought when it was loaded, known ones included."""
    of_file = "select transaction_set_id from transaction_set join source_file using (file_id) where sha256 = $sha256"
    claims, payments = connection.execute(
        f"""select
            (select count(*) from claim where transaction_set_id in ({of_file})),
            (select count(*) from claim_payment join remittance using (remittance_id)
                where transaction_set_id in ({of_file}))""",
        {"sha256": sha256},
    ).fetchall()[0]
    again = "select coalesce(sum(claims), 0), coalesce(sum(claim_payments), 0) from issue"
    more = connection.execute(
        f"{again} where sha256 = $sha256 and severity = 'duplicate' and rule <> 'duplicate-file'", {"sha256": sha256}
    ).fetchall()[0]
    return claims + int(more[0]), payments + int(more[1])


def _claim_signatures(frames: Frames, compared: dict[str, list[str]]) -> pl.DataFrame:
    """claim, signature: a claim's compared values and those of its lines and diagnoses, as one text."""
    out = frames["claim"].select(
        "claim", pl.concat_str([_text(n) for n in compared["claim"]], separator=_CELL).alias("claim_text")
    )
    for table in ("service_line", "diagnosis"):
        if table not in compared:
            continue
        one = pl.concat_str([_text(name) for name in compared[table]], separator=_CELL)
        parts = frames[table].select("claim", one.alias(table))
        parts = parts.group_by("claim").agg(pl.col(table).sort().str.join(_ROW))
        out = out.join(parts, on="claim", how="left", maintain_order="left")
    return out.select("claim", pl.concat_str(pl.exclude("claim").fill_null(""), separator=_ROW).alias("signature"))


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).fill_null("")
