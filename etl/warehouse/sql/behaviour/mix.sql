-- one row per change (a payer's procedure family, denied for one category since a day) and stratum (procedure, claim type, site):
-- claims and denials before and since
with change as (
    select
        unnest($changes::bigint[]) as change, unnest($payers::varchar[]) as payer_id, unnest($categories::varchar[]) as denial_category,
        unnest($families::varchar[]) as procedure_family, unnest($days::date[]) as since
),

denied as (
    select distinct c.change, d.root_id
    from denial as d
    join change as c
        on
            c.payer_id = d.payer_id and c.denial_category = d.denial_category and c.procedure_family = d.procedure_family
)

select
    c.change, f.procedure_code, o.claim_type, o.facility, f.first_remit_date >= c.since as is_since, count(*) as n,
    count(d.root_id) as observed
from change as c
join family_answer as f on f.payer_id = c.payer_id and f.procedure_family = c.procedure_family
left join claim_outcome as o on o.root_id = f.root_id and o.payer_id = f.payer_id
left join denied as d on d.change = c.change and d.root_id = f.root_id
where f.first_remit_date <= $through and f.first_remit_date > $after
group by c.change, f.procedure_code, o.claim_type, o.facility, f.first_remit_date >= c.since
