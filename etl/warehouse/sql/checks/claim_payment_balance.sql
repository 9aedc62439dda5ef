-- CLP03 = CLP04 + every adjustment of the claim and of its lines (835, balancing)
with adjusted as (
    select claim_payment_id, sum(amount) as amount from adjustment group by claim_payment_id
)

select
    r.transaction_set_id, p.segment, p.charge_amount as found, p.paid_amount + coalesce(a.amount, 0) as expected
from claim_payment as p
join remittance as r on r.remittance_id = p.remittance_id
left join adjusted as a on a.claim_payment_id = p.claim_payment_id
where p.charge_amount <> p.paid_amount + coalesce(a.amount, 0)
