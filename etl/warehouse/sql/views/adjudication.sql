-- one row per adjudication known by the day: a claim payment that is no reversal, forward, predetermination or mere duplicate
-- the parts of a split claim are one adjudication, named by the first of them
with known as (
    select * from payment where payment_date <= $as_of
),

candidate as (
    select
        p.*, t.allowed_amount, t.patient_owed_amount, t.never_amount, t.duplicate_amount, t.denied_amount, t.is_denied
    from known as p
    join payment_total as t on t.claim_payment_id = p.claim_payment_id
    where
        p.status_code not in ('22', '23', '25')
        and not (t.duplicate_amount > 0 and not t.is_denied and t.allowed_amount <= 0)
),

reversal as (
    select k.root_id, k.payer_id, k.payment_order, p.payer_claim_control_number, l.charge_amount
    from known as k
    join claim_payment as p on p.claim_payment_id = k.claim_payment_id
    left join partial_answer as l on l.claim_payment_id = k.claim_payment_id
    where k.is_reversal
),

-- a reversal of some lines leaves the others standing
reversed as (
    select distinct c.claim_payment_id
    from reversal as r
    join candidate as c on c.root_id = r.root_id and c.payer_id = r.payer_id and c.payment_order < r.payment_order
    join claim_payment as p
        on
            p.claim_payment_id = c.claim_payment_id
            and p.payer_claim_control_number is not distinct from r.payer_claim_control_number
    where coalesce(r.charge_amount >= c.charge_amount, true)
),

judged as (
    select
        coalesce(s.first_payment_id, c.claim_payment_id) as claim_payment_id, c.root_id, c.payer_id, c.payment_date,
        c.payment_order, c.charge_amount, c.paid_amount, c.allowed_amount, c.patient_owed_amount, c.never_amount,
        c.denied_amount, c.is_denied,
        s.first_payment_id is not null as is_split, r.claim_payment_id is not null as is_reversed
    from candidate as c
    left join split_payment as s on s.claim_payment_id = c.claim_payment_id
    left join reversed as r on r.claim_payment_id = c.claim_payment_id
),

adjudicated as (
    select
        claim_payment_id, root_id, payer_id, payment_date, payment_order, charge_amount, paid_amount, allowed_amount,
        patient_owed_amount, never_amount, denied_amount, is_denied, is_reversed
    from judged
    where not is_split
    union all
    -- of a part that was reversed nothing stands, but it was adjudicated
    select
        claim_payment_id, root_id, payer_id, min(payment_date), min(payment_order),
        cast(sum(charge_amount) as decimal(18, 2)), cast(sum(paid_amount) as decimal(18, 2)),
        cast(sum(allowed_amount) as decimal(18, 2)),
        cast(sum(case when is_reversed then 0 else patient_owed_amount end) as decimal(18, 2)),
        cast(sum(case when is_reversed then 0 else never_amount end) as decimal(18, 2)),
        cast(sum(denied_amount) as decimal(18, 2)), bool_or(is_denied), bool_and(is_reversed)
    from judged
    where is_split
    group by claim_payment_id, root_id, payer_id
),

-- what answers only some lines leaves what stood before it
span as (
    select
        a.root_id, a.payer_id, min(a.payment_order) as first_order,
        max(case when l.claim_payment_id is null then a.payment_order end) as last_whole_order
    from adjudicated as a
    left join partial_answer as l on l.claim_payment_id = a.claim_payment_id
    group by a.root_id, a.payer_id
)

select
    c.claim_payment_id, c.root_id, c.payer_id, c.payment_date, c.payment_order,
    c.payment_order = s.first_order as is_initial,
    c.payment_order >= coalesce(s.last_whole_order, s.first_order) and not c.is_reversed as is_standing,
    c.charge_amount, c.paid_amount, c.allowed_amount, c.patient_owed_amount, c.never_amount, c.denied_amount,
    c.is_denied, c.is_denied and c.allowed_amount <= 0 as is_zero_pay
from adjudicated as c
join span as s on s.root_id = c.root_id and s.payer_id = c.payer_id
