-- one row per payer: the days it gives to file a claim, to correct one and to appeal, by its contract or by its class
-- Medicaid's class does not tell a state's program from a managed-care plan: the shorter limit counts
with class as (
    select c.payer_class, min(try_cast(split_part(d.days_default, ' ', 1) as integer)) as filing_days, min(a.appeal_days) as appeal_days
    from (select distinct default_payer_class as payer_class from reference_claim_filing_indicator) as c
    left join reference_timely_filing_defaults as d
        on d.payer_class = c.payer_class or (c.payer_class = 'medicaid' and d.payer_class in ('medicaid_ffs', 'medicaid_mco'))
    left join reference_appeal_limit_defaults as a on a.payer_class = c.payer_class
    group by c.payer_class
)

select
    p.payer_id, p.payer_name, p.payer_class, l.payer_id is not null as is_contract,
    coalesce(l.filing_days, c.filing_days, 120) as filing_days, coalesce(l.corrected_days, 180) as corrected_days,
    coalesce(l.appeal_days, c.appeal_days, 180) as appeal_days
from payer as p
left join class as c on c.payer_class = p.payer_class
left join payer_limit as l on l.payer_id = p.payer_id
