-- rows that name a number which several visits bear
with named as (
    select 'work_log.csv' as file, claim_id from work_log
    union all
    select 'coding_audit.csv', claim_id from coding_audit
    union all
    select 'patient_transactions.csv', claim_id from patient_transaction
    union all
    select 'appeal.csv', claim_id from appeal
    union all
    select 'attribution.csv', claim_id from attribution
),

bearer as (
    select
        v.sent_number,
        array_to_string(list_slice(list_sort(list(distinct c.patient_control_number)), 1, 3), ', ') as visits
    from claim_visit as v
    join claim as c on c.claim_id = v.claim_id
    group by v.sent_number
)

select
    n.file, count(*) || ' rows of numbers that several visits bear, like ' || min(n.claim_id) as found,
    'the number of one visit, like ' || min_by(b.visits, n.claim_id) as expected,
    'They are in no figure. Write the number of the visit into claim_id and load the file again.' as fix
from named as n
join bearer as b on b.sent_number = n.claim_id
group by n.file
