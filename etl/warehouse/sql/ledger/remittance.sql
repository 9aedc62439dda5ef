-- one row per remittance: from the deposit down to the lines; each unexplained amount is what its check finds
-- deposit = paid - provider adjustments + deposit_unexplained
-- charge = paid + adjustments (CO, PR, OA, PI and others) + claim_unexplained
-- charge = line_charge + not_itemised; line_charge = line_paid + line_adjustment + line_unexplained
with claim as (
    select remittance_id, count(*) as claim_payments, sum(charge_amount) as charge_amount, sum(paid_amount) as paid_amount
    from claim_payment
    group by remittance_id
),

adjusted as (
    select
        p.remittance_id,
        sum(a.amount) filter (where a.group_code = 'CO') as co_amount,
        sum(a.amount) filter (where a.group_code = 'PR') as pr_amount,
        sum(a.amount) filter (where a.group_code = 'OA') as oa_amount,
        sum(a.amount) filter (where a.group_code = 'PI') as pi_amount,
        sum(a.amount) filter (where a.group_code not in ('CO', 'PR', 'OA', 'PI')) as other_amount,
        sum(a.amount) filter (where a.service_payment_id is not null) as line_adjustment_amount
    from adjustment as a
    join claim_payment as p on p.claim_payment_id = a.claim_payment_id
    group by p.remittance_id
),

line as (
    select
        p.remittance_id, count(*) as service_payments, sum(s.charge_amount) as line_charge_amount,
        sum(s.paid_amount) as line_paid_amount
    from service_payment as s
    join claim_payment as p on p.claim_payment_id = s.claim_payment_id
    group by p.remittance_id
),

moved as (
    select remittance_id, sum(amount) as provider_adjustment_amount from provider_adjustment group by remittance_id
),

unexplained as (
    select
        transaction_set_id,
        sum(amount) filter (where rule = 'deposit') as deposit_unexplained_amount,
        sum(amount) filter (where rule = 'claim') as claim_unexplained_amount,
        sum(amount) filter (where rule = 'line') as line_unexplained_amount
    from (
        select transaction_set_id, 'deposit' as rule, found - expected as amount from remittance_balance
        union all
        select transaction_set_id, 'claim', found - expected from claim_payment_balance
        union all
        select transaction_set_id, 'line', found - expected from service_payment_balance
    )
    group by transaction_set_id
)

select
    r.remittance_id, f.name as file, r.segment, r.payment_date, strftime(r.payment_date, '%Y-%m') as month,
    coalesce(k.payer_id, 'unknown') as payer_id, coalesce(y.payer_name, 'unknown') as payer_name,
    r.trace_number, r.payment_method, coalesce(c.claim_payments, 0) as claim_payments,
    r.deposit_amount, coalesce(c.paid_amount, 0) as paid_amount,
    coalesce(m.provider_adjustment_amount, 0) as provider_adjustment_amount,
    coalesce(u.deposit_unexplained_amount, 0) as deposit_unexplained_amount,
    coalesce(c.charge_amount, 0) as charge_amount,
    coalesce(a.co_amount, 0) as co_amount, coalesce(a.pr_amount, 0) as pr_amount, coalesce(a.oa_amount, 0) as oa_amount,
    coalesce(a.pi_amount, 0) as pi_amount, coalesce(a.other_amount, 0) as other_amount,
    coalesce(u.claim_unexplained_amount, 0) as claim_unexplained_amount,
    coalesce(l.line_charge_amount, 0) as line_charge_amount, coalesce(l.line_paid_amount, 0) as line_paid_amount,
    coalesce(a.line_adjustment_amount, 0) as line_adjustment_amount,
    coalesce(u.line_unexplained_amount, 0) as line_unexplained_amount,
    coalesce(c.charge_amount, 0) - coalesce(l.line_charge_amount, 0) as not_itemised_amount
from remittance as r
join transaction_set as t on t.transaction_set_id = r.transaction_set_id
join source_file as f on f.file_id = t.file_id
left join payer_key as k on k.spelled_as = coalesce(r.payer_id, upper(r.payer_name))
left join payer as y on y.payer_id = k.payer_id
left join claim as c on c.remittance_id = r.remittance_id
left join adjusted as a on a.remittance_id = r.remittance_id
left join line as l on l.remittance_id = r.remittance_id
left join moved as m on m.remittance_id = r.remittance_id
left join unexplained as u on u.transaction_set_id = r.transaction_set_id
where
    ($first is null or r.payment_date >= $first) and ($last is null or r.payment_date <= $last)
    and (len($payers) = 0 or k.payer_id in $payers or y.payer_name in $payers)
order by r.payment_date, r.remittance_id
