-- one row per denied line or rejected claim that is still open by the day: what it may bring, and until when it can be worked
with judged as (
    select
        w.*, coalesce(r.category, case w.ar_reason when 'rejected' then 'rejected' else 'unknown' end) as denial_category,
        coalesce(r.owner, case w.ar_reason when 'rejected' then 'billing' else 'unknown' end) as denial_owner, r.label as carc_label,
        coalesce(r.next_step, case w.ar_reason when 'rejected' then 'correct as the 277CA says, resubmit' else 'call the payer' end)
            as next_step,
        coalesce(r.recoverable, 'yes') as recoverable,
        case when w.ar_reason = 'rejected' then 1 - (coalesce(a.denied_claims, 0) + 1.0) / (coalesce(a.first_answers, 0) + 8.0) end as paid_rate
    from open_item as w
    left join reference_carc as r on r.carc = w.carc
    left join payer_sum as a on a.payer_id = w.payer_id
),

dated as (
    select
        j.*, d.is_contract,
        case
            when j.ar_reason = 'rejected' then 'refile' when j.next_step like '%appeal%' then 'appeal' else 'correct'
        end as action,
        case
            when j.ar_reason = 'rejected' then d.filing_days when j.next_step like '%appeal%' then d.appeal_days else d.corrected_days
        end as limit_days,
        case when j.ar_reason = 'rejected' then j.service_date else j.since_date end as limit_from
    from judged as j
    left join payer_deadline as d on d.payer_id = j.payer_id
)

select
    t.root_id, t.payer_id, coalesce(p.payer_name, t.payer_name) as payer_name, t.claim_number, t.claim_type, t.facility, t.rendering_npi, t.biller_id,
    t.service_date, t.ar_reason, t.since_date, t.line_number, t.procedure_code, t.procedure_family,
    t.group_code || '-' || t.carc as group_carc, t.carc_label, t.denial_category, t.denial_owner, t.next_step, t.recoverable, t.action,
    t.limit_days, t.is_contract, date_diff('day', $as_of, t.limit_from) + t.limit_days as days_left, t.is_in_progress,
    t.charge_amount, t.open_amount,
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
