-- one row: until which submission day answers have had the time to come, measured on the older half of the submissions
-- a claim that the front door refused will not be adjudicated: it says nothing about how long an answer takes
with cohort as (
    select submission_date, is_adjudicated, date_diff('day', submission_date, first_remit_date) as days
    from claim_outcome
    where is_billed_payer and submission_date is not null and not (is_last_answer_rejection and not is_adjudicated)
),

middle as (select quantile_disc(submission_date, 0.5) as day from cohort),

answer as (
    select quantile_disc(days, $share) as days
    from cohort
    where is_adjudicated and days >= 0 and submission_date <= (select day from middle)
),

edge as (
    select (select data_through from warehouse_state) - cast((select days from answer) as integer) as until
)

select
    (select until from edge) as until, (select days from answer) as answer_days,
    count(*) filter (where submission_date <= (select until from edge)) as submitted,
    count(*) filter (where submission_date <= (select until from edge) and is_adjudicated) as adjudicated,
    count(*) filter (where submission_date > (select until from edge)) as younger
from cohort
