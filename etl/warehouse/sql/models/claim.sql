-- one row per claim that was answered: what the model may read of it; no name, member id or address
with worked as (
    select claim_id, min(coder_id) as coder_id, min(biller_id) as biller_id from work_log group by claim_id
)

select
    c.claim_id, c.submission_date, c.patient_control_number, c.claim_type, c.charge_amount, c.place_of_service,
    c.type_of_bill, c.frequency_code, c.prior_authorization, c.payer_id, c.rendering_npi, c.referring_npi,
    c.patient_age, c.patient_sex, c.service_date, w.coder_id, w.biller_id
from claim as c
left join worked as w on w.claim_id = c.patient_control_number
where c.claim_id in (select unnest($claims))
