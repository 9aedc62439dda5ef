-- one row per service line of these claims
select
    claim_id, line_number, procedure_code, modifier_1, modifier_2, modifier_3, modifier_4, revenue_code, charge_amount,
    units, diagnosis_pointer
from service_line
where claim_id in (select unnest($claims))
