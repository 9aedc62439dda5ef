-- one row per claim from $first_claim on that stands in the warehouse already, unchanged, and the first one's file
-- A replacement (7) or void (8) is a word of its own to the payer, even when it is repeated.
with new_number as (
    select patient_control_number from claim where claim_id >= $first_claim
),

repeated as (
    select patient_control_number
    from claim semi join new_number using (patient_control_number)
    group by patient_control_number
    having count(*) > 1
),

same as (
    select
        claim_id, transaction_set_id, segment,
        first_value(claim_id) over (
            partition by patient_control_number, fingerprint, charge_amount, service_date order by claim_id
        ) as first_claim_id
    from claim semi join repeated using (patient_control_number)
    where frequency_code not in ('7', '8') and fingerprint is not null
)

select s.claim_id, s.transaction_set_id, s.segment, t.file_id, o.file_id as original_file_id
from same as s
join claim as c on c.claim_id = s.first_claim_id
join transaction_set as t on t.transaction_set_id = s.transaction_set_id
join transaction_set as o on o.transaction_set_id = c.transaction_set_id
where s.claim_id >= $first_claim and s.claim_id <> s.first_claim_id
