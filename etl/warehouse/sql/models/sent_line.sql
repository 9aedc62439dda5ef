-- one row per service line of these claims, as the scrubber reads it
select * from service_line where claim_id in (select unnest($claims))
