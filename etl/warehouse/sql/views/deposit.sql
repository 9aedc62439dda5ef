-- one row per remittance known by the day: what was deposited
select
    r.remittance_id, r.payment_date, coalesce(y.payer_id, 'unknown') as payer_id, coalesce(p.payer_name, 'unknown') as payer_name,
    r.trace_number, r.payment_method, r.deposit_amount
from remittance as r
left join payer_key as y on y.spelled_as = coalesce(r.payer_id, upper(r.payer_name))
left join payer as p on p.payer_id = y.payer_id
where r.payment_date <= $as_of
