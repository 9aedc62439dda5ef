-- one row per initially denied line and denial adjustment; amounts are cut so that a line is denied at most its charge
with denied as (
    select
        d.*, a.sequence, a.group_code, a.carc, a.amount,
        sum(a.amount) over (
            partition by d.claim_payment_id, d.place order by a.sequence rows between unbounded preceding and current row
        ) as running_amount
    from denied_line as d
    join denial_adjustment as a on a.claim_payment_id = d.claim_payment_id and a.place = d.place
),

remarks as (
    select claim_payment_id, string_agg(distinct remark_code, ' ' order by remark_code) as remark_codes
    from (select claim_payment_id, case when code_list = 'RX' then concat('RX-', remark_code) else remark_code end as remark_code from remark)
    group by claim_payment_id
)

select
    d.root_id, d.payer_id, o.payer_name, o.claim_number, o.claim_id, o.claim_type, o.facility, o.rendering_npi,
    o.place_of_service, o.diagnosis_chapter, o.coder_id, o.biller_id, o.teams, o.service_date, o.submission_date,
    d.payment_date as first_remit_date, d.line_number, d.procedure_code, coalesce(f.family, 'unknown') as procedure_family,
    d.group_code, d.carc, d.group_code || '-' || d.carc as group_carc, r.label as carc_label, r.next_step,
    coalesce(r.category, 'unknown') as denial_category, coalesce(r.owner, 'unknown') as denial_owner, r.preventable, k.remark_codes,
    cast(greatest(least(d.running_amount, d.charge_amount), 0) - greatest(least(d.running_amount - d.amount, d.charge_amount), 0)
        as decimal(18, 2)) as denied_amount,
    d.is_overturned, d.is_overturned_unchanged, d.overturned_on
from denied as d
join claim_outcome as o on o.root_id = d.root_id and o.payer_id = d.payer_id
left join reference_carc as r on r.carc = d.carc
left join line_family as f on f.procedure_code = d.procedure_code
left join remarks as k on k.claim_payment_id = d.claim_payment_id
