-- one row per adjudicated claim root (at the payer it was sent to) and role: the person, and whether a denial was theirs
with person as (
    select *, 'coder' as role, coder_id as staff_id from claim_outcome where is_adjudicated and is_billed_payer
    union all
    select *, 'biller' as role, biller_id as staff_id from claim_outcome where is_adjudicated and is_billed_payer
),

fault as (
    select d.root_id, d.payer_id, o.role, sum(d.denied_amount) as denied_amount
    from denial as d
    join reference_denial_owner as o on o.owner = d.denial_owner
    where o.role is not null and not d.is_overturned_unchanged
    group by d.root_id, d.payer_id, o.role
)

select
    p.root_id, p.payer_id, p.payer_name, p.claim_number, p.claim_id, p.claim_type, p.facility, p.rendering_npi, p.place_of_service,
    p.diagnosis_chapter, p.service_date, p.submission_date, p.first_remit_date, p.charge_amount, p.role, p.staff_id,
    p.coder_id, p.biller_id, coalesce(s.team, 'unknown') as team, coalesce(s.employment, 'unknown') as employment,
    coalesce(s.credential, 'unknown') as credential, p.is_denied, f.root_id is not null as is_own_denial,
    coalesce(f.denied_amount, 0) as own_denied_amount
from person as p
left join staff as s on s.staff_id = p.staff_id
left join fault as f on f.root_id = p.root_id and f.payer_id = p.payer_id and f.role = p.role
where p.staff_id is not null
