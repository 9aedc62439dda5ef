-- CLP03 = CLP04 + every adjustment of the claim and of its lines (835, balancing)
with adjusted as (
    select claim_payment_id, cast(sum(amount) as decimal(18, 2)) as amount from adjustment group by claim_payment_id
),

bad as (
    select p.remittance_id, p.segment, p.charge_amount as found, p.paid_amount + coalesce(a.amount, 0) as expected
    from claim_payment as p
    left join adjusted as a on a.claim_payment_id = p.claim_payment_id
    where p.charge_amount <> cast(p.paid_amount + coalesce(a.amount, 0) as decimal(18, 2))
)

select r.transaction_set_id, b.segment, b.found, b.expected
from bad as b
join remittance as r on r.remittance_id = b.remittance_id
