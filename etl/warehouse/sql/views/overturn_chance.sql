-- one row per payer and denial category: of the denials that were worked, how many were overturned, and the chance that follows
-- younger than 120 days: not yet known. The chance is the mean of a beta-binomial whose
-- prior is the category's rate and whose strength is the spread of payers around it (method of moments, Kleinman 1973). A category that
-- was seldom worked is drawn to what its reason codes usually bring (reference_carc.recoverable; published recoveries: etl/sample/work_rates.py),
-- and that to what denials of the same kind brought here
with known as (
    select
        payer_id, denial_category, usual_chance, is_overturned, is_worked and denied_on <= $as_of - interval 120 day as is_known
    from worked_denial
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
