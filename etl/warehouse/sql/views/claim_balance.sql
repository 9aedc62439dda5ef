-- one row per claim root sent by the day: what is open at the insurance and at the patient
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

balance as (
    select
        c.root_id, c.charge_amount, p.root_id is not null as is_answered,
        coalesce(p.last_remit_date, c.submission_date) as last_remit_date,
        coalesce(p.paid_amount, 0) + coalesce(s.never_amount, 0) + coalesce(s.patient_owed_amount, 0) as settled_amount,
        coalesce(s.is_denied, false) as is_denied, coalesce(o.is_last_answer_rejection, false) as is_last_answer_rejection,
        coalesce(t.write_off_amount, 0) as write_off_amount,
        coalesce(s.patient_owed_amount, 0) - coalesce(t.patient_paid_amount, 0) as patient_before_write_off
    from claim_root as c
    left join claim_answer as o on o.root_id = c.root_id and o.payer_id is not distinct from c.payer_id
    left join paid as p on p.root_id = c.root_id
    left join standing as s on s.root_id = c.root_id and not c.is_void
    left join posted as t on t.root_id = c.root_id
),

-- a write-off falls on what a standing denial leaves open, then on what the patient owes, then on the insurance side
insured as (
    select
        *, charge_amount - settled_amount as insurance_before_write_off,
        case when is_denied then greatest(charge_amount - settled_amount, 0) else 0 end as denied_open_amount
    from balance
),

divided as (
    select
        *, least(write_off_amount - least(write_off_amount, denied_open_amount), greatest(patient_before_write_off, 0))
            as patient_write_off_amount
    from insured
)

select
    root_id, is_answered, last_remit_date, is_denied, is_last_answer_rejection,
    cast(insurance_before_write_off - (write_off_amount - patient_write_off_amount) as decimal(18, 2)) as insurance_balance_amount,
    cast(patient_before_write_off - patient_write_off_amount as decimal(18, 2)) as patient_balance_amount
from divided
