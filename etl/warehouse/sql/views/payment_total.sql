-- one row per claim payment: the money of its lines summed up
select
    claim_payment_id, bool_or(denial_amount > 0) as is_denied, bool_or(has_adjustment) as has_adjustment,
    cast(sum(allowed_amount) as decimal(18, 2)) as allowed_amount,
    cast(sum(patient_owed_amount) as decimal(18, 2)) as patient_owed_amount,
    cast(sum(never_amount) as decimal(18, 2)) as never_amount,
    cast(sum(duplicate_amount) as decimal(18, 2)) as duplicate_amount,
    cast(sum(case when denial_amount > 0 then least(denial_amount, greatest(charge_amount, 0)) else 0 end) as decimal(18, 2))
        as denied_amount,
    cast(sum(denial_amount) as decimal(18, 2)) as denial_code_amount,
    cast(sum(contractual_amount) as decimal(18, 2)) as contractual_amount,
    cast(sum(patient_share_amount) as decimal(18, 2)) as patient_share_amount,
    cast(sum(pending_amount) as decimal(18, 2)) as pending_amount,
    cast(sum(unknown_amount) as decimal(18, 2)) as unknown_amount
from payment_line
group by claim_payment_id
