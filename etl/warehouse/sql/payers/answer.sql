-- one row per payer that answered and payer that was billed, as spelled: claim payments that do not follow another payer's
select
    coalesce(r.payer_id, upper(r.payer_name)) as answering, coalesce(c.payer_id, upper(c.payer_name)) as billed,
    count(*) as claim_payments
from payment as p
join remittance as r on r.remittance_id = p.remittance_id
join claim as c on c.claim_id = p.answered_claim_id
where p.status_code not in ('2', '3', '20', '21') and p.match_method = 'patient_control_number'
group by answering, billed
order by answering, claim_payments desc, billed
