-- one row per claim root, payer and denial category that was initially denied: whether that was overturned, and whether it was worked
-- worked: overturned, sent again, decided again or appealed; and the chance that its reason codes usually bring
with reason as (
    select
        d.root_id, d.payer_id, d.denial_category, min(d.first_remit_date) as denied_on, bool_or(d.is_overturned) as is_overturned,
        max(case when r.recoverable = 'yes' then 0.75 when r.recoverable in ('rarely', 'no') then 0.15 else 0.5 end) as usual_chance
    from denial as d
    left join reference_carc as r on r.carc = d.carc
    group by d.root_id, d.payer_id, d.denial_category
),

decided as (
    select root_id, payer_id, max(payment_date) as last_decided_on from adjudication group by root_id, payer_id
)

select
    r.root_id, r.payer_id, r.denial_category, r.denied_on, r.usual_chance, r.is_overturned,
    r.is_overturned or coalesce(w.last_sent_on > r.denied_on, false) or coalesce(d.last_decided_on > r.denied_on, false)
    or coalesce(w.last_appeal_on >= r.denied_on, false) as is_worked
from reason as r
left join last_work as w on w.root_id = r.root_id
left join decided as d on d.root_id = r.root_id and d.payer_id = r.payer_id
