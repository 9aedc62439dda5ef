"""The result of a pre-submission check as a table and, for one claim, as advice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

import polars as pl
import streamlit as st

from dashboard import words

if TYPE_CHECKING:
    from models.check import ClaimCheck
    from models.rules import Finding

_SEVERITIES: dict[str, tuple[Literal["red", "orange", "blue"], str]] = {
    "error": ("red", "block"),
    "warning": ("orange", "warning"),
    "info": ("blue", "info"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """The checked claims, those with most to lose first."""

    claims: list[ClaimCheck]

    @property
    def expected(self) -> Decimal:
        return sum((Decimal(str(claim.expected_denied_amount or 0)) for claim in self.claims), Decimal(0))

    @property
    def with_findings(self) -> int:
        """Claims that break a rule; one that could not be looked at is none of them."""
        return sum(any(one.is_checked for one in claim.findings) for claim in self.claims)

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(claim.note for claim in self.claims if claim.note))


def check(stream: BinaryIO, name: str, db: Path, model: Path | None) -> Checked:
    """Check a file. Raises UserError when it cannot be read."""
    from models.check import check_file  # scikit-learn takes a second to import: not before it is needed

    claims = check_file(stream, name, db, model)
    return Checked(sorted(claims, key=lambda claim: (-(claim.expected_denied_amount or 0), -(claim.risk or 0))))


def summary(result: Checked) -> None:
    """What is at stake in the file."""
    counts = (
        ("Claims in the file", words.count(len(result.claims)), "CLM segments that were read."),
        ("With findings", words.count(result.with_findings), "Claims that break at least one rule of the scrubber."),
        (
            "Expected denied dollars",
            words.money(result.expected),
            "Over all claims, the charge at risk times the probability of denial: an expectation, not a bill.",
        ),
    )
    for column, (label, value, help_text) in zip(st.columns(len(counts)), counts, strict=True):
        column.metric(label, value, border=True, help=help_text)
    for note in result.notes:
        st.warning(_text(note), icon=":material/info:")


def table(result: Checked) -> int:
    """The claims; returns the index of the selected one (the first until a row is selected)."""
    shown = frame(result)
    chosen = st.dataframe(
        shown,
        key="checked",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(38 + 35 * shown.height, 388),
        column_config={
            "Risk": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1, width="medium"),
            "Expected denied": st.column_config.NumberColumn(format="dollar"),
            "Reasons": st.column_config.TextColumn(width="medium"),
        },
        alt="Claims of the file with their risk of denial",
    )
    rows = chosen.selection.rows
    return rows[0] if rows else 0


def frame(result: Checked) -> pl.DataFrame:
    """One row a claim, as it is shown and downloaded."""
    return pl.DataFrame(
        {
            "Claim": [claim.claim for claim in result.claims],
            "Risk": [claim.risk for claim in result.claims],
            "Expected denied": [claim.expected_denied_amount for claim in result.claims],
            "Likely category": [words.plain(claim.likely_category or words.NONE) for claim in result.claims],
            "Reasons": ["; ".join(claim.reasons) for claim in result.claims],
            "Findings": [" | ".join(map(_in_a_line, claim.to_read())) for claim in result.claims],
        },
        schema_overrides={"Risk": pl.Float64, "Expected denied": pl.Decimal(18, 2)},
    )


def details(claim: ClaimCheck) -> None:
    """One claim: why it is at risk, and what to do, finding by finding."""
    st.markdown(f"##### Claim {claim.claim}")
    risk = "risk unknown" if claim.risk is None else f"risk of denial {words.rate(claim.risk)}"
    likely = f" · likely {words.plain(claim.likely_category).lower()}" if claim.likely_category else ""
    st.caption(_text(f"{risk} · expected denied {words.money(claim.expected_denied_amount, cents=True)}{likely}"))
    if claim.reasons:
        st.markdown("\n".join(f"- {_text(reason)}" for reason in claim.reasons))
    fired = [finding for finding in claim.findings if finding.is_checked]
    if not fired:
        st.success("No rule of the scrubber fired.", icon=":material/check_circle:")
    for finding in fired:
        _finding(finding)
    for finding in claim.to_read():
        if not finding.is_checked:
            st.caption(_text(f"{finding.message} {finding.fix}"))


def _finding(finding: Finding) -> None:
    colour, icon = _SEVERITIES[finding.severity]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words.plain(finding.severity), color=colour, icon=f":material/{icon}:")
            st.markdown(f"**{_text(finding.message)}**")
        st.markdown(f"Fix: {_text(finding.fix)}")
        st.caption(f"line {finding.line} · rule {finding.rule}" if finding.line else f"rule {finding.rule}")


def _in_a_line(finding: Finding) -> str:
    return f"{finding.message} Fix: {finding.fix}"


def _text(text: str) -> str:
    """Markdown takes two dollar signs in a line for a formula."""
    return text.replace("$", "\\$")
