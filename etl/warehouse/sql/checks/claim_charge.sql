-- CLM02 = the sum of the line charges (837, loop 2300)
with line as (
    select claim_id, sum(charge_amount) as amount from service_line group by claim_id
)

select c.transaction_set_id, c.segment, c.charge_amount as found, l.amount as expected
from claim as c
join line as l on l.claim_id = c.claim_id
where c.charge_amount <> l.amount
