-- one row per claim payment known by the day that answers, or takes back, only some lines of a claim that its payer had answered before
-- lines are told apart only when each is matched to a line of the claim; else the whole claim is meant, as without lines
with known as (
    select claim_payment_id, root_id, payer_id, payment_order, is_reversal, answered_claim_id
    from payment
    where payment_date <= $as_of and status_code not in ('23', '25')
),

several as (
    select root_id, payer_id
    from known
    group by root_id, payer_id
    having count(*) > 1
),

later as (
    select
        k.*,
        lag(k.answered_claim_id) over (partition by k.root_id, k.payer_id order by k.payment_order) as claim_id_before
    from known as k
    join several as s on s.root_id = k.root_id and s.payer_id = k.payer_id
    where k.claim_payment_id not in (select claim_payment_id from split_payment)
),

spoken as (
    select
        t.claim_payment_id,
        coalesce(sum(abs(s.charge_amount)) filter (where t.is_reversal or s.charge_amount > 0), 0) as charge_amount,
        bool_or(not t.is_reversal and s.charge_amount < 0) as takes_back
    from later as t
    join service_payment as s on s.claim_payment_id = t.claim_payment_id
    join line_match as m on m.service_payment_id = s.service_payment_id
    where t.answered_claim_id = t.claim_id_before
    group by t.claim_payment_id, t.is_reversal
    having bool_and(m.match_method not in ('ambiguous', 'none'))
)

select t.root_id, t.claim_payment_id, t.payer_id, t.payment_order, t.is_reversal, s.charge_amount
from later as t
join spoken as s on s.claim_payment_id = t.claim_payment_id
join claim as c on c.claim_id = t.answered_claim_id
where s.charge_amount < c.charge_amount or s.takes_back
