-- one row per payer, claim type, week and days from first submission to first answer: the claims, and what was paid on them
select
    payer_id, claim_type, date_diff('day', first_remit_date, $through) // 7 as weeks_ago,
    date_diff('day', submission_date, first_remit_date) as days, count(*) as claims, cast(sum(first_paid_amount) as double) as paid_amount
from claim_outcome
where
    is_billed_payer and is_adjudicated and submission_date <= first_remit_date
    and first_remit_date <= $through and first_remit_date > $after
group by payer_id, claim_type, date_diff('day', first_remit_date, $through) // 7, date_diff('day', submission_date, first_remit_date)
