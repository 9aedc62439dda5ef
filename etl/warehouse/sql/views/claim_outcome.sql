-- one row per claim root and payer: the claim as sent, its 277CA answer, its first adjudication and what became of it
with answer as (
    select
        k.root_id, min(a.acknowledged_date) as acknowledged_on, bool_or(r.bucket = 'rejected') as is_rejected,
        arg_max(r.bucket = 'rejected', (a.acknowledged_date, a.transaction_set_id, a.segment)) as is_last_answer_rejection
    from acknowledgement as a
    join root as k on k.patient_control_number = a.patient_control_number
    left join reference_acknowledgement_category as r on r.code = a.category_code
    where a.acknowledged_date <= $as_of
    group by k.root_id
),

first_adjudication as (select * from adjudication where is_initial),

denied as (
    select
        d.claim_payment_id, bool_or(d.is_overturned) as is_overturned, min(d.overturned_on) as overturned_on
    from denied_line as d
    group by d.claim_payment_id
),

pair as (
    select root_id, payer_id from claim_root
    union all
    select a.root_id, a.payer_id
    from first_adjudication as a
    where not exists (select 1 from claim_root as c where c.root_id = a.root_id and c.payer_id = a.payer_id)
)

select
    x.root_id, x.payer_id, coalesce(p.payer_name, x.payer_id) as payer_name,
    c.claim_number, c.claim_id, c.claim_type, c.facility, c.rendering_npi, c.place_of_service, c.diagnosis_chapter,
    c.coder_id, c.biller_id, c.teams, c.service_date, c.submission_date, c.charge_entered_at,
    coalesce(c.charge_amount, a.charge_amount) as charge_amount,
    coalesce(c.payer_id is not distinct from x.payer_id and c.root_id is not null, false) as is_billed_payer,
    n.root_id is not null as is_acknowledged, coalesce(n.is_rejected, false) as is_rejected,
    coalesce(n.is_last_answer_rejection, false) as is_last_answer_rejection,
    a.root_id is not null as is_adjudicated, a.payment_date as first_remit_date, a.paid_amount as first_paid_amount,
    a.allowed_amount as first_allowed_amount, coalesce(a.denied_amount, 0) as denied_amount,
    coalesce(a.is_denied, false) as is_denied, coalesce(a.is_zero_pay, false) as is_zero_pay,
    coalesce(a.is_denied and not a.is_zero_pay, false) as is_partial_pay,
    coalesce(d.is_overturned, false) as is_overturned,
    d.overturned_on,
    date_diff('day', c.service_date, c.charge_entered_at) as charge_lag_days,
    date_diff('day', c.service_date, c.submission_date) as submission_lag_days
from pair as x
left join claim_root as c on c.root_id = x.root_id
left join payer as p on p.payer_id = x.payer_id
left join answer as n on n.root_id = x.root_id
left join first_adjudication as a on a.root_id = x.root_id and a.payer_id = x.payer_id
left join denied as d on d.claim_payment_id = a.claim_payment_id
