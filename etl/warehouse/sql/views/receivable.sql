-- one row per claim root sent by the day, and side (insurance, patient): its balance, why it is open and since when
-- a void takes the charge back, and with it what was adjusted; a patient's side without a balance has no row
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
    left join claim_outcome as o on o.root_id = c.root_id and o.payer_id is not distinct from c.payer_id
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
),

side as (
    select
        root_id, is_answered, last_remit_date, is_denied, is_last_answer_rejection, 'insurance' as side,
        insurance_before_write_off - (write_off_amount - patient_write_off_amount) as balance_amount
    from divided
    union all
    select
        root_id, is_answered, last_remit_date, is_denied, is_last_answer_rejection, 'patient',
        patient_before_write_off - patient_write_off_amount
    from divided
)

select
    s.root_id, s.side, c.payer_id, c.payer_name, c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi,
    c.place_of_service, c.diagnosis_chapter, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    s.last_remit_date, c.charge_amount, cast(s.balance_amount as decimal(18, 2)) as balance_amount,
    cast(greatest(s.balance_amount, 0) as decimal(18, 2)) as open_amount, s.is_answered, c.is_void,
    case
        when s.balance_amount < 0 then 'credit'
        when s.side = 'patient' then 'patient'
        when not s.is_answered and s.is_last_answer_rejection then 'rejected'
        when s.is_denied then 'denied'
        else 'awaiting_payer'
    end as ar_reason,
    s.side = 'insurance' and c.submission_date > $as_of - interval 90 day as is_recent_charge,
    date_diff('day', c.service_date, $as_of) as service_age_days,
    date_diff('day', c.submission_date, $as_of) as submission_age_days,
    date_diff('day', s.last_remit_date, $as_of) as remit_age_days
from side as s
join claim_root as c on c.root_id = s.root_id
where s.side = 'insurance' or s.balance_amount <> 0
