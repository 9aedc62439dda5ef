-- the sum of SVC02 is at most CLP03 (835): lines may be left out of a claim payment, but not made up
with line as (
    select claim_payment_id, cast(sum(charge_amount) as decimal(18, 2)) as amount from service_payment group by claim_payment_id
),

bad as (
    select p.remittance_id, p.segment, l.amount as found, p.charge_amount as expected
    from claim_payment as p
    join line as l on l.claim_payment_id = p.claim_payment_id
    where abs(l.amount) > abs(p.charge_amount)
)

select r.transaction_set_id, b.segment, b.found, b.expected
from bad as b
join remittance as r on r.remittance_id = b.remittance_id
