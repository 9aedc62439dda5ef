-- one row per claim root and payer: its first answer known by the day, mere duplicates included, as other definitions read it
-- the amounts by kind of code add up to adjustment_amount, those of unpaid lines to unpaid_amount
with answer as (
    select
        p.claim_payment_id, p.root_id, p.payer_id, p.payment_date, p.payment_order, p.status_code, p.charge_amount, p.paid_amount,
        coalesce(s.first_payment_id, p.claim_payment_id) as answer_id
    from payment as p
    left join split_payment as s on s.claim_payment_id = p.claim_payment_id
    where p.payment_date <= $as_of and p.status_code not in ('22', '23', '25')
),

first_id as (
    select root_id, payer_id, min_by(answer_id, payment_order) as answer_id from answer group by root_id, payer_id
),

part as (select a.* from answer as a where a.answer_id in (select answer_id from first_id)),

-- why a line that is not denied was paid nothing: the first of these that it has
judged as (
    select
        p.payer_id, l.*,
        case when l.denial_amount > 0 then least(l.denial_amount, greatest(l.charge_amount, 0)) else 0 end as denied_amount,
        case
            when l.paid_amount <> 0 or l.charge_amount <= 0 then 'paid'
            when l.denial_amount > 0 then 'denial'
            when l.patient_share_amount <> 0 then 'patient_share'
            when l.duplicate_amount <> 0 then 'duplicate'
            when l.contractual_amount <> 0 then 'contractual'
            when l.pending_amount <> 0 then 'pending'
            when l.unknown_amount <> 0 then 'unknown'
            else 'none'
        end as unpaid_kind
    from part as p
    join payment_line as l on l.claim_payment_id = p.claim_payment_id
),

total as (
    select
        root_id, payer_id, bool_or(has_adjustment) as has_adjustment,
        sum(denial_amount) as denial_code_amount, sum(contractual_amount) as contractual_amount,
        sum(patient_share_amount) as patient_share_amount, sum(duplicate_amount) as duplicate_amount,
        sum(pending_amount) as pending_amount, sum(unknown_amount) as unknown_amount
    from judged
    group by root_id, payer_id
),

-- few lines are unpaid or denied: apart from the others they cost little
unpaid as (
    select
        root_id, payer_id,
        coalesce(sum(charge_amount) filter (where unpaid_kind <> 'paid'), 0) as unpaid_amount,
        coalesce(sum(charge_amount - denied_amount) filter (where unpaid_kind = 'denial'), 0) as unpaid_rest_amount,
        coalesce(sum(denied_amount) filter (where unpaid_kind = 'paid'), 0) as denied_in_part_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'patient_share'), 0) as unpaid_patient_share_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'duplicate'), 0) as unpaid_duplicate_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'contractual'), 0) as unpaid_contractual_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'pending'), 0) as unpaid_pending_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'unknown'), 0) as unpaid_unknown_amount,
        coalesce(sum(charge_amount) filter (where unpaid_kind = 'none'), 0) as unpaid_none_amount
    from judged
    where unpaid_kind <> 'paid' or denied_amount <> 0
    group by root_id, payer_id
),

headed as (
    select
        root_id, payer_id, min(answer_id) as answer_id, min(payment_date) as answer_date, bool_or(status_code = '4') as has_status_4,
        sum(charge_amount) as charge_amount, sum(paid_amount) as paid_amount
    from part
    group by root_id, payer_id
)

select
    h.root_id, h.payer_id, h.answer_id, h.answer_date, h.has_status_4, t.has_adjustment,
    cast(h.charge_amount as decimal(18, 2)) as charge_amount, cast(h.paid_amount as decimal(18, 2)) as paid_amount,
    cast(
        t.denial_code_amount + t.contractual_amount + t.patient_share_amount + t.duplicate_amount + t.pending_amount
        + t.unknown_amount as decimal(18, 2)
    ) as adjustment_amount,
    cast(t.denial_code_amount as decimal(18, 2)) as denial_code_amount,
    cast(t.contractual_amount as decimal(18, 2)) as contractual_amount,
    cast(t.patient_share_amount as decimal(18, 2)) as patient_share_amount,
    cast(t.duplicate_amount as decimal(18, 2)) as duplicate_amount,
    cast(t.pending_amount as decimal(18, 2)) as pending_amount,
    cast(t.unknown_amount as decimal(18, 2)) as unknown_amount,
    cast(coalesce(u.unpaid_amount, 0) as decimal(18, 2)) as unpaid_amount,
    cast(coalesce(u.unpaid_rest_amount, 0) as decimal(18, 2)) as unpaid_rest_amount,
    cast(coalesce(u.denied_in_part_amount, 0) as decimal(18, 2)) as denied_in_part_amount,
    cast(coalesce(u.unpaid_patient_share_amount, 0) as decimal(18, 2)) as unpaid_patient_share_amount,
    cast(coalesce(u.unpaid_duplicate_amount, 0) as decimal(18, 2)) as unpaid_duplicate_amount,
    cast(coalesce(u.unpaid_contractual_amount, 0) as decimal(18, 2)) as unpaid_contractual_amount,
    cast(coalesce(u.unpaid_pending_amount, 0) as decimal(18, 2)) as unpaid_pending_amount,
    cast(coalesce(u.unpaid_unknown_amount, 0) as decimal(18, 2)) as unpaid_unknown_amount,
    cast(coalesce(u.unpaid_none_amount, 0) as decimal(18, 2)) as unpaid_none_amount
from headed as h
join total as t on t.root_id = h.root_id and t.payer_id = h.payer_id
left join unpaid as u on u.root_id = h.root_id and u.payer_id = h.payer_id
