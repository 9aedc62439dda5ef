-- one row per line that an initial adjudication denied: for what, whether anybody worked on it since, and whether it was overturned
-- work that leaves no trace in 837 or 835 (a lost appeal without an answer) is not seen
with main_reason as (
    select
        root_id, payer_id, line_number, max_by(carc, denied_amount) as carc, max_by(denial_category, denied_amount) as denial_category
    from denial
    group by root_id, payer_id, line_number
),

sent as (
    select k.root_id, c.submission_date
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
),

sent_again as (
    select distinct d.claim_payment_id
    from denied_line as d
    join sent as s on s.root_id = d.root_id and s.submission_date > d.payment_date
),

decided_again as (
    select distinct d.claim_payment_id
    from denied_line as d
    join adjudication as a on a.root_id = d.root_id and a.payer_id = d.payer_id and a.payment_order > d.payment_order
)

select
    d.root_id, d.payer_id, d.line_number, d.place, coalesce(d.procedure_code, '') as procedure_code, r.carc, r.denial_category,
    d.payment_date as denied_on, cast(d.denied_amount as double) as denied_amount, d.allowed_amount > 0 as is_partial,
    o.claim_type, date_diff('day', o.service_date, d.payment_date) as age_days, d.is_overturned, d.overturned_on,
    s.claim_payment_id is not null or a.claim_payment_id is not null as is_worked,
    (select data_through from warehouse_state) as data_through
from denied_line as d
left join main_reason as r on r.root_id = d.root_id and r.payer_id = d.payer_id and r.line_number = d.line_number
left join claim_outcome as o on o.root_id = d.root_id and o.payer_id = d.payer_id
left join sent_again as s on s.claim_payment_id = d.claim_payment_id
left join decided_again as a on a.claim_payment_id = d.claim_payment_id
where d.denied_amount > 0
order by d.payment_date, d.root_id, d.payer_id, d.line_number, d.place
