-- one row per claim under a looked-at number that several visits bear: the number as sent, and the visit's own number
-- A visit: claims of one type and patient whose days of service meet. An original on other days than the one before it, which
-- was rejected, corrects it, so the number is still one visit's, unless it has others too.
with claim_sent as (
    select
        c.claim_id, c.patient_control_number as sent_number, c.claim_type, c.submission_date, c.original_reference, c.member_key,
        coalesce(c.name_key, 0) as name_key, coalesce(c.service_from, c.service_date) as first_day, c.service_date as last_day,
        c.frequency_code in ('7', '8') or c.service_date is null or c.is_predetermination as follows
    from claim_as_sent as c
    where c.patient_control_number in (select sent_number from looked_at_number)
),

-- a person keeps the name or the member id when the other changes; two steps reach all who are told as one
linked as (
    select
        *, case when member_key is null then name_key else min(name_key) over (partition by sent_number, member_key) end as link
    from claim_sent
    where not follows
),

person as (
    select *, min(link) over (partition by sent_number, name_key) as person from linked
),

original as (
    select
        *,
        coalesce(
            first_day <= max(last_day) over (
                partition by sent_number, person, claim_type order by first_day, last_day, claim_id
                rows between unbounded preceding and 1 preceding
            ), false
        ) as meets_earlier
    from person
),

stay as (
    select
        *,
        sum(case when meets_earlier then 0 else 1 end) over (
            partition by sent_number, person, claim_type order by first_day, last_day, claim_id
            rows between unbounded preceding and current row
        ) as stay
    from original
),

visit as (
    select
        sent_number, person, claim_type, stay, min(first_day) as first_day, max(last_day) as last_day,
        min(submission_date) as first_sent
    from stay
    group by sent_number, person, claim_type, stay
),

rejection as (
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
        *, lag((person, claim_type, stay)) over sending as visit_before, lag(submission_date) over sending as sent_before
    from stay
    window sending as (partition by sent_number order by submission_date, claim_id)
),

several as (
    select distinct o.sent_number
    from after as o
    where
        o.visit_before <> (o.person, o.claim_type, o.stay)
        and not exists (
            select 1 from rejection as r
            where
                r.sent_number = o.sent_number and r.rejected_on >= o.sent_before and r.rejected_on <= o.submission_date
        )
),

numbered as (
    select
        *, row_number() over (partition by sent_number, first_day order by claim_type, first_sent, person, stay) as nth
    from visit
    where sent_number in (select sent_number from several)
),

named as (
    select *, sent_number || '/' || first_day || case when nth = 1 then '' else '/' || nth end as visit_number
    from numbered
),

-- the days of what a replacement or void replaces, as its payer's answer has them
replaced as (
    select
        f.claim_id, min(coalesce(p.service_from, p.service_date)) as first_day, max(p.service_date) as last_day
    from claim_sent as f
    join claim_payment as p
        on p.patient_control_number = f.sent_number and p.payer_claim_control_number = f.original_reference
    where f.follows
    group by f.claim_id
),

-- a replacement, a void and what has no day belong to the visit that they replace, else on whose days they are, else sent last
following as (
    select
        f.claim_id, f.sent_number, v.visit_number,
        row_number() over (
            partition by f.claim_id
            order by
                coalesce(v.first_day <= r.last_day and v.last_day >= r.first_day, false) desc,
                coalesce(v.first_day <= f.last_day and v.last_day >= f.first_day, false) desc,
                v.claim_type = f.claim_type desc,
                v.first_sent <= f.submission_date desc,
                case when v.first_sent <= f.submission_date then v.first_sent end desc,
                v.first_day, v.nth
        ) as place
    from claim_sent as f
    join named as v on v.sent_number = f.sent_number
    left join replaced as r on r.claim_id = f.claim_id
    where f.follows
)

select s.claim_id, s.sent_number, v.visit_number
from stay as s
join named as v
    on v.sent_number = s.sent_number and v.person = s.person and v.claim_type = s.claim_type and v.stay = s.stay
union all
select claim_id, sent_number, visit_number from following where place = 1
