-- one row per claim payment and line: the payer's lines, else those of the answered claim, else one line 0
-- the charge is the weight by which claim-level amounts are spread; paid is null where it has to be spread too
with paid_line as (
    select
        p.root_id, s.claim_payment_id, s.service_payment_id, coalesce(m.line_number, s.line_number) as line_number,
        s.line_number as place, s.procedure_code, s.charge_amount, s.paid_amount
    from service_payment as s
    join payment as p on p.claim_payment_id = s.claim_payment_id
    left join line_match as m on m.service_payment_id = s.service_payment_id
),

without_lines as (
    select p.root_id, p.claim_payment_id, p.answered_claim_id, p.charge_amount
    from payment as p
    where not exists (select 1 from service_payment as s where s.claim_payment_id = p.claim_payment_id)
),

sent_line as (
    select p.root_id, p.claim_payment_id, l.line_number, l.procedure_code, l.charge_amount
    from without_lines as p
    join service_line as l on l.claim_id = p.answered_claim_id
)

select root_id, claim_payment_id, service_payment_id, line_number, place, procedure_code, charge_amount, paid_amount
from paid_line
union all
select root_id, claim_payment_id, null, line_number, line_number, procedure_code, charge_amount, null
from sent_line
union all
select p.root_id, p.claim_payment_id, null, 0, 1, null, p.charge_amount, null
from without_lines as p
where not exists (select 1 from service_line as l where l.claim_id = p.answered_claim_id)
