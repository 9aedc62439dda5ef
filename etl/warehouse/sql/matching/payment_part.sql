-- one row per claim payment that was matched to no claim and whose number no claim bears, as part of a visit
-- what has no day or name follows another; what stands under 0, 000 or nothing has no number, one payment is one visit
select
    s.claim_payment_id as part_id, s.patient_control_number as sent_number, 'payment' as kind, s.member_key, s.name_key,
    s.service_from as first_day, s.service_date as last_day, s.payer_claim_control_number as mark,
    s.name_key is null or s.service_date is null as follows
from matched as m
join stray as s on s.claim_payment_id = m.claim_payment_id
where
    m.match_method in ('ambiguous', 'none')
    and ltrim(s.patient_control_number, '0') <> ''
    and s.patient_control_number not in (select sent_number from claim_visit)
    and s.patient_control_number in (select patient_control_number from stray group by patient_control_number having count(*) > 1)
