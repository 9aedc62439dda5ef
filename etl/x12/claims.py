"""837 professional, institutional and dental: one row per claim, diagnosis, other code, service line, tooth and other
payer.

Columns are those of the tables in warehouse/sql/schema.sql, with `set` and `claim` as row numbers within the stretch
(from 0) instead of keys.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.claim_codes import claim_codes
from etl.x12.claim_lines import service_lines, teeth
from etl.x12.claim_loops import ClaimLoops, find_claims, find_lines
from etl.x12.envelope import TransactionSet
from etl.x12.fingerprint import fingerprints
from etl.x12.other_payers import parse_other_payers
from etl.x12.tokens import Positions, Tokens, either, first_between, last_before, next_after, ordinals, pick, union

# qualifiers of HI composites that are diagnoses, in the order in which a pointer counts them (HI01-1 of 2300)
_POINTED = ("ABK", "BK", "ABF", "BF")
_RANK = {"ABJ": 1, "BJ": 1, "APR": 1, "PR": 1, "ABN": 2, "BN": 2}
_OTHER_DIAGNOSES = tuple(_RANK)


def parse_claims(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of the claim tables in a stretch's 837 transaction sets (005010, and 004010 as far as the same elements
    stand).

    Values that are no amount or no date are null and noted in `tokens.bad`.
    """
    loops = find_claims(tokens)
    line_loops = find_lines(tokens, loops)
    lines = service_lines(tokens, loops, line_loops)
    return {
        "claim": _claims(tokens, sets, loops, lines),
        **_coded(tokens, loops),
        "service_line": lines.select(pl.exclude("rendering_npi", "kind")),
        "tooth": teeth(tokens, line_loops),
        **parse_other_payers(tokens, loops, line_loops),
    }


def _claims(t: Tokens, sets: list[TransactionSet], loops: ClaimLoops, lines: pl.DataFrame) -> pl.DataFrame:
    claim, body = loops.claim, loops.body
    # before the columns are there: it takes most memory
    fingerprint = fingerprints(t, claim, loops.end, [loops.billing, loops.subscriber, loops.dependent])

    def in_claim(segment_id: str, *qualifiers: str) -> Positions:
        return first_between(claim, body, t.qualified(segment_id, *qualifiers))

    billing_name = first_between(loops.billing, loops.billing_end, t.qualified("NM1", "85"))
    insured = first_between(loops.subscriber, loops.subscriber_end, t.qualified("NM1", "IL"))
    payer = first_between(loops.subscriber, loops.subscriber_end, t.qualified("NM1", "PR"))
    coverage = first_between(loops.subscriber, loops.subscriber_end, t.where("SBR"))
    dependent = first_between(loops.dependent, claim, t.qualified("NM1", "QC"))
    is_dependent = loops.dependent >= 0
    relation = np.where(is_dependent, first_between(loops.dependent, claim, t.where("PAT")), coverage)
    patient = either(dependent, insured)
    patient_end = next_after(patient, union(t.where("NM1"), claim), t.n)
    demographics = first_between(patient, patient_end, t.where("DMG"))
    address = first_between(patient, patient_end, t.where("N4"))
    facility = either(in_claim("NM1", "77", "FA"), billing_name)
    own_st = pick(t.where("ST"), last_before(t.where("ST"), claim))
    header_date = first_between(own_st, claim, t.where("BHT"))
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
            "is_predetermination": (t.text_at(claim, 19) == "PB").fill_null(False),
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
            "patient_relationship_code": t.text_at(relation, np.where(is_dependent, 1, 2)),
            "subscriber_last_name": t.text_at(insured, 3),
            "subscriber_first_name": t.text_at(insured, 4),
            "patient_last_name": t.text_at(patient, 3),
            "patient_first_name": t.text_at(patient, 4),
            "patient_birth_date": t.date_at(demographics, 2, "DMG02"),
            "patient_sex": t.text_at(demographics, 3),
            "patient_address": t.text_at(first_between(patient, patient_end, t.where("N3")), 1),
            "patient_city": t.text_at(address, 1),
            "patient_zip": t.text_at(address, 3),
            "statement_from": t.date_at(statement, 3, "DTP*434"),
            "statement_through": t.date_at(statement, 3, "DTP*434", end=True),
            "fingerprint": fingerprint,
        }
    )
    from_lines = lines.group_by("claim").agg(
        pl.col("service_from").min().alias("first_line_date"),
        pl.col("service_date").max().alias("last_line_date"),
        pl.col("rendering_npi").drop_nulls().first().alias("line_rendering_npi"),
        pl.col("kind").first(),
    )
    versions = pl.DataFrame({"set": np.arange(len(sets)), "guide_type": [_type_of_guide(one.version) for one in sets]})
    # joined apart from the other columns, which a join would copy
    more = rows.select("claim", "set").join(from_lines, on="claim", how="left", maintain_order="left")
    more = more.join(versions.cast({"guide_type": pl.String}), on="set", how="left", maintain_order="left")
    institutional = pl.col("claim_type") == "institutional"
    return (
        rows.with_columns(more.drop("claim", "set"))
        .with_columns(claim_type=pl.coalesce("guide_type", "kind", pl.lit("professional")))
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


def _coded(t: Tokens, loops: ClaimLoops) -> dict[str, pl.DataFrame]:
    """The diagnoses, and what else the HI segments of a claim say."""
    segment, element = t.repeats(t.where("HI"), 1, 1)
    owner = loops.owner(segment)
    qualifier, code = t.components_at(segment, element, 2)
    is_diagnosis = qualifier.is_in(_POINTED + _OTHER_DIAGNOSES)
    rows = pl.DataFrame({"claim": owner, "qualifier": qualifier, "diagnosis_code": code}).filter(
        pl.col("claim") >= 0, pl.col("diagnosis_code").is_not_null(), is_diagnosis
    )
    others = np.flatnonzero((~is_diagnosis & code.is_not_null()).fill_null(False).to_numpy() & (owner >= 0))
    return {
        "diagnosis": _diagnoses(rows),
        "claim_code": claim_codes(t, owner[others], segment[others], element[others]),
    }


def _diagnoses(rows: pl.DataFrame) -> pl.DataFrame:
    if not rows["qualifier"].is_in(_POINTED).all():
        # a pointer counts the principal and other diagnoses only, so the rest comes behind
        rank = pl.col("qualifier").replace_strict(_RANK, default=0, return_dtype=pl.Int8)
        rows = rows.sort("claim", rank, maintain_order=True)
    return rows.with_columns(
        sequence=ordinals(rows["claim"].to_numpy()),
        diagnosis_code=pl.col("diagnosis_code").str.replace_all(".", "", literal=True),
    ).select("claim", "sequence", "qualifier", "diagnosis_code")
