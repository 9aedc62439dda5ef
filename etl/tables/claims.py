"""Rows of claim exports -> the rows that an 837 makes: claim, diagnosis and service_line."""

from __future__ import annotations

import polars as pl

from etl.tables.fields import IDENTITY, fields

Frames = dict[str, pl.DataFrame]
# what tells two claims with the same patient control number apart, when each has several rows
_APART = ("submission_date", "frequency_code", "original_reference")
_NUMBER = "claim.patient_control_number"


def claims(rows: pl.DataFrame, has_lines: bool) -> Frames:
    """The claims in the good rows of an export with a section [claim], `claim` numbered from 0.

    With lines in it, rows with the same patient control number, day of submission and frequency are one claim. What
    a claim does not say comes from its lines: charge, days of service, place of service.
    """
    key = [_NUMBER, *(f"claim.{name}" for name in _APART if f"claim.{name}" in rows.columns)]
    own = [name for name in rows.columns if name.startswith("claim.") and name not in key]
    rows = rows.with_columns(alone=pl.lit(0) if has_lines else pl.col("row"))
    rows, claim = grouped(rows, "claim", ["alone", *key], own)
    line = _lines(rows) if has_lines else None
    return {"claim": claim.drop("alone").rename(_short), **({} if line is None else {"service_line": line})}


def grouped(rows: pl.DataFrame, name: str, key: list[str], own: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the groups of rows that agree in `key`, from 0 as they begin; the rows with that number, and one row a
    group: of the columns `own` the first that is filled, of lists all codes."""
    began = rows.with_row_index("began").select(pl.col("began").min().over(key)).to_series()
    rows = rows.with_columns((began.rank("dense") - 1).cast(pl.Int64).alias(name))
    lists = [column for column in own if isinstance(rows.schema[column], pl.List)]
    codes = pl.col(lists).drop_nulls().list.explode(keep_nulls=False, empty_as_null=False).unique(maintain_order=True)
    firsts = [pl.col(column).drop_nulls().first() for column in own if column not in lists]
    groups = rows.group_by(name, maintain_order=True).agg(
        pl.col("row").first().alias("segment"), pl.col(key).first(), *firsts, codes
    )
    return rows, groups


def lines_of(rows: pl.DataFrame, claim: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The lines of an export without [claim], joined to claims by their number, and the rows that named none of them.

    A number that several claims have names none.
    """
    only = claim.filter(~pl.col("patient_control_number").is_duplicated()).select(
        "claim", pl.col("patient_control_number").alias("service_line.patient_control_number")
    )
    rows = rows.join(only, on="service_line.patient_control_number", how="left", maintain_order="left")
    lost = rows.filter(pl.col("claim").is_null())["row"]
    return _lines(rows.filter(pl.col("claim").is_not_null())), lost


def finished(frames: Frames) -> Frames:
    """The same claims with every column that an 837's have, and their diagnoses; claims and lines in order."""
    claim, line = frames["claim"], frames.get("service_line", _nothing("service_line"))
    claim, line = with_all("claim", claim, ("claim", "segment")), with_all("service_line", line, ("claim", "segment"))
    line = line.drop("patient_control_number", "modifiers").with_columns(line_number=line_numbers(line, "claim"))
    line = line.sort("claim", "line_number", maintain_order=True)
    of_lines = line.group_by("claim").agg(
        pl.col("charge_amount").sum().alias("lines"),
        pl.col("service_from").min().alias("first_day"),
        pl.col("service_date").max().alias("last_day"),
        pl.col("place_of_service").drop_nulls().first().alias("place"),
    )
    claim = claim.join(of_lines, on="claim", how="left", maintain_order="left").with_columns(
        charge_amount=pl.coalesce("charge_amount", "lines").fill_null(0),
        claim_type=pl.coalesce(
            "claim_type",
            pl.when(pl.col("type_of_bill").is_not_null()).then(pl.lit("institutional")),
            pl.lit("professional"),
        ),
        frequency_code=pl.col("frequency_code").fill_null("1"),
        payer_responsibility=pl.col("payer_responsibility").fill_null("P"),
        payer_id=named_payer(),
        rendering_npi=pl.coalesce("rendering_npi", "billing_npi"),
        facility_name=pl.coalesce("facility_name", "billing_name"),
        service_from=pl.coalesce("service_from", "first_day", "service_date"),
        service_date=pl.coalesce("service_date", "last_day", "service_from"),
        place_of_service=pl.coalesce("place_of_service", "place"),
    )
    of_claim = claim.select("claim", day_from="service_from", day="service_date", place="place_of_service")
    line = line.join(of_claim, on="claim", how="left", maintain_order="left").with_columns(
        procedure_qualifier=pl.coalesce(
            "procedure_qualifier", pl.when(pl.col("procedure_code").is_not_null()).then(pl.lit("HC"))
        ),
        service_from=pl.coalesce("service_from", "service_date", "day_from"),
        service_date=pl.coalesce("service_date", "service_from", "day"),
        place_of_service=pl.coalesce("place_of_service", "place"),
    )
    return {
        "claim": claim.drop("lines", "first_day", "last_day", "place", "diagnosis_codes"),
        "diagnosis": diagnoses(claim),
        "service_line": line.drop("day_from", "day", "place"),
    }


def diagnoses(claim: pl.DataFrame) -> pl.DataFrame:
    """A row per code of `diagnosis_codes`; the first is the principal one."""
    rows = claim.select("claim", diagnosis_code="diagnosis_codes").explode("diagnosis_code", empty_as_null=True)
    rows = rows.filter(pl.col("diagnosis_code").is_not_null() & (pl.col("diagnosis_code") != ""))
    return rows.with_columns(sequence=counted("claim").cast(pl.Int64)).select(
        "claim",
        "sequence",
        qualifier=pl.when(pl.col("sequence") == 1).then(pl.lit("ABK")).otherwise(pl.lit("ABF")),
        diagnosis_code="diagnosis_code",
    )


def with_all(table: str, frame: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """The frame with every column of its table: those that the export has not are null."""
    from etl.tables.fields import DTYPES

    columns = [pl.col(name) for name in keys]
    for field in fields()[table].values():
        dtype = DTYPES[field.type]
        there = field.name in frame.columns
        columns.append(pl.col(field.name).cast(dtype) if there else pl.lit(None, dtype).alias(field.name))
    return frame.select(columns)


def named_payer() -> pl.Expr:
    """The payer's id, or where an export has none, its name: payers must not fall together."""
    return pl.coalesce("payer_id", pl.col("payer_name").str.to_uppercase())


def modifiers(frame: pl.DataFrame) -> pl.DataFrame:
    """`modifiers` as modifier_1 to modifier_4."""
    if "modifiers" not in frame.columns:
        return frame
    get = [pl.col("modifiers").list.get(i, null_on_oob=True).alias(f"modifier_{i + 1}") for i in range(4)]
    return frame.with_columns(get).drop("modifiers")


def comparable(names: list[str]) -> list[str]:
    """Columns by which two rows are the same; who the patient is does not count, and lives in another file."""
    return [name for name in names if name not in IDENTITY and name not in ("diagnosis_codes", "modifiers")]


def _lines(rows: pl.DataFrame) -> pl.DataFrame:
    own = [name for name in rows.columns if name.startswith("service_line.")]
    return modifiers(rows.select("claim", pl.col("row").alias("segment"), *own).rename(_short))


def line_numbers(line: pl.DataFrame, whole: str) -> pl.Series:
    """Numbers of lines within their claim or claim payment (`whole`): as the export says when its numbers are whole,
    else as they come."""
    # first for all rows, then by claim: within `over` each claim is a frame of its own
    sound = (pl.col("line_number") > 0).fill_null(False) & ~pl.struct(whole, "line_number").is_duplicated()
    as_said = line.select(whole, sound=sound).select(pl.col("sound").all().over(whole)).to_series()
    return line.select(pl.when(as_said).then("line_number").otherwise(counted(whole)).cast(pl.Int32)).to_series()


def counted(whole: str) -> pl.Expr:
    """1, 2, ... for the rows of each whole, in their order."""
    return pl.col(whole).rank("ordinal") - pl.col(whole).rank("min") + 1


def _nothing(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema={"claim": pl.Int64, "segment": pl.Int64})


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1]
