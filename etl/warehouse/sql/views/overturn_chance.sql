-- one row per payer and denial category: of the denials that were worked, how many were overturned, and the chance that follows
-- worked: sent again, decided again or appealed; younger than 120 days: not yet known. The chance is the mean of a beta-binomial whose
-- prior is the category's rate and whose strength is the spread of payers around it (method of moments, Kleinman 1973). A category that
-- was seldom worked is drawn to what its reason codes usually bring (reference_carc.recoverable; published recoveries: etl/sample/work_rates.py),
-- and that to what denials of the same kind brought here
with reason as (
    select
        d.root_id, d.payer_id, d.denial_category, min(d.first_remit_date) as denied_on, bool_or(d.is_overturned) as is_overturned,
        max(case when r.recoverable = 'yes' then 0.75 when r.recoverable in ('rarely', 'no') then 0.15 else 0.5 end) as usual_chance
    from denial as d
    left join reference_carc as r on r.carc = d.carc
    group by d.root_id, d.payer_id, d.denial_category
),

sent as (
    select k.root_id, max(c.submission_date) as last_sent_on
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    where c.submission_date <= $as_of
    group by k.root_id
),

decided as (
    select root_id, payer_id, max(payment_date) as last_decided_on from adjudication group by root_id, payer_id
),

appealed as (
    select k.root_id, max(a.sent_on) as last_appeal_on
    from appeal as a
    join root as k on k.patient_control_number = a.claim_id
    where a.sent_on <= $as_of
    group by k.root_id
),

known as (
    select
        r.payer_id, r.denial_category, r.usual_chance, r.is_overturned,
        r.denied_on <= $as_of - interval 120 day
        and (
            r.is_overturned or coalesce(s.last_sent_on > r.denied_on, false) or coalesce(d.last_decided_on > r.denied_on, false)
            or coalesce(p.last_appeal_on >= r.denied_on, false)
        ) as is_known
    from reason as r
    left join sent as s on s.root_id = r.root_id
    left join decided as d on d.root_id = r.root_id and d.payer_id = r.payer_id
    left join appealed as p on p.root_id = r.root_id
),

cell as (
    select
        payer_id, denial_category, sum(case when is_known then 1 else 0 end) as worked,
        sum(case when is_known and is_overturned then 1 else 0 end) as overturned
    from known
    group by payer_id, denial_category
),

kind as (
    select
        usual_chance,
        (sum(case when is_known and is_overturned then 1 else 0 end) + 8.0 * usual_chance) / (sum(case when is_known then 1 else 0 end) + 8.0)
            as rate
    from known
    group by usual_chance
),

category as (
    select
        k.denial_category,
        (sum(case when k.is_known and k.is_overturned then 1 else 0 end) + 8.0 * round(avg(cast(t.rate as double)), 9))
        / (sum(case when k.is_known then 1 else 0 end) + 8.0) as rate
    from known as k
    join kind as t on t.usual_chance = k.usual_chance
    group by k.denial_category
),

spread as (
    select
        -- rounded: the order of the sum would show in the last digit
        round(sum((c.overturned - c.worked * g.rate) * (c.overturned - c.worked * g.rate) / (c.worked * g.rate * (1 - g.rate))), 9) as total,
        count(*) as cells, count(distinct c.denial_category) as categories, sum(c.worked - 1) as pairs
    from cell as c
    join category as g on g.denial_category = c.denial_category
    where c.worked > 0
),

prior as (
    select 1 / greatest(0.02, least(0.5, coalesce((total - cells + categories) / nullif(pairs, 0), 0.1))) - 1 as strength from spread
)

select
    c.payer_id, c.denial_category, c.worked, c.overturned, g.rate as category_rate, p.strength as prior_strength,
    (c.overturned + p.strength * g.rate) / (c.worked + p.strength) as chance
from cell as c
join category as g on g.denial_category = c.denial_category
cross join prior as p
