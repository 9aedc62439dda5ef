-- one row per answer that rejects claims as a whole and loaded 837 that it names, if any: why, and how many claims wait to be sent again
with label as (
    select element, code, own_label from reference_syntax_error
    union all
    select 'STC01', code, own_label from reference_acknowledgement_category
),

reason as (
    select a.transaction_set_id, a.segment, string_agg(distinct r.own_label, '; ' order by r.own_label) as reasons
    from (select distinct transaction_set_id, segment, element, error_codes from rejected_set) as a
    join label as r
        on r.element = a.element and concat(' ', a.error_codes, ' ') like concat('% ', r.code, ' %')
    group by a.transaction_set_id, a.segment
),

error as (
    select
        e.transaction_set_id, e.group_control_number, e.set_control_number, e.segment,
        concat(
            e.wrong_segment_id, ' at segment ', e.wrong_segment, case when e.wrong_element is null then '' else concat(', element ', e.wrong_element) end, ': ',
            coalesce(r.own_label, e.error_code)
        ) as sentence,
        row_number() over (
            partition by e.transaction_set_id, e.group_control_number, e.set_control_number order by e.segment
        ) as nth
    from syntax_error as e
    left join reference_syntax_error as r
        on r.code = e.error_code and r.element = case when e.wrong_element is null then 'IK304' else 'IK403' end
),

first_errors as (
    select transaction_set_id, group_control_number, set_control_number, string_agg(sentence, '; ' order by segment) as errors
    from error
    where nth <= 3
    group by transaction_set_id, group_control_number, set_control_number
),

old as (
    select x.*, c.patient_control_number
    from rejected_sending as x
    join claim as c on c.claim_id = x.claim_id
),

-- a claim that came again unchanged is kept once, but it was sent again
sending as (
    select transaction_set_id, segment, patient_control_number, submission_date from claim
    union all
    select a.transaction_set_id, a.segment, c.patient_control_number, a.submission_date
    from claim_sent_again as a
    join claim as c on c.claim_id = a.claim_id
),

again as (
    select distinct old.sent_set_id, old.sent_segment
    from old
    join sending as new
        on
            new.patient_control_number = old.patient_control_number
            and (new.submission_date, new.transaction_set_id, new.segment)
            > (old.submission_date, old.sent_set_id, old.sent_segment)
    left join rejected_sending as y on y.sent_set_id = new.transaction_set_id and y.sent_segment = new.segment
    where y.sent_set_id is null
),

sent as (
    select
        x.transaction_set_id, x.segment, x.sent_set_id, count(*) as claims, count(*) - count(g.sent_set_id) as claims_not_sent_again
    from rejected_sending as x
    left join again as g on g.sent_set_id = x.sent_set_id and g.sent_segment = x.sent_segment
    group by x.transaction_set_id, x.segment, x.sent_set_id
)

select
    a.transaction_set_id, a.segment, a.kind, f.name as answer_file, t.sender_id as answered_by, a.answered_on,
    a.interchange_control_number, a.group_control_number, a.set_control_number, a.batch_reference, a.provider_npi,
    a.status_code, a.error_codes, r.reasons, w.errors, a.candidates,
    a.sent_set_id, o.name as sent_file, a.sent_segment,
    case when a.sent_set_id is not null then coalesce(s.claims, 0) end as claims,
    case when a.sent_set_id is not null then coalesce(s.claims_not_sent_again, 0) end as claims_not_sent_again
from rejected_set as a
join transaction_set as t on t.transaction_set_id = a.transaction_set_id
join source_file as f on f.file_id = t.file_id
left join source_file as o on o.file_id = a.sent_file_id
left join reason as r on r.transaction_set_id = a.transaction_set_id and r.segment = a.segment
left join first_errors as w
    on
        w.transaction_set_id = a.transaction_set_id
        and w.group_control_number = a.group_control_number
        and w.set_control_number = a.set_control_number
left join sent as s
    on s.transaction_set_id = a.transaction_set_id and s.segment = a.segment and s.sent_set_id = a.sent_set_id
