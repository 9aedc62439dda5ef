-- one row per payer as files spell it (its id, without one its name in capitals): which payer it is, by the payer map
with spelled as (
    select coalesce(payer_id, upper(payer_name)) as spelled_as from claim
    union
    select coalesce(payer_id, upper(payer_name)) from remittance
)

select s.spelled_as, coalesce(min(a.payer_id), s.spelled_as) as payer_id
from spelled as s
left join payer_alias as a on a.spelled_as = s.spelled_as
where s.spelled_as is not null
group by s.spelled_as
