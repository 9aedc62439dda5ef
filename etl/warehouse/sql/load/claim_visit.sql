-- one row per claim under a looked-at number that several visits bear, or that is none: as sent, and the visit's own number
-- An original on other days than the one before it, which was rejected, corrects it, so the number is still one visit's, unless
-- it has others too.
with rejection as (
    select coalesce(v.sent_number, a.patient_control_number) as sent_number, a.acknowledged_date as rejected_on
    from acknowledgement as a
    join reference_acknowledgement_category as r on r.code = a.category_code and r.bucket = 'rejected'
    left join acknowledgement_visit as v on v.transaction_set_id = a.transaction_set_id and v.segment = a.segment
    union all
    select c.patient_control_number, x.rejected_on
    from rejected_sending as x
    join claim_as_sent as c on c.claim_id = x.claim_id
),

after as (
    select
        sent_number, visit_number, mark as sent_on, lag(visit_number) over sending as visit_before,
        lag(mark) over sending as sent_before
    from part_visit
    window sending as (partition by sent_number order by mark, part_id)
),

several as (
    select distinct o.sent_number
    from after as o
    where
        o.visit_before <> o.visit_number
        and not exists (
            select 1 from rejection as r
            where r.sent_number = o.sent_number and r.rejected_on >= o.sent_before and r.rejected_on <= o.sent_on
        )
),

visit as (
    select
        sent_number, visit_number, kind, nth, min(first_day) as first_day, max(last_day) as last_day, min(mark) as first_sent
    from part_visit
    where sent_number in (select sent_number from several)
    group by sent_number, visit_number, kind, nth
),

-- the days of what a replacement or void replaces, as its payer's answer has them
replaced as (
    select
        f.part_id, min(coalesce(p.service_from, p.service_date)) as first_day, max(p.service_date) as last_day
    from part as f
    join claim_payment as p
        on p.patient_control_number = f.sent_number and p.payer_claim_control_number = f.original_reference
    where f.follows
    group by f.part_id
),

-- what follows belongs to the visit that it replaces, else on whose days it is, else sent last
following as (
    select
        f.part_id, f.sent_number, v.visit_number,
        row_number() over (
            partition by f.part_id
            order by
                coalesce(v.first_day <= r.last_day and v.last_day >= r.first_day, false) desc,
                coalesce(v.first_day <= f.last_day and v.last_day >= f.first_day, false) desc,
                v.kind = f.kind desc,
                v.first_sent <= f.mark desc,
                case when v.first_sent <= f.mark then v.first_sent end desc,
                v.first_day, v.nth
        ) as place
    from part as f
    join visit as v on v.sent_number = f.sent_number
    left join replaced as r on r.part_id = f.part_id
    where f.follows
)

select part_id as claim_id, sent_number, visit_number
from part_visit
where sent_number in (select sent_number from several)
union all
select part_id, sent_number, visit_number from following where place = 1
union all
-- what says nothing cannot tell that two claims are one
select part_id, sent_number, concat_ws('/', sent_number, first_day, part_id) from part where is_nameless
