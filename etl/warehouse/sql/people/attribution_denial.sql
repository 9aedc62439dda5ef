-- decisions about claims that are there, but about no denied line of theirs
select
    'a decision about line ' || a.line_number || ' of claim ' || a.claim_id || ', which has no denial there' as found,
    'the number of an initially denied line; 0 for all lines of the claim' as expected,
    'It moves nothing. Correct line_number, or load the 835 that denies the line.' as fix
from attribution as a
join root as k on k.patient_control_number = a.claim_id
where not exists (
    select 1 from denial_attribution as d
    where d.root_id = k.root_id and (a.line_number = 0 or d.line_number = a.line_number)
)
group by a.claim_id, a.line_number
