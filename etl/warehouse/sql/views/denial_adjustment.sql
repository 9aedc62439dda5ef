-- one row per line with a denial, and adjustment that denies it
select a.claim_payment_id, a.place, a.sequence, a.group_code, a.carc, a.amount
from payment_line as l
join line_adjustment as a on a.claim_payment_id = l.claim_payment_id and a.place = l.place
where
    l.denial_amount > 0
    and (a.treatment = 'denial' or (a.treatment = 'denial_if_nothing_allowed' and l.allowed_amount = 0))
