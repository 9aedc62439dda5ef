-- one row per claim payment and line, its money by treatment; allowed = paid + patient share + what follows payment
with money as (
    select
        claim_payment_id, place,
        sum(amount) filter (where treatment = 'patient_share') as patient_share_amount,
        sum(amount) filter (where follows_payment) as follows_amount,
        sum(amount) filter (where treatment = 'never' and group_code <> 'PR') as never_amount,
        sum(amount) filter (where group_code = 'PR') as patient_owed_amount,
        sum(amount) filter (where treatment = 'denial') as denial_amount,
        sum(amount) filter (where treatment = 'denial_if_nothing_allowed') as denial_if_nothing_amount,
        sum(amount) filter (where treatment = 'denial_if_nothing_allowed' and group_code <> 'PR') as reduction_amount,
        sum(amount) filter (where treatment = 'duplicate') as duplicate_amount
    from line_adjustment
    group by claim_payment_id, place
),

line as (
    select root_id, claim_payment_id, line_number, place, procedure_code, charge_amount, paid_amount
    from line_weight
    where service_payment_id is not null
    union all
    select w.root_id, w.claim_payment_id, w.line_number, w.place, w.procedure_code, c.amount, p.amount
    from line_weight as w
    join line_share as c on c.claim_payment_id = w.claim_payment_id and c.place = w.place and c.item = 'charge'
    join line_share as p on p.claim_payment_id = w.claim_payment_id and p.place = w.place and p.item = 'paid'
    where w.service_payment_id is null
),

allowed as (
    select
        l.*, m.patient_share_amount, m.follows_amount, m.never_amount, m.patient_owed_amount, m.denial_amount,
        m.denial_if_nothing_amount, m.reduction_amount, m.duplicate_amount,
        l.paid_amount + coalesce(m.patient_share_amount, 0) + coalesce(m.follows_amount, 0) as allowed_amount
    from line as l
    left join money as m on m.claim_payment_id = l.claim_payment_id and m.place = l.place
)

select
    root_id, claim_payment_id, line_number, place, procedure_code, charge_amount, paid_amount,
    cast(allowed_amount as decimal(18, 2)) as allowed_amount,
    cast(coalesce(patient_owed_amount, 0) as decimal(18, 2)) as patient_owed_amount,
    cast(
        coalesce(never_amount, 0) + case when allowed_amount <> 0 then coalesce(reduction_amount, 0) else 0 end
        as decimal(18, 2)
    ) as never_amount,
    cast(
        coalesce(denial_amount, 0) + case when allowed_amount = 0 then coalesce(denial_if_nothing_amount, 0) else 0 end
        as decimal(18, 2)
    ) as denial_amount,
    cast(coalesce(duplicate_amount, 0) as decimal(18, 2)) as duplicate_amount
from allowed
