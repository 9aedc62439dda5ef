-- one row per claim root and payer that was answered by the day: whether it is denied by each definition, and its amounts
-- read as other definitions read it, mere duplicates included: the first answer known by the day. Its amounts by kind of code add
-- up to adjustment_amount, those of unpaid lines to unpaid_amount
with answer as (
    select
        p.claim_payment_id, p.root_id, p.payer_id, p.payment_date, p.payment_order, p.status_code, p.charge_amount, p.paid_amount,
        coalesce(s.first_payment_id, p.claim_payment_id) as answer_id, s.first_payment_id is not null as is_split
    from payment as p
    left join split_payment as s on s.claim_payment_id = p.claim_payment_id
    where p.payment_date <= $as_of and p.status_code not in ('22', '23', '25')
),

first_id as (
    select root_id, payer_id, min_by(answer_id, payment_order) as answer_id from answer group by root_id, payer_id
),

-- and the first adjudication beside it: joined here, while a row is short
beside as (
    select
        f.answer_id, a.payment_date as first_remit_date, coalesce(a.claim_payment_id = f.answer_id, false) as is_first_adjudication,
        coalesce(a.is_denied, false) as is_denied, coalesce(a.is_zero_pay, false) as is_zero_pay,
        coalesce(a.denied_amount, 0) as denied_amount
    from first_id as f
    left join adjudication as a on a.root_id = f.root_id and a.payer_id = f.payer_id and a.is_initial
),

part as (
    select a.*, b.first_remit_date, b.is_first_adjudication, b.is_denied, b.is_zero_pay, b.denied_amount
    from answer as a
    join beside as b on b.answer_id = a.answer_id
),

-- why a line that is not denied was paid nothing: the first of these that it has. Few lines are unpaid or denied
judged as (
    select
        claim_payment_id, charge_amount,
        case when denial_amount > 0 then least(denial_amount, greatest(charge_amount, 0)) else 0 end as denied_amount,
        case
            when paid_amount <> 0 or charge_amount <= 0 then 'paid'
            when denial_amount > 0 then 'denial'
            when patient_share_amount <> 0 then 'patient_share'
            when duplicate_amount <> 0 then 'duplicate'
            when contractual_amount <> 0 then 'contractual'
            when pending_amount <> 0 then 'pending'
            when unknown_amount <> 0 then 'unknown'
            else 'none'
        end as unpaid_kind
    from payment_line
    where (paid_amount = 0 and charge_amount > 0) or denial_amount > 0
),

unpaid as (
    select
        p.root_id, p.payer_id,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind <> 'paid') as decimal(18, 2)) as unpaid_amount,
        cast(sum(l.charge_amount - l.denied_amount) filter (where l.unpaid_kind = 'denial') as decimal(18, 2)) as unpaid_rest_amount,
        cast(sum(l.denied_amount) filter (where l.unpaid_kind = 'paid') as decimal(18, 2)) as denied_in_part_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'patient_share') as decimal(18, 2)) as unpaid_patient_share_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'duplicate') as decimal(18, 2)) as unpaid_duplicate_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'contractual') as decimal(18, 2)) as unpaid_contractual_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'pending') as decimal(18, 2)) as unpaid_pending_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'unknown') as decimal(18, 2)) as unpaid_unknown_amount,
        cast(sum(l.charge_amount) filter (where l.unpaid_kind = 'none') as decimal(18, 2)) as unpaid_none_amount
    from part as p
    join judged as l on l.claim_payment_id = p.claim_payment_id
    group by p.root_id, p.payer_id
),

-- nearly every answer is one claim payment: only the parts of split claims are added up
headed as (
    select
        p.root_id, p.payer_id, p.answer_id, p.payment_date as answer_date, p.status_code = '4' as has_status_4,
        p.charge_amount, p.paid_amount, t.has_adjustment, t.denial_code_amount, t.contractual_amount,
        t.patient_share_amount, t.duplicate_amount, t.pending_amount, t.unknown_amount,
        p.first_remit_date, p.is_first_adjudication, p.is_denied, p.is_zero_pay, p.denied_amount
    from part as p
    join payment_total as t on t.claim_payment_id = p.claim_payment_id
    where not p.is_split
    union all
    select
        p.root_id, p.payer_id, min(p.answer_id), min(p.payment_date), bool_or(p.status_code = '4'),
        cast(sum(p.charge_amount) as decimal(18, 2)), cast(sum(p.paid_amount) as decimal(18, 2)), bool_or(t.has_adjustment),
        cast(sum(t.denial_code_amount) as decimal(18, 2)), cast(sum(t.contractual_amount) as decimal(18, 2)),
        cast(sum(t.patient_share_amount) as decimal(18, 2)), cast(sum(t.duplicate_amount) as decimal(18, 2)),
        cast(sum(t.pending_amount) as decimal(18, 2)), cast(sum(t.unknown_amount) as decimal(18, 2)),
        any_value(p.first_remit_date), any_value(p.is_first_adjudication), any_value(p.is_denied),
        any_value(p.is_zero_pay), any_value(p.denied_amount)
    from part as p
    join payment_total as t on t.claim_payment_id = p.claim_payment_id
    where p.is_split
    group by p.root_id, p.payer_id
),

first_answer as (
    select
        h.root_id, h.payer_id, h.answer_id, h.answer_date, h.has_status_4, h.has_adjustment,
        h.charge_amount, h.paid_amount,
        cast(
            h.denial_code_amount + h.contractual_amount + h.patient_share_amount + h.duplicate_amount + h.pending_amount
            + h.unknown_amount as decimal(18, 2)
        ) as adjustment_amount,
        h.denial_code_amount, h.contractual_amount, h.patient_share_amount, h.duplicate_amount, h.pending_amount,
        h.unknown_amount, h.first_remit_date, h.is_first_adjudication, h.is_denied, h.is_zero_pay, h.denied_amount,
        coalesce(u.unpaid_amount, 0) as unpaid_amount,
        coalesce(u.unpaid_rest_amount, 0) as unpaid_rest_amount,
        coalesce(u.denied_in_part_amount, 0) as denied_in_part_amount,
        coalesce(u.unpaid_patient_share_amount, 0) as unpaid_patient_share_amount,
        coalesce(u.unpaid_duplicate_amount, 0) as unpaid_duplicate_amount,
        coalesce(u.unpaid_contractual_amount, 0) as unpaid_contractual_amount,
        coalesce(u.unpaid_pending_amount, 0) as unpaid_pending_amount,
        coalesce(u.unpaid_unknown_amount, 0) as unpaid_unknown_amount,
        coalesce(u.unpaid_none_amount, 0) as unpaid_none_amount
    from headed as h
    left join unpaid as u on u.root_id = h.root_id and u.payer_id = h.payer_id
)

select
    f.root_id, f.payer_id, coalesce(p.payer_name, f.payer_id) as payer_name,
    c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi, c.place_of_service, c.diagnosis_chapter,
    c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    f.answer_date, f.charge_amount, f.paid_amount, f.adjustment_amount, f.denial_code_amount, f.contractual_amount,
    f.patient_share_amount, f.duplicate_amount, f.pending_amount, f.unknown_amount, f.unpaid_amount,
    f.unpaid_rest_amount, f.denied_in_part_amount, f.unpaid_patient_share_amount, f.unpaid_duplicate_amount,
    f.unpaid_contractual_amount, f.unpaid_pending_amount, f.unpaid_unknown_amount, f.unpaid_none_amount,
    f.first_remit_date, f.is_first_adjudication, f.is_denied, f.is_zero_pay, f.denied_amount,
    f.has_adjustment as is_denied_every_cas, f.has_status_4 as is_denied_status_4, f.paid_amount = 0 as is_denied_zero_paid,
    f.unpaid_amount > 0 as is_denied_unpaid_line
from first_answer as f
left join claim_root as c on c.root_id = f.root_id
left join payer as p on p.payer_id = f.payer_id
