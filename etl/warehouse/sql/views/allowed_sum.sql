-- sums by payer and procedure ('' for none): lines that were allowed and of which nothing was denied
select
    a.payer_id, coalesce(l.procedure_code, '') as procedure_code, count(*) as lines,
    sum(l.allowed_amount) as allowed_amount, sum(l.charge_amount) as charge_amount
from adjudication as a
join adjudication_part as s on s.adjudication_id = a.claim_payment_id
join payment_line as l on l.claim_payment_id = s.claim_payment_id
where l.denial_amount = 0 and l.duplicate_amount = 0 and l.allowed_amount > 0 and l.allowed_amount <= l.charge_amount
group by a.payer_id, coalesce(l.procedure_code, '')
