-- one row per claim root sent by the day: its charge, what was collected of it, and what is left when contracts are kept
-- what no payer has answered is expected to be cut as its payer cut what it has answered
with answered as (
    select payer_id, sum(contractual_amount) as contractual_amount, sum(charge_amount) as charge_amount
    from claim_balance
    where is_sent and is_answered
    group by payer_id
),

share as (
    select payer_id, cast(contractual_amount / charge_amount as decimal(18, 4)) as contractual_share
    from answered
    where charge_amount > 0 and contractual_amount > 0
),

expected as (
    select
        b.*, greatest(b.insurance_balance_amount, 0) + greatest(b.patient_balance_amount, 0) as open_amount,
        case
            when b.is_answered then b.contractual_amount
            else cast(b.charge_amount * coalesce(s.contractual_share, 0) as decimal(18, 2))
        end as expected_contractual_amount
    from claim_balance as b
    left join share as s on s.payer_id = b.payer_id
    where b.is_sent
)

select
    e.root_id, c.payer_id, c.payer_name, c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi,
    c.place_of_service, c.diagnosis_chapter, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    e.is_answered, e.charge_amount, e.contractual_amount, e.insurance_paid_amount, e.patient_paid_amount, e.write_off_amount,
    cast(e.insurance_paid_amount + e.patient_paid_amount as decimal(18, 2)) as collected_amount,
    cast(e.open_amount as decimal(18, 2)) as open_amount,
    cast(e.charge_amount - e.expected_contractual_amount as decimal(18, 2)) as net_charge_amount,
    cast(
        e.open_amount - case when e.is_answered then 0 else least(e.open_amount, e.expected_contractual_amount) end
        as decimal(18, 2)
    ) as net_open_amount,
    c.submission_date > $as_of - interval 90 day as is_recent_charge
from expected as e
join claim_root as c on c.root_id = e.root_id
