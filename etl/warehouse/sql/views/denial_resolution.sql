-- one row per claim root and payer that was initially denied: the day on which that was settled, if any
-- settled: a later adjudication allowed a denied line, or a write-off was posted on that day or later
with written_off as (
    select o.root_id, o.payer_id, min(t.date) as written_off_on
    from claim_outcome as o
    join root as k on k.root_id = o.root_id
    join patient_transaction as t on t.claim_id = k.patient_control_number
    where o.is_denied and t.kind = 'write_off' and t.date >= o.first_remit_date and t.date <= $as_of
    group by o.root_id, o.payer_id
)

select
    o.*, w.written_off_on, least(o.overturned_on, w.written_off_on) as resolved_on,
    date_diff('day', o.first_remit_date, least(o.overturned_on, w.written_off_on)) as resolution_days
from claim_outcome as o
left join written_off as w on w.root_id = o.root_id and w.payer_id = o.payer_id
where o.is_denied
