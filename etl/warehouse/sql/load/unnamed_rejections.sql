-- one row per 277CA that counts more rejected claims than it names
with counted as (
    select transaction_set_id, coalesce(sum(rejected_count) filter (where level = 'receiver'),
        sum(rejected_count) filter (where level = 'provider')) as rejected
    from batch_acknowledgement group by transaction_set_id
),
named as (
    select transaction_set_id, count(distinct claim) as named
    from (
        select a.transaction_set_id, a.patient_control_number as claim
        from acknowledgement as a
        join reference_acknowledgement_category as r on r.code = a.category_code and r.bucket = 'rejected'
        union all
        select transaction_set_id, cast(claim_id as varchar) from rejected_sending
    )
    group by transaction_set_id
)
select f.name as file, t.batch_reference as answer, c.rejected::bigint as rejected, coalesce(n.named, 0) as named
from counted as c
join transaction_set as t using (transaction_set_id)
join source_file as f using (file_id)
left join named as n using (transaction_set_id)
where c.rejected > coalesce(n.named, 0)
order by f.name, t.segment
