-- one row: a claim root as it stands now, and what is open on it
select
    c.root_id, c.claim_number, c.payer_name, c.claim_type, c.facility, c.charge_amount, c.service_date, c.submission_date,
    c.identity_key, c.principal_diagnosis, c.coder_id, c.biller_id, c.is_void,
    coalesce(i.balance_amount, 0) as insurance_balance, i.ar_reason, coalesce(t.balance_amount, 0) as patient_balance
from claim_root as c
left join receivable as i on i.root_id = c.root_id and i.side = 'insurance'
left join receivable as t on t.root_id = c.root_id and t.side = 'patient'
where c.root_id = $root_id
