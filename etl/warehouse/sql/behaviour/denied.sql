-- one row per payer, denial category, procedure family and day: the claims denied for it, their dollars and the dollars squared
with one as (
    select root_id, payer_id, denial_category, procedure_family, first_remit_date, cast(sum(denied_amount) as double) as amount
    from denial
    where first_remit_date <= $through and first_remit_date > $after
    group by root_id, payer_id, denial_category, procedure_family, first_remit_date
)

select
    payer_id, denial_category, procedure_family, first_remit_date as day, count(*) as claims, sum(amount) as amount,
    sum(amount * amount) as amount_squared
from one
group by payer_id, denial_category, procedure_family, first_remit_date
