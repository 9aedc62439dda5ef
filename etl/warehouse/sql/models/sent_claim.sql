-- one row per claim, as the scrubber reads it, in order of sending
select * from claim where claim_id in (select unnest($claims)) order by submission_date, claim_id
