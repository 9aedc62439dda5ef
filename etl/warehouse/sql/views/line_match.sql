-- one row per service payment of a claim that was sent: the line of the claim that it answers, and how that was found
-- a line that nothing names, or that several fit, is numbered after the lines of the claim
with control as (
    -- without a REF*6R in the claim the payer returns LX01
    select claim_id, coalesce(line_control_number, cast(line_number as varchar)) as control_number, min(line_number) as line_number
    from service_line
    group by claim_id, control_number
    having count(*) = 1
),

named as (
    select p.root_id, s.service_payment_id, s.claim_payment_id, p.answered_claim_id as claim_id, c.line_number
    from service_payment as s
    join payment as p on p.claim_payment_id = s.claim_payment_id
    left join control as c on c.claim_id = p.answered_claim_id and c.control_number = s.line_control_number
    where p.answered_claim_id is not null
),

-- what no control number names, on either side
open_payment as (
    select
        *,
        count(*) over same_service as service_count,
        row_number() over (same_service order by place) as service_place,
        count(*) over (partition by claim_payment_id, code, charge_amount, is_negative) as charge_count,
        count(*) over (partition by claim_payment_id, is_negative) as open_count
    from (
        select
            n.root_id, n.service_payment_id, n.claim_payment_id, n.claim_id, s.line_number as place,
            upper(coalesce(s.submitted_procedure_code, s.procedure_code, s.revenue_code)) as code,
            coalesce(array_to_string(list_sort([s.modifier_1, s.modifier_2, s.modifier_3, s.modifier_4]), ' '), '') as modifiers,
            s.service_date, abs(s.charge_amount) as charge_amount, s.charge_amount < 0 as is_negative
        from named as n
        join service_payment as s on s.service_payment_id = n.service_payment_id
        where n.line_number is null
    )
    -- a line that is taken back and its correction, in one claim payment, are the same line
    window same_service as (partition by claim_payment_id, code, modifiers, service_date, charge_amount, is_negative)
),

open_line as (
    select
        *,
        count(*) over same_service as service_count,
        row_number() over (same_service order by line_number) as service_place,
        count(*) over (partition by claim_payment_id, code, charge_amount) as charge_count,
        count(*) over (partition by claim_payment_id) as open_count
    from (
        select
            p.claim_payment_id, l.line_number, upper(coalesce(l.procedure_code, l.revenue_code)) as code,
            coalesce(array_to_string(list_sort([l.modifier_1, l.modifier_2, l.modifier_3, l.modifier_4]), ' '), '') as modifiers,
            l.service_date, abs(l.charge_amount) as charge_amount
        from (select distinct claim_payment_id, claim_id from open_payment) as p
        join service_line as l on l.claim_id = p.claim_id
        left join named as n on n.claim_payment_id = p.claim_payment_id and n.line_number = l.line_number
        where n.claim_payment_id is null
    )
    window same_service as (partition by claim_payment_id, code, modifiers, service_date, charge_amount)
),

-- lines that are alike in everything are the same whichever is taken, as long as all are answered
by_service as (
    select p.service_payment_id, l.line_number
    from open_payment as p
    join open_line as l
        on
            l.claim_payment_id = p.claim_payment_id and l.code = p.code and l.modifiers = p.modifiers
            and l.service_date = p.service_date and l.charge_amount = p.charge_amount
            and l.service_place = p.service_place and l.service_count = p.service_count
),

by_charge as (
    select p.service_payment_id, l.line_number
    from open_payment as p
    join open_line as l on l.claim_payment_id = p.claim_payment_id and l.code = p.code and l.charge_amount = p.charge_amount
    where p.charge_count = 1 and l.charge_count = 1
),

as_only as (
    select p.service_payment_id, l.line_number
    from open_payment as p
    join open_line as l on l.claim_payment_id = p.claim_payment_id and l.charge_amount = p.charge_amount
    where p.open_count = 1 and l.open_count = 1
),

several as (
    select distinct p.service_payment_id
    from open_payment as p
    join open_line as l on l.claim_payment_id = p.claim_payment_id and l.code = p.code and l.charge_amount = p.charge_amount
),

last_line as (
    select claim_id, max(line_number) as line_number
    from service_line
    where claim_id in (select claim_id from open_payment)
    group by claim_id
),

tried as (
    select
        p.root_id, p.service_payment_id,
        coalesce(s.line_number, c.line_number, o.line_number, coalesce(z.line_number, 0) + p.place) as line_number,
        case
            when s.line_number is not null then 'procedure_modifiers_date_charge'
            when c.line_number is not null then 'procedure_charge'
            when o.line_number is not null then 'only_line'
            when v.service_payment_id is not null then 'ambiguous'
            else 'none'
        end as match_method
    from open_payment as p
    left join by_service as s on s.service_payment_id = p.service_payment_id
    left join by_charge as c on c.service_payment_id = p.service_payment_id
    left join as_only as o on o.service_payment_id = p.service_payment_id
    left join several as v on v.service_payment_id = p.service_payment_id
    left join last_line as z on z.claim_id = p.claim_id
)

select root_id, service_payment_id, line_number, 'line_control_number' as match_method
from named
where line_number is not null
union all
select root_id, service_payment_id, line_number, match_method from tried
