-- one row per denied line or rejected claim that is still open by the day: what is open of it, since when, and whether it is being worked
-- what was moved to the patient is not the payer's any more; a claim's lines are denied at most what is open of it, in their order
with reason as (
    select
        a.root_id, a.payer_id, a.payment_date as denied_on, l.claim_payment_id, l.place, l.line_number, l.procedure_code,
        greatest(l.charge_amount, 0) as charge_amount, r.group_code, r.carc, r.amount,
        sum(r.amount) over (partition by l.claim_payment_id, l.place) as total_amount,
        row_number() over (partition by l.claim_payment_id, l.place order by r.amount desc, r.sequence) as nth
    from adjudication as a
    join adjudication_part as s on s.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = s.claim_payment_id
    join denial_adjustment as r on r.claim_payment_id = l.claim_payment_id and r.place = l.place and r.group_code <> 'PR'
    left join superseded_line as g on g.claim_payment_id = l.claim_payment_id and g.place = l.place
    where a.is_standing and a.is_denied and g.place is null
),

denied as (
    select
        *, least(total_amount, charge_amount) as denied_amount,
        sum(least(total_amount, charge_amount)) over (
            partition by root_id order by claim_payment_id, place rows between unbounded preceding and current row
        ) as running_amount
    from reason
    where nth = 1
),

work as (
    select
        d.root_id, d.payer_id, 'denied' as ar_reason, d.line_number, d.procedure_code, d.group_code, d.carc, d.denied_on as since_date,
        d.charge_amount, greatest(least(b.open_amount - (d.running_amount - d.denied_amount), d.denied_amount), 0) as open_amount,
        coalesce(w.last_sent_on > d.denied_on, false) or coalesce(w.last_waiting_on >= d.denied_on, false) as is_in_progress
    from denied as d
    join receivable as b on b.root_id = d.root_id and b.side = 'insurance' and b.ar_reason = 'denied'
    left join last_work as w on w.root_id = d.root_id
    union all
    select b.root_id, b.payer_id, 'rejected', null, null, null, null, b.submission_date, b.open_amount, b.open_amount, false
    from receivable as b
    where b.side = 'insurance' and b.ar_reason = 'rejected'
)

select
    w.root_id, w.payer_id, c.payer_name, c.claim_number, c.claim_type, c.facility, c.rendering_npi, c.biller_id, c.service_date,
    w.ar_reason, w.since_date, w.line_number, w.procedure_code, coalesce(f.family, 'unknown') as procedure_family, w.group_code, w.carc,
    cast(w.charge_amount as decimal(18, 2)) as charge_amount, cast(w.open_amount as decimal(18, 2)) as open_amount, w.is_in_progress
from work as w
join claim_root as c on c.root_id = w.root_id
left join line_family as f on f.procedure_code = w.procedure_code
where w.open_amount > 0
