-- one row per claim of work_log.csv that had not been sent by the day
select w.claim_id as claim_number, w.coder_id, w.biller_id, w.charge_entered_at, w.charge_amount
from work_log as w
left join root as k on k.patient_control_number = w.claim_id
where
    not exists (select 1 from claim_root as c where c.root_id = k.root_id)
    -- sent, but nobody can say which of the visits under this number is meant
    and not exists (select 1 from claim_visit as v where v.sent_number = w.claim_id)
