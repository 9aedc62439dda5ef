-- one row per payer of claims that no payer has answered: the share that its contracts leave of a charge
-- what is not answered is expected to be cut as its payer cut what it has answered
select payer_id, false as is_answered, cast(1 - contractual_amount / charge_amount as decimal(18, 4)) as kept_share
from payer_sum
where charge_amount > 0 and contractual_amount > 0
