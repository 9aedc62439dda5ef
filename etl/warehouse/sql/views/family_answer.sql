-- one row per claim root, payer and procedure family that a first adjudication answered
select
    a.root_id, a.payer_id, coalesce(f.family, 'unknown') as procedure_family, a.payment_date as first_remit_date,
    min(l.procedure_code) as procedure_code, count(*) as lines, cast(sum(l.charge_amount) as decimal(18, 2)) as charge_amount
from adjudication as a
join adjudication_part as s on s.adjudication_id = a.claim_payment_id
join payment_line as l on l.claim_payment_id = s.claim_payment_id
left join line_family as f on f.procedure_code = l.procedure_code
where a.is_initial
group by a.root_id, a.payer_id, coalesce(f.family, 'unknown'), a.payment_date
