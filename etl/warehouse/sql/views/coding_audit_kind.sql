-- one row per audit of a claim and kind of code: whether its record was coded without a fault of that kind
select
    root_id, claim_number, auditor_id, audited_on, field, max(payer_id) as payer_id, max(payer_name) as payer_name,
    max(claim_id) as claim_id, max(claim_type) as claim_type, max(facility) as facility, max(coder_id) as coder_id,
    max(team) as team, max(employment) as employment, max(credential) as credential, max(tenure_days) as tenure_days,
    count(*) as codes, bool_and(is_correct) as is_correct
from coding_audit_line
group by root_id, claim_number, auditor_id, audited_on, field
