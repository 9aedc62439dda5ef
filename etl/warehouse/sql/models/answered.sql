-- one row per claim version that the billed payer's first adjudication answers; a remittance dated before its claim answers another
select
    p.answered_claim_id as claim_id, a.root_id, a.payer_id, a.claim_payment_id, a.payment_date as remit_date, a.is_denied,
    cast(a.denied_amount as double) as denied_amount
from adjudication as a
join payment as p on p.claim_payment_id = a.claim_payment_id
join claim as c on c.claim_id = p.answered_claim_id
join payer_key as k on k.spelled_as = coalesce(c.payer_id, upper(c.payer_name)) and k.payer_id = a.payer_id
where a.is_initial and c.submission_date <= a.payment_date
order by claim_id
