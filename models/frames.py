"""Claims in the one shape that features and rules read, from the warehouse or from an unsent 837.

Both ways pass through `shape`, so that training and checking cannot drift apart. No name, member id or address is read.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from etl.warehouse.views import SQL

MODIFIERS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")
# a claim form holds 12 diagnoses; more add cost and no signal
_MOST_DIAGNOSES = 12
# longer claims are rare and their pairs grow with the square
_MOST_PARTNERS = 12
_LAG_EDGES = (14, 30, 60, 90, 120, 180, 365)
_UNIT_EDGES = (1, 2, 3, 4, 8, 20)
_AGE_EDGES = (17, 25, 39, 64, 74)


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims in the shape that histories need.

    claim: one row a claim (claim_id, submission_date and its columns). line: one row a service line, `row` from 0.
    diagnosis: one row per line and diagnosis that supports it. pair: one row per line and other code of the claim.
    The last two carry every column of their line, so a key can mix both.
    """

    claim: pl.DataFrame
    line: pl.DataFrame
    diagnosis: pl.DataFrame
    pair: pl.DataFrame

    def unit(self, name: str) -> pl.DataFrame:
        """The frame of that grain: line, diagnosis or pair."""
        frame: pl.DataFrame = getattr(self, name)
        return frame


def shape(claim: pl.DataFrame, line: pl.DataFrame, diagnosis: pl.DataFrame) -> Claims:
    """Rows of the tables claim, service_line and diagnosis (only those claims) -> `Claims`, in order of claim_id."""
    lag = (pl.col("submission_date") - pl.col("service_date")).dt.total_days()
    claims = claim.sort("claim_id").select(
        "claim_id",
        "submission_date",
        "patient_control_number",
        "claim_type",
        "service_date",
        "frequency_code",
        charge=pl.col("charge_amount").cast(pl.Float64),
        payer=pl.col("payer_id").fill_null("unknown"),
        provider=pl.col("rendering_npi").fill_null("unknown"),
        place=pl.coalesce("place_of_service", pl.col("type_of_bill").str.slice(0, 3), pl.lit("")),
        authorization=pl.col("prior_authorization").is_not_null(),
        referring=pl.col("referring_npi").is_not_null(),
        lag_days=lag,
        lag_band=_band(lag, _LAG_EDGES),
        age_years=pl.col("patient_age"),
        age_band=_band(pl.col("patient_age"), _AGE_EDGES),
        coder=_known(claim, "coder_id"),
        biller=_known(claim, "biller_id"),
        is_female=pl.col("patient_sex").replace_strict({"F": 1.0, "M": 0.0}, default=None, return_dtype=pl.Float64),
    )
    claims = claims.join(_findings(claim, line, diagnosis), on="claim_id", how="left", maintain_order="left")
    of_claim = claims.select(
        "claim_id",
        "submission_date",
        "payer",
        "provider",
        "place",
        "authorization",
        "referring",
        "lag_days",
        "lag_band",
        "age_band",
        "coder",
        "biller",
    )
    lines = (
        line.sort("claim_id", "line_number")
        .select(
            "claim_id",
            "line_number",
            "diagnosis_pointer",
            procedure=pl.coalesce("procedure_code", "revenue_code", pl.lit("")).str.to_uppercase(),
            modifiers=pl.concat_list(MODIFIERS).list.drop_nulls().list.sort().list.join(" "),
            line_charge=pl.col("charge_amount").cast(pl.Float64),
            units=pl.col("units").cast(pl.Float64),
        )
        .with_columns(units_band=_band(pl.col("units"), _UNIT_EDGES))
        .join(of_claim, on="claim_id", how="inner", maintain_order="left")
        .with_columns(several=pl.len().over("claim_id") > 1)
        .with_row_index("row")
    )
    return Claims(
        claims, lines.drop("diagnosis_pointer"), _supporting(lines, diagnosis), _pairs(lines.drop("diagnosis_pointer"))
    )


def from_warehouse(connection: duckdb.DuckDBPyConnection, claim_ids: list[int]) -> Claims:
    """These claims of the warehouse."""
    chosen = {"claims": claim_ids}
    return shape(*(connection.sql(text(name), params=chosen).pl() for name in ("claim", "line", "diagnosis")))


def _findings(claim: pl.DataFrame, line: pl.DataFrame, diagnosis: pl.DataFrame) -> pl.DataFrame:
    """Per claim how much is wrong with it by itself, as the scrubber's rules see it: claim_id, finding_count."""
    modifiers = pl.concat_list(MODIFIERS).list.drop_nulls()
    of_line = line.group_by("claim_id").agg(
        (pl.col("units").is_null() | (pl.col("units") <= 0)).sum().alias("units"),
        (modifiers.list.len() > modifiers.list.n_unique()).sum().alias("repeated"),
        pl.col("diagnosis_pointer").is_null().sum().alias("unpointed"),
        pl.col("charge_amount").sum().alias("total"),
    )
    found = claim.select("claim_id", "claim_type", "charge_amount").join(of_line, on="claim_id", how="left")
    found = found.join(diagnosis.select("claim_id", has_diagnosis=True).unique(), on="claim_id", how="left")
    return found.select(
        "claim_id",
        finding_count=pl.col("units").fill_null(0).cast(pl.Int64)
        + pl.col("repeated").fill_null(0)
        + pl.when(pl.col("claim_type") == "professional").then(pl.col("unpointed").fill_null(0)).otherwise(0)
        + pl.col("has_diagnosis").is_null()
        + (pl.col("total") != pl.col("charge_amount")).fill_null(True),
    )


def some(claims: Claims, ids: list[int]) -> Claims:
    """Some of the claims, their lines numbered from 0 again; `from_row` remembers the number before."""
    keep = pl.col("claim_id").is_in(ids)
    line = claims.line.filter(keep).drop("from_row", strict=False).rename({"row": "from_row"}).with_row_index("row")
    numbers = line.select("from_row", "row")

    def again(frame: pl.DataFrame) -> pl.DataFrame:
        mine = frame.filter(keep).drop("from_row", strict=False).rename({"row": "from_row"})
        return mine.join(numbers, on="from_row", how="inner", maintain_order="left")

    return Claims(claims.claim.filter(keep), line, again(claims.diagnosis), again(claims.pair))


def text(name: str) -> str:
    """A statement of etl/warehouse/sql/models."""
    return (SQL / "models" / f"{name}.sql").read_text(encoding="utf-8")


def _known(claim: pl.DataFrame, column: str) -> pl.Expr:
    """A column of the work log, which a file not yet sent does not have."""
    return pl.col(column) if column in claim.columns else pl.lit(None, pl.String)


def _band(value: pl.Expr, edges: tuple[int, ...]) -> pl.Expr:
    """Number of the band that a value lies in, as text; upper edges belong to the band."""
    above = pl.sum_horizontal((value > edge).cast(pl.Int64) for edge in edges)
    return pl.when(value.is_not_null()).then(above).cast(pl.String)


def _supporting(lines: pl.DataFrame, diagnosis: pl.DataFrame) -> pl.DataFrame:
    """The diagnoses that a line points to; all of the claim where it points to none (837I has no pointers)."""
    codes = diagnosis.filter(pl.col("sequence") <= _MOST_DIAGNOSES).select(
        "claim_id",
        pl.col("sequence").cast(pl.Int64),
        diagnosis=pl.col("diagnosis_code").str.replace_all(".", "", literal=True).str.to_uppercase(),
    )
    pointed = (
        lines.filter(pl.col("diagnosis_pointer").is_not_null())
        .with_columns(
            sequence=pl.col("diagnosis_pointer").str.split(":").list.eval(pl.element().cast(pl.Int64, strict=False))
        )
        .explode("sequence")
        .join(codes, on=["claim_id", "sequence"], how="inner")
    )
    without = lines.join(pointed.select("row").unique(), on="row", how="anti").join(codes, on="claim_id", how="inner")
    columns = [*(name for name in lines.columns if name != "diagnosis_pointer"), "diagnosis"]
    both = pl.concat([pointed.select(columns), without.select(columns)]).unique()
    return both.with_columns(category=pl.col("diagnosis").str.slice(0, 3)).sort("row", "diagnosis")


def _pairs(lines: pl.DataFrame) -> pl.DataFrame:
    """Each line with every other code of its claim."""
    others = lines.group_by("claim_id", maintain_order=True).head(_MOST_PARTNERS)
    others = others.select("claim_id", other=pl.col("procedure")).unique()
    several = lines.filter(pl.len().over("claim_id") > 1)
    return (
        several.join(others, on="claim_id", how="inner")
        .filter(pl.col("procedure") != pl.col("other"))
        .sort("row", "other")
    )
