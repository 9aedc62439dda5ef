-- one row per row of the allowed schedule whose stated last day runs into the next row of the same payer, procedure and modifier
with next as (
    select
        payer, procedure_code, modifier, effective_from, effective_to, allowed_amount,
        lead(effective_from) over (partition by payer, procedure_code, modifier order by effective_from) as next_from,
        lead(allowed_amount) over (partition by payer, procedure_code, modifier order by effective_from) as next_amount
    from allowed_schedule
)

select payer, procedure_code, modifier, effective_from, effective_to, next_from
from next
where effective_to >= next_from and next_amount <> allowed_amount
order by payer, procedure_code, modifier, effective_from
