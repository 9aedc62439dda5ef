-- one row per payer and procedure ('' for all of a payer's): the share of its charge that a line is allowed when nothing of it is denied
with part as (
    select claim_payment_id, claim_payment_id as adjudication_id from adjudication
    union all
    select claim_payment_id, first_payment_id from split_payment where claim_payment_id <> first_payment_id
),

paid as (
    select
        a.payer_id, coalesce(l.procedure_code, '') as procedure_code, count(*) as lines,
        sum(l.allowed_amount) as allowed_amount, sum(l.charge_amount) as charge_amount
    from adjudication as a
    join part as s on s.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = s.claim_payment_id
    where l.denial_amount = 0 and l.duplicate_amount = 0 and l.allowed_amount > 0 and l.allowed_amount <= l.charge_amount
    group by a.payer_id, coalesce(l.procedure_code, '')
),

whole as (
    select payer_id, sum(lines) as lines, cast(sum(allowed_amount) as double) / cast(sum(charge_amount) as double) as allowed_share from paid group by payer_id
)

-- a procedure that was seldom paid is pulled to the payer's usual share, as if by three lines
select p.payer_id, p.procedure_code, p.lines, (p.lines * cast(p.allowed_amount as double) / cast(p.charge_amount as double) + 3 * w.allowed_share) / (p.lines + 3) as allowed_share
from paid as p
join whole as w on w.payer_id = p.payer_id
where p.procedure_code <> ''
union all
select payer_id, '', lines, allowed_share from whole
