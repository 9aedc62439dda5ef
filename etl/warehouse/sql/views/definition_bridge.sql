-- one row per claim root, payer, other definition of a denial and reason why it counts another number or amount than ours
-- summed up, the changes lead from our figure to that of the other definition
with other as (
    select
        d.*, k.definition,
        case k.definition
            when 'every_cas' then d.is_denied_every_cas
            when 'status_4' then d.is_denied_status_4
            when 'zero_paid' then d.is_denied_zero_paid
            else d.is_denied_unpaid_line
        end as is_denied_there,
        case k.definition
            when 'every_cas' then d.denied_amount_every_cas
            when 'status_4' then d.denied_amount_status_4
            when 'zero_paid' then d.denied_amount_zero_paid
            else d.denied_amount_unpaid_line
        end as amount_there
    from denial_definition as d
    cross join (values ('every_cas'), ('status_4'), ('zero_paid'), ('unpaid_line')) as k (definition)
),

-- of several kinds of code on a claim, the one that a reader would name first
reasoned as (
    select
        *,
        case
            when is_denied_there = is_denied then 'whole_charge'
            when is_denied and (definition <> 'status_4' or not is_zero_pay) then 'partial_denial_missed'
            when is_denied then 'full_denial_missed'
            when definition = 'every_cas' and contractual_amount <> 0 then 'contractual'
            when case definition when 'unpaid_line' then unpaid_patient_share_amount else patient_share_amount end <> 0
                then 'patient_share'
            when case definition when 'unpaid_line' then unpaid_duplicate_amount else duplicate_amount end <> 0 then 'duplicate'
            when case definition when 'unpaid_line' then unpaid_contractual_amount else contractual_amount end <> 0
                then 'contractual'
            when case definition when 'unpaid_line' then unpaid_pending_amount else pending_amount end <> 0 then 'pending'
            when case definition when 'unpaid_line' then unpaid_unknown_amount else unknown_amount end <> 0 then 'unknown'
            when definition = 'every_cas' or (definition <> 'unpaid_line' and denial_code_amount <> 0) then 'denial_codes'
            else 'none'
        end as main_reason
    from other
),

same as (select * from reasoned where is_first_adjudication),

change as (
    select
        root_id, payer_id, definition, main_reason as reason, answer_date as difference_date,
        case when is_denied_there then 1 else 0 end - case when is_denied then 1 else 0 end as claim_change,
        case when definition in ('status_4', 'zero_paid') then amount_there - denied_amount else 0 end as amount_change
    from same
    union all
    select
        s.root_id, s.payer_id, s.definition, k.reason, s.answer_date, 0,
        case k.reason
            when 'contractual' then s.contractual_amount
            when 'patient_share' then s.patient_share_amount
            when 'duplicate' then s.duplicate_amount
            when 'pending' then s.pending_amount
            when 'unknown' then s.unknown_amount
            else s.denial_code_amount - s.denied_amount
        end
    from same as s
    cross join (
        values ('contractual'), ('patient_share'), ('duplicate'), ('pending'), ('unknown'), ('denial_codes')
    ) as k (reason)
    where s.definition = 'every_cas'
    union all
    select
        s.root_id, s.payer_id, s.definition, k.reason, s.answer_date, 0,
        case k.reason
            when 'contractual' then s.unpaid_contractual_amount
            when 'patient_share' then s.unpaid_patient_share_amount
            when 'duplicate' then s.unpaid_duplicate_amount
            when 'pending' then s.unpaid_pending_amount
            when 'unknown' then s.unpaid_unknown_amount
            when 'none' then s.unpaid_none_amount
            when 'partial_denial_missed' then -s.denied_in_part_amount
            else s.unpaid_rest_amount
        end
    from same as s
    cross join (
        values ('contractual'), ('patient_share'), ('duplicate'), ('pending'), ('unknown'), ('none'),
        ('partial_denial_missed'), ('whole_charge')
    ) as k (reason)
    where s.definition = 'unpaid_line'
    -- the first answer was a mere duplicate: ours waits for the adjudication, on its own day
    union all
    select root_id, payer_id, definition, 'duplicate', answer_date, case when is_denied_there then 1 else 0 end, amount_there
    from reasoned
    where not is_first_adjudication
    union all
    select root_id, payer_id, definition, 'duplicate', first_remit_date, case when is_denied then -1 else 0 end, -denied_amount
    from reasoned
    where not is_first_adjudication and first_remit_date is not null
),

summed as (
    select
        root_id, payer_id, definition, reason, difference_date, cast(sum(claim_change) as integer) as claim_change,
        cast(sum(amount_change) as decimal(18, 2)) as amount_change
    from change
    group by root_id, payer_id, definition, reason, difference_date
)

select
    s.root_id, s.payer_id, d.payer_name, d.claim_number, d.claim_id, d.claim_type, d.facility, d.rendering_npi, d.place_of_service,
    d.diagnosis_chapter, d.coder_id, d.biller_id, d.teams, d.service_date, d.submission_date, d.answer_date, d.first_remit_date,
    s.definition, s.reason as difference_reason, s.difference_date, d.charge_amount, d.paid_amount, d.denied_amount,
    s.claim_change, s.amount_change
from summed as s
join denial_definition as d on d.root_id = s.root_id and d.payer_id = s.payer_id
where s.claim_change <> 0 or s.amount_change <> 0
