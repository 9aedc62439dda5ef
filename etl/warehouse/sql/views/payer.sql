-- one row per payer id: the name it bears most often, and whether claims are sent to it
with spelling as (
    select payer_id, payer_name, count(*) as uses from claim group by payer_id, payer_name
    union all
    select payer_id, payer_name, 0 from remittance group by payer_id, payer_name
),

ranked as (
    select
        payer_id, payer_name, row_number() over (partition by payer_id order by uses desc, payer_name) as place,
        sum(uses) over (partition by payer_id) > 0 as is_billed
    from spelling
    where payer_id is not null
)

select payer_id, coalesce(payer_name, payer_id) as payer_name, is_billed from ranked where place = 1
