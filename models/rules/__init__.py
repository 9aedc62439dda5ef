"""The scrubber: one rule a small module, each with an id, what it needs, when it fires, the payer's CARC and a fix."""

from __future__ import annotations

from models.rules import (
    authorization,
    charges,
    code_shape,
    diagnosis_pointer,
    duplicate,
    modifiers,
    npi,
    principal_diagnosis,
    service_date,
    timely_filing,
    units,
)
from models.rules.base import Batch, Finding, Hit, Rule, Severity, apply, to_read

RULES: tuple[Rule, ...] = (
    npi.RULE,
    authorization.RULE,
    timely_filing.PASSED,
    timely_filing.NEAR,
    duplicate.RULE,
    duplicate.IN_FILE,
    diagnosis_pointer.RULE,
    charges.RULE,
    principal_diagnosis.RULE,
    modifiers.SHAPE,
    modifiers.REPEATED,
    service_date.RULE,
    units.RULE,
    code_shape.DIAGNOSIS,
    code_shape.PROCEDURE,
)
_ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


def run(batch: Batch) -> dict[int, list[Finding]]:
    """Every claim_id of the batch with its findings, errors first."""
    found: dict[int, list[Finding]] = {claim_id: [] for claim_id in batch.claim["claim_id"].to_list()}
    for rule in RULES:
        for claim_id, finding in apply(rule, batch):
            found[claim_id].append(finding)
    return {claim_id: sorted(mine, key=lambda one: _ORDER[one.severity]) for claim_id, mine in found.items()}


__all__ = ["RULES", "Batch", "Finding", "Hit", "Rule", "Severity", "apply", "run", "to_read"]
