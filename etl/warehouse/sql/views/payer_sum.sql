-- sums by payer: first adjudications and those denied; claims answered, their charges and contractual adjustments
-- answered_claims tells a payer whose sums are nothing from one that has no rows any more (rolling.sum_up)
with part as (
    select payer_id, 1 as answered_claims, charge_amount, contractual_amount, 0 as first_answers, 0 as denied_claims
    from claim_balance
    where is_sent and is_answered
    union all
    select payer_id, 0, 0, 0, 1, case when is_denied then 1 else 0 end from adjudication where is_initial
)

select
    payer_id, sum(answered_claims) as answered_claims, sum(charge_amount) as charge_amount, sum(contractual_amount) as contractual_amount,
    sum(first_answers) as first_answers, sum(denied_claims) as denied_claims
from part
group by payer_id
