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

span as (select root_id, payer_id, min(payment_order) as first_order from answer group by root_id, payer_id),

first_id as (
    select a.answer_id
    from answer as a
    join span as s on s.root_id = a.root_id and s.payer_id = a.payer_id and s.first_order = a.payment_order
),

part as (select a.* from answer as a where a.answer_id in (select answer_id from first_id)),

line as (
    select p.payer_id, l.*, least(l.denial_amount, greatest(l.charge_amount, 0)) as capped_amount
    from part as p
    join payment_line as l on l.claim_payment_id = p.claim_payment_id
),

code as (
    select
        l.claim_payment_id, l.place, a.amount,
        case
            when a.treatment = 'denial_if_nothing_allowed' and l.allowed_amount = 0 then 'denial'
            when a.treatment in ('denial_if_nothing_allowed', 'never') then 'contractual'
            else a.treatment
        end as kind
    from line as l
    join line_adjustment as a on a.claim_payment_id = l.claim_payment_id and a.place = l.place
    where a.amount <> 0
),

coded as (
    select
        claim_payment_id, place, sum(amount) as adjustment_amount,
        coalesce(sum(amount) filter (where kind = 'denial'), 0) as denial_code_amount,
        coalesce(sum(amount) filter (where kind = 'contractual'), 0) as contractual_amount,
        coalesce(sum(amount) filter (where kind = 'patient_share'), 0) as patient_share_amount,
        coalesce(sum(amount) filter (where kind = 'duplicate'), 0) as duplicate_amount,
        coalesce(sum(amount) filter (where kind = 'pending'), 0) as pending_amount,
        coalesce(sum(amount) filter (where kind = 'unknown'), 0) as unknown_amount
    from code
    group by claim_payment_id, place
),

-- why a line that is not denied was paid nothing: the first of these that it has
judged as (
    select
        l.root_id, l.payer_id, l.charge_amount, l.paid_amount, c.*,
        case when l.denial_amount > 0 then l.capped_amount else 0 end as denied_amount,
        case
            when l.paid_amount <> 0 or l.charge_amount <= 0 then 'paid'
            when l.denial_amount > 0 then 'denial'
            when c.patient_share_amount <> 0 then 'patient_share'
            when c.duplicate_amount <> 0 then 'duplicate'
            when c.contractual_amount <> 0 then 'contractual'
            when c.pending_amount <> 0 then 'pending'
            when c.unknown_amount <> 0 then 'unknown'
            else 'none'
        end as unpaid_kind
    from line as l
    left join coded as c on c.claim_payment_id = l.claim_payment_id and c.place = l.place
),

total as (
    select
        root_id, payer_id,
        count(adjustment_amount) > 0 as has_adjustment, coalesce(sum(adjustment_amount), 0) as adjustment_amount,
        coalesce(sum(denial_code_amount), 0) as denial_code_amount,
        coalesce(sum(contractual_amount), 0) as contractual_amount,
        coalesce(sum(patient_share_amount), 0) as patient_share_amount,
        coalesce(sum(duplicate_amount), 0) as duplicate_amount,
        coalesce(sum(pending_amount), 0) as pending_amount,
        coalesce(sum(unknown_amount), 0) as unknown_amount,
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
    cast(t.adjustment_amount as decimal(18, 2)) as adjustment_amount,
    cast(t.denial_code_amount as decimal(18, 2)) as denial_code_amount,
    cast(t.contractual_amount as decimal(18, 2)) as contractual_amount,
    cast(t.patient_share_amount as decimal(18, 2)) as patient_share_amount,
    cast(t.duplicate_amount as decimal(18, 2)) as duplicate_amount,
    cast(t.pending_amount as decimal(18, 2)) as pending_amount,
    cast(t.unknown_amount as decimal(18, 2)) as unknown_amount,
    cast(t.unpaid_amount as decimal(18, 2)) as unpaid_amount,
    cast(t.unpaid_rest_amount as decimal(18, 2)) as unpaid_rest_amount,
    cast(t.denied_in_part_amount as decimal(18, 2)) as denied_in_part_amount,
    cast(t.unpaid_patient_share_amount as decimal(18, 2)) as unpaid_patient_share_amount,
    cast(t.unpaid_duplicate_amount as decimal(18, 2)) as unpaid_duplicate_amount,
    cast(t.unpaid_contractual_amount as decimal(18, 2)) as unpaid_contractual_amount,
    cast(t.unpaid_pending_amount as decimal(18, 2)) as unpaid_pending_amount,
    cast(t.unpaid_unknown_amount as decimal(18, 2)) as unpaid_unknown_amount,
    cast(t.unpaid_none_amount as decimal(18, 2)) as unpaid_none_amount
from headed as h
join total as t on t.root_id = h.root_id and t.payer_id = h.payer_id
