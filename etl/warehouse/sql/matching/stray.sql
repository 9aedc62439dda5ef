-- one row per claim payment looked at whose number is no one claim's
select
    claim_payment_id, patient_control_number, payer_claim_control_number, member_key, name_key, service_date,
    coalesce(service_from, service_date) as service_from, abs(charge_amount) as charge_amount,
    ltrim(translate(upper(patient_control_number), ' -_./#', ''), '0') as plain_number
from claim_payment
where
    claim_payment_id in (select claim_payment_id from looked_at)
    and patient_control_number not in (select patient_control_number from claim)
