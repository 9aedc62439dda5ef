-- one row per claim root sent by the day: its charge, and what is left of it when contracts are kept
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

expected as not materialized (
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
    root_id, payer_id, payer_name, claim_number, claim_id, claim_type, facility, rendering_npi, place_of_service,
    diagnosis_chapter, coder_id, biller_id, teams, service_date, submission_date, is_answered, charge_amount,
    contractual_amount, insurance_paid_amount, patient_paid_amount, write_off_amount,
    cast(open_amount as decimal(18, 2)) as open_amount,
    cast(charge_amount - expected_contractual_amount as decimal(18, 2)) as net_charge_amount,
    cast(
        open_amount - case when is_answered then 0 else least(open_amount, expected_contractual_amount) end as decimal(18, 2)
    ) as net_open_amount,
    date_diff('day', submission_date, $as_of) as submission_age_days
from expected
