-- one row per claim, as it was sent, that an answer rejected with its whole file, group, transaction set or batch
-- a claim that the same 277CA answers by itself is left to that answer; a claim kept once may have been sent again
with sending as (
    select claim_id, transaction_set_id, segment, submission_date from claim
    union all
    select claim_id, transaction_set_id, segment, submission_date from claim_sent_again
)

select
    s.claim_id, s.transaction_set_id as sent_set_id, s.segment as sent_segment, s.submission_date, r.kind,
    r.transaction_set_id, r.segment, coalesce(r.answered_on, s.submission_date) as rejected_on
from rejected_set as r
join sending as s on s.transaction_set_id = r.sent_set_id
join claim_as_sent as c on c.claim_id = s.claim_id
where
    coalesce(c.billing_npi = r.provider_npi, r.provider_npi is null)
    and not (
        r.kind = '277CA' and exists (
            select 1
            from acknowledgement as a
            left join acknowledgement_visit as v on v.transaction_set_id = a.transaction_set_id and v.segment = a.segment
            where
                a.transaction_set_id = r.transaction_set_id
                and coalesce(v.sent_number, a.patient_control_number) = c.patient_control_number
        )
    )
