-- one row per claim that its root sent on a day with others: its place that day
-- by the sender's control numbers, so that the order of loading does not matter; where they are alike, a replacement and a
-- void come after what they replace, and a secondary payer's claim after the primary's
with version as not materialized (
    select k.root_id, c.claim_id, c.submission_date, c.transaction_set_id, c.segment, c.frequency_code, c.payer_responsibility
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
),

crowded as (
    select root_id, submission_date
    from version
    group by root_id, submission_date
    having min(claim_id) < max(claim_id)
),

ranked as (
    select
        v.*,
        max(case v.frequency_code when '7' then 1 when '8' then 2 else 0 end)
            over (partition by v.root_id, v.submission_date, v.transaction_set_id) as frequency_rank,
        max(case v.payer_responsibility when 'S' then 1 when 'T' then 2 else 0 end)
            over (partition by v.root_id, v.submission_date, v.transaction_set_id) as responsibility_rank
    from version as v
    join crowded as d on d.root_id = v.root_id and d.submission_date = v.submission_date
)

select
    r.root_id, r.claim_id,
    row_number() over (
        partition by r.root_id, r.submission_date
        order by
            coalesce(t.interchange_date, date '1900-01-01'),
            length(coalesce(t.interchange_control_number, '')), coalesce(t.interchange_control_number, ''),
            length(coalesce(t.set_control_number, '')), coalesce(t.set_control_number, ''),
            r.frequency_rank, r.responsibility_rank, coalesce(t.content_hash, ''), r.segment, r.claim_id
    ) - 1 as place
from ranked as r
join transaction_set as t on t.transaction_set_id = r.transaction_set_id
