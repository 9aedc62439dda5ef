-- one row per claim payment that was not matched to a claim by its patient control number
select
    'claim' as what, f.name as file, c.segment, p.match_method, coalesce(m.candidates, 0) as candidates,
    p.patient_control_number, c.payer_claim_control_number, k.patient_control_number as matched_to,
    p.payer_id, y.payer_name, p.payment_date, p.charge_amount, p.paid_amount
from payment as p
join claim_payment as c on c.claim_payment_id = p.claim_payment_id
join remittance as r on r.remittance_id = p.remittance_id
join transaction_set as t on t.transaction_set_id = r.transaction_set_id
join source_file as f on f.file_id = t.file_id
left join payment_match as m on m.claim_payment_id = p.claim_payment_id
left join claim as k on k.claim_id = p.answered_claim_id
left join payer as y on y.payer_id = p.payer_id
where p.match_method <> 'patient_control_number'
order by f.file_id, c.segment
