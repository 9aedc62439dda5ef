-- one row per claim root sent by the day: its charge, and what is left of it when contracts are kept
select
    b.root_id, b.payer_id, b.payer_name, b.claim_number, b.claim_id, b.claim_type, b.facility, b.rendering_npi, b.place_of_service,
    b.diagnosis_chapter, b.coder_id, b.biller_id, b.teams, b.service_date, b.submission_date, b.is_answered, b.charge_amount,
    b.contractual_amount, b.insurance_paid_amount, b.patient_paid_amount, b.write_off_amount,
    cast(greatest(b.insurance_balance_amount, 0) + greatest(b.patient_balance_amount, 0) as decimal(18, 2)) as open_amount,
    coalesce(s.kept_share, 1) as kept_share, date_diff('day', b.submission_date, $as_of) as submission_age_days
from claim_balance as b
left join payer_share as s on s.payer_id = b.payer_id and s.is_answered = b.is_answered
where b.is_sent
