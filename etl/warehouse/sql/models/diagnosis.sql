-- one row per diagnosis of these claims
select claim_id, sequence, qualifier, diagnosis_code
from diagnosis
where claim_id in (select unnest($claims))
