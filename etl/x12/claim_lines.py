"""The service lines of an 837 (SV1, SV2 or SV3) and the teeth of a dental one."""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.claim_loops import ClaimLoops, LineLoops
from etl.x12.tokens import Positions, Tokens, first_between, pick


def service_lines(t: Tokens, loops: ClaimLoops, lines: LineLoops) -> pl.DataFrame:
    """One row per LX of a claim. `kind` and `rendering_npi` are for the claim: what it does not say, its lines do."""
    line, end, service, claim = lines.line, lines.end, lines.service, loops.claim
    is_institutional, is_dental = lines.institutional >= 0, lines.dental >= 0

    def element(sv1: int, sv2: int, sv3: int) -> Positions:
        return np.where(is_institutional, sv2, np.where(is_dental, sv3, sv1))

    none = 99  # an element that does not exist reads as null
    procedure = t.components_at(service, element(1, 2, 1), 6)
    dates = first_between(line, end, t.qualified("DTP", "472"))
    claim_dates = first_between(claim, loops.body, t.qualified("DTP", "472", "434"))
    rows = pl.DataFrame(
        {
            "claim": lines.claim,
            "line_number": lines.number,
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
            "diagnosis_pointer": plain(t, t.text_at(service, element(7, none, 11))),
            "oral_cavity_codes": plain(t, t.text_at(lines.dental, 4)),
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
            pl.coalesce("place_of_service", t.components_at(claim, 5, 1)[0].gather(lines.claim))
        ),
        service_from=pl.coalesce("service_from", t.date_at(claim_dates, 3, "DTP").gather(lines.claim)),
        service_date=pl.coalesce("service_date", t.date_at(claim_dates, 3, "DTP", end=True).gather(lines.claim)),
    )


def teeth(t: Tokens, lines: LineLoops) -> pl.DataFrame:
    """One row per tooth of a dental line (TOO)."""
    tooth = t.where("TOO")
    line = lines.owner(tooth)
    return pl.DataFrame(
        {
            "claim": pick(lines.claim, line),
            "line_number": pick(lines.number, line),
            "segment": tooth,
            "tooth_code": t.text_at(tooth, 2),
            "surface_codes": plain(t, t.text_at(tooth, 3)),
        }
    ).filter(pl.col("claim") >= 0, pl.col("tooth_code").is_not_null())


def plain(t: Tokens, composites: pl.Series) -> pl.Series:
    """Composites with `:` between their parts whatever the file's component separator is."""
    separator = t.delimiters.component.decode("latin-1")
    return composites.str.replace_all(separator, ":", literal=True) if separator and separator != ":" else composites
