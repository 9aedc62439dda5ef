-- one row: patient control numbers that originals of several visits bear, the visits, and the charges that no measure counts
-- an original with other days of service than the one before it, unless that one was rejected: then it is its correction
with original as (
    select
        c.claim_id, c.patient_control_number, c.submission_date, c.charge_amount,
        coalesce(c.service_from, c.service_date) as first_day, c.service_date as last_day
    from claim as c
    where c.frequency_code not in ('7', '8') and not c.is_predetermination and c.service_date is not null
),

several as (
    select patient_control_number from original group by patient_control_number having count(distinct last_day) > 1
),

ordered as (
    select
        o.*,
        lag(o.claim_id) over number as claim_id_before,
        lag(o.submission_date) over number as sent_before,
        lag(o.charge_amount) over number as charge_before,
        lag(o.first_day) over number as first_day_before,
        lag(o.last_day) over number as last_day_before
    from original as o
    join several as s on s.patient_control_number = o.patient_control_number
    window number as (partition by o.patient_control_number order by o.submission_date, o.claim_id)
),

rejection as (
    select a.patient_control_number, a.acknowledged_date as rejected_on
    from acknowledgement as a
    join reference_acknowledgement_category as r on r.code = a.category_code and r.bucket = 'rejected'
    union all
    select c.patient_control_number, x.rejected_on
    from rejected_sending as x
    join claim as c on c.claim_id = x.claim_id
),

visit as (
    select o.patient_control_number, o.charge_before
    from ordered as o
    where
        (o.first_day > o.last_day_before or o.last_day < o.first_day_before)
        and not exists (
            select 1 from rejection as r
            where
                r.patient_control_number = o.patient_control_number
                and r.rejected_on >= o.sent_before and r.rejected_on <= o.submission_date
        )
)

select
    count(distinct patient_control_number) as numbers, count(*) + count(distinct patient_control_number) as claims,
    coalesce(sum(charge_before), 0) as uncounted_amount
from visit
