-- one row per claim root sent by the day, and side (insurance, patient): its balance, why it is open and since when
-- a patient's side without a balance has no row
with side as not materialized (
    select *, 'insurance' as side, insurance_balance_amount as balance_amount from claim_balance where is_sent
    union all
    select *, 'patient', patient_balance_amount from claim_balance where is_sent and patient_balance_amount <> 0
)

select
    root_id, side, payer_id, payer_name, claim_number, claim_id, claim_type, facility, rendering_npi, place_of_service,
    diagnosis_chapter, coder_id, biller_id, teams, service_date, submission_date, last_remit_date, charge_amount,
    balance_amount, greatest(balance_amount, 0) as open_amount, is_answered, is_void,
    case
        when balance_amount < 0 then 'credit'
        when side = 'patient' then 'patient'
        when not is_answered and is_last_answer_rejection then 'rejected'
        when is_denied then 'denied'
        else 'awaiting_payer'
    end as ar_reason,
    date_diff('day', service_date, $as_of) as service_age_days,
    date_diff('day', submission_date, $as_of) as submission_age_days,
    date_diff('day', last_remit_date, $as_of) as remit_age_days
from side
