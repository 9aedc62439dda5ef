-- one row per claim root, payer, other definition of a denial and reason why it counts another number or amount than ours
-- summed up, the changes lead from our figure to that of the other definition
with other as not materialized (
    select
        d.*, k.definition,
        case k.definition
            when 'every_cas' then d.is_denied_every_cas
            when 'status_4' then d.is_denied_status_4
            when 'zero_paid' then d.is_denied_zero_paid
            else d.is_denied_unpaid_line
        end as is_denied_there,
        case k.definition
            when 'every_cas' then d.adjustment_amount
            when 'status_4' then case when d.is_denied_status_4 then d.charge_amount else 0 end
            when 'zero_paid' then case when d.is_denied_zero_paid then d.charge_amount else 0 end
            else d.unpaid_amount
        end as amount_there
    from denial_definition as d
    cross join (values ('every_cas'), ('status_4'), ('zero_paid'), ('unpaid_line')) as k (definition)
),

-- of several kinds of code on a claim, the one that a reader would name first
reasoned as not materialized (
    select
        *,
        case when is_denied_there then 1 else 0 end - case when is_denied then 1 else 0 end as claims_more,
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

-- a claim's dollars have one reason, or one for each kind of code or line; its count falls to the main reason
change as (
    select *, main_reason as reason, answer_date as difference_date, claims_more as claim_change, amount_there - denied_amount as amount_change
    from reasoned
    where is_first_adjudication and definition in ('status_4', 'zero_paid')
    union all
    select
        s.*, k.reason, s.answer_date, case when s.main_reason = k.reason then s.claims_more else 0 end,
        case k.reason
            when 'contractual' then s.contractual_amount
            when 'patient_share' then s.patient_share_amount
            when 'duplicate' then s.duplicate_amount
            when 'pending' then s.pending_amount
            when 'unknown' then s.unknown_amount
            when 'denial_codes' then s.denial_code_amount - s.denied_amount
            else 0
        end
    from reasoned as s
    cross join (
        values ('contractual'), ('patient_share'), ('duplicate'), ('pending'), ('unknown'), ('denial_codes'), ('partial_denial_missed')
    ) as k (reason)
    where s.is_first_adjudication and s.definition = 'every_cas'
    union all
    select
        s.*, k.reason, s.answer_date, case when s.main_reason = k.reason then s.claims_more else 0 end,
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
    from reasoned as s
    cross join (
        values ('contractual'), ('patient_share'), ('duplicate'), ('pending'), ('unknown'), ('none'),
        ('partial_denial_missed'), ('whole_charge')
    ) as k (reason)
    where
        s.is_first_adjudication and s.definition = 'unpaid_line'
        and (s.claims_more <> 0 or s.unpaid_amount <> 0 or s.denied_in_part_amount <> 0)
    -- the first answer was a mere duplicate: ours waits for the adjudication, on its own day
    union all
    select
        *, 'duplicate', answer_date, case when first_remit_date = answer_date then claims_more when is_denied_there then 1 else 0 end,
        case when first_remit_date = answer_date then amount_there - denied_amount else amount_there end
    from reasoned
    where not is_first_adjudication
    union all
    select *, 'duplicate', first_remit_date, case when is_denied then -1 else 0 end, -denied_amount
    from reasoned
    where not is_first_adjudication and first_remit_date <> answer_date
)

select
    root_id, payer_id, payer_name, claim_number, claim_id, claim_type, facility, rendering_npi, place_of_service,
    diagnosis_chapter, coder_id, biller_id, teams, service_date, submission_date, answer_date, first_remit_date,
    definition, reason as difference_reason, difference_date, charge_amount, paid_amount, denied_amount,
    claim_change, cast(amount_change as decimal(18, 2)) as amount_change
from change
where claim_change <> 0 or amount_change <> 0
