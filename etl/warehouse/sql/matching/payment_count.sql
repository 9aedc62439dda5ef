-- one row per way in which claim payments were matched to a claim
select match_method, count(*) as claim_payments, sum(paid_amount) as paid_amount
from payment
group by match_method
order by claim_payments desc, match_method
