-- one row per service payment that is no line of the claim that it answers, or could be several
select
    'line' as what, f.name as file, s.segment, m.match_method, null as candidates,
    p.patient_control_number, c.payer_claim_control_number, k.patient_control_number as matched_to,
    p.payer_id, y.payer_name, p.payment_date, s.charge_amount, s.paid_amount
from line_match as m
join service_payment as s on s.service_payment_id = m.service_payment_id
join payment as p on p.claim_payment_id = s.claim_payment_id
join claim_payment as c on c.claim_payment_id = p.claim_payment_id
join remittance as r on r.remittance_id = p.remittance_id
join transaction_set as t on t.transaction_set_id = r.transaction_set_id
join source_file as f on f.file_id = t.file_id
join claim as k on k.claim_id = p.answered_claim_id
left join payer as y on y.payer_id = p.payer_id
where m.match_method in ('ambiguous', 'none')
order by f.file_id, s.segment
