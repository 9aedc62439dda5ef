-- one row per answer that rejects claims as a whole (TA1; 999 or 997 by transaction set, else by group; 277CA by batch) and loaded 837 that it names, if any
with answer as (
    select
        transaction_set_id, segment, 'TA1' as kind, interchange_control_number, null as group_control_number,
        null as set_control_number, null as batch_reference, null as provider_npi, status_code, 'TA105' as element,
        error_code as error_codes, null as answered_on
    from interchange_acknowledgement
    where status_code = 'R'
    union all
    select
        g.transaction_set_id, coalesce(s.segment, g.segment), '999', null, g.group_control_number, s.set_control_number,
        null, null, coalesce(s.status_code, g.status_code), case when s.error_codes is null then 'AK905' else 'IK502' end,
        coalesce(s.error_codes, g.error_codes), null
    from group_acknowledgement as g
    left join set_acknowledgement as s
        on s.transaction_set_id = g.transaction_set_id and s.group_control_number = g.group_control_number
    where
        g.functional_code = 'HC'
        and (coalesce(s.status_code in ('R', 'M', 'W', 'X'), false) or coalesce(g.status_code in ('R', 'M', 'W', 'X'), false))
    union all
    select
        -- a provider's part that names no provider could be any
        b.transaction_set_id, min(b.segment), '277CA', null, null, null,
        case when b.level = 'receiver' or b.provider_npi is not null then b.batch_reference end,
        case when b.level = 'provider' then b.provider_npi end, min(b.category_code), 'STC01',
        string_agg(b.category_code, ' ' order by b.category_code), max(b.acknowledged_date)
    from batch_acknowledgement as b
    join reference_acknowledgement_category as r on r.code = b.category_code and r.bucket = 'rejected'
    where b.level in ('receiver', 'provider')
    group by b.transaction_set_id, b.level, b.reference, b.batch_reference, b.provider_npi
),

-- control numbers come again after some years: the last file sent before the answer is meant
named as (
    select
        a.transaction_set_id, a.segment, a.kind, s.transaction_set_id as sent_set_id, s.file_id as sent_file_id,
        s.segment as sent_segment,
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
            and case a.kind
                when 'TA1' then s.interchange_control_number
                when '999' then s.group_control_number
                else s.batch_reference
            end = coalesce(a.interchange_control_number, a.group_control_number, a.batch_reference)
            and coalesce(s.set_control_number = a.set_control_number, true)
),

chosen as (
    select transaction_set_id, segment, kind, sent_set_id, sent_file_id, sent_segment
    from named
    where place = 1
),

-- a batch is one transaction set: when several bear its number nobody can say which is meant
several as (
    select transaction_set_id, segment, count(*) as sets
    from chosen
    where kind = '277CA'
    group by transaction_set_id, segment
    having count(*) > 1
)

select
    a.transaction_set_id, a.segment, a.kind, a.interchange_control_number, a.group_control_number, a.set_control_number,
    a.batch_reference, a.provider_npi, a.status_code, a.element, a.error_codes,
    coalesce(a.answered_on, t.interchange_date) as answered_on, coalesce(m.sets, 1) as candidates,
    c.sent_set_id, c.sent_file_id, c.sent_segment
from answer as a
join transaction_set as t on t.transaction_set_id = a.transaction_set_id
left join several as m on m.transaction_set_id = a.transaction_set_id and m.segment = a.segment
left join chosen as c
    on c.transaction_set_id = a.transaction_set_id and c.segment = a.segment and m.segment is null
