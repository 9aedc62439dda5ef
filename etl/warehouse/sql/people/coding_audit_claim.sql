-- audits of claims that were never sent
select
    count(*) || ' audited codes of claim ' || a.claim_id || ', which was never sent' as found,
    'the number of a claim that was loaded (CLM01)' as expected,
    'They are in no figure. Load the 837 that holds the claim, or correct claim_id and load the file again.' as fix
from coding_audit as a
where
    not exists (select 1 from root as k join claim_root as c on c.root_id = k.root_id where k.patient_control_number = a.claim_id)
    and a.claim_id not in (select sent_number from claim_visit)
group by a.claim_id
