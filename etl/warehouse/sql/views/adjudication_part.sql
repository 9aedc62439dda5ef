-- one row per claim payment of an adjudication: several may have brought one claim's answer in parts
select claim_payment_id, claim_payment_id as adjudication_id from adjudication
union all
select claim_payment_id, first_payment_id from split_payment where claim_payment_id <> first_payment_id
