-- the last day on which anything became known: the default as-of day
select max(day) as data_through
from (
    select max(submission_date) as day from claim
    union all select max(submission_date) from claim_sent_again
    union all select max(payment_date) from remittance
    union all select max(acknowledged_date) from acknowledgement
    union all select max(rejected_on) from rejected_sending
    union all select max(date) from patient_transaction
    union all select max(audited_on) from coding_audit
)
