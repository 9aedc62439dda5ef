-- one row per payer, procedure family and day: the claims answered first
select payer_id, procedure_family, first_remit_date as day, count(*) as claims
from family_answer
where first_remit_date <= $through and first_remit_date > $after
group by payer_id, procedure_family, first_remit_date
