-- one row per payer: the name the payer map gives it, else the one it bears most often, whether claims are sent to it, and its class
with spelling as (
    select coalesce(payer_id, upper(payer_name)) as spelled_as, payer_name, claim_filing_code, count(*) as uses
    from claim
    group by spelled_as, payer_name, claim_filing_code
    union all
    select coalesce(payer_id, upper(payer_name)), payer_name, null, 0 from remittance group by 1, payer_name
),

named as (
    select k.payer_id, s.payer_name, sum(s.uses) as uses
    from spelling as s
    join payer_key as k on k.spelled_as = s.spelled_as
    group by k.payer_id, s.spelled_as, s.payer_name
),

ranked as (
    select
        payer_id, payer_name, sum(uses) over (partition by payer_id) > 0 as is_billed,
        row_number() over (partition by payer_id order by payer_name is null, uses desc, payer_name) as place
    from named
),

filed as (
    select k.payer_id, s.claim_filing_code, f.default_payer_class as payer_class, sum(s.uses) as claims
    from spelling as s
    join payer_key as k on k.spelled_as = s.spelled_as
    join reference_claim_filing_indicator as f on f.code = s.claim_filing_code
    where f.default_payer_class is not null
    group by k.payer_id, s.claim_filing_code, f.default_payer_class
),

-- the class by the filing code that most of its claims bear
class as (
    select
        payer_id, payer_class, row_number() over (partition by payer_id order by claims desc, claim_filing_code) as place
    from filed
),

chosen as (select payer_id, min(payer_name) as payer_name from payer_alias group by payer_id)

select r.payer_id, coalesce(c.payer_name, r.payer_name, r.payer_id) as payer_name, r.is_billed, k.payer_class
from ranked as r
left join chosen as c on c.payer_id = r.payer_id
left join class as k on k.payer_id = r.payer_id and k.place = 1
where r.place = 1
