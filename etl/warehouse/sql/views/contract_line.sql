-- one row per line that a standing adjudication of the billed payer allowed in full and that the allowed schedule covers
with rate as (
    select s.*, coalesce(k.payer_id, n.payer_id) as schedule_payer_id, coalesce(f.family, 'unknown') as procedure_family
    from allowed_schedule as s
    left join payer_key as k on k.spelled_as = s.payer
    left join (select upper(payer_name) as payer_name, min(payer_id) as payer_id from payer group by upper(payer_name)) as n
        on n.payer_name = upper(s.payer)
    left join line_family as f on f.procedure_code = s.procedure_code
),

line as (
    select
        a.root_id, a.payer_id, a.payment_date, l.claim_payment_id, l.place, l.line_number, l.procedure_code, l.charge_amount,
        l.paid_amount, l.allowed_amount, coalesce(s.units, 1) as units, coalesce(s.service_date, c.service_date) as service_date,
        s.modifier_1, s.modifier_2, s.modifier_3, s.modifier_4
    from adjudication as a
    join claim_root as c on c.root_id = a.root_id and c.payer_id = a.payer_id and not c.is_void
    join adjudication_part as t on t.adjudication_id = a.claim_payment_id
    join payment_line as l on l.claim_payment_id = t.claim_payment_id
    join service_payment as s on s.claim_payment_id = l.claim_payment_id and s.line_number = l.place
    left join superseded_line as g on g.claim_payment_id = l.claim_payment_id and g.place = l.place
    where a.is_standing and g.place is null and l.denial_amount = 0 and l.duplicate_amount = 0 and l.allowed_amount > 0
),

priced as (
    select
        l.*, r.procedure_family, r.modifier, cast(r.allowed_amount * l.units as decimal(18, 2)) as contract_amount,
        row_number() over (partition by l.claim_payment_id, l.place order by r.modifier is null, r.effective_from desc, r.allowed_amount) as nth
    from line as l
    join rate as r
        on
            r.schedule_payer_id = l.payer_id
            and r.procedure_code = l.procedure_code
            and (r.modifier is null or r.modifier in (l.modifier_1, l.modifier_2, l.modifier_3, l.modifier_4))
            and l.service_date >= r.effective_from
            and (r.effective_to is null or l.service_date <= r.effective_to)
)

select
    x.root_id, x.payer_id, c.payer_name, c.claim_number, c.claim_type, c.facility, c.rendering_npi, x.payment_date, x.service_date,
    x.line_number, x.procedure_code, x.procedure_family, x.modifier, x.units, x.charge_amount, x.allowed_amount,
    x.contract_amount, cast(x.allowed_amount - x.contract_amount as decimal(18, 2)) as variance_amount,
    cast(greatest(x.contract_amount - x.allowed_amount, 0) as decimal(18, 2)) as underpaid_amount,
    cast(greatest(x.allowed_amount - x.contract_amount, 0) as decimal(18, 2)) as overpaid_amount
from priced as x
join claim_root as c on c.root_id = x.root_id
where x.nth = 1
