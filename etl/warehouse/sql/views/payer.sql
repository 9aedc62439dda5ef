-- one row per payer: the name the payer map gives it, else the one it bears most often, and whether claims are sent to it
with spelling as (
    select coalesce(payer_id, upper(payer_name)) as spelled_as, payer_name, count(*) as uses
    from claim
    group by spelled_as, payer_name
    union all
    select coalesce(payer_id, upper(payer_name)), payer_name, 0 from remittance group by 1, payer_name
),

ranked as (
    select
        k.payer_id, s.payer_name, sum(s.uses) over (partition by k.payer_id) > 0 as is_billed,
        row_number() over (partition by k.payer_id order by s.payer_name is null, s.uses desc, s.payer_name) as place
    from spelling as s
    join payer_key as k on k.spelled_as = s.spelled_as
),

chosen as (select payer_id, min(payer_name) as payer_name from payer_alias group by payer_id)

select r.payer_id, coalesce(c.payer_name, r.payer_name, r.payer_id) as payer_name, r.is_billed
from ranked as r
left join chosen as c on c.payer_id = r.payer_id
where r.place = 1
