-- one row: patient control numbers that several visits bear, those visits, and the claim payments under them that fit several;
-- numbers of payments that no claim bears, and their visits
with claimed as (
    select v.sent_number, c.patient_control_number as visit_number
    from claim_visit as v
    join claim as c on c.claim_id = v.claim_id
    where ltrim(v.sent_number, '0') <> ''
),

stray as (
    select p.patient_control_number as sent_number, m.patient_control_number as visit_number, m.match_method
    from payment_match as m
    join claim_payment as p on p.claim_payment_id = m.claim_payment_id
    where m.match_method in ('ambiguous', 'none') and ltrim(p.patient_control_number, '0') <> ''
),

alone as (
    select sent_number, visit_number from stray where visit_number <> sent_number
)

select
    (select count(distinct sent_number) from claimed) as numbers,
    (select count(distinct visit_number) from claimed) as visits,
    (
        select count(*) from stray where match_method = 'ambiguous' and sent_number in (select sent_number from claimed)
    ) as ambiguous_payments,
    (select count(distinct sent_number) from alone) as numbers_without_claim,
    (select count(distinct visit_number) from alone) as visits_without_claim
