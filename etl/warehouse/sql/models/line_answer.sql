-- one row per line as sent of an answered claim, what its first adjudication said; for a whole-claim denial none of whose
-- lines can be matched to a line as sent, every line counts
with answered as (
    select p.answered_claim_id as claim_id, a.*
    from adjudication as a
    join payment as p on p.claim_payment_id = a.claim_payment_id
    join claim as c on c.claim_id = p.answered_claim_id
    join payer_key as k on k.spelled_as = coalesce(c.payer_id, upper(c.payer_name)) and k.payer_id = a.payer_id
    where a.is_initial and c.submission_date <= a.payment_date
),

category as (
    select root_id, payer_id, line_number, max_by(denial_category, denied_amount) as denial_category
    from denial
    group by root_id, payer_id, line_number
),

denied as (
    select
        d.claim_payment_id, d.line_number, max(c.denial_category) as denial_category, sum(d.denied_amount) as denied_amount
    from denied_line as d
    left join category as c on c.root_id = d.root_id and c.payer_id = d.payer_id and c.line_number = d.line_number
    group by d.claim_payment_id, d.line_number
),

line as (
    select
        l.claim_id, l.line_number, a.payment_date as remit_date, d.line_number is not null as is_matched, d.denial_category,
        d.denied_amount, a.is_denied and count(d.line_number) over (partition by l.claim_id) = 0 as is_whole
    from answered as a
    join service_line as l on l.claim_id = a.claim_id
    left join denied as d on d.claim_payment_id = a.claim_payment_id and d.line_number = l.line_number
)

select
    claim_id, line_number, remit_date, cast(is_matched or is_whole as double) as is_denied,
    coalesce(denial_category, case when is_matched or is_whole then 'unknown' end) as denial_category,
    cast(coalesce(denied_amount, 0) as double) as denied_amount
from line
