-- one row per way in which service payments were matched to a line of the claim that they answer
select m.match_method, count(*) as service_payments, sum(s.paid_amount) as paid_amount
from line_match as m
join service_payment as s on s.service_payment_id = m.service_payment_id
group by m.match_method
order by service_payments desc, m.match_method
