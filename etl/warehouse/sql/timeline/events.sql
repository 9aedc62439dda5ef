-- one row per thing that happened to a claim root, in order of day
with sent as (
    select
        c.*, row_number() over (order by c.submission_date, c.claim_id) as nth
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    where k.root_id = $root_id
),

line as (
    select claim_payment_id, sum(denial_amount) as denial_amount, sum(allowed_amount) as allowed_amount
    from payment_line
    where claim_payment_id in (select claim_payment_id from payment where root_id = $root_id)
    group by claim_payment_id
),

event as (
    select service_date as day, 1 as place, 'service' as kind, null as code, null as detail, null::decimal(18, 2) as amount, null::bigint as claim_payment_id
    from sent where nth = 1
    union all
    select w.coded_at, 2, 'coded', null, w.coder_id, null, null
    from work_log as w join root as k on k.patient_control_number = w.claim_id where k.root_id = $root_id
    union all
    select w.charge_entered_at, 3, 'charge_entered', null, null, null, null
    from work_log as w join root as k on k.patient_control_number = w.claim_id where k.root_id = $root_id
    union all
    select
        submission_date, 4,
        case frequency_code when '7' then 'replaced' when '8' then 'voided' else case when nth = 1 then 'sent' else 'sent_again' end end,
        null, payer_name, charge_amount, null
    from sent
    union all
    select
        a.acknowledged_date, 5, case when r.bucket = 'rejected' then 'rejected' else 'acknowledged' end,
        a.category_code || coalesce(':' || a.status_code, ''), r.own_label, null, null
    from acknowledgement as a
    join root as k on k.patient_control_number = a.patient_control_number
    left join reference_acknowledgement_category as r on r.code = a.category_code
    where k.root_id = $root_id
    union all
    select x.rejected_on, 5, 'rejected', x.kind, 'with its whole file or batch', null, null
    from rejected_sending as x
    join claim as c on c.claim_id = x.claim_id
    join root as k on k.patient_control_number = c.patient_control_number
    where k.root_id = $root_id
    union all
    select
        p.payment_date, 6,
        case
            when p.is_reversal then 'reversed'
            when a.claim_payment_id is null then 'answered'
            when a.is_zero_pay then 'denied'
            when a.is_denied then 'partly_denied'
            when p.paid_amount > 0 then 'paid'
            else 'patient_owes'
        end,
        p.status_code, coalesce(y.payer_name, p.payer_id), p.paid_amount, p.claim_payment_id
    from payment as p
    left join split_payment as s on s.claim_payment_id = p.claim_payment_id
    left join adjudication as a on a.claim_payment_id = coalesce(s.first_payment_id, p.claim_payment_id)
    left join payer as y on y.payer_id = p.payer_id
    where p.root_id = $root_id
    union all
    select
        min(d.overturned_on), 7, case when bool_and(d.is_overturned_unchanged) then 'overturned_unchanged' else 'overturned' end,
        null, 'line ' || string_agg(d.line_number, ', ' order by d.line_number), sum(d.denied_amount), null
    from denied_line as d
    where d.root_id = $root_id and d.overturned_on is not null
    group by d.overturned_on
    union all
    select t.date, 8, t.kind, null, null, t.amount, null
    from patient_transaction as t join root as k on k.patient_control_number = t.claim_id where k.root_id = $root_id
    union all
    select
        a.audited_on, 9, case when a.is_correct then 'audit_agreed' else 'audit_changed' end, a.field,
        coalesce(a.coded_value, 'nothing') || ' → ' || coalesce(a.audited_value, 'nothing'), null, null
    from coding_audit_line as a
    where a.root_id = $root_id
)

select day, kind, code, detail, amount, claim_payment_id
from event
where day is not null
order by day, place, claim_payment_id
