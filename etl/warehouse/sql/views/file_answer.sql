-- one row per answer to claim files (TA1; 999 or 997 by transaction set, else by group) and loaded 837 that it names, if any
with answer as (
    select
        transaction_set_id, segment, 'TA1' as kind, interchange_control_number, null as group_control_number,
        null as set_control_number, status_code, status_code = 'R' as is_rejected, 'TA105' as element, error_code as error_codes
    from interchange_acknowledgement
    union all
    select
        g.transaction_set_id, coalesce(s.segment, g.segment), '999', null, g.group_control_number, s.set_control_number,
        coalesce(s.status_code, g.status_code),
        coalesce(s.status_code in ('R', 'M', 'W', 'X'), false) or coalesce(g.status_code in ('R', 'M', 'W', 'X'), false),
        case when s.error_codes is null then 'AK905' else 'IK502' end, coalesce(s.error_codes, g.error_codes)
    from group_acknowledgement as g
    left join set_acknowledgement as s
        on s.transaction_set_id = g.transaction_set_id and s.group_control_number = g.group_control_number
    where g.functional_code = 'HC'
),

-- control numbers come again after some years: the last file sent before the answer is meant
named as (
    select
        a.transaction_set_id, a.segment, s.transaction_set_id as sent_set_id, f.name as sent_file, s.segment as sent_segment,
        dense_rank() over (
            partition by a.transaction_set_id, a.segment order by s.interchange_date desc, s.file_id desc
        ) as place
    from answer as a
    join transaction_set as t on t.transaction_set_id = a.transaction_set_id
    join transaction_set as s
        on
            s.kind = '837'
            and s.sender_id = t.receiver_id
            and coalesce(s.interchange_date <= t.interchange_date, true)
            and case when a.kind = 'TA1' then s.interchange_control_number else s.group_control_number end
            = coalesce(a.interchange_control_number, a.group_control_number)
            and coalesce(s.set_control_number = a.set_control_number, true)
    join source_file as f on f.file_id = s.file_id
),

reason as (
    select a.transaction_set_id, a.segment, string_agg(r.own_label, '; ' order by r.code) as reasons
    from answer as a
    join reference_syntax_error as r
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

rejected as (
    select distinct n.sent_set_id
    from answer as a
    join named as n on n.transaction_set_id = a.transaction_set_id and n.segment = a.segment and n.place = 1
    where a.is_rejected
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
    select distinct old.transaction_set_id, old.segment
    from rejected as x
    join sending as old on old.transaction_set_id = x.sent_set_id
    join sending as new
        on
            new.patient_control_number = old.patient_control_number
            and (new.submission_date, new.transaction_set_id, new.segment)
            > (old.submission_date, old.transaction_set_id, old.segment)
    where not exists (select 1 from rejected as y where y.sent_set_id = new.transaction_set_id)
),

sent as (
    select
        x.sent_set_id, count(c.transaction_set_id) as claims,
        count(c.transaction_set_id) - count(g.transaction_set_id) as claims_not_sent_again
    from rejected as x
    left join sending as c on c.transaction_set_id = x.sent_set_id
    left join again as g on g.transaction_set_id = c.transaction_set_id and g.segment = c.segment
    group by x.sent_set_id
)

select
    a.transaction_set_id, a.segment, a.kind, f.name as answer_file, t.sender_id as answered_by, t.interchange_date as answered_on,
    a.interchange_control_number, a.group_control_number, a.set_control_number, a.status_code, a.error_codes, r.reasons, w.errors,
    coalesce(a.is_rejected, false) as is_rejected,
    n.sent_set_id, n.sent_file, n.sent_segment, s.claims, s.claims_not_sent_again
from answer as a
join transaction_set as t on t.transaction_set_id = a.transaction_set_id
join source_file as f on f.file_id = t.file_id
left join named as n on n.transaction_set_id = a.transaction_set_id and n.segment = a.segment and n.place = 1
left join reason as r on r.transaction_set_id = a.transaction_set_id and r.segment = a.segment
left join first_errors as w
    on
        w.transaction_set_id = a.transaction_set_id
        and w.group_control_number = a.group_control_number
        and w.set_control_number = a.set_control_number
left join sent as s on s.sent_set_id = n.sent_set_id and a.is_rejected
