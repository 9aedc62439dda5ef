-- one row per claim root sent by the day: its current version and who worked on it
with version as (
    select
        k.root_id, c.claim_id, c.submission_date,
        -- by day, on a day by place, as one number: the least and the greatest need no sort
        date_diff('day', date '0001-01-01', c.submission_date) * 1000000000000 + coalesce(least(d.place, 9), 0) * 100000000000
        + c.claim_id as version_order
    from claim as c
    join root as k on k.patient_control_number = c.patient_control_number
    left join version_place as d on d.claim_id = c.claim_id
    where c.submission_date <= $as_of and not c.is_predetermination
),

span as (
    select
        root_id, min(submission_date) as submission_date,
        min(version_order) % 100000000000 as first_claim_id, max(version_order) % 100000000000 as claim_id
    from version
    group by root_id
),

chapter as (
    select k.category, r.own_label
    from (select distinct left(diagnosis_code, 3) as category from diagnosis where sequence = 1) as k
    join reference_icd10_chapter as r on k.category between r.first and r.last
),

-- what a claim is mostly for: the procedure of its largest charge, of the first line when several are
main_line as (
    select l.claim_id, max_by(l.procedure_code, l.charge_amount * 10000 - l.line_number) as procedure_code
    from service_line as l
    join span as s on s.claim_id = l.claim_id
    group by l.claim_id
),

family as (
    select k.procedure_code, r.family
    from (select distinct procedure_code from main_line where length(procedure_code) = 5) as k
    join reference_procedure_family as r on k.procedure_code between r.first and r.last
),

worked as (
    select
        k.root_id, w.coder_id, w.biller_id, w.coded_at, w.charge_entered_at,
        row_number() over (partition by k.root_id order by w.submitted_at, w.claim_id) as place
    from work_log as w
    join root as k on k.patient_control_number = w.claim_id
)

select
    s.root_id, o.patient_control_number as claim_number, v.claim_id, y.payer_id, p.payer_name, v.claim_type,
    coalesce(v.facility_name, v.billing_name, 'unknown') as facility, v.rendering_npi, v.place_of_service, v.type_of_bill,
    d.diagnosis_code as principal_diagnosis, coalesce(h.own_label, 'unknown') as diagnosis_chapter,
    coalesce(f.family, 'unknown') as procedure_family,
    cast(case when v.frequency_code = '8' then 0 else v.charge_amount end as decimal(18, 2)) as charge_amount, v.frequency_code = '8' as is_void,
    v.service_date, s.submission_date, v.identity_key,
    w.coder_id, w.biller_id, w.coded_at, w.charge_entered_at,
    case when coalesce(coder.team, biller.team) is not null then [coder.team, biller.team] end as teams
from span as s
join claim as v on v.claim_id = s.claim_id
join claim as o on o.claim_id = s.first_claim_id
left join payer_key as y on y.spelled_as = coalesce(v.payer_id, upper(v.payer_name))
left join payer as p on p.payer_id = y.payer_id
left join diagnosis as d on d.claim_id = v.claim_id and d.sequence = 1
left join chapter as h on h.category = left(d.diagnosis_code, 3)
left join main_line as m on m.claim_id = v.claim_id
left join family as f on f.procedure_code = m.procedure_code
left join worked as w on w.root_id = s.root_id and w.place = 1
left join staff as coder on coder.staff_id = w.coder_id
left join staff as biller on biller.staff_id = w.biller_id
