-- decisions about claims that were never loaded
select
    'a decision about claim ' || a.claim_id || ', line ' || string_agg(distinct a.line_number, ', ') as found,
    'the number of a claim that was loaded (CLM01)' as expected,
    'It moves nothing. Load the 837 that holds the claim, or correct claim_id and load the file again.' as fix
from attribution as a
where
    not exists (select 1 from root as k where k.patient_control_number = a.claim_id)
    and a.claim_id not in (select sent_number from claim_visit)
group by a.claim_id
