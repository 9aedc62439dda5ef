-- one row per answer of a 277CA to a number that several visits bear: the visit's own number
-- of what was sent by the day of the answer that with the same charge, else what was sent last
with choice as (
    select
        a.transaction_set_id, a.segment, a.patient_control_number as sent_number, c.patient_control_number as visit_number,
        row_number() over (
            partition by a.transaction_set_id, a.segment
            order by
                c.submission_date <= a.acknowledged_date desc,
                coalesce(c.charge_amount = a.charge_amount, false) desc,
                case when c.submission_date <= a.acknowledged_date then c.submission_date end desc,
                c.submission_date, c.patient_control_number, c.claim_id
        ) as place
    from acknowledgement as a
    join claim_visit as v on v.sent_number = a.patient_control_number
    join claim as c on c.claim_id = v.claim_id
    where ltrim(v.sent_number, '0') <> ''
)

select transaction_set_id, segment, sent_number, visit_number from choice where place = 1
