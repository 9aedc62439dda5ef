"""Rows of remittance exports -> the rows that an 835 makes: remittance, claim_payment, service_payment, adjustment,
remark."""

from __future__ import annotations

import polars as pl

from etl.tables.claims import Frames, grouped, line_numbers, modifiers, named_payer, with_all
from etl.tables.column_map import ColumnMap
from etl.tables.contract import prefixed
from etl.tables.values import QUANTITY

_CLAIM_KEY = ("patient_control_number", "payer_claim_control_number", "status_code")
_NAMES = ("patient_control_number", "payer_claim_control_number", "trace_number")
_GROUPED = r"^(CO|PR|OA|PI|CR)\s*-?\s*([A-Z]{0,2}\d+)$"


def payments(rows: pl.DataFrame, column_map: ColumnMap) -> Frames:
    """The payments in the good rows of an export with a section [claim_payment]; `set` numbers remittances,
    `claim_payment` and `service_payment` theirs, from 0.

    Rows that agree in the payment's columns are one remittance; within it rows that agree in patient control number,
    payer's number, status and sign of the charge are one claim payment, unless the map says that each row is one.
    """
    deep = "service_payment" in column_map.tables or _long(column_map)
    money = next(
        name for name in ("claim_payment.charge_amount", "service_payment.charge_amount") if name in rows.columns
    )
    rows = rows.with_columns(sign=pl.col(money).fill_null(0) < 0, alone=pl.lit(0) if deep else pl.col("row"))
    of_remittance = [name for name in rows.columns if name.startswith("remittance.")]
    rows, remittance = grouped(rows, "set", of_remittance, [])
    key = [f"claim_payment.{name}" for name in _CLAIM_KEY if f"claim_payment.{name}" in rows.columns]
    own = [name for name in rows.columns if name.startswith("claim_payment.") and name not in key]
    rows, claim = grouped(rows, "claim_payment", ["set", "alone", "sign", *key], own)
    frames = {
        "remittance": remittance.rename(_short),
        "claim_payment": claim.drop("alone").rename(_short),
    }
    return frames | _parts(rows, column_map)


def parts_of(rows: pl.DataFrame, column_map: ColumnMap, frames: Frames) -> tuple[Frames, pl.Series]:
    """Service payments or adjustments of an export without [claim_payment], joined to claim payments by their numbers,
    and the rows that named none of them."""
    table = column_map.tables[0]
    names = [name for name in _NAMES if f"{table}.{name}" in rows.columns]
    traces = frames["remittance"].select("set", *(["trace_number"] if "trace_number" in names else []))
    known = frames["claim_payment"].join(traces, on="set").select("claim_payment", *names)
    known = known.filter(~pl.struct(names).is_duplicated()).rename({name: f"{table}.{name}" for name in names})
    rows = rows.join(known, on=[f"{table}.{name}" for name in names], how="left", maintain_order="left")
    found = pl.col("claim_payment").is_not_null()
    line = "adjustment.line_number"
    if line in rows.columns:
        lines = frames.get("service_payment", _no_lines()).select(
            "claim_payment", "service_payment", pl.col("line_number").alias(line)
        )
        rows = rows.join(lines, on=["claim_payment", line], how="left", maintain_order="left")
        found = found & (pl.col("service_payment").is_not_null() | (pl.col(line).fill_null(0) == 0))
    lost = rows.filter(~found)["row"]
    return _parts(rows.filter(found), column_map), lost


def joined(frames: Frames, more: Frames) -> Frames:
    """Frames with the service payments and adjustments of another file behind their own."""
    out = dict(frames)
    shift = frames["service_payment"].height if "service_payment" in frames else 0
    for table, frame in more.items():
        if "service_payment" in frame.columns and "service_payment" in more:
            frame = frame.with_columns(pl.col("service_payment") + shift)
        out[table] = pl.concat([out[table], frame], how="diagonal") if table in out else frame
    return out


def finished(frames: Frames) -> Frames:
    """The same payments with every column that an 835's have; what is not stated is the sum of the parts."""
    remittance = with_all("remittance", frames["remittance"], ("set", "segment"))
    claim = with_all("claim_payment", frames["claim_payment"], ("claim_payment", "set", "segment"))
    service = frames.get("service_payment", _no_lines())
    service = with_all("service_payment", service, ("service_payment", "claim_payment", "segment"))
    of_lines = service.group_by("claim_payment").agg(
        pl.col("charge_amount").sum().alias("lines_charge"),
        pl.col("paid_amount").sum().alias("lines_paid"),
        pl.col("service_from").min().alias("first_day"),
        pl.col("service_date").max().alias("last_day"),
    )
    claim = claim.join(of_lines, on="claim_payment", how="left", maintain_order="left").with_columns(
        charge_amount=pl.coalesce("charge_amount", "lines_charge").fill_null(0),
        paid_amount=pl.coalesce("paid_amount", "lines_paid").fill_null(0),
        service_from=pl.coalesce("service_from", "first_day", "service_date"),
        service_date=pl.coalesce("service_date", "last_day", "service_from"),
    )
    reversal = pl.when(pl.col("charge_amount") < 0).then(pl.lit("22")).otherwise(pl.lit("1"))
    claim = claim.with_columns(status_code=pl.coalesce("status_code", reversal))
    paid = claim.group_by("set").agg(pl.col("paid_amount").sum().alias("paid"))
    remittance = remittance.join(paid, on="set", how="left", maintain_order="left").with_columns(
        deposit_amount=pl.coalesce("deposit_amount", "paid").fill_null(0), payer_id=named_payer()
    )
    out = {
        "remittance": remittance.drop("paid"),
        "claim_payment": claim.drop("lines_charge", "lines_paid", "first_day", "last_day", "remark_codes"),
        "service_payment": _lines(service).drop("remark_codes", *_NAMES),
        "adjustment": _with_sequence(frames.get("adjustment", _no_lines())),
        "remark": pl.concat([_remarks(claim, False), _remarks(service, True)]),
    }
    return out


def _long(column_map: ColumnMap) -> bool:
    """Whether each row is one adjustment, so that several rows are one claim payment."""
    return any(section.table == "adjustment" and not section.beside for section in column_map.sections)


def _parts(rows: pl.DataFrame, column_map: ColumnMap) -> Frames:
    """Service payments and adjustments in rows that know their `claim_payment` (and perhaps `service_payment`)."""
    frames: Frames = {}
    if "service_payment" in column_map.tables:
        lines = rows.filter("present service_payment")
        own = [name for name in rows.columns if name.startswith("service_payment.")]
        if _long(column_map):
            # the same reason twice is another line that looks the same, not one with both adjustments
            reason = [name for name in ("adjustment.group_code", "adjustment.carc") if name in rows.columns]
            plain = [name for name in own if not isinstance(rows.schema[name], pl.List)]
            lines = lines.with_columns(again=pl.int_range(pl.len()).over("claim_payment", *plain, *reason))
            rest = [name for name in own if name not in plain]
            lines, service = grouped(lines, "service_payment", ["claim_payment", "again", *plain], rest)
            service = service.drop("again")
        else:  # each row is a line
            lines = lines.with_columns(service_payment=pl.int_range(pl.len(), dtype=pl.Int64))
            service = lines.select("service_payment", "claim_payment", *own, segment="row")
            service = service.with_columns(pl.col(pl.List(pl.String)).list.unique(maintain_order=True))
        rows = pl.concat([lines, rows.filter(~pl.col("present service_payment"))], how="diagonal")
        frames["service_payment"] = modifiers(service.rename(_short))
    found = [_adjustment(rows, prefix) for prefix, section in prefixed(column_map) if section.table == "adjustment"]
    if found:
        frames["adjustment"] = pl.concat(found, how="diagonal").sort("segment", maintain_order=True)
    return frames


def _adjustment(rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Adjustments of one section. CO-45 in one column is group and reason."""
    there = rows.columns
    own = ("claim_payment", "service_payment", "row", f"present {prefix}")
    rows = rows.select(name for name in there if name in own or name.startswith(f"{prefix}."))
    rows = rows.filter(f"present {prefix}")
    carc, group = pl.col(f"{prefix}.carc").str.to_uppercase(), pl.lit(None, pl.String)
    if f"{prefix}.group_code" in there:
        group = pl.col(f"{prefix}.group_code")
    quantity = pl.col(f"{prefix}.quantity") if f"{prefix}.quantity" in there else pl.lit(None, QUANTITY)
    return rows.select(
        "claim_payment",
        service_payment=pl.col("service_payment") if "service_payment" in there else pl.lit(None, pl.Int64),
        segment="row",
        group_code=pl.coalesce(group, carc.str.extract(_GROUPED, 1), pl.lit("")),
        carc=pl.coalesce(carc.str.extract(_GROUPED, 2), carc).str.strip_chars_start("0"),
        amount=f"{prefix}.amount",
        quantity=quantity,
    )


def _with_sequence(adjustment: pl.DataFrame) -> pl.DataFrame:
    if "amount" not in adjustment.columns:
        schema = {"claim_payment": pl.Int64, "service_payment": pl.Int64, "segment": pl.Int64, "group_code": pl.String}
        return pl.DataFrame(
            schema=schema | {"carc": pl.String, "amount": pl.Decimal(18, 2), "quantity": QUANTITY}
        ).with_columns(sequence=pl.lit(0, pl.Int64))
    return adjustment.with_columns(sequence=pl.int_range(pl.len(), dtype=pl.Int64))


def _remarks(frame: pl.DataFrame, of_line: bool) -> pl.DataFrame:
    line = pl.col("service_payment") if of_line else pl.lit(None, pl.Int64).alias("service_payment")
    rows = frame.select("claim_payment", line, remark_code="remark_codes").explode("remark_code", empty_as_null=True)
    return rows.filter(pl.col("remark_code").is_not_null())


def _lines(service: pl.DataFrame) -> pl.DataFrame:
    return service.with_columns(
        line_number=line_numbers(service, "claim_payment"),
        procedure_qualifier=pl.coalesce(
            "procedure_qualifier", pl.when(pl.col("procedure_code").is_not_null()).then(pl.lit("HC"))
        ),
        service_from=pl.coalesce("service_from", "service_date"),
        service_date=pl.coalesce("service_date", "service_from"),
    ).drop("modifiers")


def _no_lines() -> pl.DataFrame:
    names = ("service_payment", "claim_payment", "segment")
    return pl.DataFrame(schema=dict.fromkeys(names, pl.Int64) | {"line_number": pl.Int32})


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1]
