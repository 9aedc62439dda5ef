-- one row per claim payment that was matched otherwise or not at all, and whose match what was added since can change
-- those that several claims fitted are always looked at: a replacement may have made their candidates one
with new_claim as (
    select
        patient_control_number, ltrim(translate(upper(patient_control_number), ' -_./#', ''), '0') as plain_number, member_key,
        service_date, charge_amount, original_reference
    from claim
    where claim_id >= $claim_id
),

new_payment as (
    select
        payer_claim_control_number, member_key, service_date, abs(charge_amount) as charge_amount
    from claim_payment
    where claim_payment_id >= $claim_payment_id
),

new_number as (
    select payer_claim_control_number from new_payment
    union all
    select payer_claim_control_number from acknowledgement where transaction_set_id >= $transaction_set_id
    union all
    select original_reference from new_claim
),

new_visit as (
    select member_key, service_date, charge_amount from new_claim
    union all
    select member_key, service_date, charge_amount from new_payment
),

old_stray as (
    select
        p.claim_payment_id, p.patient_control_number, p.payer_claim_control_number, p.member_key, p.service_date,
        abs(p.charge_amount) as charge_amount, m.match_method
    from payment_match as m
    join claim_payment as p on p.claim_payment_id = m.claim_payment_id
)

select claim_payment_id
from old_stray as s
where
    match_method = 'ambiguous'
    or ltrim(translate(upper(patient_control_number), ' -_./#', ''), '0') in (select plain_number from new_claim)
    or payer_claim_control_number in (
        select payer_claim_control_number from new_number where payer_claim_control_number is not null
    )
    or exists (
        select 1 from new_visit as v
        where v.member_key = s.member_key and v.service_date = s.service_date and v.charge_amount = s.charge_amount
    )
