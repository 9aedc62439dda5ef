-- one row per audited code known by the day, with the coder who chose it
select
    a.claim_id as claim_number, k.root_id, a.line_number, a.audited_on, a.field, a.coded_value, a.audited_value,
    a.audited_value is not null as is_audited_code, coalesce(a.coded_value = a.audited_value, false) as is_correct,
    c.payer_id, c.payer_name, c.claim_id, c.claim_type, c.facility, coalesce(c.coder_id, 'unknown') as coder_id,
    coalesce(s.team, 'unknown') as team, coalesce(s.employment, 'unknown') as employment,
    coalesce(s.credential, 'unknown') as credential
from coding_audit as a
left join root as k on k.patient_control_number = a.claim_id
left join claim_root as c on c.root_id = k.root_id
left join staff as s on s.staff_id = c.coder_id
where a.audited_on <= $as_of
