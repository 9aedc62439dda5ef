"""Codes that cannot be codes, by shape only (etl/reference/formats.csv): membership in a release is not looked at
here.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.rules.base import Batch, Hit, Rule, pattern

_ICD10 = ("ABK", "ABF", "ABJ", "APR", "ABN")
_PROCEDURE = ("hcpcs2", "cpt1", "cpt2", "cpt3", "pla", "maaa", "vaccine_admin")


def _diagnosis(batch: Batch) -> Iterator[Hit]:
    rows = batch.diagnosis.select("claim_id", "qualifier", "diagnosis_code")
    for claim_id, qualifier, code in rows.iter_rows():
        if qualifier in _ICD10 and not pattern("icd10cm").match(code):
            yield Hit(claim_id, f"{code} does not have the form of an ICD-10-CM code.")
    for claim_id in sorted(set(batch.claim["claim_id"].to_list()) - set(rows["claim_id"].to_list())):
        yield Hit(claim_id, "the claim has no diagnosis", is_checked=False)


def _procedure(batch: Batch) -> Iterator[Hit]:
    columns = ("claim_id", "line_number", "procedure_qualifier", "procedure_code", "revenue_code")
    for claim_id, line, qualifier, code, revenue in batch.line.select(columns).iter_rows():
        if revenue is not None and not pattern("revenue").match(revenue):
            yield Hit(claim_id, f"Line {line}: {revenue} does not have the form of a revenue code (four digits).", line)
        if code is None:
            if revenue is None:
                yield Hit(claim_id, f"Line {line} has neither a procedure nor a revenue code.", line)
        elif qualifier not in ("HC", "AD"):
            yield Hit(
                claim_id,
                f"line {line} uses code list {qualifier or '(none)'}, whose shape is not known",
                line,
                is_checked=False,
            )
        elif not any(pattern(field).match(code) for field in _PROCEDURE):
            yield Hit(claim_id, f"Line {line}: {code} does not have the form of a CPT or HCPCS code.", line)


DIAGNOSIS = Rule(
    id="diagnosis_code_shape", severity="error", carc="146", fix="Correct the diagnosis code.", find=_diagnosis
)
PROCEDURE = Rule(id="procedure_code_shape", severity="error", carc="181", fix="Correct the code.", find=_procedure)
