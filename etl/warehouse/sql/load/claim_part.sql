-- one row per claim under a looked-at number, as part of a visit
-- a replacement, a void and what has no day follow another; what stands under 0, 000 or nothing is no part of any
select
    claim_id as part_id, patient_control_number as sent_number, claim_type as kind, member_key, coalesce(name_key, 0) as name_key,
    coalesce(service_from, service_date) as first_day, service_date as last_day, submission_date as mark, original_reference,
    ltrim(patient_control_number, '0') = '' as is_nameless,
    is_nameless or frequency_code in ('7', '8') or service_date is null or is_predetermination as follows
from claim_as_sent
where patient_control_number in (select sent_number from looked_at_number)
