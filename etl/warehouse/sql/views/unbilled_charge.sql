-- one row per claim of work_log.csv whose charge was entered by the day and that had not been sent by then
select
    e.claim_number, e.coder_id, e.biller_id, [coder.team, biller.team] as teams, e.charge_entered_at,
    coalesce(e.charge_amount, 0) as charge_amount, date_diff('day', e.charge_entered_at, $as_of) as age_days
from unsent_work as e
left join staff as coder on coder.staff_id = e.coder_id
left join staff as biller on biller.staff_id = e.biller_id
where e.charge_entered_at <= $as_of
