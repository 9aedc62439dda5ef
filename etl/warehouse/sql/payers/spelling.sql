-- one row per payer as files spell it: the payer that it is now, the name it bears most, and what came under it
with used as (
    select coalesce(payer_id, upper(payer_name)) as spelled_as, payer_id is not null as is_id, payer_name, 1 as claims, 0 as remittances
    from claim
    union all
    select coalesce(payer_id, upper(payer_name)), payer_id is not null, payer_name, 0, 1 from remittance
)

select
    u.spelled_as, bool_or(u.is_id) as is_id, k.payer_id, y.payer_name as reported_name,
    coalesce(mode(u.payer_name order by u.payer_name), u.spelled_as) as payer_name,
    count(distinct u.payer_name) as names, sum(u.claims) as claims, sum(u.remittances) as remittances
from used as u
join payer_key as k on k.spelled_as = u.spelled_as
left join payer as y on y.payer_id = k.payer_id
group by u.spelled_as, k.payer_id, y.payer_name
order by y.payer_name, k.payer_id, u.spelled_as
