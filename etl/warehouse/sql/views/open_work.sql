-- one row per denied line or rejected claim that is still open by the day: what it may bring, and until when it can be worked
-- what was moved to the patient is not the payer's any more; a claim's lines are denied at most what is open of it, in their order
with part as (
    select claim_payment_id, claim_payment_id as adjudication_id from adjudication where is_standing
    union all
    select claim_payment_id, first_payment_id from split_payment where claim_payment_id <> first_payment_id
),

reason as (
    select
        a.root_id, a.payer_id, a.payment_date as denied_on, l.claim_payment_id, l.place, l.line_number, l.procedure_code,
        greatest(l.charge_amount, 0) as charge_amount, r.group_code, r.carc, r.amount,
        sum(r.amount) over (partition by l.claim_payment_id, l.place) as total_amount,
        row_number() over (partition by l.claim_payment_id, l.place order by r.amount desc, r.sequence) as nth
    from adjudication as a
    join part as s on s.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = s.claim_payment_id and l.denial_amount > 0
    join line_adjustment as r
        on
            r.claim_payment_id = l.claim_payment_id
            and r.place = l.place
            and r.group_code <> 'PR'
            and (r.treatment = 'denial' or (r.treatment = 'denial_if_nothing_allowed' and l.allowed_amount = 0))
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

sent as (
    select k.root_id, max(c.submission_date) as last_sent_on
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    where c.submission_date <= $as_of
    group by k.root_id
),

appealed as (
    select k.root_id, max(a.sent_on) as last_appeal_on
    from appeal as a
    join root as k on k.patient_control_number = a.claim_id
    where a.sent_on <= $as_of and (a.outcome_on is null or a.outcome_on > $as_of)
    group by k.root_id
),

answered as (
    select payer_id, count(*) filter (where is_denied) as denied, count(*) as answered from adjudication where is_initial group by payer_id
),

work as (
    select
        d.root_id, d.payer_id, 'denied' as ar_reason, d.line_number, d.procedure_code, d.group_code, d.carc, d.denied_on as since_date,
        d.charge_amount, greatest(least(b.open_amount - (d.running_amount - d.denied_amount), d.denied_amount), 0) as open_amount,
        coalesce(s.last_sent_on > d.denied_on, false) or coalesce(p.last_appeal_on >= d.denied_on, false) as is_in_progress,
        cast(null as double) as paid_rate
    from denied as d
    join receivable as b on b.root_id = d.root_id and b.side = 'insurance' and b.ar_reason = 'denied'
    left join sent as s on s.root_id = d.root_id
    left join appealed as p on p.root_id = d.root_id
    union all
    select
        b.root_id, b.payer_id, 'rejected', null, null, null, null, b.submission_date, b.open_amount, b.open_amount, false,
        1 - (coalesce(a.denied, 0) + 1.0) / (coalesce(a.answered, 0) + 8.0)
    from receivable as b
    left join answered as a on a.payer_id = b.payer_id
    where b.side = 'insurance' and b.ar_reason = 'rejected'
),

-- of all lines: DuckDB 2.0 fails when it takes them from `work` and a text column is grouped by
family as (
    select k.procedure_code, r.family
    from (select distinct procedure_code from payment_line where length(procedure_code) = 5) as k
    join reference_procedure_family as r on k.procedure_code between r.first and r.last
),

judged as (
    select
        w.*, coalesce(r.category, case w.ar_reason when 'rejected' then 'rejected' else 'unknown' end) as denial_category,
        coalesce(r.owner, case w.ar_reason when 'rejected' then 'billing' else 'unknown' end) as denial_owner, r.label as carc_label,
        coalesce(r.next_step, case w.ar_reason when 'rejected' then 'correct as the 277CA says, resubmit' else 'call the payer' end)
            as next_step,
        coalesce(r.recoverable, 'yes') as recoverable, coalesce(f.family, 'unknown') as procedure_family
    from work as w
    left join reference_carc as r on r.carc = w.carc
    left join family as f on f.procedure_code = w.procedure_code
    where w.open_amount > 0
),

dated as (
    select
        j.*, c.payer_name, c.claim_number, c.claim_type, c.facility, c.rendering_npi, c.biller_id, c.service_date, d.is_contract,
        case
            when j.ar_reason = 'rejected' then 'refile' when j.next_step like '%appeal%' then 'appeal' else 'correct'
        end as action,
        case
            when j.ar_reason = 'rejected' then d.filing_days when j.next_step like '%appeal%' then d.appeal_days else d.corrected_days
        end as limit_days,
        case when j.ar_reason = 'rejected' then c.service_date else j.since_date end as limit_from
    from judged as j
    join claim_root as c on c.root_id = j.root_id
    left join payer_deadline as d on d.payer_id = j.payer_id
)

select
    t.root_id, t.payer_id, coalesce(p.payer_name, t.payer_name) as payer_name, t.claim_number, t.claim_type, t.facility, t.rendering_npi, t.biller_id,
    t.service_date, t.ar_reason, t.since_date, t.line_number, t.procedure_code, t.procedure_family,
    t.group_code || '-' || t.carc as group_carc, t.carc_label, t.denial_category, t.denial_owner, t.next_step, t.recoverable, t.action,
    t.limit_days, t.is_contract, date_diff('day', $as_of, t.limit_from) + t.limit_days as days_left, t.is_in_progress,
    cast(t.charge_amount as decimal(18, 2)) as charge_amount, cast(t.open_amount as decimal(18, 2)) as open_amount,
    cast(least(cast(t.open_amount as double), cast(t.charge_amount as double) * coalesce(u.allowed_share, w.allowed_share, 1)) as decimal(18, 2))
        as usual_amount,
    o.worked, o.overturned, coalesce(o.chance, t.paid_rate, 0.5) as chance,
    cast(
        least(cast(t.open_amount as double), cast(t.charge_amount as double) * coalesce(u.allowed_share, w.allowed_share, 1))
        * coalesce(o.chance, t.paid_rate, 0.5) as decimal(18, 2)
    ) as expected_amount
from dated as t
left join payer as p on p.payer_id = t.payer_id
left join usual_allowed as u on u.payer_id = t.payer_id and u.procedure_code = t.procedure_code
left join usual_allowed as w on w.payer_id = t.payer_id and w.procedure_code = ''
left join overturn_chance as o on o.payer_id = t.payer_id and o.denial_category = t.denial_category and t.ar_reason = 'denied'
