-- one row per claim root sent or answered by the day: where its charge went, to the cent; and the claim as sent, if it was
-- charge = insurance paid + contractual + patient paid + to collections + written off + insurance balance + patient balance
-- a void takes the charge back, and with it what was adjusted; a root without a claim has the charge that was answered
with paid as (
    select
        root_id, cast(sum(paid_amount) as decimal(18, 2)) as paid_amount, max(payment_date) as last_remit_date, min(payment_order) as first_order
    from payment
    where payment_date <= $as_of
    group by root_id
),

superseded as (
    select
        adjudication_id, cast(sum(never_amount) as decimal(18, 2)) as never_amount,
        cast(sum(patient_owed_amount) as decimal(18, 2)) as patient_owed_amount,
        cast(sum(denied_amount) as decimal(18, 2)) as denied_amount
    from superseded_line
    group by adjudication_id
),

standing as (
    select
        a.root_id, a.payer_id, max(a.payment_order) as payment_order,
        cast(sum(a.never_amount) - coalesce(sum(g.never_amount), 0) as decimal(18, 2)) as never_amount,
        cast(sum(a.patient_owed_amount) - coalesce(sum(g.patient_owed_amount), 0) as decimal(18, 2)) as patient_owed_amount,
        bool_or(a.is_denied and coalesce(a.denied_amount > g.denied_amount, true)) as is_denied
    from adjudication as a
    left join superseded as g on g.adjudication_id = a.claim_payment_id
    where a.is_standing
    group by a.root_id, a.payer_id
),

stands as (
    select
        root_id, cast(sum(never_amount) as decimal(18, 2)) as never_amount, bool_or(is_denied) as is_denied,
        max_by(patient_owed_amount, payment_order) as patient_owed_amount
    from standing
    group by root_id
),

posted as (
    select
        k.root_id,
        cast(
            sum(case when t.kind = 'refund' then -t.amount when t.kind in ('copay', 'patient_payment') then t.amount else 0 end)
            as decimal(18, 2)
        ) as patient_paid_amount,
        cast(sum(t.amount) filter (where t.kind = 'collections') as decimal(18, 2)) as collections_amount,
        cast(sum(t.amount) filter (where t.kind = 'write_off') as decimal(18, 2)) as write_off_amount
    from patient_transaction as t
    join root as k on k.patient_control_number = t.claim_id
    where t.date <= $as_of
    group by k.root_id
),

-- claims that were answered but never sent
unsent as (
    select * from paid as p
    where not exists (select 1 from claim_root as c where c.root_id = p.root_id)
),

answered as (
    select a.root_id, max_by(a.charge_amount, a.payment_order) as charge_amount
    from adjudication as a
    semi join unsent as u on u.root_id = a.root_id
    group by a.root_id
),

charged as (
    select root_id, payer_id, submission_date as since_date, charge_amount, is_void, true as is_sent from claim_root
    union all
    select u.root_id, p.payer_id, p.payment_date, coalesce(a.charge_amount, 0), false, false
    from unsent as u
    join payment as p on p.payment_order = u.first_order
    left join answered as a on a.root_id = u.root_id
),

rejected as (select root_id, payer_id from claim_answer where is_last_answer_rejection),

settled as (
    select
        c.*, p.root_id is not null as is_answered, coalesce(p.last_remit_date, c.since_date) as last_remit_date,
        coalesce(s.is_denied, false) as is_denied,
        o.root_id is not null as is_last_answer_rejection, coalesce(p.paid_amount, 0) as insurance_paid_amount,
        coalesce(s.never_amount, 0) as contractual_amount, coalesce(t.patient_paid_amount, 0) as patient_paid_amount,
        coalesce(t.collections_amount, 0) as collections_amount, coalesce(t.write_off_amount, 0) as write_off_amount,
        cast(
            c.charge_amount - coalesce(p.paid_amount, 0) - coalesce(s.never_amount, 0) - coalesce(s.patient_owed_amount, 0)
            as decimal(18, 2)
        ) as insurance_before_write_off,
        cast(
            coalesce(s.patient_owed_amount, 0) - coalesce(t.patient_paid_amount, 0) - coalesce(t.collections_amount, 0)
            as decimal(18, 2)
        ) as patient_before_write_off
    from charged as c
    left join rejected as o on o.root_id = c.root_id and o.payer_id is not distinct from c.payer_id
    left join paid as p on p.root_id = c.root_id
    left join stands as s on s.root_id = c.root_id and not c.is_void
    left join posted as t on t.root_id = c.root_id
),

-- a write-off falls on what a standing denial leaves open, then on what the patient owes, then on the insurance side
on_denial as (
    select
        *,
        least(write_off_amount, case when is_denied then greatest(insurance_before_write_off, 0) else 0 end)
            as denial_write_off_amount
    from settled
),

divided as (
    select
        *,
        least(write_off_amount - denial_write_off_amount, greatest(patient_before_write_off, 0)) as patient_write_off_amount
    from on_denial
)

select
    d.root_id, d.payer_id, d.since_date, d.is_sent, d.is_void, d.is_answered, d.is_denied, d.is_last_answer_rejection, d.last_remit_date,
    cast(d.charge_amount as decimal(18, 2)) as charge_amount,
    cast(d.insurance_paid_amount as decimal(18, 2)) as insurance_paid_amount,
    cast(d.contractual_amount as decimal(18, 2)) as contractual_amount,
    cast(d.patient_paid_amount as decimal(18, 2)) as patient_paid_amount,
    cast(d.collections_amount as decimal(18, 2)) as collections_amount,
    cast(d.write_off_amount as decimal(18, 2)) as write_off_amount,
    cast(d.denial_write_off_amount as decimal(18, 2)) as denial_write_off_amount,
    cast(d.insurance_before_write_off - (d.write_off_amount - d.patient_write_off_amount) as decimal(18, 2)) as insurance_balance_amount,
    cast(d.patient_before_write_off - d.patient_write_off_amount as decimal(18, 2)) as patient_balance_amount,
    c.payer_name, c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi, c.place_of_service, c.diagnosis_chapter,
    c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date
from divided as d
left join claim_root as c on c.root_id = d.root_id
