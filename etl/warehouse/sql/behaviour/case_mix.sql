-- one row per payer and stratum (procedure family, claim type, site): claims answered first, and those denied at least in part
with denied as (select distinct root_id, payer_id, procedure_family from denial)

select
    f.payer_id, f.procedure_family, o.claim_type, o.facility, count(*) as claims, count(d.root_id) as denials
from family_answer as f
left join claim_outcome as o on o.root_id = f.root_id and o.payer_id = f.payer_id
left join denied as d on d.root_id = f.root_id and d.payer_id = f.payer_id and d.procedure_family = f.procedure_family
where f.first_remit_date between $start and $through
group by f.payer_id, f.procedure_family, o.claim_type, o.facility
