-- one row per line that an initial adjudication denied, and whether the one that stands by the day allows more of it
-- overturned on the day on which that was first said; what was taken back since overturns nothing
with part as (
    select claim_payment_id, claim_payment_id as adjudication_id from adjudication
    union all
    select claim_payment_id, first_payment_id from split_payment where claim_payment_id <> first_payment_id
),

denied as (
    select
        a.root_id, a.payer_id, l.claim_payment_id, a.payment_date, a.payment_order, l.line_number, l.place, l.procedure_code,
        greatest(l.charge_amount, 0) as charge_amount, l.allowed_amount,
        least(l.denial_amount, greatest(l.charge_amount, 0)) as denied_amount
    from adjudication as a
    join part as s on s.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = s.claim_payment_id
    where a.is_initial and l.denial_amount > 0
),

overturn as (
    select d.claim_payment_id, d.place, min(a.payment_order) as overturn_order, min(a.payment_date) as overturned_on
    from denied as d
    join adjudication as a on a.root_id = d.root_id and a.payer_id = d.payer_id and a.payment_order > d.payment_order
    join part as s on s.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = s.claim_payment_id and l.line_number = d.line_number
    left join superseded_line as g on g.claim_payment_id = l.claim_payment_id and g.place = l.place
    where l.allowed_amount > greatest(d.allowed_amount, 0)
    group by d.claim_payment_id, d.place
    having bool_or(a.is_standing and g.place is null)
),

sent_again as (
    select k.root_id, c.submission_date
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
),

changed as (
    select d.claim_payment_id, d.place
    from denied as d
    join overturn as o on o.claim_payment_id = d.claim_payment_id and o.place = d.place
    join sent_again as s
        on s.root_id = d.root_id and s.submission_date > d.payment_date and s.submission_date <= o.overturned_on
    group by d.claim_payment_id, d.place
)

select
    d.*, o.overturned_on, o.overturned_on is not null as is_overturned,
    o.overturned_on is not null and c.place is null as is_overturned_unchanged
from denied as d
left join overturn as o on o.claim_payment_id = d.claim_payment_id and o.place = d.place
left join changed as c on c.claim_payment_id = d.claim_payment_id and c.place = d.place
