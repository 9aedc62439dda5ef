-- one row per claim payment and line, its money by treatment; allowed = paid + patient share + what follows payment
with money as (
    select
        claim_payment_id, place, bool_or(amount <> 0) as has_adjustment,
        cast(sum(amount) filter (where treatment = 'patient_share') as decimal(18, 2)) as patient_share_amount,
        cast(sum(amount) filter (where treatment = 'never') as decimal(18, 2)) as never_amount,
        cast(sum(amount) filter (where treatment = 'denial') as decimal(18, 2)) as denial_amount,
        cast(sum(amount) filter (where treatment = 'denial_if_nothing_allowed') as decimal(18, 2)) as denial_if_nothing_amount
    from line_adjustment
    group by claim_payment_id, place
),

-- few lines have any of these: apart from the others they cost little
rare as (
    select
        claim_payment_id, place,
        cast(sum(amount) filter (where follows_payment) as decimal(18, 2)) as follows_amount,
        cast(sum(amount) filter (where group_code = 'PR' and treatment <> 'patient_share') as decimal(18, 2)) as patient_other_amount,
        cast(sum(amount) filter (where group_code = 'PR' and treatment = 'never') as decimal(18, 2)) as patient_never_amount,
        cast(sum(amount) filter (where group_code = 'PR' and treatment = 'denial_if_nothing_allowed') as decimal(18, 2)) as patient_reduction_amount,
        cast(sum(amount) filter (where treatment = 'duplicate') as decimal(18, 2)) as duplicate_amount,
        cast(sum(amount) filter (where treatment = 'pending') as decimal(18, 2)) as pending_amount,
        cast(sum(amount) filter (where treatment = 'unknown') as decimal(18, 2)) as unknown_amount
    from line_adjustment
    where
        follows_payment or treatment in ('duplicate', 'pending', 'unknown')
        or (group_code = 'PR' and treatment <> 'patient_share')
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
        l.*, coalesce(m.has_adjustment, false) as has_adjustment, coalesce(m.patient_share_amount, 0) as patient_share_amount,
        coalesce(m.never_amount, 0) as never_amount, coalesce(m.denial_amount, 0) as denial_amount,
        coalesce(m.denial_if_nothing_amount, 0) as denial_if_nothing_amount, r.patient_other_amount, r.patient_never_amount,
        r.patient_reduction_amount, r.duplicate_amount, r.pending_amount, r.unknown_amount,
        l.paid_amount + coalesce(m.patient_share_amount, 0) + coalesce(r.follows_amount, 0) as allowed_amount
    from line as l
    left join money as m on m.claim_payment_id = l.claim_payment_id and m.place = l.place
    left join rare as r on r.claim_payment_id = l.claim_payment_id and r.place = l.place
),

judged as (
    select
        *, case when allowed_amount = 0 then denial_if_nothing_amount else 0 end as nothing_allowed_amount,
        case when allowed_amount <> 0 then denial_if_nothing_amount else 0 end as reduction_amount,
        case when allowed_amount <> 0 then coalesce(patient_reduction_amount, 0) else 0 end as patient_part_amount
    from allowed
)

select
    root_id, claim_payment_id, line_number, place, procedure_code, charge_amount, paid_amount,
    cast(allowed_amount as decimal(18, 2)) as allowed_amount,
    cast(patient_share_amount + coalesce(patient_other_amount, 0) as decimal(18, 2)) as patient_owed_amount,
    cast(never_amount - coalesce(patient_never_amount, 0) + reduction_amount - patient_part_amount as decimal(18, 2)) as never_amount,
    cast(denial_amount + nothing_allowed_amount as decimal(18, 2)) as denial_amount,
    cast(coalesce(duplicate_amount, 0) as decimal(18, 2)) as duplicate_amount,
    -- and by kind of code alone, whichever group it stands in
    cast(patient_share_amount as decimal(18, 2)) as patient_share_amount,
    cast(never_amount + reduction_amount as decimal(18, 2)) as contractual_amount,
    cast(coalesce(pending_amount, 0) as decimal(18, 2)) as pending_amount,
    cast(coalesce(unknown_amount, 0) as decimal(18, 2)) as unknown_amount,
    has_adjustment
from judged
