"""Answered claims as examples: features as of each claim's own submission date, and what the payer then said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from models.asof import days
from models.features import Floats, Lines, compute
from models.history import Outcomes, Past

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Examples:
    """Aligned by claim: `denied` (0 or 1), `denied_amount`, `charge` (dollars), `payer`, `submitted`, `remitted`.
    Aligned by line: `line_denied`, `category`.
    """

    past: Past
    lines: Lines
    denied: Floats
    denied_amount: Floats
    charge: Floats
    payer: list[str]
    submitted: npt.NDArray[np.datetime64]
    remitted: npt.NDArray[np.datetime64]
    line_denied: Floats
    category: pl.Series

    def lines_of(self, rows: Rows) -> Rows:
        """Positions of the lines of these claims, in the order of `rows`."""
        rank = np.full(len(self.denied), -1, np.int64)
        rank[rows] = np.arange(len(rows))
        found = np.flatnonzero(rank[self.lines.claim] >= 0)
        return found[np.argsort(rank[self.lines.claim[found]], kind="stable")]

    def age_and_sex(self, rows: Rows) -> tuple[Floats, Floats]:
        """The patients' ages in years, and whether they are female (1, 0); NaN where unknown."""
        known = self.lines.claims.claim.select(
            pl.col("age_years", "is_female").cast(pl.Float64).fill_null(float("nan"))
        )
        return known["age_years"].to_numpy()[rows], known["is_female"].to_numpy()[rows]

    def number(self) -> list[str]:
        """The claims' own numbers."""
        return self.lines.claims.claim["patient_control_number"].to_list()


def prepare(past: Outcomes) -> Examples:
    """All answered claims."""
    index = Past(past)
    claims = past.claims.claim.join(
        past.claim.select("claim_id", "is_denied", "denied_amount", "remit_date"),
        on="claim_id",
        how="left",
        maintain_order="left",
    )
    return Examples(
        index,
        compute(past.claims, index),
        claims["is_denied"].cast(pl.Float64).to_numpy(),
        claims["denied_amount"].to_numpy(),
        claims["charge"].to_numpy(),
        claims["payer"].to_list(),
        _dates(claims["submission_date"]),
        _dates(claims["remit_date"]),
        past.line["is_denied"].fill_null(0).to_numpy(),
        past.line["denial_category"],
    )


def _dates(values: pl.Series) -> npt.NDArray[np.datetime64]:
    return days(values).astype("datetime64[D]")
