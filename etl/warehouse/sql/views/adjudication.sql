-- one row per adjudicating claim payment known by the day: not a reversal, a forward, a predetermination or a mere duplicate
with total as (
    select
        claim_payment_id, sum(allowed_amount) as allowed_amount, sum(patient_owed_amount) as patient_owed_amount,
        sum(never_amount) as never_amount, sum(denial_amount) as raw_denial_amount, sum(duplicate_amount) as duplicate_amount,
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

numbered as (
    select
        c.*,
        row_number() over (partition by c.root_id, c.payer_id order by c.payment_order) as adjudication_number,
        lead(c.payment_order) over (partition by c.root_id, c.payer_id order by c.payment_order) is null as is_last,
        coalesce(r.reversal_order > c.payment_order, false) as is_reversed
    from candidate as c
    left join last_reversal as r
        on
            r.root_id = c.root_id
            and r.payer_id = c.payer_id
            and r.payer_claim_control_number is not distinct from c.payer_claim_control_number
)

select
    claim_payment_id, root_id, payer_id, payment_date, payment_order, adjudication_number,
    adjudication_number = 1 as is_initial,
    is_last and not is_reversed as is_standing,
    charge_amount, paid_amount, cast(allowed_amount as decimal(18, 2)) as allowed_amount,
    cast(patient_owed_amount as decimal(18, 2)) as patient_owed_amount, cast(never_amount as decimal(18, 2)) as never_amount,
    cast(denied_amount as decimal(18, 2)) as denied_amount,
    is_denied, is_denied and allowed_amount <= 0 as is_zero_pay
from numbered
