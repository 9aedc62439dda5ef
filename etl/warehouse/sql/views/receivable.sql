-- one row per claim root sent by the day, and side (insurance, patient): its balance, why it is open and since when
-- a void takes the charge back, and with it what was adjusted
with paid as (
    select root_id, sum(paid_amount) as paid_amount, max(payment_date) as last_remit_date
    from payment
    where payment_date <= $as_of
    group by root_id
),

standing as (
    select
        root_id, sum(never_amount) as never_amount, bool_or(is_denied) as is_denied,
        max_by(patient_owed_amount, payment_order) as patient_owed_amount
    from adjudication
    where is_standing
    group by root_id
),

posted as (
    select
        k.root_id,
        sum(case t.kind when 'refund' then -t.amount when 'write_off' then 0 else t.amount end) as patient_paid_amount,
        sum(t.amount) filter (where t.kind = 'write_off') as write_off_amount
    from patient_transaction as t
    join root as k on k.patient_control_number = t.claim_id
    where t.date <= $as_of
    group by k.root_id
),

claim as (
    select
        c.*, coalesce(p.paid_amount, 0) as paid_amount, p.root_id is not null as is_answered,
        coalesce(p.last_remit_date, c.submission_date) as last_remit_date,
        coalesce(s.never_amount, 0) as never_amount, coalesce(s.patient_owed_amount, 0) as patient_owed_amount,
        coalesce(s.is_denied, false) as is_denied, coalesce(o.is_last_answer_rejection, false) as is_last_answer_rejection,
        coalesce(t.write_off_amount, 0) as write_off_amount,
        coalesce(s.patient_owed_amount, 0) - coalesce(t.patient_paid_amount, 0) as patient_before_write_off
    from claim_root as c
    left join claim_outcome as o on o.root_id = c.root_id and o.payer_id is not distinct from c.payer_id
    left join paid as p on p.root_id = c.root_id
    left join standing as s on s.root_id = c.root_id and not c.is_void
    left join posted as t on t.root_id = c.root_id
),

divided as (
    select *, least(write_off_amount, greatest(patient_before_write_off, 0)) as patient_write_off_amount
    from claim
),

side as (
    select
        *, 'insurance' as side,
        cast(charge_amount - paid_amount - never_amount - patient_owed_amount - (write_off_amount - patient_write_off_amount)
            as decimal(18, 2)) as balance_amount
    from divided
    union all
    select *, 'patient' as side, cast(patient_before_write_off - patient_write_off_amount as decimal(18, 2)) as balance_amount
    from divided
),

aged as (
    select
        *, date_diff('day', service_date, $as_of) as service_age_days,
        date_diff('day', submission_date, $as_of) as submission_age_days,
        date_diff('day', last_remit_date, $as_of) as remit_age_days
    from side
)

select
    root_id, side, payer_id, payer_name, claim_number, claim_id, claim_type, facility, rendering_npi, place_of_service,
    diagnosis_chapter, coder_id, biller_id, teams, service_date, submission_date, last_remit_date,
    charge_amount, balance_amount, greatest(balance_amount, 0) as open_amount, is_answered, is_void,
    case
        when balance_amount < 0 then 'credit'
        when side = 'patient' then 'patient'
        when not is_answered and is_last_answer_rejection then 'rejected'
        when is_denied then 'denied'
        else 'awaiting_payer'
    end as ar_reason,
    side = 'insurance' and submission_date > $as_of - interval 90 day as is_recent_charge,
    service_age_days, submission_age_days, remit_age_days
from aged
