-- one row per payer and procedure ('' for all of a payer's): the share of its charge that a line is allowed when nothing of it is denied
with whole as (
    select payer_id, sum(lines) as lines, cast(sum(allowed_amount) as double) / cast(sum(charge_amount) as double) as allowed_share
    from allowed_sum
    group by payer_id
)

-- a procedure that was seldom paid is pulled to the payer's usual share, as if by three lines
select p.payer_id, p.procedure_code, p.lines, (p.lines * cast(p.allowed_amount as double) / cast(p.charge_amount as double) + 3 * w.allowed_share) / (p.lines + 3) as allowed_share
from allowed_sum as p
join whole as w on w.payer_id = p.payer_id
where p.procedure_code <> ''
union all
select payer_id, '', lines, allowed_share from whole
