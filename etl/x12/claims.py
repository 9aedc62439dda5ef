"""837 professional, institutional and dental: one row per claim, diagnosis and service line.

Columns are those of the tables in warehouse/sql/schema.sql, with `set` and `claim` as row numbers within the stretch
(from 0) instead of keys. Loops are found by position: a claim belongs to the nearest HL before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.x12.envelope import TransactionSet
from etl.x12.fingerprint import fingerprints
from etl.x12.tokens import Positions, Tokens, either, first_between, last_before, next_after, ordinals, pick, union

# qualifiers of HI composites that are diagnoses, in the order in which a pointer counts them (HI01-1 of 2300)
_POINTED = ("ABK", "BK", "ABF", "BF")
_RANK = {"ABJ": 1, "BJ": 1, "APR": 1, "PR": 1, "ABN": 2, "BN": 2}
_OTHER_DIAGNOSES = tuple(_RANK)


@dataclass(slots=True)
class _Loops:
    """Where the loops of each claim begin and end, one entry per CLM."""

    claim: Positions  # CLM
    end: Positions  # the segment after the claim
    body: Positions  # first LX or 2320 SBR: what comes before is loop 2300
    billing: Positions  # HL 20
    billing_end: Positions
    subscriber: Positions  # HL 22
    subscriber_end: Positions
    dependent: Positions  # HL 23, or -1


def parse_claims(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of `claim`, `diagnosis` and `service_line` in a stretch's 837 transaction sets (005010 and 004010).

    Values that are no amount or no date are null and noted in `tokens.bad`.
    """
    loops = _loops(tokens)
    lines = _service_lines(tokens, loops)
    return {
        "claim": _claims(tokens, sets, loops, lines),
        "diagnosis": _diagnoses(tokens, loops),
        "service_line": lines.select(pl.exclude("rendering_npi", "kind")),
    }


def _loops(t: Tokens) -> _Loops:
    claim, hl, st = t.where("CLM"), t.where("HL"), t.where("ST")
    level_20, level_22, level_23 = (t.qualified("HL", level, element=3) for level in ("20", "22", "23"))
    breaks = union(claim, hl, t.where("SE"), st)
    end = next_after(claim, breaks, t.n)
    first_inner = first_between(claim, end, union(t.where("LX"), t.where("SBR")))
    subscriber = pick(level_22, last_before(level_22, claim))
    billing = pick(level_20, last_before(level_20, claim))
    dependent = pick(level_23, last_before(level_23, claim))
    own_st = pick(st, last_before(st, claim))
    subscriber = np.where(subscriber > own_st, subscriber, -1)
    return _Loops(
        claim=claim,
        end=end,
        body=np.where(first_inner < 0, end, first_inner),
        billing=np.where(billing > own_st, billing, -1),
        billing_end=next_after(billing, breaks, t.n),
        subscriber=subscriber,
        subscriber_end=next_after(subscriber, breaks, t.n),
        dependent=np.where(dependent > np.maximum(subscriber, own_st), dependent, -1),
    )


def _claims(t: Tokens, sets: list[TransactionSet], loops: _Loops, lines: pl.DataFrame) -> pl.DataFrame:
    claim, body = loops.claim, loops.body

    def in_claim(segment_id: str, *qualifiers: str) -> Positions:
        return first_between(claim, body, t.qualified(segment_id, *qualifiers))

    billing_name = first_between(loops.billing, loops.billing_end, t.qualified("NM1", "85"))
    insured = first_between(loops.subscriber, loops.subscriber_end, t.qualified("NM1", "IL"))
    payer = first_between(loops.subscriber, loops.subscriber_end, t.qualified("NM1", "PR"))
    coverage = first_between(loops.subscriber, loops.subscriber_end, t.where("SBR"))
    dependent = first_between(loops.dependent, claim, t.qualified("NM1", "QC"))
    patient = either(dependent, insured)
    patient_end = next_after(patient, union(t.where("NM1"), claim), t.n)
    demographics = first_between(patient, patient_end, t.where("DMG"))
    address = first_between(patient, patient_end, t.where("N4"))
    facility = either(in_claim("NM1", "77", "FA"), billing_name)
    header_date = pick(t.where("BHT"), last_before(t.where("BHT"), claim))
    statement = in_claim("DTP", "434")
    place, _, frequency = t.components_at(claim, 5, 3)
    sequence = np.arange(len(claim))
    starts = np.array([one.start for one in sets], dtype=np.int64)
    own_set = last_before(starts, claim)
    rows = pl.DataFrame(
        {
            "claim": sequence,
            "set": own_set,
            "segment": claim,
            "submission_date": t.date_at(header_date, 4, "BHT04"),
            "patient_control_number": t.text_at(claim, 1).fill_null(""),
            "charge_amount": t.amount_at(claim, 2, "CLM02"),
            "place": place,
            "frequency_code": frequency.fill_null("1"),
            "original_reference": t.text_at(in_claim("REF", "F8"), 2),
            "prior_authorization": t.text_at(in_claim("REF", "G1"), 2),
            "referral_number": t.text_at(in_claim("REF", "9F"), 2),
            "payer_responsibility": t.text_at(coverage, 1),
            "claim_filing_code": t.text_at(coverage, 9),
            "payer_name": t.text_at(payer, 3),
            "payer_id": t.text_at(payer, 9),
            "billing_name": t.text_at(billing_name, 3),
            "billing_npi": t.text_at(billing_name, 9),
            "rendering_npi": t.text_at(either(in_claim("NM1", "82"), in_claim("NM1", "71")), 9),
            "referring_npi": t.text_at(in_claim("NM1", "DN", "P3"), 9),
            "facility_name": t.text_at(facility, 3),
            "facility_npi": t.text_at(facility, 9),
            "member_id": t.text_at(insured, 9),
            "subscriber_last_name": t.text_at(insured, 3),
            "subscriber_first_name": t.text_at(insured, 4),
            "patient_last_name": t.text_at(patient, 3),
            "patient_first_name": t.text_at(patient, 4),
            "patient_birth_date": t.date_at(demographics, 2, "DMG02"),
            "patient_sex": t.text_at(demographics, 3),
            "patient_zip": t.text_at(address, 3),
            "statement_from": t.date_at(statement, 3, "DTP*434"),
            "statement_through": t.date_at(statement, 3, "DTP*434", end=True),
            "fingerprint": fingerprints(t, claim, loops.end, [loops.billing, loops.subscriber, loops.dependent]),
        }
    )
    from_lines = lines.group_by("claim").agg(
        pl.col("service_from").min().alias("first_line_date"),
        pl.col("service_date").max().alias("last_line_date"),
        pl.col("rendering_npi").drop_nulls().first().alias("line_rendering_npi"),
        pl.col("kind").first(),
    )
    versions = pl.DataFrame({"set": np.arange(len(sets)), "guide_type": [_type_of_guide(one.version) for one in sets]})
    rows = rows.join(from_lines, on="claim", how="left", maintain_order="left")
    rows = rows.join(versions.cast({"guide_type": pl.String}), on="set", how="left", maintain_order="left")
    institutional = pl.col("claim_type") == "institutional"
    return (
        rows.with_columns(claim_type=pl.coalesce("guide_type", "kind", pl.lit("professional")))
        .with_columns(
            place_of_service=pl.when(~institutional).then("place"),
            type_of_bill=pl.when(institutional & pl.col("place").is_not_null()).then(
                pl.concat_str(pl.lit("0"), "place", "frequency_code")
            ),
            rendering_npi=pl.coalesce("rendering_npi", "line_rendering_npi", "billing_npi"),
            service_from=pl.coalesce("statement_from", "first_line_date"),
            service_date=pl.coalesce("statement_through", "last_line_date"),
        )
        .drop("place", "guide_type", "kind", "line_rendering_npi", "first_line_date", "last_line_date")
        .drop("statement_from", "statement_through")
    )


def _type_of_guide(version: str | None) -> str | None:
    """The claim type that an implementation guide (GS08) stands for."""
    guides = {"X222": "professional", "X098": "professional", "X223": "institutional", "X096": "institutional"}
    guides |= {"X224": "dental", "X097": "dental"}
    return next((kind for guide, kind in guides.items() if guide in (version or "")), None)


def _diagnoses(t: Tokens, loops: _Loops) -> pl.DataFrame:
    segment, element = t.repeats(t.where("HI"), 1, 1)
    owner = last_before(loops.claim, segment)
    owner = np.where(segment < pick(loops.end, owner), owner, -1)
    qualifier, code = t.components_at(segment, element, 2)
    rows = pl.DataFrame({"claim": owner, "qualifier": qualifier, "diagnosis_code": code}).filter(
        pl.col("claim") >= 0, pl.col("diagnosis_code").is_not_null(), qualifier.is_in(_POINTED + _OTHER_DIAGNOSES)
    )
    if not rows["qualifier"].is_in(_POINTED).all():
        # a pointer counts the principal and other diagnoses only, so the rest comes behind
        rank = pl.col("qualifier").replace_strict(_RANK, default=0, return_dtype=pl.Int8)
        rows = rows.sort("claim", rank, maintain_order=True)
    return rows.with_columns(
        sequence=ordinals(rows["claim"].to_numpy()),
        diagnosis_code=pl.col("diagnosis_code").str.replace_all(".", "", literal=True),
    ).select("claim", "sequence", "qualifier", "diagnosis_code")


def _service_lines(t: Tokens, loops: _Loops) -> pl.DataFrame:
    line, claim = t.where("LX"), loops.claim
    owner = last_before(claim, line)
    line, owner = line[owner >= 0], owner[owner >= 0]
    inside = line < pick(loops.end, owner)
    line, owner = line[inside], owner[inside]
    end = next_after(line, union(t.where("LX"), claim, t.where("HL"), t.where("SE"), t.where("ST")), t.n)
    professional, institutional, dental = (first_between(line, end, t.where(name)) for name in ("SV1", "SV2", "SV3"))
    service = either(professional, institutional, dental)
    is_institutional, is_dental = institutional >= 0, dental >= 0

    def element(sv1: int, sv2: int, sv3: int) -> Positions:
        return np.where(is_institutional, sv2, np.where(is_dental, sv3, sv1))

    none = 99  # an element that does not exist reads as null
    procedure = t.components_at(service, element(1, 2, 1), 6)
    dates = first_between(line, end, t.qualified("DTP", "472"))
    claim_dates = first_between(claim, loops.body, t.qualified("DTP", "472", "434"))
    rows = pl.DataFrame(
        {
            "claim": owner,
            "line_number": ordinals(owner),
            "segment": line,
            "procedure_qualifier": procedure[0],
            "procedure_code": procedure[1],
            "modifier_1": procedure[2],
            "modifier_2": procedure[3],
            "modifier_3": procedure[4],
            "modifier_4": procedure[5],
            "revenue_code": t.text_at(service, element(none, 1, none)),
            "charge_amount": t.amount_at(service, element(2, 3, 2), "line charge"),
            "unit_code": t.text_at(service, element(3, 4, none)),
            "units": t.amount_at(service, element(4, 5, 6), "units", scale=3),
            "place_of_service": t.text_at(service, element(5, none, 3)),
            "diagnosis_pointer": _plain(t, t.text_at(service, element(7, none, 11))),
            "service_from": t.date_at(dates, 3, "DTP*472"),
            "service_date": t.date_at(dates, 3, "DTP*472", end=True),
            "line_control_number": t.text_at(first_between(line, end, t.qualified("REF", "6R")), 2),
            "rendering_npi": t.text_at(first_between(line, end, t.qualified("NM1", "82")), 9),
        }
    ).with_columns(
        kind=pl.when(pl.Series(is_institutional))
        .then(pl.lit("institutional"))
        .when(pl.Series(is_dental))
        .then(pl.lit("dental"))
        .otherwise(pl.lit("professional"))
    )
    return rows.with_columns(
        # what a line does not say is the claim's
        place_of_service=pl.when(pl.col("kind") != "institutional").then(
            pl.coalesce("place_of_service", t.components_at(claim, 5, 1)[0].gather(owner))
        ),
        service_from=pl.coalesce("service_from", t.date_at(claim_dates, 3, "DTP").gather(owner)),
        service_date=pl.coalesce("service_date", t.date_at(claim_dates, 3, "DTP", end=True).gather(owner)),
    )


def _plain(t: Tokens, pointers: pl.Series) -> pl.Series:
    """Pointers with `:` between them whatever the file's component separator is."""
    separator = t.delimiters.component.decode("latin-1")
    return pointers.str.replace_all(separator, ":", literal=True) if separator and separator != ":" else pointers
