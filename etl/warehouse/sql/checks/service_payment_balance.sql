-- SVC02 = SVC03 + every adjustment of the line (835, balancing)
with adjusted as (
    select service_payment_id, cast(sum(amount) as decimal(18, 2)) as amount
    from adjustment
    where service_payment_id is not null
    group by service_payment_id
),

bad as (
    select s.claim_payment_id, s.segment, s.charge_amount as found, s.paid_amount + coalesce(a.amount, 0) as expected
    from service_payment as s
    left join adjusted as a on a.service_payment_id = s.service_payment_id
    where s.charge_amount <> cast(s.paid_amount + coalesce(a.amount, 0) as decimal(18, 2))
)

select r.transaction_set_id, b.segment, b.found, b.expected
from bad as b
join claim_payment as p on p.claim_payment_id = b.claim_payment_id
join remittance as r on r.remittance_id = p.remittance_id
