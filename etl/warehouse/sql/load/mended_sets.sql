-- one row per open issue about a quarantined transaction set that is in the warehouse, sound, by now, and its file
-- It is the same set when it bears the same control numbers and either the same first claim or the same file name, or
-- when it holds the same claims (of the same frequency), or the same claim payments of the same trace number.
with open_issue as (
    select issue_id, file_name, control_hash, first_claim_hash, claims_hash
    from issue
    where control_hash is not null and closed_at is null and severity in ('rejected', 'quarantined')
),

sound as (
    select
        t.transaction_set_id, t.file_id, f.name, t.kind,
        left(sha256(concat_ws('|',
            t.kind, coalesce(t.sender_id, ''), coalesce(t.interchange_control_number, ''),
            coalesce(cast(t.interchange_date as varchar), ''), coalesce(t.set_control_number, '')
        )), 32) as control_hash
    from transaction_set as t
    join source_file as f on f.file_id = t.file_id
),

candidate as (
    select * from sound
    where transaction_set_id >= $first_set or control_hash in (select control_hash from open_issue)
),

claimed as (
    select
        k.transaction_set_id, left(sha256(k.kind || '|' || min_by(c.number, c.segment)), 32) as first_claim_hash,
        left(sha256(k.kind || '|' || string_agg(c.number || '/' || c.more, '|' order by c.segment)), 32) as claims_hash
    from candidate as k
    join (
        select
            transaction_set_id, segment, coalesce(patient_control_number, '') as number, frequency_code as more
        from claim_as_sent
        union all
        select
            r.transaction_set_id, p.segment, coalesce(p.patient_control_number, ''), coalesce(r.trace_number, '')
        from claim_payment as p
        join remittance as r on r.remittance_id = p.remittance_id
    ) as c on c.transaction_set_id = k.transaction_set_id
    group by k.transaction_set_id, k.kind
)

select i.issue_id, min(k.file_id) as file_id
from candidate as k
left join claimed as c on c.transaction_set_id = k.transaction_set_id
join open_issue as i
    on (
        i.control_hash = k.control_hash
        and (i.first_claim_hash = c.first_claim_hash or i.file_name = k.name)
    )
    or i.claims_hash = c.claims_hash
group by i.issue_id
