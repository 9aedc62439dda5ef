-- one row per line and adjustment of a claim root's payments; a line without an adjustment has one row
select
    p.claim_payment_id, l.line_number, l.procedure_code, l.charge_amount, l.paid_amount, l.allowed_amount,
    a.group_code || '-' || a.carc as group_carc, r.label as reason, a.amount, a.treatment, r.next_step,
    (
        select string_agg(distinct k.remark_code, ' ' order by k.remark_code)
        from (select claim_payment_id, case when code_list = 'RX' then 'RX-' || remark_code else remark_code end as remark_code from remark) as k
        where k.claim_payment_id = p.claim_payment_id
    ) as remark_codes
from payment as p
join payment_line as l on l.claim_payment_id = p.claim_payment_id
left join line_adjustment as a on a.claim_payment_id = l.claim_payment_id and a.place = l.place
left join reference_carc as r on r.carc = a.carc
where p.root_id = $root_id
order by p.payment_order, l.place, a.sequence
