-- one row per claim root and payer: the claim as sent, its 277CA answer, its first adjudication and what became of it
select
    a.root_id, a.payer_id, coalesce(p.payer_name, a.payer_id) as payer_name,
    c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi, c.place_of_service, c.diagnosis_chapter,
    coalesce(c.procedure_family, 'unknown') as procedure_family, c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date,
    c.coded_at, c.charge_entered_at,
    coalesce(c.charge_amount, a.first_charge_amount) as charge_amount,
    a.is_billed_payer, a.is_acknowledged, a.is_rejected, a.is_last_answer_rejection, a.is_sent_again, a.is_adjudicated,
    a.first_remit_date, a.first_charge_amount, a.first_paid_amount, a.first_allowed_amount, a.denied_amount, a.is_denied,
    a.is_zero_pay, a.is_partial_pay, a.is_overturned, a.overturned_on,
    date_diff('day', c.service_date, c.coded_at) as coding_lag_days,
    date_diff('day', c.service_date, c.charge_entered_at) as charge_lag_days,
    date_diff('day', c.service_date, c.submission_date) as submission_lag_days,
    date_diff('day', c.submission_date, a.first_remit_date) as first_remit_days
from claim_answer as a
left join claim_root as c on c.root_id = a.root_id
left join payer as p on p.payer_id = a.payer_id
