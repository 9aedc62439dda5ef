-- one row per claim payment, line and adjustment, with the treatment that its group and reason code get
with at_line as (
    select a.claim_payment_id, a.sequence, a.group_code, a.carc, s.line_number as place, a.amount
    from adjustment as a
    join service_payment as s on s.service_payment_id = a.service_payment_id
    union all
    select a.claim_payment_id, a.sequence, a.group_code, a.carc, s.place, s.amount
    from adjustment as a
    join line_share as s on s.claim_payment_id = a.claim_payment_id and s.sequence = a.sequence and s.item = 'adjustment'
    where a.service_payment_id is null
)

select
    a.claim_payment_id, a.place, a.sequence, a.group_code, a.carc, a.amount,
    case
        when r.carc is null then 'unknown'
        when a.group_code = 'OA' and a.carc = '23' then 'pending'
        when r.treatment = 'patient_share' and a.group_code <> 'PR' then 'never'
        else r.treatment
    end as treatment,
    coalesce(r.follows_payment = 'yes', false) as follows_payment
from at_line as a
left join reference_carc as r on r.carc = a.carc
