-- one row per open issue whose file was read in this load without it, and that file
-- The same bytes may be read by a newer version. Or another file stands where the old one stood: what is still wrong in it
-- has an entry of its own. It must hold at least as many claims and claim payments as were kept out, so that a new day's
-- file under an old name closes nothing.
with held as (
    select file_id, sum(claims) as claims, sum(claim_payments) as claim_payments
    from (
        select t.file_id, 1 as claims, 0 as claim_payments
        from claim as c
        join transaction_set as t on t.transaction_set_id = c.transaction_set_id
        union all
        select t.file_id, 0, 1
        from claim_payment as p
        join remittance as r on r.remittance_id = p.remittance_id
        join transaction_set as t on t.transaction_set_id = r.transaction_set_id
    )
    where file_id in (select file_id from read_file)
    group by file_id
)

select i.issue_id, min(f.file_id) as file_id
from issue as i
join read_file as f on f.sha256 = i.sha256 or (f.path = i.path and f.name = i.file_name)
left join held as h on h.file_id = f.file_id
left join said as s
    on s.sha256 = f.sha256 and s.rule = i.rule and s.found = i.found and s.segment is not distinct from i.segment
where
    i.closed_at is null and i.severity in ('rejected', 'quarantined')
    and (
        (f.sha256 = i.sha256 and s.sha256 is null)
        or (
            f.sha256 <> i.sha256 and i.control_hash is null
            and coalesce(h.claims, 0) + f.claims >= i.claims
            and coalesce(h.claim_payments, 0) + f.claim_payments >= i.claim_payments
        )
    )
group by i.issue_id
