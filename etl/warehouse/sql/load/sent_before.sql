-- one row per claim that, with those from $first_claim on, stands in the warehouse twice, unchanged, and the first one's file
-- The first is the one that was sent first: which of them was loaded first says nothing.
-- A replacement (7) or void (8) is a word of its own to the payer, even when it is repeated: only the very segment of the
-- same file, read once more, is the same.
with new_number as (
    select patient_control_number from claim where claim_id >= $first_claim
),

repeated as (
    select patient_control_number
    from claim_as_sent semi join new_number using (patient_control_number)
    group by patient_control_number
    having count(*) > 1
),

same as (
    select
        c.claim_id, c.transaction_set_id, c.segment, c.submission_date,
        first_value(c.claim_id) over (
            partition by
                c.patient_control_number, c.fingerprint, c.charge_amount, c.service_date,
                case when c.frequency_code in ('7', '8') then (t.file_id, c.segment) end
            order by c.submission_date nulls last, c.claim_id
        ) as first_claim_id
    from claim_as_sent as c
    semi join repeated as r on r.patient_control_number = c.patient_control_number
    join transaction_set as t on t.transaction_set_id = c.transaction_set_id
    where c.fingerprint is not null
)

select
    s.claim_id, s.transaction_set_id, s.segment, t.file_id, o.file_id as original_file_id, c.segment as original_segment,
    s.first_claim_id, s.submission_date
from same as s
join claim as c on c.claim_id = s.first_claim_id
join transaction_set as t on t.transaction_set_id = s.transaction_set_id
join transaction_set as o on o.transaction_set_id = c.transaction_set_id
where s.claim_id <> s.first_claim_id
