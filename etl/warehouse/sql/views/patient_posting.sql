-- one row per posting of patient_transactions.csv known by the day on a claim sent by then
-- write-offs take what a standing denial leaves open in the order in which they were posted
with posted as (
    select
        k.root_id, t.date as posting_date, t.kind, t.amount,
        case when t.kind in ('copay', 'patient_payment') then t.amount else 0 end as payment_amount,
        case when t.kind = 'write_off' then t.amount else 0 end as write_off_amount,
        sum(case when t.kind = 'write_off' then t.amount else 0 end) over (
            partition by k.root_id order by t.date, t.amount, t.kind rows between unbounded preceding and current row
        ) as running_amount
    from patient_transaction as t
    join root as k on k.patient_control_number = t.claim_id
    where t.date <= $as_of
)

select
    p.root_id, c.payer_id, c.payer_name, c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi,
    c.place_of_service, c.diagnosis_chapter, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    p.posting_date, p.kind, p.amount as posted_amount, cast(p.payment_amount as decimal(18, 2)) as payment_amount,
    date_diff('day', c.service_date, p.posting_date) <= 7 as is_point_of_service,
    cast(
        least(p.running_amount, b.denial_write_off_amount)
        - least(p.running_amount - p.write_off_amount, b.denial_write_off_amount) as decimal(18, 2)
    ) as denial_write_off_amount
from posted as p
join claim_root as c on c.root_id = p.root_id
join claim_balance as b on b.root_id = p.root_id
