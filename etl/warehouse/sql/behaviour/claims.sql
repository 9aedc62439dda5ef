-- one row per claim that one payer denied for one category in one procedure family since a day, the first ones first
select
    root_id, claim_number, first_remit_date, procedure_code, group_carc, sum(denied_amount) as denied_amount
from denial
where
    payer_id = $payer and denial_category = $category and procedure_family = $family and first_remit_date >= $since
    and first_remit_date <= $through
group by root_id, claim_number, first_remit_date, procedure_code, group_carc
order by first_remit_date, claim_number, procedure_code, group_carc
