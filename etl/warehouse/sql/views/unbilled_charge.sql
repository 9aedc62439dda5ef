-- one row per claim of work_log.csv whose charge was entered by the day and that had not been sent by then
with entered as (
    select w.claim_id as claim_number, w.coder_id, w.biller_id, w.charge_entered_at, w.charge_amount, k.root_id
    from work_log as w
    left join root as k on k.patient_control_number = w.claim_id
    where w.charge_entered_at <= $as_of
)

select
    e.claim_number, e.coder_id, e.biller_id, [coder.team, biller.team] as teams, e.charge_entered_at,
    coalesce(e.charge_amount, 0) as charge_amount, date_diff('day', e.charge_entered_at, $as_of) as age_days
from entered as e
left join staff as coder on coder.staff_id = e.coder_id
left join staff as biller on biller.staff_id = e.biller_id
where
    not exists (select 1 from claim_root as c where c.root_id = e.root_id)
    -- sent, but nobody can say which of the visits under this number is meant
    and not exists (select 1 from claim_visit as v where v.sent_number = e.claim_number)
