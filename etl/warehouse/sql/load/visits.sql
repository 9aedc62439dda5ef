-- one row: patient control numbers that several visits bear, those visits, and the claim payments under them that fit several
select
    count(distinct v.sent_number) as numbers, count(distinct c.patient_control_number) as visits,
    (
        select count(*)
        from payment_match as m
        join claim_payment as p on p.claim_payment_id = m.claim_payment_id
        where m.match_method = 'ambiguous' and p.patient_control_number in (select sent_number from claim_visit)
    ) as ambiguous_payments
from claim_visit as v
join claim as c on c.claim_id = v.claim_id
