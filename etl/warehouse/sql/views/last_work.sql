-- one row per claim root of which something was denied: the days, by the day, on which it was last sent and last appealed, and the last of an appeal not yet decided
with work as (
    select k.root_id, c.submission_date as sent_on, cast(null as date) as appealed_on, cast(null as date) as waiting_on
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    where c.submission_date <= $as_of and k.root_id in (select root_id from adjudication where is_denied)
    union all
    select k.root_id, null, a.sent_on, case when a.outcome_on is null or a.outcome_on > $as_of then a.sent_on end
    from appeal as a
    join root as k on k.patient_control_number = a.claim_id
    where a.sent_on <= $as_of
)

select root_id, max(sent_on) as last_sent_on, max(appealed_on) as last_appeal_on, max(waiting_on) as last_waiting_on
from work
group by root_id
