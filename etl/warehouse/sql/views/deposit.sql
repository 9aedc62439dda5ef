-- one row per remittance known by the day: what was deposited
select
    r.remittance_id, r.payment_date, coalesce(r.payer_id, 'unknown') as payer_id, coalesce(p.payer_name, r.payer_name, 'unknown') as payer_name,
    r.trace_number, r.payment_method, r.deposit_amount
from remittance as r
left join payer as p on p.payer_id = r.payer_id
where r.payment_date <= $as_of
