-- the sum of SVC02 is at most CLP03 (835): lines may be left out of a claim payment, but not made up
with line as (
    select claim_payment_id, sum(charge_amount) as amount from service_payment group by claim_payment_id
)

select r.transaction_set_id, p.segment, l.amount as found, p.charge_amount as expected
from claim_payment as p
join remittance as r on r.remittance_id = p.remittance_id
join line as l on l.claim_payment_id = p.claim_payment_id
where abs(l.amount) > abs(p.charge_amount)
