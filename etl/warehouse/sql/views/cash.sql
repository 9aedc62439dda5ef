-- one row per claim payment known by the day: the cash it moved
select
    p.claim_payment_id, p.root_id, p.payer_id, coalesce(y.payer_name, p.payer_id) as payer_name, p.payment_date,
    p.is_reversal, p.paid_amount, p.charge_amount,
    coalesce(c.claim_number, p.patient_control_number) as claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi,
    c.place_of_service, c.diagnosis_chapter, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date
from payment as p
left join claim_root as c on c.root_id = p.root_id
left join payer as y on y.payer_id = p.payer_id
where p.payment_date <= $as_of
