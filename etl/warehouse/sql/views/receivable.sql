-- one row per claim root sent by the day, and side (insurance, patient): its balance, why it is open and since when
-- a patient's side without a balance has no row
with side as (
    select *, 'insurance' as side, insurance_balance_amount as balance_amount from claim_balance where is_sent
    union all
    select *, 'patient', patient_balance_amount from claim_balance where is_sent and patient_balance_amount <> 0
)

select
    s.root_id, s.side, c.payer_id, c.payer_name, c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi,
    c.place_of_service, c.diagnosis_chapter, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    s.last_remit_date, c.charge_amount, s.balance_amount, greatest(s.balance_amount, 0) as open_amount, s.is_answered, c.is_void,
    case
        when s.balance_amount < 0 then 'credit'
        when s.side = 'patient' then 'patient'
        when not s.is_answered and s.is_last_answer_rejection then 'rejected'
        when s.is_denied then 'denied'
        else 'awaiting_payer'
    end as ar_reason,
    s.side = 'insurance' and c.submission_date > $as_of - interval 90 day as is_recent_charge,
    date_diff('day', c.service_date, $as_of) as service_age_days,
    date_diff('day', c.submission_date, $as_of) as submission_age_days,
    date_diff('day', s.last_remit_date, $as_of) as remit_age_days
from side as s
join claim_root as c on c.root_id = s.root_id
