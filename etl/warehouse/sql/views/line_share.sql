-- one row per amount that stands at claim level, and line: its share by charge, so that the cents add up (largest remainder)
with item as (
    select a.claim_payment_id, 'adjustment' as item, a.sequence, a.amount
    from adjustment as a
    where a.service_payment_id is null
    union all
    select p.claim_payment_id, i.item, 0, case i.item when 'charge' then p.charge_amount else p.paid_amount end
    from payment as p
    cross join (values ('charge'), ('paid')) as i (item)
    where not exists (select 1 from service_payment as s where s.claim_payment_id = p.claim_payment_id)
),

cents as (
    select
        w.root_id, i.claim_payment_id, i.item, i.sequence, w.line_number, w.place, case when i.amount < 0 then -1 else 1 end as sign,
        cast(100 * abs(i.amount) as hugeint) as amount_cents,
        cast(100 * abs(w.charge_amount) as hugeint) as weight,
        cast(sum(100 * abs(w.charge_amount)) over item as hugeint) as total_weight,
        row_number() over (partition by i.claim_payment_id, i.item, i.sequence order by w.place) as nth
    from item as i
    join line_weight as w on w.claim_payment_id = i.claim_payment_id
    window item as (partition by i.claim_payment_id, i.item, i.sequence)
),

floored as (
    select
        *,
        case when total_weight > 0 then amount_cents * weight // total_weight when nth = 1 then amount_cents else 0 end as share,
        case when total_weight > 0 then amount_cents * weight % total_weight else 0 end as remainder
    from cents
),

ranked as (
    select
        *,
        amount_cents - sum(share) over (partition by claim_payment_id, item, sequence) as missing,
        row_number() over (partition by claim_payment_id, item, sequence order by remainder desc, place) as remainder_rank
    from floored
)

select
    root_id, claim_payment_id, item, sequence, line_number, place,
    cast(sign * cast(share + case when remainder_rank <= missing then 1 else 0 end as decimal(16, 0)) * 0.01 as decimal(18, 2)) as amount
from ranked
