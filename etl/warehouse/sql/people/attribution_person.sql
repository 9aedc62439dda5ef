-- decisions that give a denial to a role in which nobody worked on the claim
select
    'a denial of claim ' || a.claim_id || ' moved to the ' || t.role || ', but the work log names none' as found,
    'a claim whose ' || t.role || ' is known' as expected,
    'It counts for no person. Load the row of work_log.csv that names who worked on the claim, or correct to_role.' as fix
from attribution as a
join reference_role as t on t.name = lower(a.to_role)
join root as k on k.patient_control_number = a.claim_id
join claim_root as c on c.root_id = k.root_id
where (t.role = 'coder' and c.coder_id is null) or (t.role = 'biller' and c.biller_id is null)
group by a.claim_id, t.role
