-- one row per claim payment under a number that no claim and several visits bear: the visit's own number
with named as (
    select sent_number, visit_number, part_id, mark
    from part_visit
    where sent_number in (
        select sent_number from part_visit group by sent_number having count(distinct visit_number) > 1
    )
)

select part_id as claim_payment_id, visit_number from named
union all
-- what has no day or name: by what bears the same payer's number, else the first visit
select
    f.part_id, coalesce(min(n.visit_number) filter (where n.mark = f.mark), min(n.visit_number))
from part as f
join named as n on n.sent_number = f.sent_number
where f.follows
group by f.part_id
