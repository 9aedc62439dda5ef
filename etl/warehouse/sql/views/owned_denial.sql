-- one row per claim root, payer and role of people that an initial denial falls to, by its code or after contests
with owned as (
    select root_id, payer_id, responsible_role as role, true as is_own, false as is_own_before, denied_amount
    from denial_attribution
    union all
    select root_id, payer_id, role_before_contest, false, true, 0
    from denial_attribution
)

select
    root_id, payer_id, role, bool_or(is_own) as is_own, bool_or(is_own_before) as is_own_before,
    cast(sum(denied_amount) as decimal(18, 2)) as denied_amount
from owned
where role in ('coder', 'biller')
group by root_id, payer_id, role
