-- one row per audited code of a claim sent by the day, with the coder who chose it
with audited as (
    select *, coalesce(audited_value, coded_value) as code from coding_audit where audited_on <= $as_of
),

procedure_family as (
    select k.code, r.family
    from (select distinct code from audited where field in ('procedure', 'em_level') and length(code) = 5) as k
    join reference_procedure_family as r on k.code between r.first and r.last
),

chapter as (
    select k.category, r.own_label
    from (select distinct left(code, 3) as category from audited where field = 'diagnosis') as k
    join reference_icd10_chapter as r on k.category between r.first and r.last
)

select
    a.claim_id as claim_number, k.root_id, a.line_number, a.auditor_id, a.audited_on, a.field, a.coded_value, a.audited_value,
    a.audited_value is not null as is_audited_code, coalesce(a.coded_value = a.audited_value, false) as is_correct,
    case
        when a.field in ('procedure', 'em_level') then coalesce(f.family, 'unknown')
        when a.field = 'diagnosis' then coalesce(h.own_label, 'unknown')
        when a.field = 'modifier' then 'modifier ' || a.code
        else a.field
    end as code_family,
    c.payer_id, c.payer_name, c.claim_id, c.claim_type, c.facility, coalesce(c.coder_id, 'unknown') as coder_id,
    coalesce(s.team, 'unknown') as team, coalesce(s.employment, 'unknown') as employment,
    coalesce(s.credential, 'unknown') as credential, date_diff('day', s.hired_on, c.submission_date) as tenure_days
from audited as a
join root as k on k.patient_control_number = a.claim_id
join claim_root as c on c.root_id = k.root_id
left join staff as s on s.staff_id = c.coder_id
left join procedure_family as f on f.code = a.code and a.field in ('procedure', 'em_level')
left join chapter as h on h.category = left(a.code, 3) and a.field = 'diagnosis'
