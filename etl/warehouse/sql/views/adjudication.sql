-- one row per adjudicating claim payment known by the day: not a reversal, a forward, a predetermination or a mere duplicate
with total as (
    select
        claim_payment_id, sum(allowed_amount) as allowed_amount, sum(patient_owed_amount) as patient_owed_amount,
        sum(never_amount) as never_amount, sum(duplicate_amount) as duplicate_amount,
        sum(case when denial_amount > 0 then least(denial_amount, greatest(charge_amount, 0)) else 0 end) as denied_amount,
        bool_or(denial_amount > 0) as is_denied
    from payment_line
    group by claim_payment_id
),

known as (
    select * from payment where payment_date <= $as_of
),

candidate as (
    select p.*, t.* exclude (claim_payment_id)
    from known as p
    join total as t on t.claim_payment_id = p.claim_payment_id
    where
        p.status_code not in ('22', '23', '25')
        and not (t.duplicate_amount > 0 and not t.is_denied and t.allowed_amount <= 0)
),

last_reversal as (
    select root_id, payer_id, payer_claim_control_number, max(payment_order) as reversal_order
    from known
    where is_reversal
    group by root_id, payer_id, payer_claim_control_number
),

span as (
    select root_id, payer_id, min(payment_order) as first_order, max(payment_order) as last_order
    from candidate
    group by root_id, payer_id
)

select
    c.claim_payment_id, c.root_id, c.payer_id, c.payment_date, c.payment_order,
    c.payment_order = s.first_order as is_initial,
    c.payment_order = s.last_order and coalesce(r.reversal_order < c.payment_order, true) as is_standing,
    c.charge_amount, c.paid_amount, cast(c.allowed_amount as decimal(18, 2)) as allowed_amount,
    cast(c.patient_owed_amount as decimal(18, 2)) as patient_owed_amount, cast(c.never_amount as decimal(18, 2)) as never_amount,
    cast(c.denied_amount as decimal(18, 2)) as denied_amount,
    c.is_denied, c.is_denied and c.allowed_amount <= 0 as is_zero_pay
from candidate as c
join span as s on s.root_id = c.root_id and s.payer_id = c.payer_id
left join last_reversal as r
    on
        r.root_id = c.root_id
        and r.payer_id = c.payer_id
        and r.payer_claim_control_number is not distinct from c.payer_claim_control_number
