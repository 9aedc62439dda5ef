-- BPR02 = the sum of CLP04 less the sum of PLB amounts (835, balancing)
with paid as (
    select remittance_id, sum(paid_amount) as amount from claim_payment group by remittance_id
),

adjusted as (
    select remittance_id, sum(amount) as amount from provider_adjustment group by remittance_id
)

select
    r.transaction_set_id, r.segment, r.deposit_amount as found,
    coalesce(p.amount, 0) - coalesce(a.amount, 0) as expected
from remittance as r
left join paid as p on p.remittance_id = r.remittance_id
left join adjusted as a on a.remittance_id = r.remittance_id
where r.deposit_amount <> coalesce(p.amount, 0) - coalesce(a.amount, 0)
