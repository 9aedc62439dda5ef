-- one row per claim payment of a claim that its payer split over several of one remittance: together they carry its charge
with part as (
    select p.claim_payment_id, p.root_id, p.payer_id, p.remittance_id, p.charge_amount, c.charge_amount as claim_charge_amount
    from payment as p
    join claim as c on c.claim_id = p.answered_claim_id
    where p.status_code not in ('22', '23', '25') and p.charge_amount > 0 and p.charge_amount < c.charge_amount
),

whole as (
    select root_id, payer_id, remittance_id, min(claim_payment_id) as first_payment_id
    from part
    group by root_id, payer_id, remittance_id
    having sum(charge_amount) = max(claim_charge_amount)
)

select p.claim_payment_id, p.root_id, w.first_payment_id
from part as p
join whole as w on w.root_id = p.root_id and w.payer_id = p.payer_id and w.remittance_id = p.remittance_id
