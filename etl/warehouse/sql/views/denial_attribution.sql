-- one row per initially denied line: the one role that its denial falls to, by its code and after contests known by the day
with reason as (
    select
        d.root_id, d.payer_id, d.line_number,
        coalesce(o.role, 'unknown') as role,
        sum(d.denied_amount) as denied_amount, bool_and(d.is_overturned_unchanged) as is_overturned_unchanged,
        max(d.payer_name) as payer_name, max(d.claim_number) as claim_number, max(d.claim_id) as claim_id,
        max(d.claim_type) as claim_type, max(d.facility) as facility, max(d.rendering_npi) as rendering_npi,
        max(d.place_of_service) as place_of_service, max(d.diagnosis_chapter) as diagnosis_chapter,
        max(d.coder_id) as coder_id, max(d.biller_id) as biller_id, max(d.teams) as teams,
        max(d.first_remit_date) as first_remit_date, max(d.procedure_code) as procedure_code,
        max(d.procedure_family) as procedure_family
    from denial as d
    left join reference_role as o on o.name = d.denial_owner
    group by d.root_id, d.payer_id, d.line_number, coalesce(o.role, 'unknown')
),

-- denied for several reasons, the line falls to the role of the largest amount: nobody is judged twice for one line
weighed as (
    select
        *, row_number() over (partition by root_id, payer_id, line_number order by denied_amount desc, role) as place,
        sum(denied_amount) over (partition by root_id, payer_id, line_number) as line_denied_amount,
        bool_and(is_overturned_unchanged) over (partition by root_id, payer_id, line_number) as is_line_overturned_unchanged
    from reason
),

line as (select * from weighed where place = 1),

decision as (
    select k.root_id, a.line_number, f.role as from_role, t.role as to_role, a.reason, a.decided_on
    from attribution as a
    join root as k on k.patient_control_number = a.claim_id
    join reference_role as t on t.name = lower(a.to_role)
    left join reference_role as f on f.name = lower(a.from_role)
    where a.decided_on <= $as_of
),

contest as (
    select
        l.root_id, l.payer_id, l.line_number, l.role, d.from_role, d.to_role, d.reason, d.decided_on,
        d.line_number as decided_line,
        lag(d.to_role) over (
            partition by l.root_id, l.payer_id, l.line_number order by d.decided_on, d.line_number
        ) as earlier_role
    from line as l
    join decision as d on d.root_id = l.root_id and (d.line_number = l.line_number or d.line_number = 0)
),

-- a decision takes a denial only from whom it was counted as, by its code or by the decision before
valid as (
    select
        *, row_number() over (
            partition by root_id, payer_id, line_number order by decided_on desc, decided_line desc
        ) as place
    from contest
    where from_role is null or from_role = role or from_role = earlier_role
)

select
    l.root_id, l.payer_id, l.payer_name, l.claim_number, l.claim_id, l.claim_type, l.facility, l.rendering_npi,
    l.place_of_service, l.diagnosis_chapter, l.coder_id, l.biller_id, l.teams, l.first_remit_date, l.line_number,
    l.procedure_code, l.procedure_family, l.line_denied_amount as denied_amount,
    case when l.is_line_overturned_unchanged then 'payer' else l.role end as role_before_contest,
    case when l.is_line_overturned_unchanged then 'payer' else coalesce(v.to_role, l.role) end as responsible_role,
    not l.is_line_overturned_unchanged and coalesce(v.to_role, l.role) <> l.role as is_moved,
    v.reason as contest_reason, v.decided_on
from line as l
left join valid as v
    on v.root_id = l.root_id and v.payer_id = l.payer_id and v.line_number = l.line_number and v.place = 1
