-- one row per stratum (procedure, claim type, site) of one payer's procedure family: claims and denials before and since a day
with denied as (
    select distinct root_id from denial where payer_id = $payer and denial_category = $category and procedure_family = $family
)

select
    f.procedure_code, o.claim_type, o.facility, f.first_remit_date >= $since as is_since, count(*) as n, count(d.root_id) as observed
from family_answer as f
left join claim_outcome as o on o.root_id = f.root_id and o.payer_id = f.payer_id
left join denied as d on d.root_id = f.root_id
where f.payer_id = $payer and f.procedure_family = $family and f.first_remit_date <= $through and f.first_remit_date > $after
group by f.procedure_code, o.claim_type, o.facility, f.first_remit_date >= $since
