"""TA1, 999 and 997: whether a receiver could read an interchange, a functional group, a transaction set.

They say nothing of the claims as claims; what they reject never reached the payer. 997 (004010) has AK3, AK4 and AK5
where 999 (005010X231) has IK3, IK4 and IK5.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from etl.x12.claim_lines import plain
from etl.x12.envelope import TransactionSet
from etl.x12.tokens import Positions, Tokens, first_between, last_before, next_after, pick, union


def parse_syntax_answers(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of `group_acknowledgement` (AK1), `set_acknowledgement` (AK2) and `syntax_error` (IK3, IK4)."""
    return {
        "group_acknowledgement": _groups(tokens),
        "set_acknowledgement": _sets(tokens),
        "syntax_error": _errors(tokens),
    }


def parse_interchange_answers(tokens: Tokens, sets: list[TransactionSet]) -> dict[str, pl.DataFrame]:
    """Rows of `interchange_acknowledgement`: a TA1 stands by itself, so each is a set of one segment."""
    t, at = tokens, tokens.where("TA1")
    day = t.text_at(at, 2)  # YYMMDD; 26011 is no day, though to_date takes it for one
    sent = ("20" + day.set(day.str.len_bytes() != 6, None)).str.to_date("%Y%m%d", strict=False)
    return {
        "interchange_acknowledgement": pl.DataFrame(
            {
                "set": np.arange(len(at)),
                "segment": at,
                "interchange_control_number": t.text_at(at, 1),
                "interchange_date": sent,
                "status_code": t.text_at(at, 4),
                "error_code": t.text_at(at, 5),
            }
        )
    }


def _groups(t: Tokens) -> pl.DataFrame:
    group = t.where("AK1")
    end = next_after(group, union(group, t.where("SE"), t.where("ST")), t.n)
    verdict = first_between(group, end, t.where("AK9"))
    return pl.DataFrame(
        {
            "set": last_before(t.where("ST"), group),
            "segment": group,
            "functional_code": t.text_at(group, 1).str.strip_chars(),
            "group_control_number": t.text_at(group, 2).str.strip_chars(),
            "version": t.text_at(group, 3),
            "status_code": t.text_at(verdict, 1),
            "included_count": _count(t, verdict, 2),
            "received_count": _count(t, verdict, 3),
            "accepted_count": _count(t, verdict, 4),
            "error_codes": _codes(t, verdict, range(5, 10)),
        }
    )


def _sets(t: Tokens) -> pl.DataFrame:
    answered = t.where("AK2")
    end = next_after(answered, union(answered, t.where("AK1", "AK9", "SE", "ST")), t.n)
    verdict = first_between(answered, end, t.where("IK5", "AK5"))
    return pl.DataFrame(
        {
            "set": last_before(t.where("ST"), answered),
            "segment": answered,
            "group_control_number": _group_number(t, answered),
            "set_kind": t.text_at(answered, 1).str.strip_chars(),
            "set_control_number": t.text_at(answered, 2).str.strip_chars(),
            "status_code": t.text_at(verdict, 1),
            "error_codes": _codes(t, verdict, range(2, 7)),
        }
    )


def _errors(t: Tokens) -> pl.DataFrame:
    """One row per segment in error and one per element in error of it; what stood there may be PHI and is not kept."""
    wrong, element = t.where("IK3", "AK3"), t.where("IK4", "AK4")
    at = union(wrong, element)
    is_element = np.isin(at, element)
    parent = pick(wrong, last_before(wrong, at))
    answered = t.where("AK2")
    end = next_after(parent, union(wrong, t.where("AK1", "AK2", "AK9", "IK5", "AK5", "SE", "ST")), t.n)
    of_element = np.where(is_element, at, -1)
    error = t.text_at(at, np.where(is_element, 3, 4))
    return pl.DataFrame(
        {
            "set": last_before(t.where("ST"), at),
            "segment": at,
            "group_control_number": _group_number(t, at),
            "set_control_number": t.text_at(pick(answered, last_before(answered, at)), 2).str.strip_chars(),
            "wrong_segment_id": t.text_at(parent, 1),
            "wrong_segment": _count(t, parent, 2),
            "loop_code": t.text_at(parent, 3),
            "wrong_element": plain(t, t.text_at(of_element, 1)),
            "element_reference": t.text_at(of_element, 2),
            "error_code": error,
            "patient_control_number": _claim_in_context(t, parent, end),
        }
    ).filter(pl.col("error_code").is_not_null())


def _claim_in_context(t: Tokens, parent: Positions, end: Positions) -> pl.Series:
    """The claim that a CTX below a segment in error names (CTX01 is CLM01 and its value)."""
    context = t.where("CTX")
    names = t.components_at(context, 1, 2)[0]
    claims = context[(names == "CLM01").fill_null(False).to_numpy()]
    return t.components_at(first_between(parent, end, claims), 1, 2)[1]


def _group_number(t: Tokens, segments: Positions) -> pl.Series:
    group = t.where("AK1")
    return t.text_at(pick(group, last_before(group, segments)), 2).str.strip_chars()


def _count(t: Tokens, segments: Positions, element: int) -> pl.Series:
    return t.text_at(segments, element).str.strip_chars().cast(pl.Int64, strict=False)


def _codes(t: Tokens, segments: Positions, elements: range) -> pl.Series:
    """Up to five error codes, parted by blanks; null when there is none."""
    codes = [t.text_at(segments, element) for element in elements]
    return pl.select(pl.concat_str(*codes, separator=" ", ignore_nulls=True).replace("", None)).to_series()
