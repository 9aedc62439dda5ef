-- one row per answered claim root (at the payer it was sent to) and role: the person, and whether a denial was theirs
with answered as not materialized (
    select * from claim_outcome where is_billed_payer and (is_adjudicated or is_rejected)
),

person as not materialized (
    select *, 'coder' as role, coder_id as staff_id from answered
    union all
    select *, 'biller' as role, biller_id as staff_id from answered
)

select
    p.root_id, p.payer_id, p.payer_name, p.claim_number, p.claim_id, p.claim_type, p.facility, p.rendering_npi, p.place_of_service,
    p.diagnosis_chapter, p.procedure_family, p.service_date, p.submission_date, p.first_remit_date, p.charge_amount, p.role,
    p.staff_id, p.coder_id, p.biller_id, coalesce(s.team, 'unknown') as team, coalesce(s.employment, 'unknown') as employment,
    coalesce(s.credential, 'unknown') as credential, date_diff('day', s.hired_on, p.submission_date) as tenure_days,
    p.is_adjudicated, p.is_rejected, p.is_denied, coalesce(f.is_own, false) as is_own_denial,
    coalesce(f.is_own_before, false) as is_own_denial_before_contest, coalesce(f.denied_amount, 0) as own_denied_amount
from person as p
left join staff as s on s.staff_id = p.staff_id
left join owned_denial as f on f.root_id = p.root_id and f.payer_id = p.payer_id and f.role = p.role
where p.staff_id is not null
