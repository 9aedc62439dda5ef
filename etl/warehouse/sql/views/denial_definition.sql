-- one row per claim root and payer that was answered by the day: whether, and how much of it, is denied by each definition
select
    f.root_id, f.payer_id, coalesce(p.payer_name, f.payer_id) as payer_name,
    c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi, c.place_of_service, c.diagnosis_chapter,
    c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    f.answer_date, f.charge_amount, f.paid_amount, f.adjustment_amount, f.denial_code_amount, f.contractual_amount,
    f.patient_share_amount, f.duplicate_amount, f.pending_amount, f.unknown_amount, f.unpaid_amount,
    f.unpaid_rest_amount, f.denied_in_part_amount, f.unpaid_patient_share_amount, f.unpaid_duplicate_amount,
    f.unpaid_contractual_amount, f.unpaid_pending_amount, f.unpaid_unknown_amount, f.unpaid_none_amount,
    a.payment_date as first_remit_date, coalesce(a.claim_payment_id = f.answer_id, false) as is_first_adjudication,
    coalesce(a.is_denied, false) as is_denied, coalesce(a.is_zero_pay, false) as is_zero_pay,
    coalesce(a.denied_amount, 0) as denied_amount,
    f.has_adjustment as is_denied_every_cas, f.adjustment_amount as denied_amount_every_cas,
    f.has_status_4 as is_denied_status_4,
    case when f.has_status_4 then f.charge_amount else 0 end as denied_amount_status_4,
    f.paid_amount = 0 as is_denied_zero_paid,
    case when f.paid_amount = 0 then f.charge_amount else 0 end as denied_amount_zero_paid,
    f.unpaid_amount > 0 as is_denied_unpaid_line, f.unpaid_amount as denied_amount_unpaid_line
from first_answer as f
left join adjudication as a on a.root_id = f.root_id and a.payer_id = f.payer_id and a.is_initial
left join claim_root as c on c.root_id = f.root_id
left join payer as p on p.payer_id = f.payer_id
